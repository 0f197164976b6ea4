import { ArgumentError, DataError } from "@lookback/core";
import { readNumber } from "./cells.js";
import { nearest, quoted } from "./suggest.js";
import { type Cell, type Column, isEmpty, type Table } from "./table.js";
import { dateClock, HOUR, MINUTE, parseMonth } from "./time.js";
import { badTimes, isIncreasing, readTimeColumn, TIME_NAME, type TimeAxis, YEAR_NAME } from "./timeColumn.js";

/** The parts of a time that tables keep in columns of their own, in order. */
const PARTS = {
  year: YEAR_NAME,
  quarter: /^(quarter|qtr|q|季度|季)$/i,
  month: /^(month|mon|mo|mth|月|月份)$/i,
  day: /^(day|dom|day[ _]?of[ _]?month|mday|日)$/i,
  hour: /^(hour|hr|hh|时|小时)$/i,
  minute: /^(minute|min|分|分钟)$/i,
} as const;
type Part = keyof typeof PARTS;

/** Names of columns that describe the calendar: never a target unless asked for. */
export function isCalendarName(name: string): boolean {
  return (
    Object.values(PARTS).some((pattern) => pattern.test(name)) ||
    /^(week|weekday|day[ _]?of[ _]?(week|year)|dow|doy|星期|周)$/i.test(name)
  );
}

/** A column by name. @throws ArgumentError that suggests the nearest name and lists all. */
export function columnNamed(table: Table, name: string, option: string): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const names = table.columns.map((candidate) => candidate.name);
  const near = nearest(name, names);
  throw new ArgumentError(
    `${option}: ${table.source} has no column named "${name}".${near === undefined ? "" : ` Did you mean "${near}"?`} ` +
      `Its columns are ${quoted(names)}.`,
  );
}

/**
 * The time of every row: the columns asked for, or else the first that serves of: a column of dates; `year` with
 * `month` or `quarter` (and `day`, `hour`, `minute`); a column of years or another numeric time; a column of evenly
 * spaced whole numbers; the row's number.
 *
 * @param requested one column's name, or several: `"year,month"` or `["year", "month"]`.
 * @param taken columns with another part to play (target, id), which are not looked at.
 * @param groups the rows of each series, where there are several: an index may start again with each.
 * @throws ArgumentError for an unknown column; DataError for cells that are not times.
 */
export function findTimeAxis(
  table: Table,
  requested: string | readonly string[] | undefined,
  taken: ReadonlySet<string>,
  groups?: ReadonlyMap<string, readonly number[]>,
): TimeAxis {
  if (requested !== undefined) return requestedAxis(table, requested);
  const columns = table.columns.filter((column) => !taken.has(column.name));
  const texts = columns.filter((column) => column.values.some((cell) => isTextOrDate(cell)));
  const parts = findParts(columns);
  const partNames = new Set([...parts.values()].map((column) => column.name));
  const dates = texts
    .filter((column) => !(parts.has("year") && partNames.has(column.name)))
    .map((column) => readTimeColumn(table, column, false))
    .filter((axis) => axis !== undefined);
  if (dates.length > 0) return onlyAxis(table, dates);
  if (parts.has("year") && (parts.has("month") || parts.has("quarter"))) return axisOfParts(table, parts);
  const numeric = columns
    .filter((column) => !texts.includes(column) && !isPartWithoutYear(column, parts))
    .map((column) => readTimeColumn(table, column, false))
    .filter((axis) => axis !== undefined);
  const calendars = numeric.filter((axis) => axis.kind === "calendar");
  if (calendars.length > 0) return onlyAxis(table, calendars);
  const runs = ({ clock }: TimeAxis) =>
    groups
      ? [...groups.values()].every((rows) => isIncreasing(rows.map((row) => clock[row]!)))
      : isIncreasing(clock);
  const index = numeric.find(runs);
  if (index && columns.length > 1) return index;
  const unreadable = texts.find((column) => TIME_NAME.test(column.name));
  if (unreadable) return readTimeColumn(table, unreadable, true)!;
  const clock = Float64Array.from({ length: table.rowCount }, (_, row) => row + 1);
  return { name: "row", columns: [], kind: "index", clock };
}

/** `month` alone, 1 … 12 again and again, is no time axis. */
function isPartWithoutYear(column: Column, parts: ReadonlyMap<Part, Column>): boolean {
  const isPart = [...parts].some(([part, candidate]) => part !== "year" && candidate === column);
  return isPart && !(column.name.toLowerCase() === "day" && !parts.has("month"));
}

function onlyAxis(table: Table, axes: readonly TimeAxis[]): TimeAxis {
  if (axes.length === 1) return axes[0]!;
  const hinted = axes.filter((axis) => TIME_NAME.test(axis.name));
  if (hinted.length === 1) return hinted[0]!;
  const whole = axes.filter((axis) => /^(date|datetime|timestamp|time|ds|日期|时间)$/i.test(axis.name));
  if (whole.length === 1) return whole[0]!;
  throw new DataError(
    `${table.source}: several columns hold times (${quoted(axes.map((axis) => axis.name))}). Name the one to use with time (--time).`,
  );
}

function requestedAxis(table: Table, requested: string | readonly string[]): TimeAxis {
  let names: readonly string[] = typeof requested === "string" ? [requested] : requested;
  if (typeof requested === "string" && !table.columns.some((column) => column.name === requested)) {
    names = requested.split(",").map((name) => name.trim());
  }
  const columns = names.map((name) => columnNamed(table, name, "time"));
  if (columns.length === 0)
    throw new ArgumentError("time: expected the name of at least one column, got none.");
  if (columns.length === 1) return readTimeColumn(table, columns[0]!, true)!;
  const parts = findParts(columns);
  if (!parts.has("year") || parts.size !== columns.length) {
    throw new ArgumentError(
      `time: several columns must be a year and its parts (year, quarter, month, day, hour, minute), got ${quoted(names)}.`,
    );
  }
  return axisOfParts(table, parts);
}

function findParts(columns: readonly Column[]): Map<Part, Column> {
  const parts = new Map<Part, Column>();
  for (const part of Object.keys(PARTS) as Part[]) {
    const column = columns.find((candidate) => PARTS[part].test(candidate.name.trim()));
    if (column) parts.set(part, column);
  }
  return parts;
}

function axisOfParts(table: Table, found: ReadonlyMap<Part, Column>): TimeAxis {
  const chosen = new Map(found);
  // a part counts only when all coarser ones are there: year and day alone say nothing
  if (!chosen.has("month")) chosen.delete("day");
  else chosen.delete("quarter");
  if (!chosen.has("day")) chosen.delete("hour");
  if (!chosen.has("hour")) chosen.delete("minute");
  const clock = new Float64Array(table.rowCount);
  for (let row = 0; row < table.rowCount; row++) {
    const read = (part: Part) => {
      const column = chosen.get(part);
      return column ? readPart(part, column.values[row]!) : undefined;
    };
    const month = chosen.has("quarter") ? (read("quarter") ?? 5) * 3 - 2 : (read("month") ?? 13);
    const date = dateClock(read("year") ?? 0, month, chosen.has("day") ? (read("day") ?? 0) : 1);
    clock[row] =
      (date ?? Number.NaN) +
      (chosen.has("hour") ? (read("hour") ?? Number.NaN) * HOUR : 0) +
      (chosen.has("minute") ? (read("minute") ?? Number.NaN) * MINUTE : 0);
  }
  const bad = badParts(chosen, clock);
  if (bad.size * 5 > table.rowCount) {
    const column = bad.values().next().value!;
    const rows = [...bad].filter(([, blamed]) => blamed === column).map(([row]) => row);
    throw badTimes(table, column, rows, table.source);
  }
  const columns = [...chosen.values()].map((column) => column.name);
  return {
    name: columns.join(", "),
    columns,
    kind: "calendar",
    clock,
    ...(bad.size > 0 && { bad }),
  };
}

/** The rows without a time, each with the part to blame: one that cannot be read, else a day that the month lacks. */
function badParts(parts: ReadonlyMap<Part, Column>, clock: Float64Array): Map<number, Column> {
  const bad = new Map<number, Column>();
  for (const [row, time] of clock.entries()) {
    if (!Number.isNaN(time)) continue;
    const unread = [...parts].find(([part, column]) => readPart(part, column.values[row]!) === undefined);
    bad.set(row, unread?.[1] ?? parts.get("day") ?? parts.get("year")!);
  }
  return bad;
}

const RANGE: Readonly<Record<Part, readonly [low: number, high: number]>> = {
  year: [1000, 9999],
  quarter: [1, 4],
  month: [1, 12],
  day: [1, 31],
  hour: [0, 23],
  minute: [0, 59],
};

function readPart(part: Part, cell: Cell): number | undefined {
  if (isEmpty(cell)) return undefined;
  let value: number | undefined;
  if (part === "month" && typeof cell === "string") value = parseMonth(cell);
  else if (part === "quarter" && typeof cell === "string") value = Number(cell.replace(/\D/g, ""));
  else {
    const text = typeof cell === "string" ? cell.trim().replace(/[年日时分]$/, "") : cell;
    const reading = readNumber(text);
    value = reading.kind === "number" ? reading.value : undefined;
  }
  const [low, high] = RANGE[part];
  return value !== undefined && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
}

function isTextOrDate(cell: Cell): boolean {
  if (cell instanceof Date) return true;
  return typeof cell === "string" && !isEmpty(cell) && readNumber(cell).kind === "bad";
}
