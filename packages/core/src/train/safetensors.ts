import { ArgumentError, FormatError } from "../errors.js";
import { fromValues } from "../ops/ndarray.js";
import { formatShape, sizeOf } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";
import { type ElementReader, readers } from "./elements.js";

/** The tensors of a file and the text that came with them. */
export interface SafetensorsFile {
  tensors: Record<string, Tensor>;
  metadata: Record<string, string>;
}

const dtypeNames = { float32: "F32", int32: "I32" } as const;

/**
 * Writes tensors in the safetensors format: an 8-byte length, a JSON header, then the numbers, little-endian. What
 * PyTorch's `safetensors` package reads and writes.
 *
 * @example await writeFile("model.safetensors", saveSafetensors(model.stateDict(), { format: "pt" }));
 */
export function saveSafetensors(
  tensors: Record<string, Tensor>,
  metadata: Record<string, string> = {},
): Uint8Array {
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, t] of Object.entries(tensors)) {
    if (name === "__metadata__")
      throw new ArgumentError("saveSafetensors: a tensor cannot be named __metadata__");
    const end = offset + t.numel * 4;
    header[name] = { dtype: dtypeNames[t.dtype], shape: [...t.shape], data_offsets: [offset, end] };
    offset = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces so that the numbers start at a multiple of 8.
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerBytes + offset);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, 8, 8 + headerBytes);
  bytes.set(json, 8);
  let at = 8 + headerBytes;
  for (const t of Object.values(tensors)) {
    const data = t.array.data;
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a safetensors file. F32, F16, BF16 and F64 become float32; I32, I64, I16, I8, U8 and BOOL become int32.
 * Every size is checked against the bytes that are there before anything is allocated.
 */
export function loadSafetensors(bytes: Uint8Array, source = "the file"): SafetensorsFile {
  const fail = (problem: string): never => {
    throw new FormatError(`${source} is not a readable safetensors file: ${problem}`);
  };
  if (bytes.length < 8) fail(`it has ${bytes.length} bytes, fewer than the 8 of its length field`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = view.getBigUint64(0, true);
  if (claimed > BigInt(bytes.length - 8)) {
    fail(
      `its header claims ${claimed} bytes, but only ${bytes.length - 8} follow. It is damaged, cut short, or of another format`,
    );
  }
  const start = 8 + Number(claimed);
  const header = parseHeader(bytes.subarray(8, start), fail);
  const metadata: Record<string, string> = {};
  const tensors: Record<string, Tensor> = {};
  let claimedBytes = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") {
      for (const [key, value] of Object.entries(entry ?? {})) metadata[key] = String(value);
      continue;
    }
    if (name === "__proto__") fail("a tensor cannot be named __proto__");
    const { reader, shape, begin } = checkEntry(name, entry, bytes.length - start, fail);
    const size = sizeOf(shape);
    claimedBytes += size * reader.bytes;
    if (claimedBytes > bytes.length - start)
      fail(
        `its tensors overlap: up to "${name}" they claim ${claimedBytes} bytes of ${bytes.length - start}`,
      );
    const values = reader.dtype === "int32" ? new Int32Array(size) : new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = reader.read(view, start + begin + i * reader.bytes);
    tensors[name] = new Tensor(fromValues(values, shape, reader.dtype));
  }
  return { tensors, metadata };
}

type Fail = (problem: string) => never;

function parseHeader(json: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json));
  } catch {
    fail("its header is not valid JSON. It is damaged, or of another format");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header))
    fail("its header is not a JSON object");
  return header as Record<string, unknown>;
}

function checkEntry(name: string, entry: unknown, available: number, fail: Fail) {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const reader: ElementReader | undefined = typeof dtype === "string" ? readers[dtype] : undefined;
  if (!reader)
    fail(
      `tensor "${name}" has type ${JSON.stringify(dtype)}, expected one of ${Object.keys(readers).join(", ")}`,
    );
  const whole = (value: unknown) =>
    Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!whole(shape)) fail(`tensor "${name}" has no valid shape`);
  if (!whole(offsets) || (offsets as number[]).length !== 2)
    fail(`tensor "${name}" has no valid data_offsets`);
  const [begin, end] = offsets as [number, number];
  const expected = sizeOf(shape as number[]) * reader!.bytes;
  if (end > available || end - begin !== expected) {
    fail(
      `tensor "${name}" of shape ${formatShape(shape as number[])} and type ${dtype} needs ${expected} bytes, but its data are bytes ${begin} to ${end} of ${available}`,
    );
  }
  return { reader: reader!, shape: shape as number[], begin };
}
