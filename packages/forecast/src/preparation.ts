import { DataError } from "@lookback/core";
import { stl } from "./stl.js";

/** What is done to a series before a network sees it; decided on the training part. */
export interface Preparation {
  /** Whether logarithms are taken, which makes growth by a factor a straight line. */
  readonly log: boolean;
  /** Season that is taken off; 1 for none. */
  readonly seasonLength: number;
}

/** A series that has been prepared, and the way back. */
export interface Prepared {
  /** Logarithms (or plain values) without their seasonal part. */
  readonly adjusted: Float64Array;
  /** The seasonal part `steps` after the last value, from 1: that of the last season again. */
  seasonalAhead(steps: number): number;
}

/** Seasons that the seasonal part is estimated from when forecasting: older ones tell nothing about it. */
const SEASONS_USED = 20;

/**
 * Decides how to prepare a series. "auto" takes logarithms when all values are above 0 and none is below a thousandth
 * of a neighbour, whose logarithm would dwarf all others. The season is taken off when there is one
 * ({@link isSeasonal}).
 *
 * @throws DataError when logarithms are asked for and a value is not above 0.
 */
export function choosePreparation(
  values: Float64Array,
  seasonLength: number,
  log: boolean | "auto",
): Preparation {
  const positive = values.every((value) => value > 0);
  if (log === true && !positive) {
    throw new DataError("log: logarithms need values above 0, and the series has others. Leave log out.");
  }
  const logs = log === "auto" ? positive && !hasTiny(values) : log;
  const scaled = logs ? values.map(Math.log) : values;
  const seasonal = values.length >= 2 * seasonLength && isSeasonal(scaled, seasonLength);
  return { log: logs, seasonLength: seasonal ? seasonLength : 1 };
}

function hasTiny(values: Float64Array): boolean {
  return values.some((value, t) => value < Math.max(values[t - 1] ?? 0, values[t + 1] ?? 0) / 1000);
}

/**
 * Prepares a series: z = ln y (or y), then z without the seasonal part of {@link stl}.
 *
 * @throws DataError for a value that has no logarithm, or fewer than two seasons.
 */
export function prepare(values: Float64Array, { log, seasonLength }: Preparation): Prepared {
  const z = log ? values.map(logOf) : values;
  if (seasonLength === 1) return { adjusted: z, seasonalAhead: () => 0 };
  const { seasonal } = stl(z, { seasonLength });
  return {
    adjusted: z.map((value, t) => value - seasonal[t]!),
    seasonalAhead: (steps) => seasonal[z.length - seasonLength + ((steps - 1) % seasonLength)]!,
  };
}

/** How many of the last values {@link prepare} needs to forecast as it would from all of them. */
export function historyNeeded({ seasonLength }: Preparation, lookback: number): number {
  return Math.max(lookback, seasonLength === 1 ? 0 : SEASONS_USED * seasonLength);
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

function logOf(value: number, index: number): number {
  if (value > 0) return Math.log(value);
  throw new DataError(
    `log: the model was trained on logarithms, and value ${index + 1} of the series is ${value}. It can only go on from values above 0.`,
  );
}
