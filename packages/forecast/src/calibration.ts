import { unitsOf, windowValues } from "./encoding.js";
import { forecastAhead, type Model, type Origin } from "./forecasting.js";
import type { Frame } from "./frame.js";
import type { Layout } from "./layout.js";
import { levelToZ } from "./normal.js";

/** Origins at most that errors are measured from, evenly chosen. */
const MOST_ORIGINS = 20_000;
/** Errors from which on their own quantiles say more than a normal distribution does. */
const ENOUGH_FOR_QUANTILES = 2000;

/** How far forecasts are off, in units of what the network says about it (or of the window's scale). */
export interface Spread {
  /** σ(h) = √(mean of r(h)²) for each step ahead, made to not fall with h. */
  readonly sigma: readonly number[];
  /**
   * The quantiles of |r(h)|/σ(h) over all steps and series, at 0.001, 0.002 … 0.999: what makes intervals hold the
   * share they promise (split conformal prediction). Empty, for a normal distribution, where there are few errors.
   */
  readonly quantiles: readonly number[];
}

/**
 * Measures forecasts of values that the networks had not seen: r(h) = error / (what the network says a standard
 * deviation is there), from origins at the end of the training part and after each of the held-out values that follow.
 *
 * @param frames the whole series, with seasons as known at each origin.
 * @param heldOut values at each frame's end that were not trained on.
 * @returns undefined when nothing was held out.
 */
export function measureSpread(
  model: Model,
  frames: readonly Frame[],
  heldOut: readonly number[],
  horizon: number,
): Spread | undefined {
  const total = heldOut.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const stride = Math.ceil(total / MOST_ORIGINS);
  const origins: Origin[] = [];
  for (const [i, frame] of frames.entries()) {
    const { length } = frame.z;
    for (let end = length - heldOut[i]!; end < length; end += stride) origins.push({ frame, end });
  }
  const errors: number[][] = Array.from({ length: horizon }, () => []);
  for (const [i, { center, down, up }] of forecastAhead(model, origins, horizon).entries()) {
    const { frame, end } = origins[i]!;
    for (let h = 0; h < horizon; h++) {
      const error = (frame.z[end + h] ?? Number.NaN) - center[h]!;
      const reach = error < 0 ? down[h]! : up[h]!;
      if (!Number.isNaN(error) && reach > 0) errors[h]!.push(Math.abs(error) / reach);
    }
  }
  const sigma: number[] = [];
  for (const own of errors) {
    const square = own.reduce((sum, r) => sum + r * r, 0) / own.length;
    sigma.push(Math.max(sigma.at(-1) ?? 0, own.length > 0 ? Math.sqrt(square) : 0));
  }
  const ratios = errors.flatMap((own, h) => (sigma[h]! > 0 ? own.map((r) => r / sigma[h]!) : []));
  return { sigma, quantiles: ratios.length < ENOUGH_FOR_QUANTILES ? [] : permilles(ratios) };
}

function permilles(values: number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  // the k-th of n + 1 intervals between order statistics, as split conformal prediction takes it
  return Array.from({ length: 999 }, (_, i) => {
    const rank = Math.ceil(((i + 1) / 1000) * (sorted.length + 1)) - 1;
    return sorted[Math.min(sorted.length - 1, rank)]!;
  });
}

/** The same where nothing could be held out: as of a random walk, σ(h) = √(h · mean of squared changes). */
export function randomWalkSpread(frames: readonly Frame[], layout: Layout, horizon: number): Spread {
  let [sum, count] = [0, 0];
  for (const frame of frames) {
    const { length } = frame.z;
    const values = windowValues(frame, length, length);
    const { scale } = unitsOf(values.slice(-layout.lookback), layout);
    for (let t = 1; t < length; t++) {
      const change = (values[t]! - values[t - 1]!) / scale;
      if (Number.isNaN(change)) continue;
      sum += change * change;
      count++;
    }
  }
  const variance = sum / Math.max(1, count);
  return {
    sigma: Array.from({ length: horizon }, (_, step) => Math.sqrt((step + 1) * variance)),
    quantiles: [],
  };
}

/**
 * Half an interval's width `step` steps ahead (from 0), in units of what the network says. Beyond what was measured it
 * grows like a random walk's, with √h.
 */
export function halfWidth({ sigma, quantiles }: Spread, level: number, step: number): number {
  const known = sigma.length;
  const own = step < known ? sigma[step]! : sigma[known - 1]! * Math.sqrt((step + 1) / known);
  return own * ratioAt(quantiles, level);
}

function ratioAt(quantiles: readonly number[], level: number): number {
  if (quantiles.length === 0) return levelToZ(level);
  const position = level * 10 - 1;
  if (position >= quantiles.length - 1) return quantiles.at(-1)! * (levelToZ(level) / levelToZ(99.9));
  if (position <= 0) return quantiles[0]! * (level / 0.1);
  const low = Math.floor(position);
  return quantiles[low]! + (position - low) * (quantiles[low + 1]! - quantiles[low]!);
}
