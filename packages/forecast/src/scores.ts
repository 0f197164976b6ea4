import type { Interval } from "./forecaster.js";
import { maseScale } from "./metrics.js";

/** One forecast of a backtest beside what really came. */
export interface Fold {
  /** Length of the training part. The test part starts at this index, or `gap` steps later. */
  readonly trainLength: number;
  readonly times: readonly string[];
  /** NaN where the value is missing: it counts nowhere. */
  readonly actual: Float64Array;
  readonly mean: Float64Array;
  readonly levels: readonly Interval[];
  /** Scaled by the fold's own training part; NaN when every actual value is missing. */
  readonly mase: number;
}

/** How good forecasts were. Every formula stands with the metric's function. */
export interface Scores {
  /**
   * Mean over the folds, each scaled by its own training part; folds of a constant training part, which nothing can be
   * scaled by, are left out where others are left.
   */
  readonly mase: number;
  /** Over all points of all folds together, as are the following. */
  readonly rmse: number;
  readonly mae: number;
  /** NaN when an actual value is 0. */
  readonly mape: number;
  readonly smape: number;
  /** From the quantiles that the mean and the intervals stand for, in the data's units. */
  readonly crps: number;
  /** For each level, the share of actual values inside their interval, 0 to 1. */
  readonly coverage: readonly { readonly level: number; readonly share: number }[];
}

/** {@link Scores} of the forecasts so many steps ahead. */
export interface StepScores extends Scores {
  /** Steps ahead, from 1; behind a gap, from the first step that is scored. */
  readonly step: number;
}

/** MASE of one forecast: what {@link Fold.mase} is. @param training what the fold was trained on. */
export function foldMase(
  actual: Float64Array,
  mean: Float64Array,
  training: Float64Array,
  seasonLength: number,
): number {
  let [sum, count] = [0, 0];
  for (const [i, y] of actual.entries()) {
    if (Number.isNaN(y)) continue;
    sum += Math.abs(y - mean[i]!);
    count++;
  }
  const error = sum / count;
  const scale = maseScale(training, seasonLength);
  if (scale > 0 || Number.isNaN(error)) return error / scale;
  return error === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** Scores folds together: all of one series, or of many. NaN everywhere when there is nothing to score. */
export function scoreFolds(folds: readonly Fold[]): Scores {
  return scoreSteps(folds, 0, Number.POSITIVE_INFINITY, meanFinite(folds.map(({ mase }) => mase)));
}

/** {@link scoreFolds} for every number of steps ahead. MASE has the same scale as over all steps. */
export function scoreEachStep(folds: readonly Fold[]): StepScores[] {
  const steps = folds.reduce((most, { actual }) => Math.max(most, actual.length), 0);
  return Array.from({ length: steps }, (_, step) => {
    const scaled = folds.map((fold) => {
      const whole = meanError(fold);
      const own = Math.abs(fold.actual[step]! - fold.mean[step]!);
      return whole > 0 && Number.isFinite(fold.mase)
        ? (own * fold.mase) / whole
        : fold.mase === 0
          ? 0
          : Number.NaN;
    });
    return { step: step + 1, ...scoreSteps(folds, step, step + 1, meanFinite(scaled)) };
  });
}

function meanError({ actual, mean }: Fold): number {
  let [sum, count] = [0, 0];
  for (const [i, y] of actual.entries()) {
    if (Number.isNaN(y)) continue;
    sum += Math.abs(y - mean[i]!);
    count++;
  }
  return sum / count;
}

/** Mean of those that are finite; of all when none is: infinite, or NaN. */
function meanFinite(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const finite = known.filter(Number.isFinite);
  const taken = finite.length > 0 ? finite : known;
  return taken.reduce((sum, value) => sum + value, 0) / taken.length;
}

function scoreSteps(folds: readonly Fold[], from: number, to: number, mase: number): Scores {
  let [count, squares, absolute, percent, symmetric, ranked] = [0, 0, 0, 0, 0, 0];
  const levels = folds[0]?.levels.map(({ level }) => level) ?? [];
  const inside = levels.map(() => 0);
  const weights = probabilityWeights(levels);
  for (const { actual, mean, levels: intervals } of folds) {
    for (let i = from; i < Math.min(to, actual.length); i++) {
      const [y, p] = [actual[i]!, mean[i]!];
      if (Number.isNaN(y)) continue;
      count++;
      const error = Math.abs(y - p);
      squares += error * error;
      absolute += error;
      percent += y === 0 ? Number.NaN : (100 * error) / Math.abs(y);
      symmetric += error === 0 ? 0 : (200 * error) / (Math.abs(y) + Math.abs(p));
      ranked += weights.center * error;
      for (const [k, { lo, hi }] of intervals.entries()) {
        if (lo[i]! <= y && y <= hi[i]!) inside[k]! += 1;
        const { q, width } = weights.tails[k]!;
        ranked += 2 * width * (pinballOf(y, lo[i]!, q) + pinballOf(y, hi[i]!, 1 - q));
      }
    }
  }
  return {
    mase,
    rmse: Math.sqrt(squares / count),
    mae: absolute / count,
    mape: percent / count,
    smape: symmetric / count,
    crps: ranked / count,
    coverage: levels.map((level, k) => ({ level, share: inside[k]! / count })),
  };
}

function pinballOf(y: number, p: number, q: number): number {
  return Math.max(q * (y - p), (q - 1) * (y - p));
}

/** The widths that {@link crps} gives to the quantiles of ascending levels and of the median. */
function probabilityWeights(levels: readonly number[]) {
  const q = levels.map((level) => 0.5 - level / 200);
  const edge = (k: number) => ((q[k - 1] ?? 0.5) + (q[k] ?? 0)) / (k < q.length ? 2 : 1);
  // from the middle outwards: the outermost quantile stands for all that is beyond it
  const tails = q.map((own, k) => ({ q: own, width: edge(k) - (k + 1 < q.length ? edge(k + 1) : 0) }));
  return { center: 1 - 2 * (q.length > 0 ? edge(0) : 0), tails };
}
