import { AbortError, DataError, FormatError, loadSafetensors } from "@lookback/core";
import {
  type BacktestResult,
  backtest,
  defaultWindows,
  type Forecaster,
  NeuralForecaster,
  type NeuralOptions,
  type Series,
} from "@lookback/forecast";
import type { SeriesRun } from "../forecastRun.js";
import { baselines, saveBaseline } from "../modelFile.js";
import { isBaseline } from "../verdict.js";

/** How one series is to be forecast. */
export interface SeriesTask {
  series: Series;
  horizon: number;
  levels: number[];
  /** Origins of the backtest, or undefined for as many as the series bears. */
  windows: number | undefined;
  /** The model that was asked for: a network, a baseline, or undefined to let the backtest choose. */
  model: string | undefined;
  network: NeuralOptions;
  signal: AbortSignal;
  /** A checkpoint of an earlier run to go on from. */
  resume: Uint8Array | undefined;
  saveCheckpoint(bytes: Uint8Array): Promise<void>;
  progress(fraction: number, stage: Stage, loss?: number): void;
  /** Receives sentences that a reader should know. */
  warn(sentence: string): void;
}

/** What is going on: a training, or a fold of the backtest. */
export type Stage =
  | { kind: "fit"; model: string }
  | { kind: "backtest"; model: string; fold: number; folds: number };

/**
 * Trains, backtests beside the baselines, chooses the model with the least MASE (unless one was asked for), and
 * forecasts with it. The final training comes first, because that is what an interruption should not lose.
 */
export async function forecastSeries(task: SeriesTask): Promise<SeriesRun> {
  const { series, horizon, levels, model } = task;
  const wantsNetwork = model === undefined || !isBaseline(model);
  const losses: number[] = [];
  const network = wantsNetwork ? await fitNetwork(task, losses) : null;
  const factories = Object.values(baselines);
  const result = await runBacktest(task, [
    ...(network ? [() => new NeuralForecaster(task.network)] : []),
    ...factories,
  ]);
  const name = model ?? choose(result, network!.name);
  const forecasters = await Promise.all(factories.map((make) => fitted(make(), series)));
  const chosen: Forecaster = name === network?.name ? network : forecasters.find((f) => f.name === name)!;
  const others = await Promise.all(
    forecasters.map(async (f) => ({ name: f.name, forecast: await f.predict({ horizon, levels }) })),
  );
  const byNetwork = chosen === network;
  return {
    series,
    backtest: result,
    model: name,
    parameters: byNetwork ? network!.parameterCount : 0,
    lookback: byNetwork ? (network!.windows?.lookback ?? null) : null,
    forecast: await chosen.predict({ horizon, levels }),
    baselines: others,
    losses: byNetwork ? losses : [],
    modelBytes: byNetwork ? network!.save() : saveBaseline(name, series),
  };
}

async function fitted(forecaster: Forecaster, series: Series): Promise<Forecaster> {
  await forecaster.fit(series);
  return forecaster;
}

async function fitNetwork(task: SeriesTask, losses: number[]): Promise<NeuralForecaster> {
  const { series, signal, resume } = task;
  const network = new NeuralForecaster(task.network);
  const done = resume && trainedBefore(resume, network, series);
  if (done) return done;
  await network.fit(series, {
    signal,
    checkpoint: { save: (bytes) => task.saveCheckpoint(bytes) },
    ...(resume ? { resume } : {}),
    onProgress({ fraction, epoch, loss }) {
      if (epoch === 1) losses.length = 0;
      if (loss !== undefined) losses.push(loss);
      task.progress(fraction * fitShare(task), { kind: "fit", model: network.name }, loss);
    },
  });
  for (const warning of network.warnings) task.warn(warning);
  await task.saveCheckpoint(network.save());
  return network;
}

/** The model of a checkpoint whose training was finished; undefined for one in the middle of a training. */
function trainedBefore(
  bytes: Uint8Array,
  fresh: NeuralForecaster,
  series: Series,
): NeuralForecaster | undefined {
  const { metadata } = loadSafetensors(bytes, "the checkpoint");
  if (!metadata.lookback?.includes('"lookback-forecaster"')) return undefined;
  const network = NeuralForecaster.load(bytes, "the checkpoint");
  const kept = network.history?.values ?? new Float64Array();
  const same =
    JSON.stringify(network.options) === JSON.stringify(fresh.options) &&
    network.history?.times.at(-1) === series.times.at(-1) &&
    kept.every((value, i) => value === series.values[series.values.length - kept.length + i]);
  if (same) return network;
  throw new FormatError(
    "The checkpoint belongs to other data or other options. Resume with the same ones, or train anew without --resume.",
  );
}

/** Share of a series' work that its final training is: about as long as one fold of the backtest. */
function fitShare(task: SeriesTask): number {
  return 1 / (1 + (task.windows ?? defaultWindows(task.series, task.horizon)));
}

/** Backtests on as many origins as asked for, or on as many as the series bears; null when it bears none. */
async function runBacktest(
  task: SeriesTask,
  factories: (() => Forecaster)[],
): Promise<BacktestResult | null> {
  const { series, horizon, levels, signal, windows } = task;
  const share = fitShare(task);
  for (let count = windows ?? defaultWindows(series, horizon); count >= 1; count--) {
    try {
      return await backtest(factories, series, {
        horizon,
        windows: count,
        levels,
        signal,
        onProgress({ model, fold, folds, fit }) {
          // The network comes first and takes all the time; the baselines after it take none worth showing.
          const done = isBaseline(model) ? 1 : (fold - 1 + (fit?.fraction ?? 0)) / folds;
          task.progress(share + (1 - share) * done, { kind: "backtest", model, fold, folds }, fit?.loss);
        },
      });
    } catch (error) {
      if (windows !== undefined || error instanceof AbortError || !(error instanceof DataError)) throw error;
    }
  }
  task.warn(
    `Series "${series.id}" is too short for a backtest with horizon ${horizon}, so nothing is known about how good this forecast is.`,
  );
  return null;
}

/** The model with the least MASE; the network when nothing is known, or when it is as good as the best. */
function choose(result: BacktestResult | null, network: string): string {
  if (!result) return network;
  const best = result.models.reduce((a, b) => (b.mase < a.mase ? b : a));
  if (!Number.isFinite(best.mase)) return network;
  return best.name;
}
