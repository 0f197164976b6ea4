import { ArgumentError } from "@lookback/core";

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
 */
export function maseScale(training: Numbers, seasonLength: number): number {
  for (const lag of [seasonLength, 1]) {
    let sum = 0;
    for (let t = lag; t < training.length; t++) sum += Math.abs(training[t]! - training[t - lag]!);
    if (sum > 0) return sum / (training.length - lag);
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
