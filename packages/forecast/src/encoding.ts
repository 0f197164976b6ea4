import { PAST_FEATURES, writePastFeatures } from "./context.js";
import { type Frame, NO_EFFECT } from "./frame.js";
import { type Covariate, HARMONICS, type Layout, rowSizes, type StaticInput } from "./layout.js";
import type { Series } from "./series.js";
import type { FittedTransform } from "./transforms.js";

/** Least scale of a window, beside its values. */
const LEAST_SCALE = 0.005;
/** The same of one that still holds its season, whose noise may be far below it. */
const LEAST_NOISE = 0.001;

/** What is taken off a window and added to its forecast, and what it is divided by. */
export interface Units {
  readonly level: number;
  readonly scale: number;
  /** Mean absolute change from value to value, or from season to season where the season is still in the window. */
  readonly noise: number;
}

/**
 * Writes the window that ends before index `end` as a row of network input, and gives its units:
 * (z − season − level)/scale, then `scaler`. A missing value is 0. With the season as known at `origin`.
 */
export function writeWindow(
  frame: Frame,
  end: number,
  layout: Layout,
  scaler: FittedTransform,
  row: Float32Array,
  at: number,
): Units {
  const { lookback, patch, masked, past, future } = layout;
  const { channels, steps } = rowSizes(layout);
  const window = windowValues(frame, end, lookback);
  const units = unitsOf(window, layout);
  const change = changeOf(units, scaler);
  // the numbers of one kind in one step lie together: values, masks, then each covariate's
  const kinds = channels / patch;
  for (let i = 0; i < lookback; i++) {
    const slot = at + Math.floor(i / patch) * channels + (i % patch);
    const value = change.factor * (window[i]! - change.origin) + change.start;
    const missing = Number.isNaN(value);
    row[slot] = missing ? 0 : value;
    if (kinds === 1) continue;
    const t = end - lookback + i;
    let next = slot + patch;
    if (masked) {
      row[next] = missing ? 0 : 1;
      next += patch;
    }
    for (const covariate of past) {
      row[next] = standardised(frame.series.past?.[covariate.name]?.[t], covariate);
      next += patch;
    }
    for (const covariate of future) {
      row[next] = standardised(frame.series.future?.[covariate.name]?.[t], covariate);
      next += patch;
    }
  }
  writeFixed(frame, end, layout, units, row, at + steps * channels);
  return units;
}

/** Units and scaler as one change: x′ = factor·(x − origin) + start. */
function changeOf({ level, scale }: Units, scaler: FittedTransform) {
  const json = scaler.toJSON();
  const linear = json.type === "linear" ? json : { offset: 0, scale: 1, start: 0 };
  return {
    factor: 1 / (scale * linear.scale),
    origin: level + linear.offset * scale,
    start: linear.start,
  };
}

/** Writes what follows the window that ends before `end`, in its units, and a weight for each: 0 where it is missing. */
export function writeTarget(
  frame: Frame,
  end: number,
  units: Units,
  scaler: FittedTransform,
  outputs: number,
  weight: number,
  row: Float32Array,
  at: number,
): void {
  const { factor, origin, start } = changeOf(units, scaler);
  const values = targetValues(frame, end, outputs);
  for (let h = 0; h < outputs; h++) {
    const value = factor * (values[h]! - origin) + start;
    const missing = Number.isNaN(value);
    row[at + h] = missing ? 0 : value;
    row[at + outputs + h] = missing ? 0 : weight;
  }
}

/** z without the season in the window that ends before `end`; NaN where it is missing. */
export function windowValues(frame: Frame, end: number, lookback: number): Float64Array {
  return between(frame, end - lookback, end, end);
}

/** The same for the values from `end` on; NaN beyond the last one. */
export function targetValues(frame: Frame, end: number, outputs: number): Float64Array {
  return between(frame, end, end + outputs, end);
}

function between({ z, season }: Frame, start: number, stop: number, origin: number): Float64Array {
  const values = new Float64Array(stop - start);
  const before = Math.max(0, -start);
  const known = z.subarray(Math.max(0, start), Math.min(stop, z.length));
  if (before > 0) values.fill(Number.NaN, 0, before);
  if (before + known.length < values.length) values.fill(Number.NaN, before + known.length);
  values.set(known, before);
  const effect = season(origin);
  if (effect !== NO_EFFECT) for (let i = 0; i < values.length; i++) values[i]! -= effect(start + i);
  return values;
}

/**
 * Level and scale of a window: its smoothed values, and how much it moves: the mean absolute change from value to value,
 * or the standard deviation about its mean where the season is still in it.
 */
export function unitsOf(window: Float64Array, { levelRate, scaled, seasonInputs }: Layout): Units {
  const level = levelOf(window, levelRate, seasonInputs);
  if (!scaled) return { level, scale: 1, noise: 1 };
  const changes = Math.max(LEAST_SCALE, meanChange(window, 1) || 0);
  if (seasonInputs < 2) return { level, scale: changes, noise: changes };
  const scale = Math.max(LEAST_NOISE, deviation(window) || 0);
  return { level, scale, noise: Math.max(LEAST_NOISE, meanChange(window, seasonInputs) || scale) };
}

/** The exponentially smoothed values; with rate 0 the mean of the last season; 0 where nothing is known. */
function levelOf(window: Float64Array, rate: number, seasonLength: number): number {
  let [sum, weights, last] = [0, 0, 0];
  for (let t = rate > 0 ? 0 : Math.max(0, window.length - seasonLength); t < window.length; t++) {
    const value = window[t]!;
    sum *= 1 - rate;
    weights *= 1 - rate;
    if (Number.isNaN(value)) continue;
    sum += value;
    weights += 1;
    last = value;
  }
  return rate === 1 || weights === 0 ? last : sum / weights;
}

/** √(mean of (x − mean)²) over what is known; NaN when nothing is. */
function deviation(window: Float64Array): number {
  let [count, mean, squares] = [0, 0, 0];
  for (const value of window) {
    if (Number.isNaN(value)) continue;
    count++;
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
  }
  return Math.sqrt(squares / count);
}

/** mean |x(t) − x(t−lag)| over what is known; NaN when nothing is. */
function meanChange(window: Float64Array, lag: number): number {
  let [sum, count] = [0, 0];
  for (let t = lag; t < window.length; t++) {
    const change = Math.abs(window[t]! - window[t - lag]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return sum / count;
}

function writeFixed(
  frame: Frame,
  end: number,
  layout: Layout,
  units: Units,
  row: Float32Array,
  start: number,
): void {
  let at = start;
  if (layout.scaled) row[at++] = Math.log(units.scale) + 3;
  if (layout.context) {
    writePastFeatures(frame.past!, end, units, row, at);
    at += PAST_FEATURES;
  }
  if (layout.seasonInputs > 1) {
    for (let k = 1; k <= HARMONICS; k++) {
      const angle = (2 * Math.PI * k * (end % layout.seasonInputs)) / layout.seasonInputs;
      row[at++] = Math.cos(angle);
      row[at++] = Math.sin(angle);
    }
  }
  for (const covariate of layout.future) {
    const values = frame.series.future?.[covariate.name];
    for (let h = 0; h < layout.outputs; h++) row[at++] = standardised(values?.[end + h], covariate);
  }
  at = writeStatics(frame.series, layout.statics, row, at);
}

function writeStatics(
  series: Series,
  statics: readonly StaticInput[],
  row: Float32Array,
  start: number,
): number {
  let at = start;
  for (const input of statics) {
    const value = series.statics?.[input.name];
    if ("categories" in input) {
      for (const category of input.categories) row[at++] = String(value) === category ? 1 : 0;
    } else row[at++] = standardised(typeof value === "number" ? value : undefined, input);
  }
  return at;
}

/** A covariate's value on the common scale; its mean, 0, where it is not known. */
function standardised(value: number | undefined, { mean, deviation }: Covariate): number {
  return value === undefined || Number.isNaN(value) ? 0 : (value - mean) / deviation;
}
