import * as text from "./wasm.generated.js";

/** How an operation's operands are stored; from 4 on: so many bytes as they are. */
const Operands = { none: 0, local: 1, number: 2, twoNumbers: 3, last: 255 } as const;

interface Operation {
  bytes: Uint8Array;
  operands: number;
  /** For a fused multiply-add: what multiplies and what adds instead, where there is only plain SIMD. */
  plain: readonly [multiply: number, add: number] | null;
}

/**
 * The kernels' module, which imports a shared memory or one that is not.
 *
 * It is stored as the text that gzip makes smallest (scripts/wasmText.mjs): the operations of all functions, the locals
 * that they name and their other operands, each in one string. Plain SIMD differs from relaxed in one thing: a
 * fused multiply-add of a, b, c becomes a product and a sum, with c put aside in a local that each function has for it.
 */
export function wasmBytes(simd: "plain" | "relaxed", shared: boolean): Uint8Array<ArrayBuffer> {
  const out = new Writer(text.mostBytes);
  const before = unpack(text.before).bytes;
  if (shared) before[text.memoryKindOffset] = 3;
  out.bytes(before);

  const symbols = readSymbols(unpack(text.symbols));
  const operations = unpack(text.operations);
  const locals = unpack(text.locals);
  const others = unpack(text.others);
  out.byte(10); // the code section
  const endSection = out.sized();
  out.number(text.functions);
  for (let i = 0; i < text.functions; i++) {
    const endFunction = out.sized();
    const declarations = others.number();
    out.number(declarations);
    for (let n = 0; n < declarations; n++) {
      out.number(others.number());
      out.byte(others.byte());
    }
    const spare = others.number();
    for (let operands: number = Operands.none; operands !== Operands.last; ) {
      const operation = symbols[operations.byte()]!;
      operands = operation.operands;
      if (operation.plain !== null && simd === "plain") {
        const [multiply, add] = operation.plain;
        out.local(0x21, spare);
        out.vector(multiply);
        out.local(0x20, spare);
        out.vector(add);
        continue;
      }
      out.bytes(operation.bytes);
      if (operands === Operands.local) out.copyNumber(locals);
      else if (operands === Operands.number) out.copyNumber(others);
      else if (operands === Operands.twoNumbers) {
        out.copyNumber(others);
        out.copyNumber(others);
      } else if (operands !== Operands.none && operands !== Operands.last) out.bytes(others.take(operands));
    }
    endFunction();
  }
  endSection();
  out.bytes(unpack(text.after).bytes);
  return out.result();
}

function readSymbols(from: Reader): Operation[] {
  const symbols: Operation[] = [];
  while (from.left) {
    const operands = from.byte();
    const bytes = from.take(from.byte());
    // f32x4.relaxed_madd: f32x4.mul and .add; f64x2.relaxed_madd: f64x2.mul and .add
    const relaxed = bytes.length === 3 && bytes[0] === 0xfd && bytes[2] === 2 ? bytes[1] : 0;
    const plain =
      relaxed === 0x85 ? ([0xe6, 0xe4] as const) : relaxed === 0x87 ? ([0xf2, 0xf0] as const) : null;
    symbols.push({ bytes, operands, plain });
  }
  return symbols;
}

/** Bytes from the characters that scripts/wasmText.mjs writes: ! and # to ~ without the backslash are the digits 0 … 91. */
function unpack(packed: string): Reader {
  const bytes = new Uint8Array(packed.length);
  let count = 0;
  const digit = (i: number) => {
    const code = packed.charCodeAt(i);
    return code === 33 ? 57 : code - 35;
  };
  for (let i = 0; i < packed.length; i++) {
    const first = digit(i);
    bytes[count++] = first < 90 ? first : 90 + (first - 90) * 92 + digit(++i);
  }
  return new Reader(bytes.subarray(0, count));
}

class Reader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get left(): boolean {
    return this.#at < this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.#at++]!;
  }

  take(count: number): Uint8Array {
    this.#at += count;
    return this.bytes.subarray(this.#at - count, this.#at);
  }

  /** A number as WebAssembly writes them: seven bits a byte, the lowest first. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
}

class Writer {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  #at = 0;
  constructor(most: number) {
    this.#bytes = new Uint8Array(most);
  }

  byte(value: number): void {
    this.#bytes[this.#at++] = value;
  }

  bytes(values: Uint8Array): void {
    for (let i = 0; i < values.length; i++) this.byte(values[i]!);
  }

  number(value: number): void {
    for (; value > 127; value >>>= 7) this.byte((value & 127) | 128);
    this.byte(value);
  }

  copyNumber(from: Reader): void {
    let byte: number;
    do {
      byte = from.byte();
      this.byte(byte);
    } while (byte > 127);
  }

  local(opcode: number, index: number): void {
    this.byte(opcode);
    this.number(index);
  }

  /** An operation on vectors whose number takes two bytes. */
  vector(low: number): void {
    this.byte(0xfd);
    this.byte(low);
    this.byte(1);
  }

  /** Leaves room for the size of what follows until the returned function is called. */
  sized(): () => void {
    const start = this.#at;
    this.#at += 4;
    return () => {
      const size = this.#at - start - 4;
      for (let i = 0; i < 4; i++) this.#bytes[start + i] = ((size >> (7 * i)) & 127) | (i < 3 ? 128 : 0);
    };
  }

  result(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }
}
