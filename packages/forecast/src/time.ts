/**
 * A moment on the data's own wall clock, as milliseconds since 1970-01-01T00:00 on that clock. No time zone is
 * involved, so no hour is ever skipped or doubled. An integer time index uses the same type for its integers.
 */
export type ClockTime = number;

/** Milliseconds in the units of fixed length. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A time as text gave it: the wall clock, and the offset from UTC in minutes and the zone's name where the text had them. */
export interface ParsedTime {
  readonly clock: ClockTime;
  readonly offset?: number;
  readonly zone?: string;
}

/** The calendar's view of a moment. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly daysInMonth: number;
}

/** The date of a moment. Tables have many of them, and a Date's UTC fields are read fifty times as fast as Temporal's. */
export function dateOf(clock: ClockTime): CalendarDate {
  const date = new Date(clock);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
  return { year, month, day: date.getUTCDate(), daysInMonth: daysInMonth(year, month) };
}

/** Days of a month: 28 to 31. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** ISO weekday of a moment, 1 (Monday) to 7. 1970-01-01 was a Thursday. */
export function weekdayOf(time: ClockTime): number {
  return ((((Math.floor(time / DAY) + 3) % 7) + 7) % 7) + 1;
}

/** Midnight of a date, or undefined when there is no such date (31 April, month 13, year 0). */
export function dateClock(year: number, month: number, day: number): ClockTime | undefined {
  if (!(year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1)) return undefined;
  if (day > 28 && day > daysInMonth(year, month)) return undefined;
  return midnight(year, month, day);
}

/** Midnight of a date that exists. */
export function midnight(year: number, month: number, day: number): ClockTime {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999
  return year >= 100 ? Date.UTC(year, month - 1, day) : new Date(0).setUTCFullYear(year, month - 1, day);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const FULL_MONTHS =
  "january february march april may june july august september october november december".split(" ");
const CHINESE = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"];

/**
 * The month 1–12 that a word or number names: `3`, `"03"`, `"March"`, `"mar"`, `"Sept."`, `"3月"`, `"三月"`.
 * Undefined for anything else.
 */
export function parseMonth(text: string): number | undefined {
  const word = text.trim().toLowerCase().replace(/\.$/, "");
  const number = /^0?(\d{1,2})\s*月?$/.exec(word);
  if (number) {
    const month = Number(number[1]);
    return month >= 1 && month <= 12 ? month : undefined;
  }
  if (word.endsWith("月")) {
    const index = CHINESE.indexOf(word.slice(0, -1).trim());
    return index < 0 ? undefined : index + 1;
  }
  const short = MONTHS.indexOf(word === "sept" ? "sep" : word);
  const index = short >= 0 ? short : FULL_MONTHS.indexOf(word);
  return index < 0 ? undefined : index + 1;
}

const ISO =
  /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?(?:\[([A-Za-z][A-Za-z0-9_+/-]{0,60})\])?)?$/i;
const YEAR_MONTH = /^(\d{4})(?:[-/\s]|\s?M)(\d{1,2})$/i;
const YEAR_QUARTER = /^(?:(\d{4})[-/\s]?Q([1-4])|Q([1-4])[-/\s]?(\d{4}))$/i;
const ISO_WEEK = /^(\d{4})-?W(\d{2})$/i;
const CHINESE_DATE = /^(\d{4})\s*年(?:\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)?$/;
const YEAR_THEN_NAME = /^(\d{4})[-/.\s]*([a-z]{3,9}\.?)$/i;
const NAME_THEN_YEAR = /^([a-z]{3,9}\.?)[-/.,\s]*(\d{4})$/i;
const DAY_NAME_YEAR = /^(\d{1,2})[-/.\s]([a-z]{3,9}\.?)[-/.,\s]+(\d{4})$/i;
const NAME_DAY_YEAR = /^([a-z]{3,9}\.?)\s(\d{1,2}),?\s(\d{4})$/i;

/**
 * Reads a time written as text. Accepted: ISO dates and date-times (`2020-01-31`, `2020/1/31`,
 * `2020-01-31T13:30:00.5+08:00`), dates in words (`31 Jan 2020`, `January 31, 2020`, `2020年1月31日`), months
 * (`2020-01`, `2020M1`, `Jan 2020`, `2020 January`, `2020年1月`), quarters (`2020Q1`, `Q1 2020`), ISO weeks
 * (`2020-W05`, its Monday) and years (`1949`). Undefined for anything else.
 */
export function parseTime(text: string): ParsedTime | undefined {
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso) return parseIso(iso);
  const date = parseCoarse(trimmed);
  return date === undefined ? undefined : { clock: date };
}

function parseIso(match: RegExpExecArray): ParsedTime | undefined {
  const date = dateClock(Number(match[1]), Number(match[3]), Number(match[4]));
  if (date === undefined) return undefined;
  const [hour, minute, second] = [Number(match[5] ?? 0), Number(match[6] ?? 0), Number(match[7] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Math.trunc(Number(`0.${match[8] ?? 0}`) * 1000 + 1e-6);
  const clock = date + hour * HOUR + minute * MINUTE + second * SECOND + fraction;
  const [offset, zone] = [match[9], match[10]];
  return {
    clock,
    ...(offset !== undefined && { offset: offsetOf(offset) }),
    ...(zone !== undefined && { zone }),
  };
}

function parseCoarse(text: string): ClockTime | undefined {
  let match: RegExpExecArray | null;
  if (/^\d{4}$/.test(text)) return dateClock(Number(text), 1, 1);
  if ((match = YEAR_QUARTER.exec(text))) {
    return dateClock(Number(match[1] ?? match[4]), Number(match[2] ?? match[3]) * 3 - 2, 1);
  }
  if ((match = YEAR_MONTH.exec(text))) return dateClock(Number(match[1]), Number(match[2]), 1);
  if ((match = ISO_WEEK.exec(text))) return weekClock(Number(match[1]), Number(match[2]));
  if ((match = CHINESE_DATE.exec(text))) {
    return dateClock(Number(match[1]), Number(match[2] ?? 1), Number(match[3] ?? 1));
  }
  if ((match = YEAR_THEN_NAME.exec(text))) return dateClock(Number(match[1]), parseMonth(match[2]!) ?? 0, 1);
  if ((match = NAME_THEN_YEAR.exec(text))) return dateClock(Number(match[2]), parseMonth(match[1]!) ?? 0, 1);
  if ((match = DAY_NAME_YEAR.exec(text))) {
    return dateClock(Number(match[3]), parseMonth(match[2]!) ?? 0, Number(match[1]));
  }
  if ((match = NAME_DAY_YEAR.exec(text))) {
    return dateClock(Number(match[3]), parseMonth(match[1]!) ?? 0, Number(match[2]));
  }
  return undefined;
}

/** `1-01-31`, an ISO date of a year below 1000 without its zeros: only where a whole column shows that it is one. */
export function parseShortYear(text: string): ParsedTime | undefined {
  const match = /^(\d{1,3})-(\d{2})-(\d{2})$/.exec(text.trim());
  const clock = match ? dateClock(Number(match[1]), Number(match[2]), Number(match[3])) : undefined;
  return clock === undefined ? undefined : { clock };
}

/** The Monday of an ISO 8601 week; week 1 is the one that holds 4 January. */
function weekClock(year: number, week: number): ClockTime | undefined {
  const fourth = dateClock(year, 1, 4);
  if (fourth === undefined || week < 1 || week > 53) return undefined;
  const monday = fourth - (weekdayOf(fourth) - 1) * DAY + (week - 1) * 7 * DAY;
  // a week belongs to the year of its Thursday
  return dateOf(monday + 3 * DAY).year === year ? monday : undefined;
}

/** Minutes east of UTC of `Z`, `UTC`, `+08`, `+0800` or `+08:00`. */
function offsetOf(zone: string): number {
  if (/^(z|utc)$/i.test(zone)) return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const digits = zone.slice(1).replace(":", "");
  return sign * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || 0));
}
