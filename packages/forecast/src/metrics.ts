import { ArgumentError } from "@lookback/core";
import { normalCdf, normalPdf } from "./normal.js";

type Numbers = ArrayLike<number>;

/** Root of the mean squared error, √(mean (y−ŷ)²), in the data's units. */
export function rmse(actual: Numbers, predicted: Numbers): number {
  return Math.sqrt(meanOver("rmse", actual, predicted, (y, p) => (y - p) ** 2));
}

/** Mean absolute error, mean |y−ŷ|, in the data's units. */
export function mae(actual: Numbers, predicted: Numbers): number {
  return meanOver("mae", actual, predicted, (y, p) => Math.abs(y - p));
}

/**
 * Mean absolute percentage error, mean 100·|y−ŷ|/|y|, in per cent. NaN when an actual value is 0, where it is not
 * defined. Source: Hyndman & Koehler, Int. J. Forecasting 22 (2006), which also says when not to use it.
 */
export function mape(actual: Numbers, predicted: Numbers): number {
  return meanOver("mape", actual, predicted, (y, p) =>
    y === 0 ? Number.NaN : (100 * Math.abs(y - p)) / Math.abs(y),
  );
}

/**
 * Symmetric mean absolute percentage error of the M competitions, mean 200·|y−ŷ|/(|y|+|ŷ|), from 0 to 200.
 * A point where both are 0 counts 0. (Some libraries report half of this.)
 * Source: Makridakis & Hibon, Int. J. Forecasting 16 (2000).
 */
export function smape(actual: Numbers, predicted: Numbers): number {
  return meanOver("smape", actual, predicted, (y, p) => {
    const size = Math.abs(y) + Math.abs(p);
    return size === 0 ? 0 : (200 * Math.abs(y - p)) / size;
  });
}

/**
 * The scale of {@link mase}: the mean absolute error of the seasonal naive forecast inside the training part,
 * mean over t > m of |y(t) − y(t−m)| with m the season's length.
 * Where that is 0 or there are not more than m values, m = 1 is used; 0 means that the training part is constant.
 * A pair with a missing value (NaN) is left out.
 */
export function maseScale(training: Numbers, seasonLength: number): number {
  for (const lag of [seasonLength, 1]) {
    let [sum, count] = [0, 0];
    for (let t = lag; t < training.length; t++) {
      const change = Math.abs(training[t]! - training[t - lag]!);
      if (Number.isNaN(change)) continue;
      sum += change;
      count++;
    }
    if (sum > 0) return sum / count;
  }
  return 0;
}

/**
 * Mean absolute scaled error: {@link mae} divided by {@link maseScale} of the training part; below 1 is better than
 * the seasonal naive forecast one step ahead. After a constant training part it is 0 for a perfect forecast and
 * infinite for any other. Source: Hyndman & Koehler (2006); with seasons, Hyndman & Athanasopoulos, FPP3 §5.8.
 *
 * @example mase([3, 5], [4, 4], { training: [1, 2, 3, 4], seasonLength: 1 }) // 1
 */
export function mase(
  actual: Numbers,
  predicted: Numbers,
  { training, seasonLength = 1 }: { training: Numbers; seasonLength?: number },
): number {
  const error = mae(actual, predicted);
  const scale = maseScale(training, seasonLength);
  if (scale > 0) return error / scale;
  return error === 0 ? 0 : Number.POSITIVE_INFINITY;
}

/** The share, 0 to 1, of actual values inside their interval, ends included. To be compared with the interval's level. */
export function coverage(actual: Numbers, lo: Numbers, hi: Numbers): number {
  checkLengths("coverage", actual, lo);
  checkLengths("coverage", actual, hi);
  let inside = 0;
  for (let i = 0; i < actual.length; i++) if (lo[i]! <= actual[i]! && actual[i]! <= hi[i]!) inside++;
  return inside / actual.length;
}

/**
 * Pinball loss of predicted quantiles, mean of q·(y−ŷ) where y ≥ ŷ and (1−q)·(ŷ−y) elsewhere, in the data's units.
 * Half the {@link mae} at q = 0.5. Source: Koenker & Bassett, Econometrica 46 (1978).
 *
 * @throws ArgumentError unless 0 < q < 1.
 */
export function pinball(actual: Numbers, predicted: Numbers, quantile: number): number {
  if (!(quantile > 0 && quantile < 1)) {
    throw new ArgumentError(`pinball: the quantile must lie between 0 and 1, got ${quantile}.`);
  }
  return meanOver("pinball", actual, predicted, (y, p) =>
    Math.max(quantile * (y - p), (quantile - 1) * (y - p)),
  );
}

/**
 * Continuous ranked probability score of a forecast given by quantiles, in the data's units: 2·∫ pinball_q dq over
 * q = 0 … 1, where each quantile stands for the probabilities that are nearer to it than to its neighbours. For K
 * evenly spaced quantiles, (k − ½)/K, that is their mean pinball loss, doubled. Equals {@link mae} for one quantile.
 * Source: Gneiting & Ranjan, J. Business & Economic Statistics 29 (2011).
 *
 * @param quantiles for each probability, the predicted values [steps].
 * @example crps([3, 5], [[2, 4], [3, 5], [4, 6]], [0.1, 0.5, 0.9])
 * @throws ArgumentError unless the probabilities ascend inside 0 … 1, one for each list of quantiles.
 */
export function crps(
  actual: Numbers,
  quantiles: readonly Numbers[],
  probabilities: readonly number[],
): number {
  if (quantiles.length !== probabilities.length) {
    throw new ArgumentError(
      `crps: expected one list of quantiles for each probability, got ${quantiles.length} for ${probabilities.length}.`,
    );
  }
  if (probabilities.some((q, k) => k > 0 && !(q > probabilities[k - 1]!))) {
    throw new ArgumentError(`crps: the probabilities must ascend, got ${probabilities.join(", ")}.`);
  }
  const edge = (k: number) => (probabilities[k - 1]! + probabilities[k]!) / 2;
  const last = probabilities.length - 1;
  return probabilities.reduce((sum, q, k) => {
    const width = (k === last ? 1 : edge(k + 1)) - (k === 0 ? 0 : edge(k));
    return sum + 2 * width * pinball(actual, quantiles[k]!, q);
  }, 0);
}

/**
 * The quantiles that a median and central intervals stand for: an interval of level 80 ends at the quantiles 0.1 and
 * 0.9. In ascending order of probability, ready for {@link crps}.
 */
export function intervalQuantiles(
  median: Numbers,
  levels: readonly { readonly level: number; readonly lo: Numbers; readonly hi: Numbers }[],
): { probabilities: number[]; quantiles: Numbers[] } {
  const all = [
    { q: 0.5, values: median },
    ...levels.flatMap(({ level, lo, hi }) => [
      { q: 0.5 - level / 200, values: lo },
      { q: 0.5 + level / 200, values: hi },
    ]),
  ].sort((a, b) => a.q - b.q);
  return { probabilities: all.map(({ q }) => q), quantiles: all.map(({ values }) => values) };
}

/**
 * Continuous ranked probability score of normal distributions, mean of σ·(z·(2Φ(z) − 1) + 2φ(z) − 1/√π) with
 * z = (y − μ)/σ; |y − μ| where σ is 0. Source: Gneiting & Raftery, J. American Statistical Association 102 (2007).
 *
 * @throws ArgumentError for a σ below 0.
 */
export function crpsNormal(actual: Numbers, mean: Numbers, sigma: Numbers): number {
  checkLengths("crpsNormal", actual, sigma);
  let step = 0;
  return meanOver("crpsNormal", actual, mean, (y, mu) => {
    const s = sigma[step++]!;
    if (s < 0) throw new ArgumentError(`crpsNormal: expected a sigma of at least 0, got ${s}.`);
    if (s === 0) return Math.abs(y - mu);
    const z = (y - mu) / s;
    return s * (z * (2 * normalCdf(z) - 1) + 2 * normalPdf(z) - 1 / Math.sqrt(Math.PI));
  });
}

function meanOver(
  name: string,
  actual: Numbers,
  predicted: Numbers,
  error: (y: number, p: number) => number,
): number {
  checkLengths(name, actual, predicted);
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += error(actual[i]!, predicted[i]!);
  return sum / actual.length;
}

function checkLengths(name: string, actual: Numbers, predicted: Numbers): void {
  if (actual.length !== predicted.length) {
    throw new ArgumentError(
      `${name}: actual and predicted must have the same length, got ${actual.length} and ${predicted.length}.`,
    );
  }
  if (actual.length === 0) throw new ArgumentError(`${name}: expected at least one value, got none.`);
}
