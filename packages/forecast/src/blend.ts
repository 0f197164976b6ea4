import { ArgumentError } from "@lookback/core";
import type { Forecast, Interval } from "./forecaster.js";

/** How strongly {@link blendWeights} prefers what did better. */
export interface BlendOptions {
  /** Weights fall with this power of the error. Default 3; 0 is the plain mean. */
  readonly power?: number;
  /** Folds of a series that count as much as what all series say together. Default 1. */
  readonly prior?: number;
  /** Weights below this become 0. Default 0.03. */
  readonly least?: number;
}

/**
 * Weights for a blend of forecasters, for each series [series][forecasters]; each series' sum to 1.
 *
 * With e(i, c) the mean error of forecaster c over the k folds of series i, in units of the median forecaster of that
 * series and kept between 1/10 and 10, and g(c) the mean over all series, the weight falls with
 * (e^λ·g^(1−λ))^power, λ = k/(k + prior): the more folds a series has, the more its own count. Combinations are
 * known to beat picking the best: Bates & Granger, Operational Research Quarterly 20 (1969); Makridakis, Spiliotis &
 * Assimakopoulos, Int. J. Forecasting 36 (2020).
 *
 * @param errors for each series and fold the scaled error (MASE) of each forecaster, NaN where it has none:
 * [series][folds][forecasters].
 * @param usable for each series which forecasters may get a weight; default all.
 */
export function blendWeights(
  errors: readonly (readonly (readonly number[])[])[],
  count: number,
  options: BlendOptions = {},
  usable: (series: number, forecaster: number) => boolean = () => true,
): Float64Array[] {
  const { power = 3, prior = 1, least = 0.03 } = options;
  const relative = errors.map((folds) => relativeErrors(folds, count));
  const together = Float64Array.from({ length: count }, (_, c) =>
    meanOf(relative.map((own) => own[c]!).filter((value) => !Number.isNaN(value))),
  );
  return errors.map((folds, i) => {
    const trust = folds.length / (folds.length + prior);
    const raw = together.map((g, c) => {
      if (!usable(i, c)) return 0;
      const own = relative[i]![c]!;
      const shared = Number.isNaN(g) ? 1 : g;
      return Math.exp(
        -power *
          (Number.isNaN(own) ? Math.log(shared) : trust * Math.log(own) + (1 - trust) * Math.log(shared)),
      );
    });
    return shares(shares(raw).map((weight) => (weight < least ? 0 : weight)));
  });
}

/** Mean error of each forecaster over the folds, in units of the median one; NaN without a fold that tells. */
function relativeErrors(folds: readonly (readonly number[])[], count: number): Float64Array {
  const means = Float64Array.from({ length: count }, (_, c) =>
    meanOf(folds.map((fold) => fold[c]!).filter((error) => !Number.isNaN(error))),
  );
  const known = means.filter((value) => Number.isFinite(value)).sort();
  const middle = known[known.length >> 1];
  if (middle === undefined || middle === 0) return means.fill(Number.NaN);
  return means.map((value) => Math.min(10, Math.max(0.1, value / middle)));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function shares(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return total > 0 ? values.map((value) => value / total) : values;
}

/**
 * The weighted mean of forecasts of the same steps, of their points and of the ends of their intervals: averaged
 * quantiles, which are sharper than the quantiles of the mixture.
 * Source: Lichtendahl, Grushka-Cockayne & Winkler, Management Science 59 (2013).
 *
 * @param weights one for each forecast, with the sum 1. A forecast whose weight is 0 is not looked at.
 * @throws ArgumentError when nothing has a weight, or horizons or levels differ.
 */
export function blendForecasts(
  forecasts: readonly (Forecast | undefined)[],
  weights: ArrayLike<number>,
): Forecast {
  const parts = forecasts.flatMap((forecast, c) => {
    const weight = weights[c]!;
    return forecast && weight > 0 ? [{ forecast, weight }] : [];
  });
  const first = parts[0]?.forecast;
  if (!first) throw new ArgumentError("blendForecasts: expected a forecast with a weight above 0, got none.");
  const mix = (values: readonly Float64Array[]) => {
    if (values.some(({ length }) => length !== values[0]!.length)) {
      throw new ArgumentError("blendForecasts: all forecasts must have the same number of steps.");
    }
    return values[0]!.map((_, step) =>
      values.reduce((sum, own, k) => sum + parts[k]!.weight * own[step]!, 0),
    );
  };
  const levels = first.levels.map(({ level }, i): Interval => {
    const own = parts.map(({ forecast }) => forecast.levels[i]);
    if (own.some((interval) => interval?.level !== level)) {
      throw new ArgumentError("blendForecasts: all forecasts must have the same levels.");
    }
    return {
      level,
      lo: mix(own.map((interval) => interval!.lo)),
      hi: mix(own.map((interval) => interval!.hi)),
    };
  });
  return { times: first.times, mean: mix(parts.map(({ forecast }) => forecast.mean)), levels };
}
