import { readFile } from "node:fs/promises";
import { AbortError, DataError, engineInfo } from "@lookback/core";
import type { NeuralOptions, Series } from "@lookback/forecast";
import { versions } from "../engine.js";
import { errorCode, InterruptedError, systemReason } from "../errors.js";
import type { ForecastRun, SeriesRun } from "../forecastRun.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import { OutputFolder } from "../output.js";
import { Progress } from "../progress.js";
import { readSeries, type TableFlags } from "../tableSeries.js";
import { isBaseline } from "../verdict.js";
import { writeForecast } from "./forecastOutput.js";
import { forecastSeries, type Stage } from "./forecastSeries.js";

export interface ForecastFlags extends TableFlags {
  horizon?: number;
  windows?: number;
  levels: number[];
  model?: string;
  lookback?: number;
  hidden?: number;
  layers?: number;
  epochs?: number;
  lr?: number;
  seed: number;
  ensemble?: number;
  strategy?: "direct" | "recursive";
  out: string;
  dpi: number;
  resume?: boolean;
}

/** `lookback forecast <file>`: from a table to a trained model, an honest forecast and a picture. */
export async function forecast(
  file: string,
  flags: ForecastFlags,
  console: Console,
  command: string,
): Promise<void> {
  const started = performance.now();
  const { panel, rows } = await readSeries(file, flags, console);
  const { series } = panel;
  const folder = await OutputFolder.open(flags.out);
  const progress = new Progress(console);
  const runs: SeriesRun[] = [];
  let kept = flags.resume === true;
  try {
    for (const [index, one] of series.entries()) {
      const checkpoint =
        series.length === 1 ? "checkpoint.safetensors" : `checkpoint-${index + 1}.safetensors`;
      runs.push(
        await forecastSeries({
          series: one,
          horizon: flags.horizon ?? defaultHorizon(one),
          levels: flags.levels,
          windows: flags.windows,
          model: flags.model,
          network: networkOptions(flags, flags.horizon ?? defaultHorizon(one)),
          signal: console.io.signal,
          resume: flags.resume ? await readCheckpoint(folder, checkpoint, index === 0) : undefined,
          saveCheckpoint: async (bytes) => {
            await folder.write(checkpoint, bytes);
            kept = true;
          },
          progress: (fraction, stage, loss) =>
            progress.update({
              fraction: (index + fraction) / series.length,
              label: label(stage, console),
              loss,
            }),
          warn: (sentence) => console.warn(sentence),
        }),
      );
    }
  } catch (error) {
    if (!(error instanceof AbortError)) throw error;
    throw new InterruptedError(
      kept
        ? `Interrupted. What was trained so far is kept in ${flags.out}; go on with the same command and --resume:\n  ${command}${flags.resume ? "" : " --resume"}`
        : "Interrupted before there was anything to keep; nothing was written.",
    );
  } finally {
    progress.stop();
  }
  const run: ForecastRun = {
    file,
    command,
    made: new Date(),
    rows,
    settings: {
      horizon: runs[0]!.forecast.mean.length,
      levels: flags.levels,
      seed: flags.seed,
      network: flags.model !== undefined && isBaseline(flags.model) ? null : (flags.model ?? "lstm"),
      forced: flags.model ?? null,
    },
    series: runs,
    panel,
    notes: console.warnings,
    engine: engineInfo(),
    versions: versions(),
    seconds: (performance.now() - started) / 1000,
  };
  await writeForecast(run, folder, flags.dpi, console);
  for (const [index] of series.entries()) {
    await folder.remove(
      series.length === 1 ? "checkpoint.safetensors" : `checkpoint-${index + 1}.safetensors`,
    );
  }
}

/** One season ahead, at most 24 steps, 12 without a season; less for a short series. */
function defaultHorizon({ seasonLength, values }: Series): number {
  const wanted = seasonLength > 1 ? Math.min(seasonLength, 24) : 12;
  return Math.max(1, Math.min(wanted, Math.floor(values.length / 4)));
}

function networkOptions(flags: ForecastFlags, horizon: number): NeuralOptions {
  const { model, lookback, hidden, layers, epochs, lr, seed, ensemble, strategy } = flags;
  const given = { lookback, hidden, layers, epochs, lr, ensemble, strategy };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const cell = model === "gru" || model === "rnn" ? model : "lstm";
  return { ...set, cell, seed, horizon } as NeuralOptions;
}

function label(stage: Stage, console: Console): string {
  const text = messages(console.lang).terminal;
  return stage.kind === "fit"
    ? text.fitting(stage.model)
    : text.backtesting(stage.model, stage.fold, stage.folds);
}

/** The checkpoint of an interrupted run. Of several series, those that come after the interruption have none. */
async function readCheckpoint(
  folder: OutputFolder,
  name: string,
  needed: boolean,
): Promise<Uint8Array | undefined> {
  const path = folder.file(name);
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === "ENOENT" && !needed) return undefined;
    const reason = errorCode(error) === "ENOENT" ? "there is none" : systemReason(error);
    throw new DataError(
      `--resume goes on from the checkpoint ${path}, but ${reason}. Run the command without --resume, or name the folder of the interrupted run with --out.`,
    );
  }
}
