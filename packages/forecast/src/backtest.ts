import { AbortError, ArgumentError, DataError, LookbackError } from "@lookback/core";
import {
  checkHorizon,
  checkLevels,
  DEFAULT_LEVELS,
  type FitProgress,
  type Forecaster,
  type Interval,
  throwIfAborted,
} from "./forecaster.js";
import { coverage, mae, mape, mase, rmse, smape } from "./metrics.js";
import { type Series, sliceSeries } from "./series.js";

/** How far a backtest has come. */
export interface BacktestProgress {
  /** The forecaster at work. */
  readonly model: string;
  /** The fold it works on, from 1. */
  readonly fold: number;
  readonly folds: number;
  /** Share of the whole backtest that is done, 0 to 1. */
  readonly fraction: number;
  /** What the forecaster itself reports. */
  readonly fit?: FitProgress;
}

export interface BacktestOptions {
  /** Steps ahead in every fold. */
  readonly horizon: number;
  /** Folds. Default: {@link defaultWindows}. */
  readonly windows?: number;
  /** Steps from one fold's origin to the next. Default: the horizon, so that test parts do not overlap. */
  readonly step?: number;
  /** Levels of the intervals in per cent; 80 and 95 are always among them. */
  readonly levels?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BacktestProgress) => void;
}

/** One forecast of the backtest beside what really came. */
export interface Fold {
  /** Length of the training part; the test part starts at this index. */
  readonly trainLength: number;
  readonly times: readonly string[];
  readonly actual: Float64Array;
  readonly mean: Float64Array;
  readonly levels: readonly Interval[];
  /** Scaled by the fold's own training part. */
  readonly mase: number;
}

/** How one forecaster did over all folds. */
export interface ModelScore {
  readonly name: string;
  /** Mean over the folds, each scaled by its own training part. */
  readonly mase: number;
  /** Over all points of all folds together, as are the following. */
  readonly rmse: number;
  readonly mae: number;
  /** NaN when an actual value is 0. */
  readonly mape: number;
  readonly smape: number;
  /** Share of actual values inside the 80 % interval, 0 to 1. */
  readonly coverage80: number;
  readonly coverage95: number;
  /** The same for every level asked for. */
  readonly coverage: readonly { readonly level: number; readonly share: number }[];
  /** Wall-clock time of fitting and predicting in all folds. */
  readonly seconds: number;
  readonly folds: readonly Fold[];
}

export interface BacktestResult {
  readonly horizon: number;
  readonly windows: number;
  readonly step: number;
  /** In the order of the forecasters. */
  readonly models: readonly ModelScore[];
}

/**
 * Rolling-origin backtest: the last `windows` origins, `step` apart, the newest leaving `horizon` values; at each,
 * every forecaster is made anew, fitted on all that came before, and compared with the `horizon` values that follow.
 * Everything (scalers too) is fitted inside the fold, so nothing of the test part leaks.
 * Source: Tashman, Int. J. Forecasting 16 (2000).
 *
 * @example await backtest([naive, seasonalNaive], series, { horizon: 12, windows: 4 })
 * @throws ArgumentError for bad options; DataError when the series is too short; AbortError when interrupted.
 */
export async function backtest(
  factories: readonly (() => Forecaster)[],
  series: Series,
  options: BacktestOptions,
): Promise<BacktestResult> {
  const horizon = checkHorizon(options.horizon);
  const windows = options.windows ?? defaultWindows(series, horizon);
  const step = options.step ?? horizon;
  checkCount("windows", windows);
  checkCount("step", step);
  checkLongEnough(series, horizon, windows, step);
  const levels = checkLevels([...(options.levels ?? []), ...DEFAULT_LEVELS]);
  const models: ModelScore[] = [];
  for (const [index, factory] of factories.entries()) {
    const folds: Fold[] = [];
    let name = factory().name;
    if (models.some((model) => model.name === name)) name = `${name}-${index + 1}`;
    let seconds = 0;
    for (let fold = 0; fold < windows; fold++) {
      throwIfAborted(options.signal, "backtest");
      const report = (fit?: FitProgress) => {
        const done = index * windows + fold + (fit?.fraction ?? 0);
        const fraction = done / (factories.length * windows);
        options.onProgress?.({
          model: name,
          fold: fold + 1,
          folds: windows,
          fraction,
          ...(fit ? { fit } : {}),
        });
      };
      report();
      const trainLength = series.values.length - horizon - (windows - 1 - fold) * step;
      const started = performance.now();
      try {
        folds.push(
          await runFold(factory(), series, { trainLength, horizon, levels, report, signal: options.signal }),
        );
      } catch (error) {
        throw named(
          error,
          `backtest, ${name}, fold ${fold + 1} of ${windows} (the first ${trainLength} rows)`,
        );
      }
      seconds += (performance.now() - started) / 1000;
      await nextTask();
    }
    models.push(score(name, folds, seconds, levels));
  }
  return { horizon, windows, step, models };
}

/**
 * How many folds a series can bear: as many as four, while the first training part still holds two seasons, ten
 * values, and five more than the horizon (what a network needs at least); never fewer than one.
 */
export function defaultWindows(series: Series, horizon: number, most = 4): number {
  const smallest = Math.max(2 * series.seasonLength, 10, horizon + 5);
  return Math.max(1, Math.min(most, Math.floor((series.values.length - smallest) / horizon)));
}

interface FoldTask {
  readonly trainLength: number;
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly report: (fit: FitProgress) => void;
  readonly signal: AbortSignal | undefined;
}

async function runFold(forecaster: Forecaster, series: Series, task: FoldTask): Promise<Fold> {
  const { trainLength, horizon, levels, report, signal } = task;
  const training = sliceSeries(series, 0, trainLength);
  const test = sliceSeries(series, trainLength, trainLength + horizon);
  await forecaster.fit(training, { onProgress: report, ...(signal ? { signal } : {}) });
  const forecast = await forecaster.predict({ horizon, levels });
  const { seasonLength } = series;
  return {
    trainLength,
    times: test.times,
    actual: test.values,
    mean: forecast.mean,
    levels: forecast.levels,
    mase: mase(test.values, forecast.mean, { training: training.values, seasonLength }),
  };
}

function score(name: string, folds: readonly Fold[], seconds: number, levels: readonly number[]): ModelScore {
  const actual = folds.flatMap((fold) => [...fold.actual]);
  const mean = folds.flatMap((fold) => [...fold.mean]);
  const shares = levels.map((level, i) => {
    const lo = folds.flatMap((fold) => [...fold.levels[i]!.lo]);
    const hi = folds.flatMap((fold) => [...fold.levels[i]!.hi]);
    return { level, share: coverage(actual, lo, hi) };
  });
  const shareOf = (level: number) => shares.find((share) => share.level === level)!.share;
  return {
    name,
    mase: folds.reduce((sum, fold) => sum + fold.mase, 0) / folds.length,
    rmse: rmse(actual, mean),
    mae: mae(actual, mean),
    mape: mape(actual, mean),
    smape: smape(actual, mean),
    coverage80: shareOf(80),
    coverage95: shareOf(95),
    coverage: shares,
    seconds,
    folds,
  };
}

function checkCount(name: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return;
  throw new ArgumentError(`${name}: expected a whole number of at least 1, got ${count}.`);
}

function checkLongEnough(series: Series, horizon: number, windows: number, step: number): void {
  const needed = 3 + horizon + (windows - 1) * step;
  if (series.values.length >= needed) return;
  throw new DataError(
    `backtest: ${windows} ${windows === 1 ? "window" : "windows"} of horizon ${horizon} need at least ${needed} rows, ` +
      `series "${series.id}" has ${series.values.length}. Use fewer windows, a shorter horizon, or more rows.`,
  );
}

/** The same error with the place in front, unless it is an interruption or a bug. */
function named(error: unknown, where: string): unknown {
  if (!(error instanceof LookbackError) || error instanceof AbortError) return error;
  const Kind = error instanceof ArgumentError ? ArgumentError : DataError;
  return new Kind(`${where}: ${error.message}`, { cause: error });
}

/** Lets a page or server do other work. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
