import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { AbortError, engineInfo } from "@lookback/core";
import { runTuneJob, type Series, type TuneJob, type TuneResult } from "@lookback/forecast";

const script = fileURLToPath(new URL("./tuneWorker.js", import.meta.url));

/** Works off the jobs of a search on a thread for each processor; one after the other here where there is one alone. */
export function jobRunner(series: Series, signal: AbortSignal) {
  const threads = availableParallelism();
  // From source, as in tests, there is no compiled file that a thread could run.
  const alone = threads < 2 || !existsSync(script);
  return async (jobs: readonly TuneJob[], done: (result: TuneResult) => void): Promise<void> => {
    if (alone) {
      for (const job of jobs) done(await runTuneJob(series, job, signal));
      return;
    }
    const queue = [...jobs];
    // The engine of this thread, so that a search gives the same bits with and without threads.
    const { blas, deterministic } = engineInfo();
    const engine = { threads: 1, deterministic, blas: blas === null ? false : "auto" } as const;
    const workers = Array.from(
      { length: Math.min(threads, jobs.length) },
      () => new Worker(script, { workerData: { series, engine } }),
    );
    try {
      await Promise.all(workers.map((worker) => workOff(worker, queue, done, signal)));
    } finally {
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
  };
}

type Answer = { result: TuneResult } | { error: string };

/** Gives a thread one job after the other until none is left. */
function workOff(
  worker: Worker,
  queue: TuneJob[],
  done: (result: TuneResult) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const interrupt = () => reject(new AbortError("tune: interrupted."));
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", interrupt);
      settle();
    };
    const next = () => {
      const job = signal.aborted ? undefined : queue.shift();
      if (job) worker.postMessage(job);
      else end(resolve);
    };
    signal.addEventListener("abort", interrupt);
    worker.on("error", (error) => end(() => reject(error)));
    worker.on("message", (answer: Answer) => {
      if ("error" in answer) return end(() => reject(new Error(answer.error)));
      done(answer.result);
      next();
    });
    next();
  });
}
