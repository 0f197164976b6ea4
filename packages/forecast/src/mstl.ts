import { ArgumentError, DataError } from "@lookback/core";
import { hasSeason } from "./seasonality.js";
import type { NormalForecast } from "./statistical.js";
import { stl } from "./stl.js";

/** A series taken apart: values = trend + all seasonal parts + remainder. */
export interface MultipleDecomposition {
  readonly trend: Float64Array;
  /** One for each season, in the order of `seasonLengths`. */
  readonly seasonal: readonly Float64Array[];
  readonly remainder: Float64Array;
}

export interface MstlOptions {
  /** Steps of each season, ascending, such as [24, 168]. Two of the longest must fit into the values. */
  readonly seasonLengths: readonly number[];
  /** Seasons over which an effect is smoothed, odd, one for each length. Default 11, 15, 19 … */
  readonly seasonalWindows?: readonly number[];
  /** Times that every season is estimated anew with the others taken off. Default 2; one season needs but 1. */
  readonly passes?: number;
}

/**
 * Decomposition with several seasons: for each in turn, {@link stl} on the values without the other seasonal parts;
 * the trend and remainder are the last one's.
 * Source: Bandara, Hyndman & Bergmeir, "MSTL", Int. J. Operational Research 52 (2025), arXiv 2107.13462.
 *
 * @example mstl(hourly, { seasonLengths: [24, 168] })
 * @throws ArgumentError unless the lengths ascend; DataError for fewer than two of the longest season.
 */
export function mstl(values: ArrayLike<number>, options: MstlOptions): MultipleDecomposition {
  const { seasonLengths } = options;
  const windows = options.seasonalWindows ?? seasonLengths.map((_, i) => 11 + 4 * i);
  const passes = options.passes ?? 2;
  if (seasonLengths.length === 0 || seasonLengths.some((m, i) => i > 0 && m <= seasonLengths[i - 1]!)) {
    throw new ArgumentError(
      `mstl: expected seasonLengths in ascending order, got [${seasonLengths.join(", ")}].`,
    );
  }
  if (windows.length !== seasonLengths.length) {
    throw new ArgumentError(
      `mstl: expected one seasonalWindow for each season, got ${windows.length} for ${seasonLengths.length}.`,
    );
  }
  const longest = seasonLengths.at(-1)!;
  if (values.length < 2 * longest) {
    throw new DataError(
      `mstl: a season of ${longest} needs at least ${2 * longest} values, got ${values.length}.`,
    );
  }
  const seasonal = seasonLengths.map(() => new Float64Array(values.length));
  const rest = Float64Array.from(values);
  let trend: Float64Array = new Float64Array(values.length);
  for (let pass = 0; pass < (seasonLengths.length === 1 ? 1 : passes); pass++) {
    for (const [i, seasonLength] of seasonLengths.entries()) {
      const own = seasonal[i]!;
      for (let t = 0; t < rest.length; t++) rest[t]! += own[t]!;
      const parts = stl(rest, { seasonLength, seasonalWindow: windows[i]! });
      own.set(parts.seasonal);
      trend = parts.trend;
      for (let t = 0; t < rest.length; t++) rest[t]! -= own[t]!;
    }
  }
  return { trend, seasonal, remainder: rest.map((value, t) => value - trend[t]!) };
}

/** Seasons that come with a day's length in steps: a week. */
const STEPS_A_DAY = [24, 48, 96, 288, 1440];

/**
 * The seasons to look for in a series: its own, and the week beside the day where a season is a day of hours (24) or
 * shorter steps. Only those of which two fit into the values.
 */
export function seasonLengthsOf({
  seasonLength,
  values,
}: {
  readonly seasonLength: number;
  readonly values: ArrayLike<number>;
}): number[] {
  const lengths = STEPS_A_DAY.includes(seasonLength) ? [seasonLength, 7 * seasonLength] : [seasonLength];
  return lengths.filter((m) => m > 1 && values.length >= 2 * m);
}

/** Values without their seasons, and what the seasons add to the steps after them. */
export interface WithoutSeasons {
  readonly adjusted: Float64Array;
  /** Sum of all seasonal parts `step` steps after the last value, from 0: those of the last seasons again. */
  ahead(step: number): number;
}

/** Takes off the seasons that there are ({@link hasSeason}); none, and nothing changes. */
export function deseasonalise(values: Float64Array, seasonLengths: readonly number[]): WithoutSeasons {
  const lengths = seasonLengths.filter((m) => hasSeason(values, m));
  if (lengths.length === 0) return { adjusted: values, ahead: () => 0 };
  const { seasonal } = mstl(values, { seasonLengths: lengths });
  return {
    adjusted: values.map((value, t) => seasonal.reduce((rest, part) => rest - part[t]!, value)),
    ahead: (step) => lengths.reduce((sum, m, i) => sum + seasonal[i]![values.length - m + (step % m)]!, 0),
  };
}

/** A forecast of values without their seasons, with the seasons put back. */
export function withSeasons(
  { center, sigma }: NormalForecast,
  ahead: WithoutSeasons["ahead"],
): NormalForecast {
  return { center: center.map((x, step) => x + ahead(step)), sigma };
}
