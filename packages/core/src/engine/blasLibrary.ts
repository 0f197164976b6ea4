import { builtin, node } from "./host.js";
import type { Kernels } from "./kernels.js";

/** Where a BLAS is, and the package that can call it. */
export interface BlasLibrary {
  /** Path of koffi's entry file. */
  koffi: string;
  /** Path or name of the library, as the system's loader takes it. */
  library: string;
}

/** `env.sgemm` of the kernels. */
export type Sgemm = Kernels["gemm"];

type Native = (...args: number[]) => number;

interface Koffi {
  load(library: string): { func(prototype: string): Native };
  address(view: Uint8Array): bigint;
}

// CBLAS's codes
const rowMajor = 101;
const asIs = 111;
const transposed = 112;

/** What tells a BLAS to stay on the thread that calls it: the engine's own threads share the work. */
const threadSetters = [
  "void openblas_set_num_threads(int)",
  "void MKL_Set_Num_Threads(int)",
  "void bli_thread_set_num_threads(int)",
];
const threadVariables = [
  "OPENBLAS_NUM_THREADS",
  "MKL_NUM_THREADS",
  "OMP_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
];

/**
 * Opens a BLAS for the engine's memory, on this thread. A shared memory never moves, so its address is asked once.
 *
 * @throws whatever the loader says: no such file, wrong architecture, no cblas_sgemm in it.
 */
export function openBlas(
  { koffi: path, library }: BlasLibrary,
  memory: WebAssembly.Memory,
): { sgemm: Sgemm } {
  const koffi = builtin("node:module")!.createRequire(path)(path) as Koffi;
  const loaded = onOneThread(() => koffi.load(library));
  const call = loaded.func(
    "void cblas_sgemm(int, int, int, int, int, int, float, uintptr_t, int, uintptr_t, int, float, uintptr_t, int)",
  );
  for (const prototype of threadSetters) {
    try {
      loaded.func(prototype)(1);
    } catch {
      // another library's
    }
  }
  const base = Number(koffi.address(new Uint8Array(memory.buffer)));
  return {
    sgemm(transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc) {
      // biome-ignore format: CBLAS's arguments in their order; addresses come out of wasm as signed numbers
      call(rowMajor, transA ? transposed : asIs, transB ? transposed : asIs, m, n, k, 1, base + (a >>> 0), lda, base + (b >>> 0), ldb, beta, base + (c >>> 0), ldc);
    },
  };
}

/** A BLAS reads these variables as it is loaded, and would start threads that nobody uses. */
function onOneThread<T>(load: () => T): T {
  const { env } = node!;
  const before = threadVariables.map((name) => env[name]);
  for (const name of threadVariables) env[name] = "1";
  try {
    return load();
  } finally {
    threadVariables.forEach((name, i) => {
      if (before[i] === undefined) delete env[name];
      else env[name] = before[i];
    });
  }
}
