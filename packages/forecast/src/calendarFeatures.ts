import { ArgumentError } from "@lookback/core";
import { completeFrequency, type Frequency, isDailyOrCoarser, parseFrequency } from "./frequency.js";
import { futureTimes, type Series } from "./series.js";
import { DAY, dateOf, MINUTE, midnight, weekdayOf } from "./time.js";
import { readTime, styleOf } from "./timeStyle.js";
import { timeZone, wallClock } from "./timeZone.js";

/** A cycle of the calendar: where a moment of the wall clock lies in it, from 0 up to but not including 1. */
type Cycle = (wall: number) => number;

const CYCLES = {
  /** The minute of the hour. */
  minute: (wall) => share(wall, 60 * MINUTE),
  /** The time of day. */
  hour: (wall) => share(wall, DAY),
  weekday: (wall) => (weekdayOf(wall) - 1) / 7,
  /** The day of the month, by the month's own length. */
  day: (wall) => {
    const { day, daysInMonth } = dateOf(wall);
    return (day - 1) / daysInMonth;
  },
  /** The day of the year, by the year's own length. */
  year: (wall) => {
    const { year } = dateOf(wall);
    const start = midnight(year, 1, 1);
    return (wall - start) / (midnight(year + 1, 1, 1) - start);
  },
  month: (wall) => (dateOf(wall).month - 1) / 12,
} satisfies Record<string, Cycle>;

type CycleName = keyof typeof CYCLES;

/**
 * Features of the calendar for every step of a series and `ahead` steps after it: each cycle `c` that is longer than a
 * step as the point (sin 2πc, cos 2πc) on a circle, so that December lies beside January. Which cycles: steps below an
 * hour have `minute`, below a day `hour`; up to days `weekday`, `day` (of the month) and `year`; weeks `year`; months and
 * quarters `month`; years and bare indexes none. The wall clock counts, in the series' own zone.
 *
 * @returns `hourSin, hourCos, …`, each of `values.length + ahead` numbers: ready for `Series.future`.
 * @throws ArgumentError unless `ahead` is a whole number from 0.
 * @example const future = { ...series.future, ...calendarFeatures(series, horizon) };
 */
export function calendarFeatures(series: Series, ahead: number): Record<string, Float64Array> {
  if (!Number.isInteger(ahead) || ahead < 0) {
    throw new ArgumentError(`calendarFeatures: expected ahead as a whole number from 0, got ${ahead}.`);
  }
  const first = series.times[0];
  const start = first === undefined ? undefined : readTime(first);
  if (first === undefined || start === undefined) return {};
  const names = cyclesOf(completeFrequency(parseFrequency(series.freq), start));
  if (names.length === 0) return {};
  const { zone: zoneName } = styleOf(first);
  const zone = zoneName === undefined ? undefined : timeZone(zoneName);
  const times = [...series.times, ...(ahead > 0 ? futureTimes(series, ahead) : [])];
  const walls = times.map((time) => (zone ? wallClock(zone, readTime(time)!) : readTime(time)!));
  const features: Record<string, Float64Array> = {};
  for (const name of names) {
    const angles = walls.map((wall) => 2 * Math.PI * CYCLES[name](wall));
    features[`${name}Sin`] = Float64Array.from(angles, Math.sin);
    features[`${name}Cos`] = Float64Array.from(angles, Math.cos);
  }
  return features;
}

/** The cycles that a frequency runs through, and that its steps do not just repeat. */
function cyclesOf(freq: Frequency): CycleName[] {
  const { unit, multiple } = freq;
  if (unit === "index") return [];
  if (unit === "month") return multiple % 12 === 0 ? [] : ["month"];
  if (unit === "W") return ["year"];
  if (isDailyOrCoarser(freq)) return multiple === 7 ? ["day", "year"] : ["weekday", "day", "year"];
  const days: CycleName[] = ["weekday", "day", "year"];
  const hours = unit === "h";
  if (hours) return multiple % 24 === 0 ? days : ["hour", ...days];
  return ["minute", "hour", ...days];
}

function share(wall: number, length: number): number {
  return wall / length - Math.floor(wall / length);
}
