import { LookbackError } from "../errors.js";
import { refuseOptions } from "../options.js";
import type { Kernels } from "./kernels.js";
import { Memory } from "./memory.js";
import { wasmBytes } from "./wasmModule.js";

export interface EngineOptions {
  /**
   * Plain SIMD only, so that a computation has the same bits on every machine. Default false: fused multiply-add
   * where the host has it, which is faster and rounds once where plain SIMD rounds twice.
   */
  deterministic?: boolean;
}

export interface EngineInfo {
  /** Which build of the kernels runs: `relaxed` has fused multiply-add. */
  simd: "plain" | "relaxed";
  threads: number;
  /** Name of the system BLAS in use, or null. */
  blas: string | null;
  deterministic: boolean;
  /** Bytes of the engine's memory that hold something, and bytes that it has grown to. */
  memory: { inUse: number; capacity: number };
}

/** The kernels bound to the memory that they work on. */
export interface Engine {
  readonly kernels: Kernels;
  readonly memory: Memory;
  readonly simd: "plain" | "relaxed";
  readonly deterministic: boolean;
  /** Address of a small area for shapes and strides on their way to a kernel: `intSlots` arrays of up to 16 int32. */
  readonly ints: number;
}

const intSlots = 4;

// (module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd))
const relaxedProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32,
  1, 32, 2, 253, 133, 2, 11,
]);

let current: Engine | null = null;

function start(options: EngineOptions, memory: Memory, compiled?: WebAssembly.Module): Engine {
  const deterministic = options.deterministic ?? false;
  const simd = chooseSimd(deterministic);
  const module = compiled ?? new WebAssembly.Module(wasmBytes(simd, false));
  const kernels = new WebAssembly.Instance(module, { env: { memory: memory.wasm, sgemm: noBlas } })
    .exports as unknown as Kernels;
  // Both areas live as long as the engine, which holds the blocks.
  const scratch = memory.persistent(() => memory.allocate(kernels.scratchBytes()));
  const ints = memory.persistent(() => memory.allocate(intSlots * 64));
  kernels.setScratch(scratch.address);
  const engine = { kernels, memory, simd, deterministic, ints: ints.address, held: [scratch, ints] };
  current = engine;
  return engine;
}

function noBlas(): never {
  throw new LookbackError("The kernels called a BLAS that is not there.");
}

function chooseSimd(deterministic: boolean): "plain" | "relaxed" {
  if (typeof WebAssembly === "undefined") {
    throw new LookbackError(
      "Lookback needs WebAssembly with SIMD, which this host does not have: use Node 20.19 or newer, or a browser of 2023 or later.",
    );
  }
  return !deterministic && WebAssembly.validate(relaxedProbe) ? "relaxed" : "plain";
}

/** The running engine; the first use starts it with defaults. */
export function engine(): Engine {
  return current ?? start({}, new Memory());
}

/**
 * Starts the engine with options of your own, or changes them later: tensors that exist stay as they are.
 * Optional, because the first use starts the engine with defaults. Asynchronous, so that a browser compiles the
 * kernels off the main thread.
 *
 * @example await init({ deterministic: true });
 */
export async function init(options: EngineOptions = {}): Promise<EngineInfo> {
  const { deterministic = false, ...left } = options;
  refuseOptions("init", left, ["deterministic"]);
  const compiled = await WebAssembly.compile(wasmBytes(chooseSimd(deterministic), false));
  start(options, current?.memory ?? new Memory(), compiled);
  return engineInfo();
}

/** What the engine runs on. */
export function engineInfo(): EngineInfo {
  const { memory, simd, deterministic } = engine();
  return {
    simd,
    threads: 1,
    blas: null,
    deterministic,
    memory: { inUse: memory.bytesInUse, capacity: memory.capacity },
  };
}

/** Writes a few integers where a kernel can read them, and returns their address. Good until the slot is used again. */
export function writeInts(slot: number, values: readonly number[]): number {
  const { memory, ints } = engine();
  const address = ints + slot * 64;
  memory.i32.set(values, address >> 2);
  return address;
}
