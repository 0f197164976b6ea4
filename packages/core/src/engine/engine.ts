import { ArgumentError, LookbackError } from "../errors.js";
import { refuseOptions } from "../options.js";
import { absentSgemm, type BlasState, blasThreshold, findBlas, noBlas } from "./blas.js";
import type { Sgemm } from "./blasLibrary.js";
import { canShareMemory, processors } from "./host.js";
import type { Kernels } from "./kernels.js";
import { Memory } from "./memory.js";
import { type Call, Pool, runHere } from "./pool.js";
import { wasmBytes } from "./wasmModule.js";

export interface EngineOptions {
  /**
   * Plain SIMD and no BLAS, so that a computation has the same bits on every machine. Default false: fused multiply-add
   * where the host has it, which is faster and rounds once where plain SIMD rounds twice. (The number of threads never
   * changes a bit.)
   */
  deterministic?: boolean;
  /**
   * Threads that share large work, the caller's own among them: 1 to 64. Default: as many as there are processors, at
   * most 16; 1 where memory cannot be shared, as in a page that is not cross-origin isolated.
   */
  threads?: number;
  /**
   * The system's BLAS for large products: "auto" (the default) uses OpenBLAS, MKL, BLIS or Accelerate when Node finds
   * one, false none, and a path the library that it names.
   */
  blas?: "auto" | false | (string & {});
}

export interface EngineInfo {
  /** Which build of the kernels runs: `relaxed` has fused multiply-add. */
  simd: "plain" | "relaxed";
  /** Threads that share large work. */
  threads: number;
  /** Why there are not more: a limit of the host, or a wish. */
  threadsReason: string;
  /** Name of the system BLAS in use, or null. */
  blas: string | null;
  /** Where it was found, or why there is none. */
  blasReason: string;
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
  /** Threads wanted, and why not more. */
  readonly threads: number;
  readonly threadsReason: string;
  /** The BLAS; looked for when the first product is large enough for it. */
  blas(): BlasState;
  readonly module: WebAssembly.Module;
  /** Keeps what lives as long as the engine. */
  readonly held: readonly unknown[];
  /** The worker threads, once something was large enough for them. */
  pool: Pool | null;
}

const intSlots = 4;
const mostThreads = 64;
const mostThreadsByDefault = 16;

// (module (func (param v128 v128 v128) (result v128) local.get 0 local.get 1 local.get 2 f32x4.relaxed_madd))
const relaxedProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32,
  1, 32, 2, 253, 133, 2, 11,
]);

let current: Engine | null = null;

function start(options: EngineOptions, memory: Memory, compiled?: WebAssembly.Module): Engine {
  const { deterministic = false, threads: wanted, blas: blasOption = "auto" } = options;
  const simd = chooseSimd(deterministic);
  const module = compiled ?? new WebAssembly.Module(wasmBytes(simd, memory.shared));
  // The kernels call this for the first large product; it finds the BLAS, or does the product itself.
  let sgemm: Sgemm = (...args) => {
    if (blas().name === null) kernels.gemm(...args);
    else sgemm(...args);
  };
  const kernels = new WebAssembly.Instance(module, {
    env: { memory: memory.wasm, sgemm: (...args: Parameters<Sgemm>) => sgemm(...args) },
  }).exports as unknown as Kernels;
  // Both areas live as long as the engine, which holds the blocks.
  const scratch = memory.persistent(() => memory.allocate(kernels.scratchBytes()));
  const ints = memory.persistent(() => memory.allocate(intSlots * 64));
  kernels.setScratch(scratch.address);

  let state: BlasState | null = null;
  function blas(): BlasState {
    if (state) return state;
    const named = blasOption === "auto" || blasOption === false ? null : blasOption;
    if (deterministic) state = noBlas("deterministic leaves it out");
    else if (blasOption === false) state = noBlas("switched off");
    else if (!memory.shared) state = noBlas("only Node can call a system's library");
    else state = findBlas(named, memory.wasm, (candidate) => multipliesRightly(candidate, kernels, memory));
    sgemm = state.name === null ? absentSgemm : state.sgemm;
    kernels.setBlas(state.name === null ? Number.POSITIVE_INFINITY : blasThreshold);
    return state;
  }
  if (typeof blasOption === "string" && blasOption !== "auto") blas();
  else if (!deterministic && blasOption !== false && memory.shared) kernels.setBlas(blasThreshold);

  const limit = threadLimit(memory, wanted);
  const engine: Engine = {
    kernels,
    memory,
    simd,
    deterministic,
    ints: ints.address,
    ...limit,
    blas,
    module,
    held: [scratch, ints],
    pool: null,
  };
  current?.pool?.stop();
  current = engine;
  return engine;
}

function threadLimit(memory: Memory, wanted: number | undefined): Pick<Engine, "threads" | "threadsReason"> {
  if (!memory.shared) return { threads: 1, threadsReason: "the page is not cross-origin isolated" };
  if (wanted !== undefined) return { threads: wanted, threadsReason: "asked for" };
  const threads = Math.max(1, Math.min(processors(), mostThreadsByDefault));
  return { threads, threadsReason: "one for each processor" };
}

/** Whether a BLAS gives the A·Bᵀ + C of small whole numbers that the kernels give. */
function multipliesRightly(sgemm: Sgemm, kernels: Kernels, memory: Memory): boolean {
  const [m, n, k] = [5, 6, 7];
  const block = memory.persistent(() => memory.allocate(4 * (m * k + n * k + 2 * m * n)));
  const [a, b] = [block.address, block.address + 4 * m * k];
  const [c, expected] = [b + 4 * n * k, b + 4 * n * k + 4 * m * n];
  const end = expected + 4 * m * n;
  for (let at = a; at < end; at += 4) memory.f32[at >> 2] = ((at >> 2) % 11) - 5;
  memory.f32.copyWithin(expected >> 2, c >> 2, (c >> 2) + m * n);
  sgemm(0, 1, m, n, k, a, k, b, k, 1, c, n);
  kernels.gemm(0, 1, m, n, k, a, k, b, k, 1, expected, n);
  const right = memory.f32
    .subarray(c >> 2, (c >> 2) + m * n)
    .every((value, i) => value === memory.f32[(expected >> 2) + i]);
  memory.release(block);
  return right;
}

function chooseSimd(deterministic: boolean): "plain" | "relaxed" {
  if (typeof WebAssembly === "undefined") {
    throw new LookbackError(
      "Lookback needs WebAssembly with SIMD, which this host does not have: use Node 20.19 or newer, or a browser of 2023 or later.",
    );
  }
  return !deterministic && WebAssembly.validate(relaxedProbe) ? "relaxed" : "plain";
}

/** A shared memory where the host has one to give; it reserves 4 GiB of addresses, which a small device may not have. */
function newMemory(): Memory {
  if (!canShareMemory()) return new Memory(false);
  try {
    return new Memory(true);
  } catch {
    return new Memory(false);
  }
}

/** The running engine; the first use starts it with defaults. */
export function engine(): Engine {
  return current ?? start({}, newMemory());
}

/**
 * Starts the engine with options of your own, or changes them later: tensors that exist stay as they are.
 * Optional, because the first use starts the engine with defaults. Asynchronous, so that a browser compiles the
 * kernels off the main thread. Threads that are asked for are ready when it resolves.
 *
 * @example await init({ threads: 2, deterministic: true });
 * @throws ArgumentError for an unknown option or one out of range, and for a BLAS that is named and cannot be used.
 */
export async function init(options: EngineOptions = {}): Promise<EngineInfo> {
  const { deterministic = false, threads, blas = "auto", ...left } = options;
  refuseOptions("init", left, ["deterministic", "threads", "blas"]);
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= mostThreads)) {
    throw new ArgumentError(`init: threads must be a whole number from 1 to ${mostThreads}, got ${threads}`);
  }
  if (blas !== false && (typeof blas !== "string" || blas === "")) {
    throw new ArgumentError(`init: blas must be "auto", false or a library's path, got ${String(blas)}`);
  }
  const before = current?.memory ?? newMemory();
  const compiled = await WebAssembly.compile(wasmBytes(chooseSimd(deterministic), before.shared));
  // Whatever was made meanwhile lies in the memory of the engine that its first use has started.
  const memory = current?.memory ?? before;
  const fits = memory.shared === before.shared;
  const started = start({ ...options, deterministic }, memory, fits ? compiled : undefined);
  if (threads !== undefined && started.threads > 1) await startPool(started, true).ready();
  return engineInfo();
}

function startPool(engine: Engine, awaited: boolean): Pool {
  const { threads, kernels, memory, module } = engine;
  const state = engine.blas();
  const blas = state.name === null ? null : { ...state.found, from: blasThreshold };
  engine.pool = new Pool({ workers: threads - 1, kernels, memory, module, blas, awaited });
  return engine.pool;
}

/** Why the workers that were wanted do not work; null when they do, or nothing has needed them yet. */
function reasonForOne(pool: Pool | null): string | null {
  if (pool?.stopped) return "a worker thread has died";
  return pool?.failure ? `worker threads cannot be started: ${pool.failure}` : null;
}

/** What the engine runs on. */
export function engineInfo(): EngineInfo {
  const { memory, simd, deterministic, threads, threadsReason, pool, blas } = engine();
  const state = blas();
  const alone = reasonForOne(pool);
  return {
    simd,
    threads: alone === null ? threads : 1,
    threadsReason: alone ?? threadsReason,
    blas: state.name,
    blasReason: state.why,
    deterministic,
    memory: { inUse: memory.bytesInUse, capacity: memory.capacity },
  };
}

/**
 * Runs kernel calls that do not touch each other's results, on as many threads as there are, and returns when all are
 * done. How work is cut into calls must depend on its shape alone, never on the number of threads: so the result has
 * the same bits on one thread or eight.
 */
export function runCalls(calls: readonly Call[]): void {
  const running = engine();
  if (calls.length > 1 && running.threads > 1 && !running.pool?.stopped) {
    (running.pool ?? startPool(running, false)).run(calls);
  } else {
    runHere(running.kernels, calls);
  }
}

/** Writes a few integers where a kernel can read them, and returns their address. Good until the slot is used again. */
export function writeInts(slot: number, values: readonly number[]): number {
  const { memory, ints } = engine();
  const address = ints + slot * 64;
  memory.i32.set(values, address >> 2);
  return address;
}
