import type { Lang } from "../messages.js";

/** Positions along an axis with the words that stand there. `\n` begins a second line. */
export interface Ticks {
  domain: [number, number];
  values: number[];
  labels: string[];
}

/** Milliseconds on the series' own clock for `1961-01-01` and `2020-01-31T13:00:00+08:00`; the number for an index. */
export function clockOf(time: string): number {
  if (/^-?\d+$/.test(time)) return Number(time);
  const wall = time
    .replace(/\[.*$/, "")
    .replace(/(?:Z|[+-]\d{2}:?\d{2})$/, (zone, at) => (at > 10 ? "" : zone));
  return Date.parse(wall.length > 10 ? `${wall}Z` : wall);
}

export function isIndex(times: readonly string[]): boolean {
  return times.length > 0 && /^-?\d+$/.test(times[0]!);
}

/** The smallest of 1, 2, 5, 10, 20, 50, … times a power of ten that is not below `least`. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** A number for a person: as many decimals as the step between ticks has; millions and more in words. */
export function formatNumber(value: number, lang: Lang, step?: number): string {
  const locale = lang === "zh" ? "zh-CN" : "en-US";
  const size = Math.abs(value);
  if (size >= 1e15 || (size !== 0 && size < 1e-4)) return value.toExponential(step === undefined ? 3 : 0);
  if (size >= 1e6 || (step !== undefined && step >= 1e5)) {
    return new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 4 }).format(value);
  }
  const digits = step === undefined ? Math.max(0, 3 - Math.floor(Math.log10(size || 1))) : decimals(step);
  return new Intl.NumberFormat(locale, {
    maximumFractionDigits: Math.min(digits, step === undefined ? 4 : 10),
    minimumFractionDigits: step === undefined ? 0 : digits,
  }).format(value);
}

const decimals = (step: number) => Math.max(0, -Math.floor(Math.log10(step) + 1e-9));

/** An axis of numbers around `low` to `high`, ending on round numbers. Zero is shown when it is near. */
export function numberTicks(low: number, high: number, count: number, lang: Lang): Ticks {
  let [min, max] = low <= high ? [low, high] : [high, low];
  if (!Number.isFinite(min) || !Number.isFinite(max)) [min, max] = [0, 1];
  if (min === max) {
    const room = Math.abs(min) * 0.1 || 1;
    [min, max] = [min - room, max + room];
  }
  if (min > 0 && min < 0.4 * max) min = 0;
  if (max < 0 && max > 0.4 * min) max = 0;
  const step = niceStep((max - min) / count);
  const first = Math.floor(min / step + 1e-9);
  const last = Math.ceil(max / step - 1e-9);
  const values = Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return {
    domain: [values[0]!, values.at(-1)!],
    values,
    labels: values.map((value) => formatNumber(value, lang, step)),
  };
}

/** An axis of whole numbers from exactly `low` to `high`. */
export function indexTicks(low: number, high: number, count: number): Ticks {
  const step = Math.max(1, niceStep(Math.max(1, high - low) / count));
  const values: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) values.push(value);
  return { domain: [low, high > low ? high : low + 1], values, labels: values.map(String) };
}

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const fixedSteps = [1, 2, 5, 10, 15, 30]
  .map((n) => n * second)
  .concat(
    [1, 2, 5, 10, 15, 30].map((n) => n * minute),
    [1, 2, 3, 6, 12].map((n) => n * hour),
    [1, 2, 7, 14].map((n) => n * day),
  );
const monthSteps = [1, 2, 3, 6];
const english = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** An axis of dates from exactly `low` to `high` (milliseconds), its ticks on whole years, months, days or hours. */
export function timeTicks(low: number, high: number, count: number, lang: Lang): Ticks {
  const domain: [number, number] = [low, high > low ? high : low + day];
  const least = (domain[1] - domain[0]) / count;
  const fixed = fixedSteps.find((step) => step >= least);
  if (fixed !== undefined) {
    const values: number[] = [];
    // Monday 5 January 1970 is where weeks are counted from.
    const origin = fixed >= 7 * day ? 4 * day : 0;
    for (let t = Math.ceil((low - origin) / fixed) * fixed + origin; t <= domain[1]; t += fixed)
      values.push(t);
    return { domain, values, labels: clockLabels(values, fixed, lang) };
  }
  const months =
    monthSteps.find((n) => n * 30.4 * day >= least) ?? 12 * niceStep(Math.max(1, least / (365.25 * day)));
  const values: number[] = [];
  const start = new Date(low);
  let month = Math.floor((start.getUTCFullYear() * 12 + start.getUTCMonth()) / months) * months;
  for (; ; month += months) {
    // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
    const t = new Date(0).setUTCFullYear(Math.floor(month / 12), month % 12, 1);
    if (t > domain[1]) break;
    if (t >= low) values.push(t);
  }
  return { domain, values, labels: monthLabels(values, months, lang) };
}

function monthLabels(values: readonly number[], months: number, lang: Lang): string[] {
  let shown: number | undefined;
  return values.map((value) => {
    const date = new Date(value);
    const year = date.getUTCFullYear();
    if (months >= 12) return String(year);
    const name = lang === "zh" ? `${date.getUTCMonth() + 1}月` : english[date.getUTCMonth()]!;
    const label = year === shown ? name : `${name}\n${year}`;
    shown = year;
    return label;
  });
}

function clockLabels(values: readonly number[], step: number, lang: Lang): string[] {
  let shown = "";
  return values.map((value) => {
    const iso = new Date(value).toISOString();
    const [month, date] = [Number(iso.slice(5, 7)), Number(iso.slice(8, 10))];
    const dayName = lang === "zh" ? `${month}月${date}日` : `${date} ${english[month - 1]}`;
    const top = step >= day ? dayName : iso.slice(11, step >= minute ? 16 : 19);
    const under = step >= day ? iso.slice(0, 4) : dayName;
    const label = under === shown ? top : `${top}\n${under}`;
    shown = under;
    return label;
  });
}

/** The axis that fits a series' times. */
export function axisOfTimes(
  times: readonly string[],
  low: number,
  high: number,
  count: number,
  lang: Lang,
): Ticks {
  return isIndex(times) ? indexTicks(low, high, count) : timeTicks(low, high, count, lang);
}

/** How wide a text will be, from the proportions of Noto Sans SC; good to about 5 %. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const char of text) {
    if (char > "\u2E7F") width += 1;
    else if (" .,:;!|'iljI".includes(char)) width += 0.28;
    else if ("mwMW%—…".includes(char)) width += 0.85;
    else if (char >= "A" && char <= "Z") width += 0.63;
    else width += 0.545;
  }
  return width * size;
}

/** The text, shortened with … to fit a width. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  let kept = "";
  for (const char of text) {
    if (textWidth(`${kept}${char}…`, size) > width) break;
    kept += char;
  }
  return `${kept}…`;
}
