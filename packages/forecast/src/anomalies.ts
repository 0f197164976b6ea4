import { type BacktestProgress, backtest, checkCount } from "./backtest.js";
import { applyCalibration, calibrate } from "./conformal.js";
import type { Forecaster } from "./forecaster.js";
import type { Fold } from "./scores.js";
import type { Series } from "./series.js";

/** A value that its forecaster did not expect. */
export interface Anomaly {
  /** Its place in the series, from 0. */
  readonly index: number;
  readonly time: string;
  readonly actual: number;
  readonly expected: number;
  readonly lo: number;
  readonly hi: number;
  readonly side: "above" | "below";
  /** Its distance from what was expected, in units of the interval's half on its side: above 1. */
  readonly score: number;
}

export interface AnomalyOptions {
  /** Level of the interval that an anomaly lies outside of, in per cent. Default 99. */
  readonly level?: number;
  /** Steps ahead that every value is forecast at most. Default a season of up to 24, or 1 without one. */
  readonly horizon?: number;
  /** Forecasts looked at, each of `horizon` values and following the one before. Default: as many as leave half of the series to learn from. */
  readonly windows?: number;
  /** Whether to stretch the intervals so that those of 80 per cent hold what they should (`calibrate`). Default true. */
  readonly calibrated?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BacktestProgress) => void;
}

/** What {@link findAnomalies} found. */
export interface Anomalies {
  readonly level: number;
  readonly horizon: number;
  /** Index of the first value that was looked at; all from there on were. */
  readonly from: number;
  /** Values looked at. */
  readonly count: number;
  /** In order of time. */
  readonly found: readonly Anomaly[];
  /** All forecasts, with the interval of the level alone: what to draw. */
  readonly folds: readonly Fold[];
}

/** The level by which intervals are calibrated: anomalies, which are what is looked for, do not move its quantile. */
const STEADY_LEVEL = 80;

/**
 * Values outside of the interval that a forecaster, knowing only what came before, gave for them in a backtest. At a
 * level of 99 per cent, one ordinary value in a hundred is among them: look at the scores.
 *
 * @example const { found } = await findAnomalies(mstlEts, series, { level: 99 });
 * @throws ArgumentError for bad options; DataError when the series is too short.
 */
export async function findAnomalies(
  make: () => Forecaster,
  series: Series,
  options: AnomalyOptions = {},
): Promise<Anomalies> {
  const { level = 99, signal, onProgress } = options;
  const { seasonLength, values } = series;
  const horizon = options.horizon ?? (seasonLength > 1 ? Math.min(seasonLength, 24) : 1);
  const windows = options.windows ?? Math.max(1, Math.floor(values.length / 2 / horizon));
  checkCount("windows", windows);
  const { models } = await backtest([make], series, {
    horizon,
    windows,
    step: horizon,
    levels: [level],
    refit: false,
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
  const whole = models[0]!.folds;
  const { log, levels } = calibrate(whole, { by: "all" });
  const { factors } = levels.find((one) => one.level === STEADY_LEVEL)!;
  const calibration = { log, levels: [{ level, factors }] };
  const folds = whole.map((fold) => {
    const own = { ...fold, levels: fold.levels.filter((interval) => interval.level === level) };
    return options.calibrated === false ? own : { ...own, levels: applyCalibration(own, calibration).levels };
  });
  return {
    level,
    horizon,
    from: folds[0]!.trainLength,
    count: folds.reduce((sum, { actual }) => sum + actual.filter((y) => !Number.isNaN(y)).length, 0),
    found: folds.flatMap(outside),
    folds,
  };
}

function outside({ trainLength, times, actual, mean, levels }: Fold): Anomaly[] {
  const { lo, hi } = levels[0]!;
  return Array.from(actual).flatMap((y, i): Anomaly[] => {
    if (!(y < lo[i]! || y > hi[i]!)) return [];
    const side = y > hi[i]! ? "above" : "below";
    const half = side === "above" ? hi[i]! - mean[i]! : mean[i]! - lo[i]!;
    return [
      {
        index: trainLength + i,
        time: times[i]!,
        actual: y,
        expected: mean[i]!,
        lo: lo[i]!,
        hi: hi[i]!,
        side,
        score: half > 0 ? Math.abs(y - mean[i]!) / half : Number.POSITIVE_INFINITY,
      },
    ];
  });
}
