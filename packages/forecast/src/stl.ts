import { ArgumentError, DataError } from "@lookback/core";

/** A series taken apart: values = trend + seasonal + remainder. */
export interface Decomposition {
  readonly trend: Float64Array;
  readonly seasonal: Float64Array;
  readonly remainder: Float64Array;
}

/** How smooth the parts are; all windows are odd numbers of values. */
export interface StlOptions {
  /** Steps a season, at least 2; two seasons of values are needed. */
  readonly seasonLength: number;
  /** Years (seasons) over which one month's seasonal effect is smoothed, by a local mean. Default 13. */
  readonly seasonalWindow?: number;
  /** Default: the smallest odd number of at least 1.5·m/(1 − 1.5/seasonalWindow). */
  readonly trendWindow?: number;
  /** Passes of the inner loop. Default 2. */
  readonly passes?: number;
}

/**
 * Seasonal-trend decomposition by loess, without robustness weights. Each pass: take the trend off; smooth every
 * month's own subseries by loess, one season beyond both ends; take the low frequencies of that (moving averages of
 * m, m and 3 values, then loess) off it again, which leaves the seasonal part; smooth what remains without it into
 * the trend. The numbers are those of R's `stl`.
 * Source: Cleveland, Cleveland, McRae & Terpenning, J. Official Statistics 6 (1990).
 *
 * @throws ArgumentError for a season below 2 or an even window; DataError for fewer than two seasons of values.
 */
export function stl(values: ArrayLike<number>, options: StlOptions): Decomposition {
  const { seasonLength: m, seasonalWindow = 13, passes = 2 } = options;
  const trendWindow = options.trendWindow ?? nextOdd((1.5 * m) / (1 - 1.5 / seasonalWindow));
  const n = values.length;
  if (!Number.isInteger(m) || m < 2) {
    throw new ArgumentError(`stl: seasonLength must be a whole number of at least 2, got ${m}.`);
  }
  for (const [name, window] of Object.entries({ seasonalWindow, trendWindow })) {
    if (!Number.isInteger(window) || window < 3 || window % 2 === 0) {
      throw new ArgumentError(`stl: ${name} must be an odd number of at least 3, got ${window}.`);
    }
  }
  if (n < 2 * m) {
    throw new DataError(`stl: a season of ${m} needs at least ${2 * m} values, got ${n}.`);
  }
  const y = Float64Array.from(values);
  let trend: Float64Array = new Float64Array(n);
  let seasonal: Float64Array = new Float64Array(n);
  for (let pass = 0; pass < passes; pass++) {
    const detrended = y.map((value, t) => value - trend[t]!);
    const cycles = smoothSubseries(detrended, m, seasonalWindow);
    const averaged = movingAverage(movingAverage(movingAverage(cycles, m), m), 3);
    const low = loess(averaged, nextOdd(m), 1);
    seasonal = low.map((value, t) => cycles[t + m]! - value);
    trend = loess(
      y.map((value, t) => value - seasonal[t]!),
      trendWindow,
      1,
    );
  }
  return { trend, seasonal, remainder: y.map((value, t) => value - trend[t]! - seasonal[t]!) };
}

/** Every m-th value smoothed on its own, from one season before the first value to one after the last: n + 2m values. */
function smoothSubseries(values: Float64Array, m: number, window: number): Float64Array {
  const result = new Float64Array(values.length + 2 * m);
  for (let phase = 0; phase < m; phase++) {
    const own = values.filter((_, t) => t % m === phase);
    const smooth = loess(own, window, 0);
    result[phase] = loessAt(own, -1, window, 0);
    for (let k = 0; k < own.length; k++) result[(k + 1) * m + phase] = smooth[k]!;
    result[(own.length + 1) * m + phase] = loessAt(own, own.length, window, 0);
  }
  return result;
}

/** Means of `width` neighbouring values: n − width + 1 of them. */
function movingAverage(values: Float64Array, width: number): Float64Array {
  const result = new Float64Array(values.length - width + 1);
  let sum = 0;
  for (let t = 0; t < values.length; t++) {
    sum += values[t]!;
    if (t >= width) sum -= values[t - width]!;
    if (t >= width - 1) result[t - width + 1] = sum / width;
  }
  return result;
}

/** Loess at every tenth of the window, and straight lines between: the curve is smooth at that scale. */
function loess(values: Float64Array, window: number, degree: 0 | 1): Float64Array {
  const last = values.length - 1;
  const jump = Math.ceil(window / 10);
  const result = new Float64Array(values.length);
  result[0] = loessAt(values, 0, window, degree);
  for (let from = 0; from < last; from += jump) {
    const to = Math.min(from + jump, last);
    const [a, b] = [result[from]!, loessAt(values, to, window, degree)];
    for (let t = from + 1; t <= to; t++) result[t] = a + ((b - a) * (t - from)) / (to - from);
  }
  return result;
}

/**
 * Local regression at position x: the `window` nearest values, weighted by (1 − (distance/reach)³)³, fitted by a mean
 * (degree 0) or a line. Where the window is longer than the series, its reach grows by half of the excess.
 */
function loessAt(values: Float64Array, x: number, window: number, degree: 0 | 1): number {
  const n = values.length;
  const width = Math.min(window, n);
  const left = Math.max(0, Math.min(n - width, Math.round(x) - (width - 1) / 2));
  const start = Math.floor(left);
  const reach = Math.max(x - start, start + width - 1 - x) + (window > n ? Math.floor((window - n) / 2) : 0);
  let [sum, sumX, sumY] = [0, 0, 0];
  const weights = new Float64Array(width);
  for (let i = 0; i < width; i++) {
    const distance = Math.abs(start + i - x);
    if (distance > 0.999 * reach) continue;
    const weight = distance <= 0.001 * reach ? 1 : (1 - (distance / reach) ** 3) ** 3;
    weights[i] = weight;
    sum += weight;
    sumX += weight * (start + i);
    sumY += weight * values[start + i]!;
  }
  if (sum === 0) return values[Math.max(0, Math.min(n - 1, Math.round(x)))]!;
  if (degree === 0) return sumY / sum;
  const meanX = sumX / sum;
  let [spread, slope] = [0, 0];
  for (let i = 0; i < width; i++) {
    const off = start + i - meanX;
    spread += weights[i]! * off * off;
    slope += weights[i]! * off * values[start + i]!;
  }
  if (Math.sqrt(spread / sum) <= 0.001 * (n - 1)) return sumY / sum;
  return sumY / sum + ((x - meanX) * slope) / spread;
}

/** The smallest odd number that is not below x. */
function nextOdd(x: number): number {
  const up = Math.ceil(x - 1e-9);
  return up % 2 === 0 ? up + 1 : up;
}
