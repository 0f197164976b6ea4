import { DataError } from "@lookback/core";
import { stl } from "./stl.js";

/**
 * How a season is dealt with: `stl` takes it off by STL, which suits one series; `index` by effects known at each
 * time (see `SeasonIndex`), which suits many; `inputs` leaves it in and tells the network where in the season it is.
 */
export type SeasonMethod = "stl" | "index" | "inputs" | "none";

/** What is done to a series before a network sees it; decided on the training part. */
export interface Preparation {
  /** Whether logarithms are taken, which makes growth by a factor a straight line. */
  readonly log: boolean;
  /** What plain values are divided by: their mean size, so that series of any size look alike. 1 with logarithms. */
  readonly unit: number;
  readonly season: SeasonMethod;
  /** Season that is taken off or told; 1 for none. */
  readonly seasonLength: number;
}

/** A series that has been prepared, and the way back. */
export interface Prepared {
  /** Logarithms (or plain values) without their seasonal part. */
  readonly adjusted: Float64Array;
  /** The seasonal part `steps` after the last value, from 1: that of the last season again. */
  seasonalAhead(steps: number): number;
  /** The seasonal part of each value. */
  readonly seasonal: Float64Array;
}

/**
 * Decides how to prepare a series. "auto" takes logarithms when all values are above 0 and none is below a thousandth
 * of a neighbour, whose logarithm would dwarf all others. The season is dealt with when there are two of them; with
 * `stl` also only when there is one to be seen ({@link isSeasonal}), while the other methods find its size themselves.
 *
 * @throws DataError when logarithms are asked for and a value is not above 0.
 */
export function choosePreparation(
  values: Float64Array,
  seasonLength: number,
  { log, season }: { readonly log: boolean | "auto"; readonly season: SeasonMethod },
): Preparation {
  const positive = values.every((value) => value > 0);
  if (log === true && !positive) {
    throw new DataError("log: logarithms need values above 0, and the series has others. Leave log out.");
  }
  const logs = log === "auto" ? positive && !hasTiny(values) : log;
  const unit = logs ? 1 : meanSize(values);
  const none: Preparation = { log: logs, unit, season: "none", seasonLength: 1 };
  if (season === "none" || seasonLength < 2 || values.length < 2 * seasonLength) return none;
  if (season === "stl" && !isSeasonal(logs ? values.map(Math.log) : values, seasonLength)) return none;
  return { log: logs, unit, season, seasonLength };
}

function hasTiny(values: Float64Array): boolean {
  return values.some((value, t) => value < Math.max(values[t - 1] ?? 0, values[t + 1] ?? 0) / 1000);
}

/** Mean of |y|; 1 where that is 0 or no number to divide by. */
function meanSize(values: Float64Array): number {
  const size = values.reduce((sum, value) => sum + Math.abs(value) / values.length, 0);
  return size > 1e-290 && Number.isFinite(size) ? size : 1;
}

/**
 * Prepares a series: z = ln y (or y/unit), then, with season "stl", z without the seasonal part of {@link stl}.
 *
 * @throws DataError for a value that has no logarithm, or fewer than two seasons.
 */
export function prepare(values: Float64Array, { log, unit, season, seasonLength }: Preparation): Prepared {
  const z = log ? values.map(logOf) : values.map((value) => value / unit);
  if (season !== "stl") {
    return { adjusted: z, seasonal: new Float64Array(z.length), seasonalAhead: () => 0 };
  }
  const { seasonal } = stl(z, { seasonLength });
  return {
    adjusted: z.map((value, t) => value - seasonal[t]!),
    seasonal,
    seasonalAhead: (steps) => seasonal[z.length - seasonLength + ((steps - 1) % seasonLength)]!,
  };
}

/**
 * Whether values rise and fall with the season, once the trend is off: the autocorrelation r(m) of the first
 * differences exceeds 1.645·√((1 + 2·Σ r(k)²)/n), k < m, which 5 % of the series without a season do.
 * Source: the M4 competition's test (Makridakis, Spiliotis & Assimakopoulos 2020), on differences.
 */
export function isSeasonal(values: ArrayLike<number>, seasonLength: number): boolean {
  if (seasonLength < 2) return false;
  const n = values.length - 1;
  const steps = Float64Array.from({ length: n }, (_, t) => values[t + 1]! - values[t]!);
  const mean = steps.reduce((sum, step) => sum + step, 0) / n;
  const variance = steps.reduce((sum, step) => sum + (step - mean) ** 2, 0);
  if (!(variance > 0)) return false;
  const correlation = (lag: number) => {
    let sum = 0;
    for (let t = lag; t < n; t++) sum += (steps[t]! - mean) * (steps[t - lag]! - mean);
    return sum / variance;
  };
  let squares = 0;
  for (let lag = 1; lag < seasonLength; lag++) squares += correlation(lag) ** 2;
  return correlation(seasonLength) > 1.645 * Math.sqrt((1 + 2 * squares) / n);
}

/** From z back to the data's own values. */
export function fromPrepared(z: number, { log, unit }: Preparation): number {
  return log ? Math.exp(z) : z * unit;
}

function logOf(value: number, index: number): number {
  if (value > 0) return Math.log(value);
  throw new DataError(
    `log: the model was trained on logarithms, and value ${index + 1} of the series is ${value}. It can only go on from values above 0.`,
  );
}
