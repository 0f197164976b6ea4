import { ArgumentError } from "@lookback/core";
import { Temporal } from "temporal-polyfill";
import { type ClockTime, DAY, MINUTE } from "./time.js";

/** A named time zone, made for tables: the days whose offset is known are remembered. */
export interface TimeZone {
  /** The IANA name, `Europe/Berlin`. */
  readonly name: string;
  /** Minutes east of UTC at a moment (milliseconds since 1970 in UTC). */
  offsetAt(instant: number): number;
}

const zones = new Map<string, TimeZone>();

/**
 * The zone of an IANA name such as `Europe/Berlin`, `Asia/Shanghai` or `UTC`.
 *
 * @throws ArgumentError for a name that is none.
 */
export function timeZone(name: string): TimeZone {
  const known = zones.get(name);
  if (known) return known;
  const moment = (instant: number) =>
    Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(name);
  try {
    moment(0);
  } catch {
    throw new ArgumentError(
      `timeZone: there is no time zone named "${name}". Use a name such as Europe/Berlin, Asia/Shanghai or UTC.`,
    );
  }
  const zone = {
    name,
    offsetAt: dayByDay((instant) => Math.round(moment(instant).offsetNanoseconds / 6e10)),
  };
  zones.set(name, zone);
  return zone;
}

/** The same function, asked once a day only; a day whose ends differ is asked every time. */
function dayByDay(offsetAt: (instant: number) => number): (instant: number) => number {
  const starts = new Map<number, number>();
  const startOf = (day: number) => {
    let offset = starts.get(day);
    if (offset === undefined) starts.set(day, (offset = offsetAt(day * DAY)));
    return offset;
  };
  return (instant) => {
    const day = Math.floor(instant / DAY);
    const offset = startOf(day);
    return offset === startOf(day + 1) ? offset : offsetAt(instant);
  };
}

/** What a zone's wall clock showed at a moment. */
export function wallClock(zone: TimeZone, instant: number): ClockTime {
  return instant + zone.offsetAt(instant) * MINUTE;
}

/**
 * The moments at which a zone's wall clock showed a time, earliest first: one as a rule, none for the hour that is
 * skipped in spring, two for the hour that comes twice in autumn.
 */
export function instantsOf(zone: TimeZone, wall: ClockTime): number[] {
  const offsets = new Set([zone.offsetAt(wall - DAY), zone.offsetAt(wall + DAY)]);
  return [...offsets]
    .map((offset) => ({ offset, instant: wall - offset * MINUTE }))
    .filter(({ offset, instant }) => zone.offsetAt(instant) === offset)
    .map(({ instant }) => instant)
    .sort((a, b) => a - b);
}
