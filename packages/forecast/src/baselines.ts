import type { Forecaster } from "./forecaster.js";
import { repeatsWithSeason, withoutSeason } from "./seasonality.js";
import { type FittedModel, type StatisticalForecaster, statistical } from "./statistical.js";

/**
 * What a closed-form baseline is made of. h counts steps ahead from 1, T values y₁ … y_T are known, and σ² is the
 * mean square of the residuals, Σe²/(residuals − parameters). Intervals are ŷ(h) ± z·σ(h), with z from the normal
 * distribution. Source of all formulas: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., §5.5.
 */
interface Formula {
  /** ŷ(T+h). */
  point(values: Float64Array, h: number): number;
  /** One-step errors inside the series. */
  residuals(values: Float64Array): Float64Array;
  /** Estimated parameters that the residuals used up. */
  readonly parameters: number;
  /** σ(h)/σ. */
  spread(h: number, count: number): number;
}

function fitFormula(values: Float64Array, formula: Formula): FittedModel {
  const residuals = formula.residuals(values);
  const freedom = Math.max(1, residuals.length - formula.parameters);
  const sigma = Math.sqrt(residuals.reduce((sum, e) => sum + e * e, 0) / freedom);
  return {
    forecast: (horizon) => ({
      center: Float64Array.from({ length: horizon }, (_, step) => formula.point(values, step + 1)),
      sigma: Float64Array.from(
        { length: horizon },
        (_, step) => sigma * formula.spread(step + 1, values.length),
      ),
    }),
  };
}

/**
 * Repeats the last value: ŷ(T+h) = y_T, σ(h) = σ·√h. (Also known as persistence, or the random walk.)
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function naive(): StatisticalForecaster {
  return statistical({ name: "naive", fewest: 3, fit: (values) => fitFormula(values, lastSeason(1)) });
}

/**
 * Repeats the last season: ŷ(T+h) = y(T+h−m(k+1)), σ(h) = σ·√(k+1), with m the season's length and
 * k = ⌊(h−1)/m⌋ the whole seasons before h. A series that has no season, or is not longer than one, gets m = 1,
 * which is {@link naive}.
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function seasonalNaive(): StatisticalForecaster {
  return statistical({
    name: "seasonal-naive",
    fewest: 3,
    fit: (values, { seasonLength }) =>
      fitFormula(values, lastSeason(values.length > seasonLength ? seasonLength : 1)),
  });
}

/**
 * Goes on along the line from the first value to the last: ŷ(T+h) = y_T + h·(y_T − y₁)/(T−1),
 * σ(h) = σ·√(h·(1 + h/(T−1))).
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function drift(): StatisticalForecaster {
  const slope = (values: Float64Array) => (values.at(-1)! - values[0]!) / (values.length - 1);
  const formula: Formula = {
    parameters: 1,
    point: (values, h) => values.at(-1)! + h * slope(values),
    residuals: (values) => values.subarray(1).map((value, t) => value - values[t]! - slope(values)),
    spread: (h, count) => Math.sqrt(h * (1 + h / (count - 1))),
  };
  return statistical({ name: "drift", fewest: 3, fit: (values) => fitFormula(values, formula) });
}

/**
 * {@link naive} on values without their season, the season put back: the M competitions' reference, called Naive 2.
 * The season is taken off by classical decomposition where the values repeat with it (`repeatsWithSeason`).
 * Source: Makridakis, Wheelwright & Hyndman (1998); Makridakis & Hibon, Int. J. Forecasting 16 (2000).
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function naive2(): StatisticalForecaster {
  return statistical({
    name: "naive2",
    fewest: 3,
    fit(values, { seasonLength }) {
      const season = repeatsWithSeason(values, seasonLength) && withoutSeason(values, seasonLength);
      if (!season) return fitFormula(values, lastSeason(1));
      const { forecast } = fitFormula(season.adjusted, lastSeason(1));
      return { forecast: (horizon) => ({ ...forecast(horizon), back: season.back }) };
    },
  });
}

function lastSeason(season: number): Formula {
  return {
    parameters: 0,
    point: (values, h) => values[values.length - season + ((h - 1) % season)]!,
    residuals: (values) => values.subarray(season).map((value, t) => value - values[t]!),
    spread: (h) => Math.sqrt(Math.floor((h - 1) / season) + 1),
  };
}

/** The baselines that stand beside every model: naive, seasonal naive, drift. */
export function baselines(): (() => Forecaster)[] {
  return [naive, seasonalNaive, drift];
}
