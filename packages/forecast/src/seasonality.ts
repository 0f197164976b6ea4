import { isSeasonal } from "./preparation.js";

type Numbers = ArrayLike<number>;

/**
 * Autocorrelations r(1) … r(last): r(k) = Σ_{t>k} (y(t)−ȳ)(y(t−k)−ȳ) / Σ (y(t)−ȳ)². All 0 for a constant.
 */
export function autocorrelations(values: Numbers, last: number): Float64Array {
  const n = values.length;
  const mean = sum(n, (t) => values[t]!) / n;
  const variance = sum(n, (t) => (values[t]! - mean) ** 2);
  return Float64Array.from({ length: last }, (_, i) => {
    const lag = i + 1;
    if (!(variance > 0)) return 0;
    return sum(n - lag, (t) => (values[t + lag]! - mean) * (values[t]! - mean)) / variance;
  });
}

/**
 * Whether values repeat with the season: |r(m)| > 1.645·√((1 + 2·Σ_{k<m} r(k)²)/n), and there are more than two
 * seasons. The test that decided on deseasonalising in the M3 and M4 competitions.
 * Source: Assimakopoulos & Nikolopoulos, Int. J. Forecasting 16 (2000); Makridakis, Spiliotis & Assimakopoulos,
 * Int. J. Forecasting 36 (2020).
 */
export function repeatsWithSeason(values: Numbers, seasonLength: number): boolean {
  if (seasonLength < 2 || values.length <= 2 * seasonLength) return false;
  const r = autocorrelations(values, seasonLength);
  const squares = sum(seasonLength - 1, (k) => r[k]! ** 2);
  return Math.abs(r[seasonLength - 1]!) > 1.645 * Math.sqrt((1 + 2 * squares) / values.length);
}

/**
 * Whether there is a season to take off: values repeat with it, or their changes do ({@link isSeasonal}), which shows in
 * values that grow so much that their autocorrelation has room for nothing else.
 */
export function hasSeason(values: Numbers, seasonLength: number): boolean {
  if (seasonLength < 2 || values.length <= 2 * seasonLength) return false;
  return repeatsWithSeason(values, seasonLength) || isSeasonal(values, seasonLength);
}

/** Seasonal effects that stay the same every season. */
export interface SeasonalIndexes {
  readonly multiplicative: boolean;
  /** The effect of each phase; the first value of the series has phase 0. Mean 1, or 0 when added. */
  readonly effects: Float64Array;
}

/**
 * Classical decomposition: the trend is the centred moving average over one season (its ends halved when m is even);
 * the effect of a phase is the mean of y/trend, or of y − trend, over the phase's values; effects are scaled to mean 1
 * (or 0). Multiplicative where all values are above 0.
 * Source: Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd ed., §3.4.
 *
 * @param values at least two seasons.
 */
export function seasonalIndexes(values: Numbers, seasonLength: number): SeasonalIndexes {
  const m = seasonLength;
  const n = values.length;
  let multiplicative = true;
  for (let t = 0; t < n; t++) multiplicative &&= values[t]! > 0;
  const half = Math.floor(m / 2);
  const sums = new Float64Array(m);
  const counts = new Float64Array(m);
  for (let t = half; t < n - half; t++) {
    let trend = 0;
    for (let k = -half; k <= half; k++) {
      trend += values[t + k]! * (m % 2 === 0 && Math.abs(k) === half ? 0.5 : 1);
    }
    trend /= m;
    sums[t % m]! += multiplicative ? values[t]! / trend : values[t]! - trend;
    counts[t % m]! += 1;
  }
  const means = sums.map((total, phase) => total / counts[phase]!);
  const level = sum(m, (phase) => means[phase]!) / m;
  return { multiplicative, effects: means.map((x) => (multiplicative ? x / level : x - level)) };
}

/** Values without their season, and the way to put the season of the coming steps back. */
export interface Deseasonalised {
  readonly adjusted: Float64Array;
  /** @param step steps after the last value, from 0. */
  back(value: number, step: number): number;
}

/**
 * Takes {@link seasonalIndexes} off. Undefined where a factor is so near to 0, or below it, that nothing can be divided
 * by it.
 */
export function withoutSeason(values: Float64Array, seasonLength: number): Deseasonalised | undefined {
  const { multiplicative, effects } = seasonalIndexes(values, seasonLength);
  if (multiplicative && !effects.every((effect) => effect > 1e-6)) return undefined;
  const effect = (t: number) => effects[t % seasonLength]!;
  const ahead = (step: number) => effect(values.length + step);
  return multiplicative
    ? { adjusted: values.map((y, t) => y / effect(t)), back: (value, step) => value * ahead(step) }
    : { adjusted: values.map((y, t) => y - effect(t)), back: (value, step) => value + ahead(step) };
}

function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}
