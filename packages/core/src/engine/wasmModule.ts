import * as text from "./wasm.generated.js";

/** How an operation's operands are stored; another number: so many bytes as they are. */
const noOperand = 0;
const oneLocal = 1;
const oneNumber = 2;
const twoNumbers = 3;
const last = 255;

/**
 * The kernels' module, which imports a shared memory or one that is not.
 *
 * It is stored as the text that gzip makes smallest (scripts/wasmText.mjs): the operations of all functions, the locals
 * that they name and their other operands, each in one string. Plain SIMD differs from relaxed in one thing: a
 * fused multiply-add of a, b, c becomes a product and a sum, with c put aside in a local that each function has for it.
 *
 * One flat loop, because it runs once, when nothing is compiled yet: with a function called for each byte it took twice
 * as long.
 */
export function wasmBytes(simd: "plain" | "relaxed", shared: boolean): Uint8Array<ArrayBuffer> {
  const { starts, bytes, operands, spares } = readSymbols(unpack(text.symbols), simd);
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
    const [low, high] = [others[other++]!, others[other++]!];
    for (const spare of spares) {
      bytes[spare] = low;
      bytes[spare + 1] = high;
    }
    let kind: number;
    do {
      const symbol = operations[operation++]!;
      kind = operands[symbol]!;
      let byte = starts[symbol]!;
      const end = starts[symbol + 1]!;
      while (byte < end) out[at++] = bytes[byte++]!;
      if (kind === noOperand) continue;
      if (kind === oneLocal) {
        do out[at++] = byte = locals[local++]!;
        while (byte > 127);
      } else if (kind === oneNumber || kind === twoNumbers) {
        for (let n = kind; n >= oneNumber; n--) {
          do out[at++] = byte = others[other++]!;
          while (byte > 127);
        }
      } else if (kind !== last) {
        for (let n = kind; n; n--) out[at++] = others[other++]!;
      }
    } while (kind !== last);
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
const apart: Record<string, readonly [number, number]> = {
  "253,133,2": [0xe6, 0xe4],
  "253,135,2": [0xf2, 0xf0],
};

/** The symbols' bytes one after another, where each begins, how its operands are stored, and where spare locals are named. */
function readSymbols(packed: Uint8Array, simd: "plain" | "relaxed") {
  const starts: number[] = [];
  const bytes: number[] = [];
  const operands: number[] = [];
  const spares: number[] = [];
  for (let at = 0; at < packed.length; ) {
    const kind = packed[at]!;
    const symbol = packed.subarray(at + 2, at + 2 + packed[at + 1]!);
    at += 2 + symbol.length;
    starts.push(bytes.length);
    operands.push(kind);
    const taken = simd === "plain" ? apart[`${symbol}`] : undefined;
    if (taken) {
      spares.push(bytes.length + 1, bytes.length + 7);
      bytes.push(0x21, 0, 0, 0xfd, taken[0], 1, 0x20, 0, 0, 0xfd, taken[1], 1);
    } else {
      bytes.push(...symbol);
    }
  }
  starts.push(bytes.length);
  return { starts, bytes, operands, spares };
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
