import type { DType } from "../ops/ndarray.js";

/** How one number is read from little-endian bytes. */
export interface ElementReader {
  bytes: number;
  dtype: DType;
  read(view: DataView, at: number): number;
}

/** By safetensors' type names. */
export const readers: Record<string, ElementReader> = {
  F64: { bytes: 8, dtype: "float32", read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, dtype: "float32", read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, dtype: "float32", read: (view, at) => halfToNumber(view.getUint16(at, true)) },
  BF16: { bytes: 2, dtype: "float32", read: (view, at) => bfloatToNumber(view.getUint16(at, true)) },
  I64: { bytes: 8, dtype: "int32", read: (view, at) => Number(view.getBigInt64(at, true)) },
  I32: { bytes: 4, dtype: "int32", read: (view, at) => view.getInt32(at, true) },
  I16: { bytes: 2, dtype: "int32", read: (view, at) => view.getInt16(at, true) },
  I8: { bytes: 1, dtype: "int32", read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, dtype: "int32", read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, dtype: "int32", read: (view, at) => view.getUint8(at) },
};

/** IEEE half precision: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function bfloatToNumber(bits: number): number {
  word.setUint32(0, bits * 65536);
  return word.getFloat32(0);
}
