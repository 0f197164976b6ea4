/** Rates of the exponentially smoothed levels among the features. */
const RATES = [0.1, 0.2, 0.4, 0.7] as const;

/** Features of {@link pastFeatures} that are positions, and so are told relative to a window's level. */
const POSITIONS = RATES.length + 3;

/** Numbers for each time. */
export const PAST_FEATURES = POSITIONS + 2;

/**
 * What a series' whole past says to a network that sees only a window of it. Of x(t), the values without the season
 * known then, for each time from what comes before it:
 *
 * - exponentially smoothed levels, ℓ ← ℓ + α·(x − ℓ), α = 0.1, 0.2, 0.4, 0.7;
 * - half a season along the damped trend: Holt's method with α = 0.3, β = 0.05, φ = 0.95 (Gardner & McKenzie 1985);
 * - the mean of all values, and the line fitted through all of them, three quarters of a season ahead;
 * - that line's slope over a season; and how many values there are, as a logarithm.
 *
 * @param x NaN where nothing is known.
 * @returns [(n + 1), PAST_FEATURES], row by row: row t from x(0) … x(t−1). Row 0 is zeros.
 */
export function pastFeatures(x: Float64Array, seasonLength: number): Float64Array {
  const m = Math.max(seasonLength, 4);
  const table = new Float64Array((x.length + 1) * PAST_FEATURES);
  const levels = RATES.map(() => 0);
  let [level, trend, count, sumT, sumTT, sumX, sumTX] = [0, 0, 0, 0, 0, 0, 0];
  for (let t = 0; t < x.length; t++) {
    const value = x[t]!;
    const row = (t + 1) * PAST_FEATURES;
    if (Number.isNaN(value)) {
      table.copyWithin(row, row - PAST_FEATURES, row);
      continue;
    }
    for (const [i, rate] of RATES.entries()) {
      levels[i] = count === 0 ? value : levels[i]! + rate * (value - levels[i]!);
    }
    const expected = level + 0.95 * trend;
    const next = count === 0 ? value : expected + 0.3 * (value - expected);
    trend = count === 0 ? 0 : 0.95 * trend + 0.05 * (next - expected);
    level = next;
    count++;
    sumT += t;
    sumTT += t * t;
    sumX += value;
    sumTX += t * value;
    const slope = count > 2 ? (count * sumTX - sumT * sumX) / (count * sumTT - sumT * sumT) : 0;
    const mean = sumX / count;
    table.set(levels, row);
    table[row + 4] = level + (m / 2) * trend;
    table[row + 5] = mean;
    table[row + 6] = mean + slope * (t - sumT / count + 0.75 * m);
    table[row + 7] = slope * m;
    table[row + 8] = Math.log(count);
  }
  return table;
}

/** Writes the features of one time in a window's units: positions relative to its level, all but the count scaled. */
export function writePastFeatures(
  table: Float64Array,
  time: number,
  { level, scale }: { readonly level: number; readonly scale: number },
  row: Float32Array,
  at: number,
): void {
  const from = time * PAST_FEATURES;
  for (let i = 0; i < POSITIONS; i++) row[at + i] = (table[from + i]! - level) / scale;
  row[at + POSITIONS] = table[from + POSITIONS]! / scale;
  row[at + POSITIONS + 1] = table[from + POSITIONS + 1]! - 4;
}
