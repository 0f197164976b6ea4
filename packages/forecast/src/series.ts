import { ArgumentError, DataError } from "@lookback/core";
import {
  completeFrequency,
  defaultSeasonLength,
  frequencyName,
  parseFrequency,
  timesAfter,
} from "./frequency.js";
import type { ClockTime } from "./time.js";
import { formatTime, readTime, styleOf } from "./timeStyle.js";

/**
 * One regular time series: a value for every step of its frequency, oldest first. Plain data. Every value is finite,
 * save those that `missing` lists.
 */
export interface Series {
  /** Tells series apart; the target's name when there is one series. */
  readonly id: string;
  /** The time of each value as text: `1961-01-01`, `2020-01-31T13:00:00`, or a whole number. */
  readonly times: readonly string[];
  readonly values: Float64Array;
  /** The frequency's name, the way pandas writes it (see `Frequency`). */
  readonly freq: string;
  /** Steps a season; 1 means no season. */
  readonly seasonLength: number;
  /** Name of the column the values came from. */
  readonly target: string;
  /** Name of the column or columns the times came from. */
  readonly timeName: string;
  /** Indexes of values that were missing and were filled in on request. */
  readonly filled?: readonly number[];
  /** Indexes whose value is NaN, because gaps are to be masked and not filled. In ascending order. */
  readonly missing?: readonly number[];
  /** Covariates that are known up to the last value: as many finite numbers as values. */
  readonly past?: Readonly<Record<string, Float64Array>>;
  /** Covariates known ahead: at least as many finite numbers as values; what lies beyond covers the coming steps. */
  readonly future?: Readonly<Record<string, Float64Array>>;
  /** What does not change over time: a shop's size, a region's name. */
  readonly statics?: Readonly<Record<string, number | string>>;
}

/** How {@link seriesFromValues} names and dates its values. */
export interface SeriesOptions {
  readonly id?: string;
  /** Time of the first value. Default 1 (an integer index); a date needs `freq`. */
  readonly start?: string | number;
  /** Name of the frequency. Default `index`. */
  readonly freq?: string;
  /** Steps a season. Default: the frequency's own, where the values hold two of them. */
  readonly seasonLength?: number;
  readonly target?: string;
  readonly timeName?: string;
}

/**
 * A series from bare numbers.
 *
 * @example seriesFromValues([112, 118, 132], { start: "1949-01-01", freq: "MS" })
 * @throws DataError when a value is not finite; ArgumentError for a bad start, frequency or season.
 */
export function seriesFromValues(values: ArrayLike<number>, options: SeriesOptions = {}): Series {
  const { start = 1, freq: freqText = "index", target = "value", id = target, timeName = "time" } = options;
  const data = Float64Array.from(values);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new DataError(
      `values: expected finite numbers, got ${data[bad]} at index ${bad}. Fill or remove it.`,
    );
  }
  const text = String(start);
  const first = readTime(text);
  if (first === undefined) {
    throw new ArgumentError(`start: expected a time such as 2020-01-31 or a whole number, got "${text}".`);
  }
  const request = parseFrequency(freqText);
  if ((request.unit === "index") !== /^-?\d+$/.test(text)) {
    throw new ArgumentError(
      `start: "${text}" does not go with freq "${freqText}". Use a whole number with "index" and a date with the others.`,
    );
  }
  const freq = completeFrequency(request, first);
  const style = request.unit === "index" ? { kind: "index" as const } : styleOf(text);
  const clocks = data.length === 0 ? [] : [first, ...timesAfter(first, freq, data.length - 1)];
  return {
    id,
    times: clocks.map((clock) => formatTime(clock, style)),
    values: data,
    freq: frequencyName(freq),
    seasonLength: checkSeasonLength(options.seasonLength) ?? defaultSeasonLength(freq, data.length),
    target,
    timeName,
  };
}

/** The times of the next `count` steps, in the series' own style and on its own anchor. */
export function futureTimes(series: Series, count: number): string[] {
  const last = series.times.at(-1);
  const clock: ClockTime | undefined = last === undefined ? undefined : readTime(last);
  if (last === undefined || clock === undefined) {
    throw new DataError(`${series.id}: the series has no readable last time (${last ?? "it is empty"}).`);
  }
  const freq = completeFrequency(parseFrequency(series.freq), clock);
  const style = freq.unit === "index" ? { kind: "index" as const } : styleOf(last);
  return timesAfter(clock, freq, count).map((time) => formatTime(time, style));
}

/**
 * The part of a series from index `start` up to but not including `end`, sharing its memory. Covariates known ahead
 * stay known: of those, all that lies after `start` is kept.
 */
export function sliceSeries(series: Series, start: number, end: number): Series {
  const { filled, missing, past, future, ...rest } = series;
  const inside = (indexes: readonly number[]) =>
    indexes.filter((i) => i >= start && i < end).map((i) => i - start);
  return {
    ...rest,
    times: series.times.slice(start, end),
    values: series.values.subarray(start, end),
    ...(filled && { filled: inside(filled) }),
    ...(missing && { missing: inside(missing) }),
    ...(past && { past: mapValues(past, (column) => column.subarray(start, end)) }),
    ...(future && { future: mapValues(future, (column) => column.subarray(start)) }),
  };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** Checks a season length given by the user; undefined passes. */
export function checkSeasonLength(seasonLength: number | undefined): number | undefined {
  if (seasonLength === undefined) return undefined;
  if (!Number.isInteger(seasonLength) || seasonLength < 1 || seasonLength > 100_000) {
    throw new ArgumentError(
      `seasonLength: expected a whole number from 1 (no season) to 100000, got ${seasonLength}.`,
    );
  }
  return seasonLength;
}
