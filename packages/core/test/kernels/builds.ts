import type { Kernels } from "../../src/engine/kernels.js";
import { wasmBytes } from "../../src/engine/wasmModule.js";

/** One build of the kernels on a memory of its own, with a bump allocator and plain arrays in and out. */
export class Bench {
  readonly kernels: Kernels;
  readonly memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
  private start: number;
  private next: number;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.memory, sgemm() {} },
    });
    this.kernels = instance.exports as unknown as Kernels;
    this.kernels.setScratch(1024);
    this.start = this.next = (1024 + this.kernels.scratchBytes() + 63) & ~63;
  }

  /** Forgets every allocation. */
  reset(): void {
    this.next = this.start;
  }

  /** An address for so many bytes, 64-byte aligned plus `offset`. */
  bytes(count: number, offset = 0): number {
    const address = this.next + offset;
    this.next = (address + count + 63 + 64) & ~63;
    const missing = this.next - this.memory.buffer.byteLength;
    if (missing > 0) this.memory.grow((missing >> 16) + 1);
    return address;
  }

  /** Floats copied in, followed by guard values. */
  floats(values: ArrayLike<number>): number {
    const address = this.bytes(4 * values.length + 32);
    const view = new Float32Array(this.memory.buffer, address, values.length + 8);
    view.set(values);
    view.fill(guard, values.length);
    return address;
  }

  ints(values: ArrayLike<number>): number {
    const address = this.bytes(4 * values.length);
    new Int32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  /** A copy of floats in memory; throws when the guard behind them is hurt. */
  read(address: number, count: number): Float32Array {
    const view = new Float32Array(this.memory.buffer, address, count + 8);
    if (view.subarray(count).some((value) => value !== guard))
      throw new Error(`Written past the ${count} floats at ${address}`);
    return view.slice(0, count);
  }

  readInts(address: number, count: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, count).slice();
  }
}

/** What stands beside arrays that nobody may write. */
export const guard = -12345.5;

/** The builds that this machine can run. */
export const builds: [name: string, bench: Bench][] = (["plain", "relaxed"] as const).flatMap((name) => {
  const bytes = wasmBytes(name, false);
  return WebAssembly.validate(bytes) ? [[name, new Bench(bytes)] as [string, Bench]] : [];
});

/** Numbers in [−scale, scale), the same for the same seed. */
export function random(count: number, seed: number, scale = 1): Float32Array {
  let state = seed * 2654435761 + 12345;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state / 2 ** 31) * scale;
  });
}

/** Whether two arrays hold the same bits; much faster than toEqual. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  const [x, y] = [a, b].map((array) => new Int32Array(array.buffer, array.byteOffset, array.length)) as [
    Int32Array,
    Int32Array,
  ];
  return x.length === y.length && x.every((bits, i) => bits === y[i]);
}
