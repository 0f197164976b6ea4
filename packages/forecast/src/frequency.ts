import { ArgumentError } from "@lookback/core";
import { firstFew } from "./suggest.js";
import {
  type ClockTime,
  DAY,
  dateOf,
  daysInMonth,
  HOUR,
  MINUTE,
  midnight,
  SECOND,
  weekdayOf,
} from "./time.js";

/** What one step of a frequency is counted in. */
export type FrequencyUnit = "index" | "ms" | "s" | "min" | "h" | "D" | "B" | "W" | "month";

/** The day-of-month anchor that means "the last day of the month". */
export const MONTH_END = 31;

/**
 * A regular grid of times: `multiple` units a step, kept on the data's own anchor.
 * Names are those of pandas: `MS` `ME` `QS` `QE` `YS` `YE` (start and end of months, quarters, years),
 * `W-MON` (weeks, with their weekday), `D`, `B` (Monday to Friday), `h`, `min`, `s`, `ms`; with a multiple in
 * front, `15min`; quarters and years that are not the calendar's carry a month, `QS-FEB`, `YE-JUN`. Two names
 * pandas lacks: `index` (whole numbers) and `M-15` (monthly on the 15th).
 */
export interface Frequency {
  readonly unit: FrequencyUnit;
  /** Units a step: 15 of `15min`; months a step for `month` (3 for a quarter, 12 for a year). */
  readonly multiple: number;
  /** Weeks: ISO weekday 1 (Monday) … 7. Months: day of the month, {@link MONTH_END} for the last. Otherwise 0. */
  readonly anchor: number;
  /** Months only: which months, as (month − 1) mod multiple. Otherwise 0. */
  readonly phase: number;
}

const FIXED: Readonly<Record<string, number>> = {
  index: 1,
  ms: 1,
  s: SECOND,
  min: MINUTE,
  h: HOUR,
  D: DAY,
  W: 7 * DAY,
};
const WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const MONTH_NAMES = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const KNOWN = [
  "index",
  "ms",
  "s",
  "min",
  "15min",
  "h",
  "D",
  "B",
  "W-SUN",
  "MS",
  "ME",
  "QS",
  "QE",
  "YS",
  "YE",
];

/** The name of a frequency, the way pandas writes it (see {@link Frequency}). */
export function frequencyName(freq: Frequency): string {
  if (freq.unit === "month") return monthName(freq);
  const prefix = freq.multiple === 1 ? "" : String(freq.multiple);
  if (freq.unit === "W") return `${prefix}W-${WEEKDAYS[freq.anchor - 1]}`;
  return prefix + freq.unit;
}

function monthName({ multiple, anchor, phase }: Frequency): string {
  const [letter, months] = multiple % 12 === 0 ? ["Y", 12] : multiple % 3 === 0 ? ["Q", 3] : ["M", 1];
  const steps = multiple / Number(months);
  const prefix = steps === 1 ? "" : String(steps);
  if (anchor !== 1 && anchor !== MONTH_END) {
    return `${multiple === 1 ? "" : multiple}M-${anchor}`;
  }
  const end = anchor === MONTH_END;
  // pandas' defaults: quarters start in January and end in December, and so do years
  const usual = end ? Number(months) - 1 : 0;
  const within = phase % Number(months);
  const suffix = within === usual ? "" : `-${MONTH_NAMES[within]}`;
  return `${prefix}${letter}${end ? "E" : "S"}${suffix}`;
}

/** What a frequency's name says; what it leaves open (`W`, `M`, the phase of `2MS`) is undefined and comes from the data. */
export interface FrequencyRequest {
  readonly unit: FrequencyUnit;
  readonly multiple: number;
  readonly anchor?: number;
  readonly phase?: number;
}

const ALIASES: Readonly<Record<string, string>> = {
  H: "h",
  T: "min",
  S: "s",
  L: "ms",
  A: "Y",
  AS: "YS",
  d: "D",
  day: "D",
  daily: "D",
  hour: "h",
  hourly: "h",
  minute: "min",
  w: "W",
  week: "W",
  weekly: "W",
  month: "M",
  monthly: "M",
  quarterly: "Q",
  yearly: "Y",
  b: "B",
};

/**
 * Reads a frequency's name, pandas' old aliases included (`H`, `T`, `M`, `Q`, `A`).
 * `parseFrequency("15min")` is `{ unit: "min", multiple: 15 }`; `M`, `Q`, `Y` and `W` leave the anchor to the data.
 *
 * @throws ArgumentError for a name that is none.
 */
export function parseFrequency(name: string): FrequencyRequest {
  const match = /^(\d*)([A-Za-z]+)(?:-([A-Za-z]{3}|\d{1,2}))?$/.exec(name.trim());
  const bad = new ArgumentError(
    `freq: there is no frequency named "${name}". Known are ${firstFew(KNOWN, KNOWN.length)}, and multiples such as 15min.`,
  );
  if (!match) throw bad;
  const steps = match[1] === "" ? 1 : Number(match[1]);
  const base = ALIASES[match[2]!] ?? match[2]!;
  const suffix = match[3]?.toUpperCase();
  if (!(steps >= 1 && steps <= 1_000_000)) throw bad;
  const months = { M: 1, Q: 3, Y: 12 }[base[0]!];
  if (months !== undefined && /^[MQY][SE]?$/.test(base)) {
    return monthRequest(base, steps * months, months, suffix, bad);
  }
  if (base === "W") {
    if (suffix === undefined) return { unit: "W", multiple: steps };
    const weekday = WEEKDAYS.indexOf(suffix);
    if (weekday < 0) throw bad;
    return { unit: "W", multiple: steps, anchor: weekday + 1 };
  }
  if (suffix !== undefined || !(base in FIXED || base === "B")) throw bad;
  return { unit: base as FrequencyUnit, multiple: steps, anchor: 0, phase: 0 };
}

function monthRequest(
  base: string,
  multiple: number,
  months: number,
  suffix: string | undefined,
  bad: ArgumentError,
): FrequencyRequest {
  const edge = base[1];
  if (edge === undefined) {
    if (suffix === undefined) return { unit: "month", multiple };
    const day = Number(suffix);
    if (base !== "M" || !(day >= 1 && day <= 31)) throw bad;
    return { unit: "month", multiple, anchor: day };
  }
  const anchor = edge === "S" ? 1 : MONTH_END;
  if (suffix === undefined) return { unit: "month", multiple, anchor };
  const month = MONTH_NAMES.indexOf(suffix);
  if (month < 0 || months === 1) throw bad;
  return { unit: "month", multiple, anchor, phase: month % months };
}

/** A request completed with the anchor and phase of one time of the data. */
export function completeFrequency(request: FrequencyRequest, example: ClockTime): Frequency {
  const { unit, multiple } = request;
  if (unit === "W") return { unit, multiple, anchor: request.anchor ?? weekdayOf(example), phase: 0 };
  if (unit !== "month") return { unit, multiple, anchor: 0, phase: 0 };
  const date = dateOf(example);
  const day = date.day === date.daysInMonth ? MONTH_END : date.day;
  return { unit, multiple, anchor: request.anchor ?? day, phase: (date.month - 1) % multiple };
}

/**
 * The time `steps` steps after `time` (before it, when negative). Months keep their anchor: from 31 January the
 * next month end is 28 or 29 February and then 31 March. Times of day are kept.
 */
export function addSteps(time: ClockTime, freq: Frequency, steps: number): ClockTime {
  const fixed = FIXED[freq.unit];
  if (fixed !== undefined) return time + steps * freq.multiple * fixed;
  if (freq.unit === "B") return addBusinessDays(time, steps * freq.multiple);
  const date = dateOf(time);
  const months = date.year * 12 + date.month - 1 + steps * freq.multiple;
  const [year, month] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  const day = Math.min(freq.anchor, daysInMonth(year, month));
  const timeOfDay = time - Math.floor(time / DAY) * DAY;
  return midnight(year, month, day) + timeOfDay;
}

function addBusinessDays(time: ClockTime, days: number): ClockTime {
  const weekday = weekdayOf(time);
  // count from the Monday of the week; a weekend counts as its Friday
  const sinceMonday = Math.min(weekday, 5) - 1 + days;
  const weeks = Math.floor(sinceMonday / 5);
  return time + (1 - weekday + weeks * 7 + (sinceMonday - weeks * 5)) * DAY;
}

/** Steps from `origin` to `time`: a whole number where `time` lies on the grid, undefined where it does not. */
export function stepsBetween(origin: ClockTime, time: ClockTime, freq: Frequency): number | undefined {
  const fixed = FIXED[freq.unit];
  let steps: number;
  if (fixed !== undefined) {
    steps = (time - origin) / (freq.multiple * fixed);
  } else if (freq.unit === "B") {
    const weeks = Math.floor((time - origin) / (7 * DAY));
    const rest = time - origin - weeks * 7 * DAY;
    steps = (weeks * 5 + businessDays(origin, rest)) / freq.multiple;
  } else {
    const [from, to] = [dateOf(origin), dateOf(time)];
    steps = ((to.year - from.year) * 12 + to.month - from.month) / freq.multiple;
  }
  return Number.isInteger(steps) && addSteps(origin, freq, steps) === time ? steps : undefined;
}

/** Business days passed from `origin` to `origin + span`, a span of less than a week. */
function businessDays(origin: ClockTime, span: number): number {
  const weekday = weekdayOf(origin);
  const days = Math.floor(span / DAY);
  return days - Math.max(0, Math.min(2, weekday + days - 5));
}

/** The `count` times that follow `last`. */
export function timesAfter(last: ClockTime, freq: Frequency, count: number): ClockTime[] {
  return Array.from({ length: count }, (_, k) => addSteps(last, freq, k + 1));
}

/**
 * Steps a season, the longest that the data hold twice: a year of months (12), quarters (4) or weeks (52), a week
 * of days (7) or business days (5), a day of hours (24) or minutes (1440), else an hour of minutes (60).
 * 1, meaning no season, when even the shortest is longer than half of the `rows`, or does not divide evenly.
 */
export function defaultSeasonLength(freq: Frequency, rows = Number.POSITIVE_INFINITY): number {
  const perUnit: Readonly<Record<string, readonly number[]>> = {
    month: [12],
    W: [52],
    D: [7],
    B: [5],
    h: [24],
    min: [1440, 60],
  };
  for (const units of perUnit[freq.unit] ?? []) {
    const season = units / freq.multiple;
    if (Number.isInteger(season) && season > 1 && rows >= 2 * season) return season;
  }
  return 1;
}

/** Days, weeks, months and the like: times of day matter only for the finer units. */
export function isDailyOrCoarser(freq: Frequency): boolean {
  return freq.unit === "D" || freq.unit === "B" || freq.unit === "W" || freq.unit === "month";
}
