import * as text from "./wasm.generated.js";

/** How an operation's operands are stored; from 4 on: so many bytes as they are. */
const Operands = { none: 0, local: 1, number: 2, twoNumbers: 3, multiplyAdd: 254, last: 255 } as const;

/**
 * The kernels' module, which imports a shared memory or one that is not.
 *
 * It is stored as the text that gzip makes smallest (scripts/wasmText.mjs): the operations of all functions, the locals
 * that they name and their other operands, each in one string. Plain SIMD differs from relaxed in one thing: a
 * fused multiply-add of a, b, c becomes a product and a sum, with c put aside in a local that each function has for it.
 *
 * One flat loop, because it runs once, when nothing is compiled yet: functions called for each byte took five times
 * as long.
 */
export function wasmBytes(simd: "plain" | "relaxed", shared: boolean): Uint8Array<ArrayBuffer> {
  const { starts, bytes, operands } = readSymbols(unpack(text.symbols), simd);
  const operations = unpack(text.operations);
  const locals = unpack(text.locals);
  const others = unpack(text.others);
  const before = unpack(text.before);
  const out = new Uint8Array(text.mostBytes);
  out.set(before);
  if (shared) out[text.memoryKindOffset] = 3;

  let at = before.length;
  let operation = 0;
  let local = 0;
  let other = 0;
  while (operation < operations.length) {
    const start = at;
    at += sizeBytes;
    for (let n = others[other++]!; n; n--) out[at++] = others[other++]!;
    const [spareLow, spareHigh] = [others[other++]!, others[other++]!];
    let kind: number;
    do {
      const symbol = operations[operation++]!;
      kind = operands[symbol]!;
      let byte = starts[symbol]!;
      if (kind === Operands.multiplyAdd) {
        const [multiply, add] = [bytes[byte]!, bytes[byte + 1]!];
        out.set([0x21, spareLow, spareHigh, 0xfd, multiply, 1, 0x20, spareLow, spareHigh, 0xfd, add, 1], at);
        at += 12;
        continue;
      }
      const end = starts[symbol + 1]!;
      while (byte < end) out[at++] = bytes[byte++]!;
      if (kind === Operands.none) continue;
      if (kind === Operands.local) {
        do out[at++] = byte = locals[local++]!;
        while (byte > 127);
      } else if (kind === Operands.number || kind === Operands.twoNumbers) {
        for (let n = kind; n >= Operands.number; n--) {
          do out[at++] = byte = others[other++]!;
          while (byte > 127);
        }
      } else if (kind !== Operands.last) {
        for (let n = kind; n; n--) out[at++] = others[other++]!;
      }
    } while (kind !== Operands.last);
    writeSize(out, start, at);
  }
  writeSize(out, before.length - text.codeStart, at);
  const after = unpack(text.after);
  out.set(after, at);
  return out.subarray(0, at + after.length);
}

const sizeBytes = 4;

/** Writes how many bytes lie between `start`, where there is room for their number, and `end`. */
function writeSize(out: Uint8Array, start: number, end: number): void {
  const size = end - start - sizeBytes;
  for (let i = 0; i < sizeBytes; i++) {
    out[start + i] = ((size >> (7 * i)) & 127) | (i < sizeBytes - 1 ? 128 : 0);
  }
}

/** For f32x4.relaxed_madd and f64x2.relaxed_madd: the number of what multiplies and of what adds instead. */
const apart: Record<string, readonly number[]> = { "253,133,2": [0xe6, 0xe4], "253,135,2": [0xf2, 0xf0] };

/** The symbols' bytes one after another, where each begins, and how its operands are stored. */
function readSymbols(packed: Uint8Array, simd: "plain" | "relaxed") {
  const starts: number[] = [];
  const bytes: number[] = [];
  const operands: number[] = [];
  for (let at = 0; at < packed.length; ) {
    const kind = packed[at]!;
    const symbol = packed.subarray(at + 2, at + 2 + packed[at + 1]!);
    at += 2 + symbol.length;
    starts.push(bytes.length);
    const taken = simd === "plain" ? apart[`${symbol}`] : undefined;
    operands.push(taken ? Operands.multiplyAdd : kind);
    bytes.push(...(taken ?? symbol));
  }
  starts.push(bytes.length);
  return { starts, bytes, operands };
}

/** Bytes from the characters that scripts/wasmText.mjs writes: ! and # to ~ without the backslash are the digits 0 … 91. */
function unpack(packed: string): Uint8Array {
  const bytes = new TextEncoder().encode(packed);
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i]!;
    if (code < 125) bytes[count++] = code === 33 ? 57 : code - 35;
    else {
      const next = bytes[++i]!;
      bytes[count++] = 90 + (code - 125) * 92 + (next === 33 ? 57 : next - 35);
    }
  }
  return bytes.subarray(0, count);
}
