import { DataError } from "@lookback/core";
import {
  checkHorizon,
  checkLevels,
  type FitOptions,
  type Forecast,
  type Forecaster,
  notFitted,
  throwIfAborted,
} from "./forecaster.js";
import { levelToZ } from "./normal.js";
import { observedCount, observedValues } from "./observed.js";
import { futureTimes, type Series } from "./series.js";

/** A forecast as normal distributions, on a scale of the model's own. */
export interface NormalForecast {
  /** Mean on that scale, for each step. */
  readonly center: Float64Array;
  /** Standard deviation on that scale, for each step. */
  readonly sigma: Float64Array;
  /** The way back to the series' own units: rises with the value. Default: nothing to undo. */
  readonly back?: (value: number, step: number) => number;
}

/** A model that has been fitted to one series. */
export interface FittedModel {
  forecast(horizon: number): NormalForecast;
}

/** A statistical method: how it is fitted to one series. */
export interface Method {
  readonly name: string;
  /** Fewest known values that it works with. */
  readonly fewest: number;
  /** @param values those of the series, with gaps filled. */
  fit(values: Float64Array, series: Series): FittedModel | Promise<FittedModel>;
}

/** A fitted statistical model is its history: fitting it again gives the same bits (see `saveStatistical`). */
export interface StatisticalForecaster extends Forecaster {
  /** The series that forecasts go on from; undefined before `fit`. */
  readonly history: Series | undefined;
}

/** A statistical method as a forecaster: checks the series, fills its gaps, and turns distributions into intervals. */
export function statistical(method: Method): StatisticalForecaster {
  const { name, fewest } = method;
  let fitted: { series: Series; model: FittedModel } | undefined;
  return {
    name,
    get history() {
      return fitted?.series;
    },
    async fit(series, options: FitOptions = {}) {
      throwIfAborted(options.signal, name);
      fitted = undefined;
      checkValues(name, series, fewest);
      fitted = { series, model: await method.fit(observedValues(series), series) };
    },
    async predict(options) {
      const horizon = checkHorizon(options.horizon);
      const levels = checkLevels(options.levels);
      if (!fitted) throw notFitted(name);
      return normalForecast(name, fitted.series, fitted.model.forecast(horizon), levels);
    },
  };
}

/** Points and intervals from normal distributions: back(μ) and back(μ ± z·σ). @throws DataError where they overflow. */
export function normalForecast(
  name: string,
  series: Series,
  { center, sigma, back = (value) => value }: NormalForecast,
  levels: readonly number[],
): Forecast {
  const at = (z: number) => center.map((value, step) => back(value + z * sigma[step]!, step));
  const mean = at(0);
  const intervals = levels.map((level) => {
    const z = levelToZ(level);
    return { level, lo: at(-z), hi: at(z) };
  });
  for (const values of [mean, ...intervals.flatMap(({ lo, hi }) => [lo, hi])]) {
    const step = values.findIndex((value) => !Number.isFinite(value));
    if (step < 0) continue;
    throw new DataError(
      `${name}: ${step + 1} steps ahead the forecast of series "${series.id}" exceeds the largest number there is. ` +
        "Use a shorter horizon.",
    );
  }
  return { times: futureTimes(series, center.length), mean, levels: intervals };
}

/** @throws DataError when a value is infinite, or NaN without being listed as missing, or there are too few. */
function checkValues(name: string, series: Series, fewest: number): void {
  const missing = new Set(series.missing);
  const bad = series.values.findIndex((value, t) => !Number.isFinite(value) && !missing.has(t));
  if (bad >= 0) {
    throw new DataError(
      `${name}: expected finite values, series "${series.id}" has ${series.values[bad]} at ${series.times[bad]}.`,
    );
  }
  const known = observedCount(series);
  if (known >= fewest) return;
  const values = missing.size === 0 ? "values" : "values that are not missing";
  throw new DataError(
    `${name}: needs at least ${fewest} ${values}, series "${series.id}" has ${known}. Add more of the past.`,
  );
}

/** Always the same value, without doubt: what is left for a series that never changes. */
export function constantly(value: number): FittedModel {
  return {
    forecast: (horizon) => ({
      center: new Float64Array(horizon).fill(value),
      sigma: new Float64Array(horizon),
    }),
  };
}

/** Values with mean 0 and deviation 1, so that neither huge nor tiny numbers trouble an optimiser; undefined for a constant. */
export function standardise(
  values: Float64Array,
): { values: number[]; mean: number; scale: number } | undefined {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x / n, 0);
  const scale = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2 / n, 0));
  // what rounding leaves of a constant is not a spread
  if (!(scale > 1e-13 * Math.abs(mean)) || scale < 1e-150) return undefined;
  return { values: Array.from(values, (x) => (x - mean) / scale), mean, scale };
}
