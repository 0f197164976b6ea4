import { AbortError, ArgumentError, DataError, LookbackError } from "@lookback/core";
import {
  checkHorizon,
  checkLevels,
  DEFAULT_LEVELS,
  type FitProgress,
  type Forecast,
  type Forecaster,
  throwIfAborted,
} from "./forecaster.js";
import { type Fold, foldMase, type Scores, type StepScores, scoreEachStep, scoreFolds } from "./scores.js";
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
  /**
   * Steps between the last value that is known and the first that is scored, when values arrive late. Default 0.
   */
  readonly gap?: number;
  /**
   * Whether every fold fits anew. Default true. When false, a forecaster that can go on from newer values without
   * learning again ({@link Observing}) is fitted in the first fold only; others are fitted in every fold all the same.
   */
  readonly refit?: boolean;
  /** Levels of the intervals in per cent; 80 and 95 are always among them. */
  readonly levels?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BacktestProgress) => void;
}

/** How one forecaster did over all folds. */
export interface ModelScore extends Scores {
  readonly name: string;
  /** Share of actual values inside the 80 % interval, 0 to 1. */
  readonly coverage80: number;
  readonly coverage95: number;
  /** The same scores for each number of steps ahead. */
  readonly steps: readonly StepScores[];
  /** Wall-clock time of fitting and predicting in all folds. */
  readonly seconds: number;
  readonly folds: readonly Fold[];
}

export interface BacktestResult {
  readonly horizon: number;
  readonly windows: number;
  readonly step: number;
  readonly gap: number;
  /** In the order of the forecasters. */
  readonly models: readonly ModelScore[];
}

/**
 * A forecaster that goes on from newer values with what it has learned: from those of its series, or, for a global
 * forecaster, from those of all the series that it was fitted on, in the same order.
 */
export interface Observing<Data = Series> {
  observe(data: Data): void | Promise<void>;
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
  const gap = checkGap(options.gap);
  checkLongEnough(series, horizon + gap, windows, step);
  const levels = checkLevels([...(options.levels ?? []), ...DEFAULT_LEVELS]);
  const models: ModelScore[] = [];
  for (const [index, factory] of factories.entries()) {
    const folds: Fold[] = [];
    let forecaster = factory();
    let { name } = forecaster;
    if (models.some((model) => model.name === name)) name = `${name}-${index + 1}`;
    let seconds = 0;
    let learned = false;
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
      const trainLength = series.values.length - horizon - gap - (windows - 1 - fold) * step;
      const training = sliceSeries(series, 0, trainLength);
      const started = performance.now();
      try {
        const goesOn = learned && options.refit === false ? observing<Series>(forecaster) : undefined;
        if (goesOn) await goesOn.observe(training);
        else {
          forecaster = factory();
          const { signal } = options;
          learned = true;
          await forecaster.fit(training, { onProgress: report, ...(signal ? { signal } : {}) });
        }
        const forecast = await forecaster.predict({ horizon: horizon + gap, levels });
        folds.push(foldOf(series, trainLength, gap, forecast));
      } catch (error) {
        throw named(
          error,
          `backtest, ${name}, fold ${fold + 1} of ${windows} (the first ${trainLength} rows)`,
        );
      }
      seconds += (performance.now() - started) / 1000;
      await nextTask();
    }
    const scores = scoreFolds(folds);
    const shareOf = (level: number) => scores.coverage.find((own) => own.level === level)!.share;
    const [coverage80, coverage95] = [shareOf(80), shareOf(95)];
    models.push({ name, ...scores, coverage80, coverage95, steps: scoreEachStep(folds), seconds, folds });
  }
  return { horizon, windows, step, gap, models };
}

/**
 * How many folds a series can bear: as many as four, while the first training part still holds two seasons, ten
 * values, and five more than the horizon (what a network needs at least); never fewer than one.
 */
export function defaultWindows(series: Series, horizon: number, most = 4): number {
  const smallest = Math.max(2 * series.seasonLength, 10, horizon + 5);
  return Math.max(1, Math.min(most, Math.floor((series.values.length - smallest) / horizon)));
}

/** A forecast made after the first `trainLength` values beside what came, without the first `gap` steps. */
export function foldOf(series: Series, trainLength: number, gap: number, forecast: Forecast): Fold {
  const end = trainLength + forecast.mean.length;
  const test = sliceSeries(series, trainLength + gap, end);
  const mean = forecast.mean.subarray(gap);
  return {
    trainLength,
    times: test.times,
    actual: test.values,
    mean,
    levels: forecast.levels.map(({ level, lo, hi }) => ({
      level,
      lo: lo.subarray(gap),
      hi: hi.subarray(gap),
    })),
    mase: foldMase(test.values, mean, series.values.subarray(0, trainLength), series.seasonLength),
  };
}

/** The forecaster, when it is one that goes on without learning again. */
export function observing<Data>(forecaster: object | undefined): Observing<Data> | undefined {
  const able =
    forecaster !== undefined && "observe" in forecaster && typeof forecaster.observe === "function";
  return able ? (forecaster as Observing<Data>) : undefined;
}

/** @throws ArgumentError unless the gap is a whole number from 0. */
export function checkGap(gap = 0): number {
  if (Number.isInteger(gap) && gap >= 0 && gap <= 100_000) return gap;
  throw new ArgumentError(`gap: expected a whole number from 0 to 100000, got ${gap}.`);
}

/** @throws ArgumentError unless a count is a whole number from 1. */
export function checkCount(name: string, count: number): void {
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
