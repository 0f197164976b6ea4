import { pastFeatures } from "./context.js";
import { observedValues } from "./observed.js";
import type { Preparation } from "./preparation.js";
import { type Prepared, prepare } from "./preparation.js";
import { SeasonIndex } from "./seasonIndex.js";
import type { Series } from "./series.js";

/** The seasonal part at time t (also beyond the last value), as it is known when the first `origin` values are. */
export type SeasonAt = (origin: number) => (t: number) => number;

/** A series made ready to cut windows from. */
export interface Frame {
  readonly series: Series;
  readonly preparation: Preparation;
  readonly options: FrameOptions;
  /** z: logarithms or plain values; NaN where one is missing. */
  readonly z: Float64Array;
  readonly season: SeasonAt;
  /** What the whole past says at each time, see {@link pastFeatures}; absent where networks are not shown it. */
  readonly past?: Float64Array;
}

/** How frames are made. */
export interface FrameOptions {
  /** Whether the whole past's features are wanted. */
  readonly context: boolean;
  /** How much less a cycle ago counts for the season than the next one (season "index"). */
  readonly discount: number;
}

/** Seasons that the seasonal part is estimated from when forecasting: older ones tell nothing about it. */
const SEASONS_USED = 20;

/** How many of the last values a forecast needs to be what it would be from all of them. */
export function historyNeeded({ season, seasonLength }: Preparation, lookback: number): number {
  return Math.max(lookback, season === "stl" ? SEASONS_USED * seasonLength : 0);
}

/**
 * Makes a series ready. With season "stl" the seasonal part is estimated anew at every origin, from what came before;
 * `whole`: once from all values, for training on them.
 *
 * @throws DataError for a value that has no logarithm.
 */
export function makeFrame(
  series: Series,
  preparation: Preparation,
  options: FrameOptions,
  whole = false,
): Frame {
  const { z, filled } = logarithms(series, preparation);
  const season = seasonOf(filled, z, preparation, options, whole);
  const frame = { series, preparation, options, z, season };
  return options.context ? { ...frame, past: pastOf(frame) } : frame;
}

function logarithms(series: Series, preparation: Preparation) {
  const filled = prepare(observedValues(series), { ...preparation, season: "none" }).adjusted;
  const { values } = series;
  return { filled, z: filled.map((value, t) => (Number.isNaN(values[t]) ? Number.NaN : value)) };
}

/** No seasonal part. */
export const NO_EFFECT = (): number => 0;

const NO_SEASON: SeasonAt = () => NO_EFFECT;

function seasonOf(
  filled: Float64Array,
  z: Float64Array,
  preparation: Preparation,
  { discount }: FrameOptions,
  whole: boolean,
): SeasonAt {
  const { season, seasonLength } = preparation;
  if (season === "index") {
    const known = (t: number) => !Number.isNaN(z[t]);
    const index = new SeasonIndex(filled, seasonLength, { discount, known });
    return (origin) => {
      const effects = index.at(origin);
      return effects ? (t) => effects[((t % seasonLength) + seasonLength) % seasonLength]! : NO_EFFECT;
    };
  }
  if (season !== "stl") return NO_SEASON;
  const decompose = (start: number, end: number): Prepared =>
    prepare(filled.subarray(start, end), { log: false, unit: 1, season, seasonLength });
  const from = (prepared: Prepared, start: number, end: number) => (t: number) =>
    t < end ? (prepared.seasonal[t - start] ?? 0) : prepared.seasonalAhead(t - end + 1);
  if (whole) {
    const once = from(decompose(0, filled.length), 0, filled.length);
    return () => once;
  }
  return (origin) => {
    const start = Math.max(0, origin - SEASONS_USED * seasonLength);
    return from(decompose(start, origin), start, origin);
  };
}

/** The frame with forecasts in z after index `origin`, as if they had come true; the season stays as known there. */
export function extendFrame(frame: Frame, origin: number, forecasts: Float64Array): Frame {
  const z = new Float64Array(origin + forecasts.length);
  z.set(frame.z.subarray(0, origin));
  z.set(forecasts, origin);
  const known = frame.season(origin);
  const extended: Frame = { ...frame, z, season: () => known };
  return frame.options.context ? { ...extended, past: pastOf(extended) } : extended;
}

function pastOf({ z, season, preparation }: Frame): Float64Array {
  return pastFeatures(
    z.map((value, t) => value - season(t)(t)),
    preparation.seasonLength,
  );
}
