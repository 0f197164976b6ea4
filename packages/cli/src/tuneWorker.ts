import { parentPort, workerData } from "node:worker_threads";
import { type EngineOptions, init } from "@lookback/core";
import { runTuneJob, type Series, type TuneJob } from "@lookback/forecast";

// A thread that works off the jobs of a search, one at a time: in comes a job, out goes its result or what went wrong.
const { series, engine } = workerData as { series: Series; engine: EngineOptions };
// Nothing may be computed before the engine runs as it should.
const started = init(engine);
parentPort!.on("message", async (job: TuneJob) => {
  try {
    await started;
    parentPort!.postMessage({ result: await runTuneJob(series, job) });
  } catch (error) {
    parentPort!.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
});
