import { readFile } from "node:fs/promises";
import { AbortError, DataError, engineInfo } from "@lookback/core";
import type { NeuralOptions, Series } from "@lookback/forecast";
import { versions } from "../engine.js";
import { errorCode, InterruptedError, systemReason, UsageError } from "../errors.js";
import type { ForecastRun } from "../forecastRun.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import { isNetworkName, localModels, type NetworkName, networkNames } from "../models.js";
import { OutputFolder } from "../output.js";
import { Progress } from "../progress.js";
import { runForecast, type Stage } from "../runForecast.js";
import {
  autoModel,
  type Checkpoints,
  globalModel,
  localModel,
  networkModel,
  type RunModel,
} from "../runModel.js";
import { readSeries, type TableFlags } from "../tableSeries.js";
import { writeForecast } from "./forecastOutput.js";

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
  scaler?: "standard" | "minmax" | "window";
  log?: "auto" | "on" | "off";
  global?: boolean;
  local?: boolean;
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
  const horizon = flags.horizon ?? defaultHorizon(panel.series);
  const trained = modelOf(flags, horizon, panel.series.length);
  const folder = await OutputFolder.open(flags.out);
  const progress = new Progress(console);
  const checkpoints = new CheckpointFiles(folder, panel.series.length, flags.resume === true);
  try {
    const { model, files, backtest, series } = await runForecast({
      series: panel.series,
      horizon,
      levels: flags.levels,
      windows: flags.windows,
      forced: flags.model !== undefined,
      model: trained,
      signal: console.io.signal,
      checkpoints,
      progress: (fraction, stage, loss) => progress.update({ fraction, label: label(stage, console), loss }),
      warn: (sentence) => console.warn(sentence),
    });
    const run: ForecastRun = {
      file,
      command,
      made: new Date(),
      rows,
      settings: { horizon, levels: flags.levels, seed: flags.seed, forced: flags.model ?? null },
      model,
      backtest,
      series,
      panel,
      notes: console.warnings,
      engine: engineInfo(),
      versions: versions(),
      seconds: (performance.now() - started) / 1000,
    };
    progress.stop();
    await writeForecast(run, files, folder, flags.dpi, console);
    await checkpoints.remove();
  } catch (error) {
    if (!(error instanceof AbortError)) throw error;
    throw new InterruptedError(
      checkpoints.kept
        ? `Interrupted. What was trained so far is kept in ${flags.out}; go on with the same command and --resume:\n  ${command}${flags.resume ? "" : " --resume"}`
        : "Interrupted before there was anything to keep; nothing was written.",
    );
  } finally {
    progress.stop();
  }
}

/** Flags that only a network understands. */
const networkFlags = [
  "lookback",
  "hidden",
  "layers",
  "epochs",
  "lr",
  "ensemble",
  "strategy",
  "scaler",
  "log",
  "global",
  "local",
] as const;

/**
 * The model that was asked for; without one, auto, or an lstm when a flag speaks of a network. A network learns from
 * all series together, unless there is one or `--local` says otherwise.
 */
function modelOf(flags: ForecastFlags, horizon: number, series: number): RunModel {
  const given = networkFlags.find((flag) => flags[flag] !== undefined);
  const name = flags.model ?? (given === undefined ? "auto" : "lstm");
  if (given !== undefined && !isNetworkName(name)) {
    throw new UsageError(
      `--${given} is for networks (${networkNames.join(", ")}), and --model ${name} is none. Leave one of the two out.`,
    );
  }
  if (flags.global && flags.local)
    throw new UsageError("--global and --local contradict each other. Leave one out.");
  if (name === "auto") return autoModel({ horizon, seed: flags.seed });
  if (!isNetworkName(name)) return localModel(name, localModels[name]!);
  const options = networkOptions(name, flags, horizon);
  return (flags.global ?? (series > 1 && !flags.local)) ? globalModel(options) : networkModel(options);
}

/** One season ahead, at most 24 steps, 12 without a season; less for short series. The same for all series. */
export function defaultHorizon(series: readonly Series[]): number {
  const sorted = [...series].sort((a, b) => a.values.length - b.values.length);
  const { seasonLength, values } = sorted[sorted.length >> 1]!;
  const wanted = seasonLength > 1 ? Math.min(seasonLength, 24) : 12;
  return Math.max(1, Math.min(wanted, Math.floor(values.length / 4)));
}

function networkOptions(cell: NetworkName, flags: ForecastFlags, horizon: number): NeuralOptions {
  const { lookback, hidden, layers, epochs, lr, seed, ensemble, strategy, scaler } = flags;
  const log = { on: true, off: false, auto: "auto" as const }[flags.log ?? "auto"];
  const given = { lookback, hidden, layers, epochs, lr, ensemble, strategy, scaler, log };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...set, cell, seed, horizon } as NeuralOptions;
}

function label(stage: Stage, console: Console): string {
  const text = messages(console.lang).terminal;
  const said = { fit: text.fitting, backtest: text.backtesting, explain: text.explaining };
  return said[stage.kind](stage.model);
}

/** Checkpoints as files in the folder of results: one for a model, or one for each series. */
class CheckpointFiles implements Checkpoints {
  /** Whether there is something to go on from. */
  kept: boolean;
  private readonly written = new Set<number>();

  constructor(
    private readonly folder: OutputFolder,
    private readonly series: number,
    private readonly resume: boolean,
  ) {
    this.kept = resume;
  }

  private name(index: number): string {
    return this.series === 1 ? "checkpoint.safetensors" : `checkpoint-${index + 1}.safetensors`;
  }

  /** The checkpoint of an interrupted run. Of several series, those that come after the interruption have none. */
  async read(index: number): Promise<Uint8Array | undefined> {
    if (!this.resume) return undefined;
    const path = this.folder.file(this.name(index));
    try {
      const bytes = await readFile(path);
      this.written.add(index);
      return bytes;
    } catch (error) {
      if (errorCode(error) === "ENOENT" && index > 0) return undefined;
      const reason = errorCode(error) === "ENOENT" ? "there is none" : systemReason(error);
      throw new DataError(
        `--resume goes on from the checkpoint ${path}, but ${reason}. Run the command without --resume, or name the folder of the interrupted run with --out.`,
      );
    }
  }

  async write(index: number, bytes: Uint8Array): Promise<void> {
    await this.folder.write(this.name(index), bytes);
    this.written.add(index);
    this.kept = true;
  }

  /** Removes them, once the results are written. */
  async remove(): Promise<void> {
    for (const index of this.written) await this.folder.remove(this.name(index));
  }
}
