// What a worker thread runs, in Node and in a page. scripts/buildWorker.mjs makes one string of it and what it imports.
import { type BlasLibrary, openBlas, type Sgemm } from "./blasLibrary.js";
import { builtin } from "./host.js";
import type { Kernels } from "./kernels.js";
import { Shared, Word } from "./poolLayout.js";

/** What the main thread tells a worker. */
export interface WorkerStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Address of the shared area. */
  shared: number;
  /** Address of this worker's own scratch area. */
  scratch: number;
  /** The system BLAS, and from how many multiplications it is used. */
  blas: (BlasLibrary & { from: number }) | null;
}

/** Milliseconds for which a worker looks for more work before it sleeps: waking it costs some 50 µs. */
const patience = 0.2;

function work({ module, memory, shared: address, scratch, blas }: WorkerStart): void {
  // Opened by the first product that needs it, for which the main thread waits: a worker that is ended while it loads a
  // native package takes the whole process with it.
  let sgemm: Sgemm = (...args) => {
    sgemm = openBlas(blas!, memory).sgemm;
    sgemm(...args);
  };
  const env = { memory, sgemm: (...args: Parameters<Sgemm>) => sgemm(...args) };
  const { exports } = new WebAssembly.Instance(module, { env });
  const kernels = exports as unknown as Kernels;
  kernels.setScratch(scratch);
  if (blas) kernels.setBlas(blas.from);
  const shared = new Shared(memory.buffer, address, kernels);
  const { words } = shared;
  Atomics.add(words, Word.ready, 1);
  for (;;) {
    const seen = Atomics.load(words, Word.job);
    shared.drain((error) => shared.fail(error instanceof Error ? error.message : String(error)));
    if (Atomics.load(words, Word.stop)) return;
    if (moreWithin(words, seen)) continue;
    Atomics.add(words, Word.sleeping, 1);
    Atomics.wait(words, Word.job, seen);
    Atomics.sub(words, Word.sleeping, 1);
  }
}

function moreWithin(words: Int32Array, seen: number): boolean {
  const end = performance.now() + patience;
  do {
    for (let i = 0; i < 100; i++) if (Atomics.load(words, Word.job) !== seen) return true;
  } while (performance.now() < end);
  return false;
}

/** In Node a worker is told by its `workerData`, in a page by a message. */
const { workerData } = builtin("node:worker_threads") ?? {};
if (workerData) work(workerData as WorkerStart);
else {
  globalThis.onmessage = ({ data }: { data: WorkerStart }) => {
    work(data);
    globalThis.close?.();
  };
}
