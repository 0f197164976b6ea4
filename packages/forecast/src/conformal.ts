import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { backtest, defaultWindows } from "./backtest.js";
import {
  checkHorizon,
  type FitOptions,
  type Forecast,
  type Forecaster,
  type Interval,
} from "./forecaster.js";
import { levelToZ } from "./normal.js";
import type { Fold } from "./scores.js";
import type { Series } from "./series.js";

/**
 * How much wider (above 1) or narrower a forecaster's intervals have to be, learned from a backtest. Plain data.
 */
export interface Calibration {
  /** In ascending order of level; for each step ahead the factor. Beyond the last step, the last factor holds. */
  readonly levels: readonly { readonly level: number; readonly factors: readonly number[] }[];
  /** Whether distances are measured between logarithms, so that intervals of positive values stay positive. */
  readonly log: boolean;
}

export interface CalibrationOptions {
  /**
   * "step" gives each step its own factor, for which many folds are needed, such as those of a panel; "all" takes the
   * errors of all steps together, each relative to its own interval. Default: "step" from 100 folds on.
   */
  readonly by?: "step" | "all";
  /**
   * How many folds' worth of belief in the forecaster's own intervals, a factor of 1, to add: factor^(F/(F + prior))
   * with F folds. Default 0: the data alone.
   */
  readonly prior?: number;
}

/**
 * Split-conformal calibration of a forecaster's own intervals: the score of an actual value is its distance from the
 * mean in units of the interval's half on that side, and the factor is the ⌈(n+1)·level⌉-th smallest of n scores, the
 * finite-sample quantile. If scores are exchangeable with the coming one, the interval stretched by that factor holds
 * it with at least the probability of its level. Where n is too small for that quantile, the largest score is
 * stretched as the quantiles of a normal distribution would be.
 * Sources: Vovk, Gammerman & Shafer (2005); Lei, G'Sell, Rinaldo, Tibshirani & Wasserman, J. American Statistical
 * Association 113 (2018), §5.2 on locally weighted scores.
 *
 * @param folds of a backtest, all with the same levels.
 * @throws ArgumentError when there is no fold.
 */
export function calibrate(folds: readonly Fold[], options: CalibrationOptions = {}): Calibration {
  const first = folds[0];
  if (!first) throw new ArgumentError("calibrate: expected at least one fold of a backtest, got none.");
  const { by = folds.length >= 100 ? "step" : "all", prior = 0 } = options;
  const steps = folds.reduce((most, { mean }) => Math.max(most, mean.length), 0);
  const log = folds.every(isPositive);
  const trust = folds.length / (folds.length + prior);
  const factorOf = (index: number, from: number, to: number) => {
    const scores = folds.flatMap((fold) => scoresOf(fold, fold.levels[index]!, log, from, to));
    return finiteSampleQuantile(Float64Array.from(scores), first.levels[index]!.level) ** trust;
  };
  return {
    log,
    levels: first.levels.map(({ level }, index) => ({
      level,
      factors:
        by === "all"
          ? [factorOf(index, 0, steps)]
          : Array.from({ length: steps }, (_, step) => factorOf(index, step, step + 1)),
    })),
  };
}

/**
 * The forecast with its intervals stretched. Levels that were not calibrated get the factor of the nearest that was.
 * Intervals are kept inside each other.
 */
export function applyCalibration(forecast: Forecast, calibration: Calibration): Forecast {
  const { mean } = forecast;
  const log = calibration.log && isPositive(forecast);
  let inner = { lo: mean, hi: mean };
  const levels = forecast.levels.map(({ level, lo, hi }): Interval => {
    const { factors } = nearestLevel(calibration, level);
    const stretch = (end: Float64Array, bound: (a: number, b: number) => number, within: Float64Array) =>
      end.map((value, step) => {
        const factor = factors[Math.min(step, factors.length - 1)]!;
        const center = mean[step]!;
        const moved = log ? center * (value / center) ** factor : center + (value - center) * factor;
        return bound(within[step]!, Number.isFinite(moved) ? moved : value);
      });
    inner = { lo: stretch(lo, Math.min, inner.lo), hi: stretch(hi, Math.max, inner.hi) };
    return { level, ...inner };
  });
  return { ...forecast, levels };
}

function nearestLevel({ levels }: Calibration, level: number) {
  return levels.reduce((best, one) =>
    Math.abs(one.level - level) < Math.abs(best.level - level) ? one : best,
  );
}

function isPositive({ mean, levels, ...rest }: Forecast | Fold): boolean {
  const above = (values: Float64Array) => values.every((value) => value > 0);
  const actual = "actual" in rest ? rest.actual.every((value) => value > 0 || Number.isNaN(value)) : true;
  return actual && above(mean) && levels.every(({ lo }) => above(lo));
}

/** Scores of the steps from `from` to before `to`; those of intervals without width are left out: nothing stretches them. */
function scoresOf(fold: Fold, { lo, hi }: Interval, log: boolean, from: number, to: number): number[] {
  const scale = (value: number) => (log ? Math.log(value) : value);
  const scores: number[] = [];
  for (let i = from; i < Math.min(to, fold.actual.length); i++) {
    const [y, center] = [scale(fold.actual[i]!), scale(fold.mean[i]!)];
    const half = y >= center ? scale(hi[i]!) - center : center - scale(lo[i]!);
    if (half > 0 && !Number.isNaN(y)) scores.push(Math.abs(y - center) / half);
  }
  return scores;
}

/** The ⌈(n+1)·level/100⌉-th smallest; 1 of none. Beyond the largest, stretched as normal quantiles are. */
function finiteSampleQuantile(scores: Float64Array, level: number): number {
  const n = scores.length;
  if (n === 0) return 1;
  const sorted = scores.sort();
  const rank = Math.ceil(((n + 1) * level) / 100 - 1e-9);
  if (rank <= n) return sorted[rank - 1]!;
  return (sorted[n - 1]! * levelToZ(level)) / levelToZ((100 * n) / (n + 1));
}

export interface ConformalOptions extends CalibrationOptions {
  /** Steps ahead that the backtest calibrates for. Default: a season of up to 24, or 12, less for a short series. */
  readonly horizon?: number;
  /** Folds of the backtest. Default: as many as the series can bear, at most 8. */
  readonly windows?: number;
  /** Levels to calibrate, in per cent. Default [50, 80, 90, 95, 99]. */
  readonly levels?: readonly number[];
}

/**
 * Any forecaster with intervals that a backtest inside its series has calibrated ({@link calibrate}). Where the series
 * is too short for a backtest, the forecaster's own intervals remain.
 *
 * @example const model = conformal(theta, { horizon: 12 });
 */
export function conformal(make: () => Forecaster, options: ConformalOptions = {}): Forecaster {
  const forecaster = make();
  let calibration: Calibration | undefined;
  return {
    name: forecaster.name,
    async fit(series, { signal, onProgress }: FitOptions = {}) {
      calibration = undefined;
      const common = signal ? { signal } : {};
      const folds = await foldsInside(make, series, options, {
        ...common,
        ...(onProgress ? { onProgress: (fraction: number) => onProgress({ fraction: 0.8 * fraction }) } : {}),
      });
      await forecaster.fit(series, common);
      if (folds.length > 0) calibration = calibrate(folds, options);
    },
    async predict(request) {
      const forecast = await forecaster.predict(request);
      return calibration ? applyCalibration(forecast, calibration) : forecast;
    },
  };
}

async function foldsInside(
  make: () => Forecaster,
  series: Series,
  options: ConformalOptions,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (fraction: number) => void },
): Promise<readonly Fold[]> {
  const { seasonLength, values } = series;
  const wanted = seasonLength > 1 ? Math.min(seasonLength, 24) : 12;
  const horizon = checkHorizon(
    options.horizon ?? Math.max(1, Math.min(wanted, Math.floor(values.length / 5))),
  );
  try {
    const { models } = await backtest([make], series, {
      horizon,
      windows: options.windows ?? defaultWindows(series, horizon, 8),
      levels: options.levels ?? [50, 80, 90, 95, 99],
      ...(signal ? { signal } : {}),
      ...(onProgress ? { onProgress: ({ fraction }) => onProgress(fraction) } : {}),
    });
    return models[0]!.folds;
  } catch (error) {
    // too short to look back: the forecaster's own intervals are all there is
    if (error instanceof DataError && !(error instanceof AbortError)) return [];
    throw error;
  }
}
