import { type ClockTime, MINUTE, parseTime } from "./time.js";
import { timeZone } from "./timeZone.js";

/** How a series writes its times: an integer, a date, or a date-time with the suffix its data had. */
export interface TimeStyle {
  readonly kind: "index" | "date" | "datetime";
  /** Minutes east of UTC, where the data named an offset. */
  readonly offset?: number;
  /** An IANA name. The times are then moments (milliseconds in UTC), written as this zone's clocks show them. */
  readonly zone?: string;
}

/**
 * Writes a time: `145`, `1961-01-01`, `2020-01-31T13:30:00`, `2020-01-31T13:30:00+08:00`, and with a zone, as RFC 9557
 * has it, `2020-10-25T02:30:00+01:00[Europe/Berlin]`.
 */
export function formatTime(clock: ClockTime, style: TimeStyle): string {
  if (style.kind === "index") return String(clock);
  if (style.zone !== undefined) {
    const offset = timeZone(style.zone).offsetAt(clock);
    return `${isoText(clock + offset * MINUTE)}${signed(offset)}[${style.zone}]`;
  }
  if (style.kind === "date") return new Date(clock).toISOString().slice(0, 10);
  return isoText(clock) + suffixOf(style.offset);
}

function isoText(clock: ClockTime): string {
  const iso = new Date(clock).toISOString();
  return iso.slice(0, iso.endsWith(".000Z") ? 19 : 23);
}

/** The style in which a time was written by {@link formatTime}. */
export function styleOf(text: string): TimeStyle {
  if (/^-?\d+$/.test(text)) return { kind: "index" };
  const parsed = parseTime(text);
  if (!text.includes("T")) return { kind: "date" };
  if (parsed?.zone !== undefined) return { kind: "datetime", zone: parsed.zone };
  return parsed?.offset === undefined ? { kind: "datetime" } : { kind: "datetime", offset: parsed.offset };
}

/** Reads what {@link formatTime} wrote: a moment in UTC for a time with a zone. Undefined when it did not. */
export function readTime(text: string): ClockTime | undefined {
  if (/^-?\d+$/.test(text)) return Number(text);
  const parsed = parseTime(text);
  return parsed?.zone === undefined ? parsed?.clock : parsed.clock - (parsed.offset ?? 0) * MINUTE;
}

function suffixOf(offset: number | undefined): string {
  if (offset === undefined) return "";
  return offset === 0 ? "Z" : signed(offset);
}

/** `+08:00`. */
function signed(offset: number): string {
  const minutes = Math.abs(offset);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
