import { ArgumentError, DataError, Generator } from "@lookback/core";
import { checkCount } from "./backtest.js";
import { checkHorizon, type Forecast, type PredictOptions, throwIfAborted } from "./forecaster.js";
import { type Series, sliceSeries } from "./series.js";

/** A fitted forecaster that goes on from other values without learning again, such as a `NeuralForecaster`. */
export interface Explainable {
  observe(series: Series): void | Promise<void>;
  predict(options: PredictOptions): Promise<Forecast>;
}

export interface ImportanceOptions {
  readonly horizon: number;
  /** How many of the last values to ask about, one by one. Default: a season and a quarter, or 12. */
  readonly lags?: number;
  /** Forecasts over which an error is taken, from the newest origins that have `horizon` values after them. Default 16. */
  readonly origins?: number;
  /** Times that every input is shuffled. Default 3. */
  readonly repeats?: number;
  /** Seed of the shuffling. Default 0. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (fraction: number) => void;
}

/** How much a forecast leaned on one input. */
export interface InputImportance {
  /** By how much the mean absolute error grows when the input is shuffled, in units of the error with all in place. */
  readonly increase: number;
  /** The least and the most of the repeats. */
  readonly range: readonly [least: number, most: number];
}

/** What {@link permutationImportance} found. */
export interface Importance {
  /** Mean absolute error with every input in place, in the data's units. */
  readonly error: number;
  /** From lag 1, the last value, on. */
  readonly lags: readonly (InputImportance & { readonly lag: number })[];
  /** Covariates of the series, in descending order of increase. */
  readonly covariates: readonly (InputImportance & { readonly name: string })[];
}

/**
 * Permutation importance of the inputs of a fitted forecaster: how much worse its forecasts from several origins get
 * when what they are told about one input comes from another origin. Of a lag, it is the value's distance from the mean
 * of the window before its origin that changes places, so that growth does not pass for importance; of a covariate, all
 * its values change places in time.
 * Source: Breiman, Machine Learning 45 (2001), §10; Fisher, Rudin & Dominici, J. Machine Learning Research 20 (2019).
 *
 * The forecaster has learned from these values, so this tells what it leans on, not what is worth knowing.
 *
 * @param forecaster fitted; afterwards it goes on from the whole series again.
 * @throws ArgumentError for bad options; DataError when the series is too short for two origins.
 */
export async function permutationImportance(
  forecaster: Explainable,
  series: Series,
  options: ImportanceOptions,
): Promise<Importance> {
  const horizon = checkHorizon(options.horizon);
  const { seasonLength, values } = series;
  const { lags = seasonLength > 1 ? Math.ceil(1.25 * seasonLength) : 12, repeats = 3, seed = 0 } = options;
  for (const [name, count] of Object.entries({ lags, repeats, origins: options.origins ?? 16 })) {
    checkCount(name, count);
  }
  if (!Number.isInteger(seed) || seed < 0) {
    throw new ArgumentError(`importance: the seed must be a whole number from 0, got ${seed}.`);
  }
  const last = values.length - horizon;
  const first = Math.max(lags, 2 * seasonLength, Math.floor(values.length / 2));
  const count = Math.min(options.origins ?? 16, last - first + 1);
  if (count < 2) {
    throw new DataError(
      `importance: ${lags} lags and a horizon of ${horizon} need at least ${2 * Math.max(lags, 2 * seasonLength, horizon) + 1} values, ` +
        `series "${series.id}" has ${values.length}.`,
    );
  }
  const origins = Array.from({ length: count }, (_, i) => last - count + 1 + i);
  const generator = new Generator(seed);
  const names = [...Object.keys(series.past ?? {}), ...Object.keys(series.future ?? {})];
  const total = 1 + repeats * (lags + names.length);
  let done = 0;
  const errorWith = async (change: (origin: number, place: number) => Series) => {
    throwIfAborted(options.signal, "importance");
    let [sum, known] = [0, 0];
    for (const [place, origin] of origins.entries()) {
      await forecaster.observe(change(origin, place));
      const { mean } = await forecaster.predict({ horizon, levels: [] });
      for (const [h, predicted] of mean.entries()) {
        const y = values[origin + h]!;
        if (Number.isNaN(y)) continue;
        sum += Math.abs(y - predicted);
        known++;
      }
    }
    options.onProgress?.(++done / total);
    return sum / known;
  };
  const error = await errorWith((origin) => sliceSeries(series, 0, origin));
  const measure = async (change: (order: number[]) => (origin: number, place: number) => Series) => {
    const increases: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      increases.push((await errorWith(change(derangement(count, generator)))) / error - 1);
    }
    return {
      increase: increases.reduce((sum, x) => sum + x, 0) / repeats,
      range: [Math.min(...increases), Math.max(...increases)] as const,
    };
  };
  const byLag: Importance["lags"][number][] = [];
  for (let lag = 1; lag <= lags; lag++) {
    const found = await measure((order) => (origin, place) => {
      const part = sliceSeries(series, 0, origin);
      const other = origins[order[place]!]!;
      const moved = part.values.slice();
      const distance = values[other - lag]! - meanBefore(values, other, lags);
      moved[origin - lag] = meanBefore(values, origin, lags) + distance;
      return { ...part, values: keepSign(moved, part.values, origin - lag) };
    });
    byLag.push({ lag, ...found });
  }
  const covariates: Importance["covariates"][number][] = [];
  for (const name of names) {
    const found = await measure(() => {
      const order = shuffled(Math.max(values.length, series.future?.[name]?.length ?? 0), generator);
      return (origin) => sliceSeries(withShuffled(series, name, order), 0, origin);
    });
    covariates.push({ name, ...found });
  }
  await forecaster.observe(series);
  return { error, lags: byLag, covariates: covariates.sort((a, b) => b.increase - a.increase) };
}

function meanBefore(values: Float64Array, end: number, count: number): number {
  let [sum, known] = [0, 0];
  for (let t = end - count; t < end; t++) {
    if (Number.isNaN(values[t])) continue;
    sum += values[t]!;
    known++;
  }
  return sum / known;
}

/** A value that was positive stays so: it may have to have a logarithm. One that is missing stays missing. */
function keepSign(moved: Float64Array, original: Float64Array, index: number): Float64Array {
  const before = original[index]!;
  if (Number.isNaN(moved[index]) || Number.isNaN(before)) moved[index] = before;
  else if (before > 0 && moved[index]! <= 0) moved[index] = before / 10;
  return moved;
}

/** A random order of 0 … n−1. */
function shuffled(n: number, generator: Generator): number[] {
  return Array.from(generator.randperm(n));
}

/** A random order in which nothing keeps its place: the next one round a random circle. */
function derangement(n: number, generator: Generator): number[] {
  const circle = shuffled(n, generator);
  const order = new Array<number>(n);
  for (const [i, place] of circle.entries()) order[place] = circle[(i + 1) % n]!;
  return order;
}

function withShuffled(series: Series, name: string, order: readonly number[]): Series {
  const move = (columns: Readonly<Record<string, Float64Array>> | undefined) => {
    const column = columns?.[name];
    if (!columns || !column) return columns;
    const places = order.filter((place) => place < column.length);
    return { ...columns, [name]: column.map((_, t) => column[places[t]!]!) };
  };
  const [past, future] = [move(series.past), move(series.future)];
  return { ...series, ...(past ? { past } : {}), ...(future ? { future } : {}) };
}
