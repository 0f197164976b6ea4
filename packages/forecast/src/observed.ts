import type { Series } from "./series.js";

/**
 * The values of a series with its masked gaps (NaN) filled for methods that need every step. A gap is filled along the
 * line between the values around it, and at an end with the nearest value; where the gap's season is known, that is
 * the line through the same phase of the seasons before and after, so that a gap of a day in hourly data keeps its
 * shape. The same array when nothing is missing.
 */
export function observedValues(series: Series): Float64Array {
  const { values, seasonLength } = series;
  if (!values.some(Number.isNaN)) return values;
  const m = seasonLength > 1 && values.length >= 2 * seasonLength ? seasonLength : 1;
  const filled = Float64Array.from(values);
  for (let phase = 0; phase < m; phase++) fillAlong(filled, phase, m);
  fillAlong(filled, 0, 1);
  return filled;
}

/** How many values are known. */
export function observedCount(series: Series): number {
  return series.values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
}

/** Fills every `step`-th value from `start` on along lines; leaves them when none of them is known. */
function fillAlong(values: Float64Array, start: number, step: number): void {
  let last: number | undefined;
  for (let t = start; t < values.length; t += step) {
    if (Number.isNaN(values[t])) continue;
    const from = last ?? t;
    for (let gap = last === undefined ? start : last + step; gap < t; gap += step) {
      values[gap] =
        values[from]! + (from === t ? 0 : ((values[t]! - values[from]!) * (gap - from)) / (t - from));
    }
    last = t;
  }
  if (last === undefined) return;
  for (let t = last + step; t < values.length; t += step) values[t] = values[last]!;
}
