import { minimise } from "./minimise.js";
import { repeatsWithSeason, withoutSeason } from "./seasonality.js";
import { type NormalForecast, type StatisticalForecaster, statistical } from "./statistical.js";

/**
 * The Theta method, which won the M3 competition: the season is taken off where the values repeat with it, what is left
 * is smoothed exponentially, ℓ(t) = α·y(t) + (1−α)·ℓ(t−1), and the forecast goes on from the last level with half of
 * the slope b of the straight line through the values,
 * ŷ(n+h) = ℓ(n) + b/2·(h − 1 + (1 − (1−α)ⁿ)/α); the season is put back. α and ℓ(0) have the least squared one-step
 * errors. Intervals: σ(h) = σ·√(1 + (h−1)·α²), the season put back too. Multiplicative seasons where all values are
 * above 0, additive ones elsewhere.
 * Sources: Assimakopoulos & Nikolopoulos, Int. J. Forecasting 16 (2000); in this form Hyndman & Billah, Int. J.
 * Forecasting 19 (2003).
 *
 * @example const model = theta(); await model.fit(series); await model.predict({ horizon: 12 });
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function theta(): StatisticalForecaster {
  return thetaForecaster("theta", standardTheta);
}

/**
 * The dynamic optimised Theta method: as {@link theta}, but the straight line is that of the values so far, anew at
 * each step, and how much of it is followed, w = 1 − 1/θ between 0 and 1, is fitted along with α and ℓ(0):
 * ŷ(t|t−1) = ℓ(t−1) + w·((1−α)^(t−1)·A(t−1) + (1 − (1−α)^t)/α·B(t−1)), with A and B intercept and slope of the line
 * through the first t − 1 values. More steps ahead, forecasts take the place of values.
 * Source: Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler, Int. J. Forecasting 32 (2016).
 *
 * @throws DataError at fitting, for fewer than 5 values.
 */
export function dynamicTheta(): StatisticalForecaster {
  return thetaForecaster("dynamic-theta", dynamicOptimisedTheta);
}

type Unseasonal = (values: Float64Array) => (horizon: number) => NormalForecast;

function thetaForecaster(name: string, fit: Unseasonal): StatisticalForecaster {
  return statistical({
    name,
    fewest: name === "theta" ? 3 : 5,
    fit(values, { seasonLength }) {
      const season = repeatsWithSeason(values, seasonLength) && withoutSeason(values, seasonLength);
      if (!season) return { forecast: fit(values) };
      const forecast = fit(season.adjusted);
      return { forecast: (horizon) => ({ ...forecast(horizon), back: season.back }) };
    },
  });
}

/** Smallest and largest α tried: at 0 the level would never move. */
const ALPHA = [0.0001, 0.9999] as const;

/** Simple exponential smoothing: its last level, α, and the sum of its squared one-step errors. */
export interface Smoothing {
  readonly alpha: number;
  readonly level: number;
  readonly squares: number;
}

/**
 * Simple exponential smoothing ℓ(t) = α·y(t) + (1−α)·ℓ(t−1) with the α and ℓ(0) of least squared one-step errors
 * y(t) − ℓ(t−1). The errors are a line in ℓ(0), whose best value is therefore known for every α.
 */
export function smoothExponentially(values: Float64Array): Smoothing {
  const run = (alpha: number): Smoothing => {
    // with ℓ(0) = 0 the error is `plain`; ℓ(0) takes `weight`·ℓ(0) off it
    let [level, weight, cross, weights] = [0, 1, 0, 0];
    for (const y of values) {
      cross += (y - level) * weight;
      weights += weight * weight;
      level += alpha * (y - level);
      weight *= 1 - alpha;
    }
    let smooth = cross / weights;
    let squares = 0;
    for (const y of values) {
      squares += (y - smooth) ** 2;
      smooth += alpha * (y - smooth);
    }
    return { alpha, level: smooth, squares };
  };
  return run(minimise((alpha) => run(alpha).squares, ...ALPHA));
}

function standardTheta(values: Float64Array): (horizon: number) => NormalForecast {
  const n = values.length;
  const { alpha, level, squares } = smoothExponentially(values);
  const sigma = Math.sqrt(squares / Math.max(1, n - 2));
  const start = (1 - (1 - alpha) ** n) / alpha;
  const half = slope(values) / 2;
  return (horizon) => ({
    center: Float64Array.from({ length: horizon }, (_, h) => level + half * (h + start)),
    sigma: Float64Array.from({ length: horizon }, (_, h) => sigma * Math.sqrt(1 + h * alpha * alpha)),
  });
}

/** Slope of the least-squares line through the values, one step apart. */
function slope(values: Float64Array): number {
  const center = (values.length - 1) / 2;
  let [cross, squares] = [0, 0];
  for (const [t, value] of values.entries()) {
    cross += (t - center) * value;
    squares += (t - center) ** 2;
  }
  return cross / squares;
}

/** What the dynamic model knows after some values: level, their mean, and the line through them. */
interface DynamicState {
  level: number;
  mean: number;
  line: number;
}

function dynamicOptimisedTheta(values: Float64Array): (horizon: number) => NormalForecast {
  const n = values.length;
  const lines = linesSoFar(values);
  const best = minimise((alpha) => dynamicFit(values, lines, alpha).squares, ...ALPHA);
  const { weight, level, squares } = dynamicFit(values, lines, best);
  const sigma = Math.sqrt(squares / Math.max(1, n - 3));
  return (horizon) => {
    const state: DynamicState = { level, mean: lines.mean[n]!, line: lines.slope[n]! };
    const center = new Float64Array(horizon);
    for (let h = 0; h < horizon; h++) {
      const t = n + h + 1;
      center[h] = state.level + weight * pull(best, t, state.mean, state.line);
      advance(state, center[h]!, t, best);
    }
    const spread = Float64Array.from({ length: horizon }, (_, h) => sigma * Math.sqrt(1 + h * best * best));
    return { center, sigma: spread };
  };
}

/** (1−α)^(t−1)·A + (1 − (1−α)^t)/α·B for the line A + B·s with mean ȳ over s = 1 … t−1: how far it pulls step t. */
function pull(alpha: number, t: number, mean: number, line: number): number {
  const intercept = mean - (line * t) / 2;
  return (1 - alpha) ** (t - 1) * intercept + ((1 - (1 - alpha) ** t) / alpha) * line;
}

/** Takes value number t in. */
function advance(state: DynamicState, value: number, t: number, alpha: number): void {
  state.line = t === 1 ? 0 : ((t - 2) * state.line + (6 * (value - state.mean)) / t) / (t + 1);
  state.mean += (value - state.mean) / t;
  state.level += alpha * (value - state.level);
}

/** Mean and slope of the first t values, for t = 0 … n. */
function linesSoFar(values: Float64Array): { mean: Float64Array; slope: Float64Array } {
  const state: DynamicState = { level: 0, mean: 0, line: 0 };
  const mean = new Float64Array(values.length + 1);
  const slopes = new Float64Array(values.length + 1);
  for (const [t, value] of values.entries()) {
    advance(state, value, t + 1, 0);
    mean[t + 1] = state.mean;
    slopes[t + 1] = state.line;
  }
  return { mean, slope: slopes };
}

/**
 * The best ℓ(0) and w for an α, by least squares over the steps from the third on: the one-step error is
 * `plain` − ℓ(0)·`decay` − w·`pull`. w is kept between 0 (θ = 1, plain smoothing) and 1.
 */
function dynamicFit(
  values: Float64Array,
  lines: { mean: Float64Array; slope: Float64Array },
  alpha: number,
): { weight: number; level: number; squares: number } {
  const n = values.length;
  const pulls = values.map((_, t) => pull(alpha, t + 1, lines.mean[t]!, lines.slope[t]!));
  let [dd, dp, pp, yd, yp] = [0, 0, 0, 0, 0];
  let [zero, decay] = [0, 1];
  for (let t = 0; t < n; t++) {
    const plain = values[t]! - zero;
    const p = pulls[t]!;
    if (t >= 2) {
      dd += decay * decay;
      dp += decay * p;
      pp += p * p;
      yd += plain * decay;
      yp += plain * p;
    }
    zero += alpha * (values[t]! - zero);
    decay *= 1 - alpha;
  }
  const determinant = dd * pp - dp * dp;
  const free = determinant > 1e-12 * dd * pp ? (yp * dd - yd * dp) / determinant : 0;
  const weight = Math.min(1, Math.max(0, free));
  let level = (yd - weight * dp) / dd;
  let squares = 0;
  for (let t = 0; t < n; t++) {
    if (t >= 2) squares += (values[t]! - level - weight * pulls[t]!) ** 2;
    level += alpha * (values[t]! - level);
  }
  return { weight, level, squares };
}
