import { DataError } from "@lookback/core";
import {
  checkHorizon,
  checkLevels,
  type Forecast,
  type Forecaster,
  notFitted,
  type PredictOptions,
  symmetricForecast,
} from "./forecaster.js";
import { levelToZ } from "./normal.js";
import type { Series } from "./series.js";

/**
 * What a closed-form baseline is made of. h counts steps ahead from 1, T values y₁ … y_T are known, and σ² is the
 * mean square of the residuals, Σe²/(residuals − parameters). Intervals are ŷ(h) ± z·σ(h), with z from the normal
 * distribution. Source of all formulas: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., §5.5.
 */
interface Method {
  /** ŷ(T+h). */
  point(values: Float64Array, h: number): number;
  /** One-step errors inside the series. */
  residuals(values: Float64Array): Float64Array;
  /** Estimated parameters that the residuals used up. */
  readonly parameters: number;
  /** σ(h)/σ. */
  spread(h: number, count: number): number;
}

class Baseline implements Forecaster {
  private fitted: { series: Series; method: Method; sigma: number } | undefined;

  constructor(
    readonly name: string,
    private readonly methodFor: (series: Series) => Method,
  ) {}

  async fit(series: Series): Promise<void> {
    if (series.values.length < 3) {
      throw new DataError(
        `${this.name}: needs at least 3 values, series "${series.id}" has ${series.values.length}. Add more of the past.`,
      );
    }
    const method = this.methodFor(series);
    const residuals = method.residuals(series.values);
    const freedom = Math.max(1, residuals.length - method.parameters);
    const sigma = Math.sqrt(residuals.reduce((sum, e) => sum + e * e, 0) / freedom);
    this.fitted = { series, method, sigma };
  }

  async predict(options: PredictOptions): Promise<Forecast> {
    const horizon = checkHorizon(options.horizon);
    const levels = checkLevels(options.levels);
    if (!this.fitted) throw notFitted(this.name);
    const { series, method, sigma } = this.fitted;
    const mean = Float64Array.from({ length: horizon }, (_, step) => method.point(series.values, step + 1));
    const z = new Map(levels.map((level) => [level, levelToZ(level)]));
    return symmetricForecast(
      series,
      mean,
      levels,
      (level, step) => z.get(level)! * sigma * method.spread(step + 1, series.values.length),
    );
  }
}

/**
 * Repeats the last value: ŷ(T+h) = y_T, σ(h) = σ·√h. (Also known as persistence, or the random walk.)
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function naive(): Forecaster {
  return new Baseline("naive", () => seasonalMethod(1));
}

/**
 * Repeats the last season: ŷ(T+h) = y(T+h−m(k+1)), σ(h) = σ·√(k+1), with m the season's length and
 * k = ⌊(h−1)/m⌋ the whole seasons before h. A series that has no season, or is not longer than one, gets m = 1,
 * which is {@link naive}.
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function seasonalNaive(): Forecaster {
  return new Baseline("seasonal-naive", ({ seasonLength, values }) =>
    seasonalMethod(values.length > seasonLength ? seasonLength : 1),
  );
}

/**
 * Goes on along the line from the first value to the last: ŷ(T+h) = y_T + h·(y_T − y₁)/(T−1),
 * σ(h) = σ·√(h·(1 + h/(T−1))).
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function drift(): Forecaster {
  const slope = (values: Float64Array) => (values.at(-1)! - values[0]!) / (values.length - 1);
  return new Baseline("drift", () => ({
    parameters: 1,
    point: (values, h) => values.at(-1)! + h * slope(values),
    residuals: (values) => values.subarray(1).map((value, t) => value - values[t]! - slope(values)),
    spread: (h, count) => Math.sqrt(h * (1 + h / (count - 1))),
  }));
}

function seasonalMethod(season: number): Method {
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
