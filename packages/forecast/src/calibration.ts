import type { SequenceNetwork } from "./network.js";
import { forecastWindows } from "./network.js";
import type { WindowSizes } from "./neuralOptions.js";
import { windowAt } from "./plan.js";
import { type Preparation, prepare } from "./preparation.js";
import type { FittedTransform } from "./transforms.js";

/**
 * How far forecasts were off on values that the networks had not seen, for each step ahead up to the horizon:
 * σ(h) = √(mean of e(h)²), with the errors of all forecasts made at the end of the training part and after each of the
 * `heldOut` values that follow, in logarithms where those are taken. Made to not fall with h.
 */
export function heldOutSpread(
  networks: readonly SequenceNetwork[],
  scaler: FittedTransform,
  values: Float64Array,
  heldOut: number,
  preparation: Preparation,
  { lookback, horizon }: WindowSizes,
): number[] {
  const start = values.length - heldOut;
  const origins = Array.from({ length: heldOut }, (_, i) =>
    windowAt(values, start + i, preparation, lookback),
  );
  const forecasts = forecastWindows(
    networks,
    origins.map(({ window }) => window),
    scaler,
    horizon,
  );
  const spread: number[] = [];
  for (let h = 1; h <= horizon; h++) {
    let [sum, count] = [0, 0];
    for (let i = 0; i + h <= heldOut; i++) {
      const value = values[start + i + h - 1]!;
      const expected = forecasts[i]![h - 1]! + origins[i]!.ahead(h);
      sum += ((preparation.log ? Math.log(value) : value) - expected) ** 2;
      count++;
    }
    spread.push(Math.max(spread.at(-1) ?? 0, Math.sqrt(sum / count)));
  }
  return spread;
}

/** The same where nothing could be held out: as of a random walk, σ(h) = √(h · mean of squared changes). */
export function randomWalkSpread(values: Float64Array, preparation: Preparation, horizon: number): number[] {
  const { adjusted } = prepare(values, preparation);
  let sum = 0;
  for (let t = 1; t < adjusted.length; t++) sum += (adjusted[t]! - adjusted[t - 1]!) ** 2;
  const variance = sum / Math.max(1, adjusted.length - 1);
  return Array.from({ length: horizon }, (_, step) => Math.sqrt((step + 1) * variance));
}

/** The spread `step` steps ahead (from 0); beyond what was measured it grows like a random walk's, with √h. */
export function spreadAt(spread: readonly number[], step: number): number {
  const known = spread.length;
  return step < known ? spread[step]! : spread[known - 1]! * Math.sqrt((step + 1) / known);
}
