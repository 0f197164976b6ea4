import { LookbackError } from "../errors.js";
import { builtin } from "./host.js";
import type { Kernels } from "./kernels.js";
import type { Memory } from "./memory.js";
import { mostCalls, Shared, sharedBytes, Word } from "./poolLayout.js";
import { workerSource } from "./worker.generated.js";
import type { WorkerStart } from "./worker.js";

/** A kernel's name and its arguments. */
export type Call = { [K in keyof Kernels]: [K, ...Parameters<Kernels[K]>] }[keyof Kernels];

export interface PoolStart {
  /** Threads beside the caller's own. */
  workers: number;
  kernels: Kernels;
  memory: Memory;
  module: WebAssembly.Module;
  blas: WorkerStart["blas"];
  /** Keeps the process alive until the workers are ready: for somebody who waits. */
  awaited: boolean;
}

/** Milliseconds that the main thread looks for the end of a job before it sleeps, and then sleeps at a time. */
const patience = 0.1;
const nap = 100;
/** A worker that has not finished so long after the main thread ran out of work is taken for dead. */
const deadAfter = 10_000;

/** One worker, in Node or in a page. */
interface Thread {
  onEnd(listener: (why: string) => void): void;
  ref(on: boolean): void;
  terminate(): void;
}

/**
 * Worker threads that share the engine's memory and take kernel calls from a list. The calling thread takes from the
 * same list, so work never waits for a thread that is asleep or busy; it waits only for calls that a worker has begun.
 */
export class Pool {
  readonly workers: number;
  readonly #shared: Shared;
  readonly #threads: Thread[];
  readonly #kernels: Kernels;
  readonly #canSleep: boolean;
  /** How long a worker may be silent; tests set it. */
  deadAfter = deadAfter;
  #broken: string | null = null;
  #stopped = false;
  /** Why no worker could be started, as where a page forbids it; null when they could. */
  failure: string | null = null;

  constructor({ workers, kernels, memory, module, blas, awaited }: PoolStart) {
    this.workers = workers;
    this.#kernels = kernels;
    // As long-lived as the pool, which holds the blocks: the workers' areas are never given to anybody else.
    const areas = memory.persistent(() => [
      memory.allocate(sharedBytes),
      ...Array.from({ length: workers }, () => memory.allocate(kernels.scratchBytes())),
    ]);
    this.held = areas;
    const [area, ...scratch] = areas;
    memory.i32.fill(0, area!.address >> 2, (area!.address + 64) >> 2);
    this.#shared = new Shared(memory.wasm.buffer, area!.address, kernels);
    this.#canSleep = builtin("node:worker_threads") !== undefined || typeof window === "undefined";
    this.#threads = scratch.map(({ address }) => {
      const thread = startThread({
        module,
        memory: memory.wasm,
        shared: area!.address,
        scratch: address,
        blas,
      });
      thread.onEnd((why) => {
        if (this.#stopped) return;
        if (this.#readyCount === 0) this.failure ??= why;
        else this.#broken ??= why;
      });
      thread.ref(awaited);
      return thread;
    });
  }

  readonly held: readonly unknown[];

  /** Resolves when every worker is ready, or throws when one has ended. */
  async ready(): Promise<void> {
    while (this.#readyCount < this.workers) {
      this.#throwIfBroken();
      if (this.failure !== null) {
        throw new LookbackError(`init: worker threads cannot be started: ${this.failure}. Use threads: 1.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    for (const thread of this.#threads) thread.ref(false);
  }

  get #readyCount(): number {
    return Atomics.load(this.#shared.words, Word.ready);
  }

  /** Runs calls that do not touch each other's results, in any order, and returns when all are done. */
  run(calls: readonly Call[]): void {
    this.#throwIfBroken();
    if (this.#readyCount === 0) {
      runHere(this.#kernels, calls);
      return;
    }
    for (let i = 0; i < calls.length; i += mostCalls) this.#runJob(calls.slice(i, i + mostCalls));
  }

  #runJob(calls: readonly Call[]): void {
    const { words } = this.#shared;
    calls.forEach(([name, ...args], i) => {
      this.#shared.write(i, name, args);
    });
    Atomics.store(words, Word.done, 0);
    Atomics.store(words, Word.next, calls.length << 16);
    Atomics.add(words, Word.job, 1);
    if (Atomics.load(words, Word.sleeping)) Atomics.notify(words, Word.job, calls.length - 1);
    const start = performance.now();
    let error: unknown = null;
    this.#shared.drain((thrown) => {
      error ??= thrown;
    });
    this.#await(calls.length, performance.now() - start);
    const failed = Atomics.exchange(words, Word.failed, 0);
    if (error !== null) throw error;
    if (failed) {
      throw new LookbackError(`A kernel failed on a worker thread: ${this.#shared.message}`);
    }
  }

  /** Waits for the calls that workers have begun; `spent` milliseconds is what the caller's own share took. */
  #await(total: number, spent: number): void {
    const { words } = this.#shared;
    const start = performance.now();
    const limit = this.deadAfter + 5 * spent;
    for (let done = Atomics.load(words, Word.done); done < total; done = Atomics.load(words, Word.done)) {
      const waited = performance.now() - start;
      if (waited < patience || !this.#canSleep) {
        for (let i = 0; i < 100 && Atomics.load(words, Word.done) === done; i++);
      } else {
        Atomics.store(words, Word.waiting, 1);
        Atomics.wait(words, Word.done, done, Math.min(nap, limit));
        Atomics.store(words, Word.waiting, 0);
      }
      if (waited > limit) {
        this.#broken ??= `it has not answered for ${(waited / 1000).toFixed(0)} s`;
        this.#throwIfBroken();
      }
    }
  }

  #throwIfBroken(): void {
    if (this.#broken === null) return;
    const why = this.#broken;
    this.stop();
    throw new LookbackError(
      `A worker thread has died: ${why}. What it was computing is lost; the engine goes on with one thread. Call init() to start threads again.`,
    );
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Ends the workers. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    const { words } = this.#shared;
    Atomics.store(words, Word.stop, 1);
    Atomics.add(words, Word.job, 1);
    Atomics.notify(words, Word.job);
    for (const thread of this.#threads) thread.terminate();
  }

  /** Ends one worker as if it had crashed. For tests. */
  kill(index: number): void {
    this.#threads[index]!.terminate();
  }
}

/** Runs calls one after another on this thread. */
export function runHere(kernels: Kernels, calls: readonly Call[]): void {
  for (const [name, ...args] of calls) (kernels[name] as (...args: number[]) => unknown)(...args);
}

function startThread(start: WorkerStart): Thread {
  const node = builtin("node:worker_threads");
  if (node) {
    // no flags of the process: a loader that it runs with would only slow the start
    const worker = new node.Worker(workerSource, {
      eval: true,
      workerData: start,
      execArgv: [],
      name: "lookback",
    });
    return {
      onEnd(listener) {
        worker.on("error", (error) => listener(error.message));
        worker.on("exit", (code) => listener(`it ended with code ${code}`));
      },
      ref: (on) => (on ? worker.ref() : worker.unref()),
      terminate: () => void worker.terminate(),
    };
  }
  const url = URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" }));
  const worker = new Worker(url, { name: "lookback" });
  worker.postMessage(start);
  return {
    onEnd(listener) {
      worker.onerror = (event) => listener(event.message || "the page does not let it start");
    },
    ref: () => URL.revokeObjectURL(url),
    terminate: () => worker.terminate(),
  };
}
