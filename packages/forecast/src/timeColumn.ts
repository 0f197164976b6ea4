import { DataError } from "@lookback/core";
import { integersOf } from "./cells.js";
import { fitGrid, inferFrequency } from "./inferFrequency.js";
import { firstFew } from "./suggest.js";
import { type Cell, type Column, isEmpty, rowLabel, showCell, type Table } from "./table.js";
import {
  type ClockTime,
  DAY,
  dateClock,
  HOUR,
  MINUTE,
  type ParsedTime,
  parseShortYear,
  parseTime,
  SECOND,
} from "./time.js";

/** The times of a table's rows. */
export interface TimeAxis {
  /** For messages and charts: the column's name, "year, month" for several, "row" when rows are just numbered. */
  readonly name: string;
  /** The columns it was read from; none when rows are just numbered. */
  readonly columns: readonly string[];
  readonly kind: "calendar" | "index";
  /** One time for each row of the table; NaN where the row holds none. */
  readonly clock: Float64Array;
  /** The rows that hold no time, each with the column to blame. */
  readonly bad?: ReadonlyMap<number, Column>;
  /** Minutes east of UTC, where the data named an offset. */
  readonly offset?: number;
  /** A zone's name, where the data or the user named one. */
  readonly zone?: string;
  /** With a zone: whether `clock` holds moments in UTC, as times with an offset are, or what the wall clock showed. */
  readonly instants?: boolean;
}

/** Names of columns that hold years alone. */
export const YEAR_NAME = /^(year|years|yr|fiscal[ _]?year|年|年份)$/i;
/** Names that say "this is time". */
export const TIME_NAME =
  /(date|time|period|stamp|epoch|unix|month|year|quarter|week|日期|时间|月份|年份)|^(ds|ts|dt|day|t|年|月)$/i;
const INDEX_NAME = /^(t|time|idx|index|step|steps|period|n|no\.?|obs|row|day|week|hour|x|unnamed: 0|序号|)$/i;

/**
 * Reads one column as times. Undefined when it does not look like time, with at least four in five of its cells
 * times; the few cells that are not are kept apart, for the series that has them.
 *
 * @param chosen the user named this column, so it must be time.
 * @throws DataError naming the cells that are not times, when a chosen column does not look like time.
 */
export function readTimeColumn(table: Table, column: Column, chosen: boolean): TimeAxis | undefined {
  const integers = integersOf(column.values);
  if (integers) return readIntegers(column, integers, chosen);
  const most = chosen ? mostlyIntegers(column) : undefined;
  if (most) {
    const axis = readIntegers({ ...column, values: most.cells }, most.numbers, chosen);
    return axis && spread(axis, most.rows, column);
  }
  return readTexts(table, column, chosen);
}

/** The whole numbers of a column where at least four in five cells are some, without the cells that are not. */
function mostlyIntegers(column: Column) {
  const isInteger = (cell: Cell) => integersOf([cell]) !== undefined;
  const rows = [...column.values.keys()].filter((row) => isInteger(column.values[row]!));
  if (rows.length * 5 < column.values.length * 4) return undefined;
  const cells = rows.map((row) => column.values[row]!);
  return { rows, cells, numbers: integersOf(cells)! };
}

/** An axis read from some of the rows, as one of all rows. */
function spread(axis: TimeAxis, rows: readonly number[], column: Column): TimeAxis {
  const clock = new Float64Array(column.values.length).fill(Number.NaN);
  for (const [i, row] of rows.entries()) clock[row] = axis.clock[i]!;
  const bad = [...clock.keys()].filter((row) => Number.isNaN(clock[row]));
  return { ...axis, clock, bad: new Map(bad.map((row) => [row, column])) };
}

function readIntegers(column: Column, numbers: Float64Array, chosen: boolean): TimeAxis | undefined {
  const hinted = chosen || TIME_NAME.test(column.name);
  const all = (low: number, high: number) => numbers.every((value) => value >= low && value <= high);
  const calendar = (clock: (value: number) => ClockTime | undefined): TimeAxis | undefined => {
    const times = numbers.map((value) => clock(value) ?? Number.NaN);
    if (times.some(Number.isNaN)) return undefined;
    return { name: column.name, columns: [column.name], kind: "calendar", clock: times };
  };
  if (all(10000101, 29991231)) {
    const dates = calendar((value) => dateOfDigits(value));
    if (dates && (hinted || isIncreasing(dates.clock))) return dates;
  }
  if (hinted && all(100001, 299912)) {
    const months = calendar((value) => dateOfDigits(value * 100 + 1));
    if (months) return months;
  }
  if (YEAR_NAME.test(column.name) || hinted) {
    const years = all(1500, 2200) ? calendar((value) => dateClock(value, 1, 1)) : undefined;
    if (years) return years;
  }
  if (hinted && all(1e11, 5e12)) return calendar((value) => value);
  if (hinted && all(1e8, 5e9)) return calendar((value) => value * SECOND);
  if (!chosen && !INDEX_NAME.test(column.name.trim())) return undefined;
  return { name: column.name, columns: [column.name], kind: "index", clock: numbers };
}

/** The date of eight digits, 19490131. */
function dateOfDigits(digits: number): ClockTime | undefined {
  return dateClock(Math.floor(digits / 10000), Math.floor(digits / 100) % 100, digits % 100);
}

function readTexts(table: Table, column: Column, chosen: boolean): TimeAxis | undefined {
  const parsed: (ParsedTime | undefined)[] = column.values.map(readCell);
  let [filled, readable] = [0, 0];
  for (const [row, cell] of column.values.entries()) {
    if (isEmpty(cell)) continue;
    filled++;
    if (parsed[row] ?? slashed(cell)) readable++;
  }
  const looksLikeTime = readable > 0 && readable * 5 >= filled * 4;
  if (!chosen && !looksLikeTime) return undefined;
  const slashes = slashReader(table, column);
  const rows: number[] = [];
  const bad: number[] = [];
  for (const [row, cell] of column.values.entries()) {
    parsed[row] ??=
      slashes(cell) ?? (looksLikeTime && typeof cell === "string" ? parseShortYear(cell) : undefined);
    (parsed[row] ? rows : bad).push(row);
  }
  if (bad.length > 0 && !looksLikeTime) throw badTimes(table, column, bad, table.source);
  if (bad.length === 0) return withOffsets(table, column, parsed as ParsedTime[], rows);
  const read = rows.map((row) => parsed[row]!);
  return spread(withOffsets(table, column, read, rows), rows, column);
}

/** The error for cells that are not times. */
export function badTimes(table: Table, column: Column, rows: readonly number[], where: string): DataError {
  const shown = rows.map((row) => `${rowLabel(table, row)} holds ${showCell(column.values[row])}`);
  return new DataError(
    `${where}: column "${column.name}" must hold a time in every row, but ${firstFew(shown)}. ` +
      "Write dates as 2020-01-31, months as 2020-01 and times as 2020-01-31T13:30, or name another column with time (--time).",
  );
}

function readCell(cell: Cell): ParsedTime | undefined {
  if (cell instanceof Date) {
    const year = cell.getUTCFullYear();
    return year >= 1 && year <= 9999 ? { clock: cell.getTime() } : undefined;
  }
  return typeof cell === "string" ? parseTime(cell) : undefined;
}

/** Brings times with offsets to one clock. `times[i]` was read from row `rows[i]`. */
function withOffsets(
  table: Table,
  column: Column,
  times: readonly ParsedTime[],
  rows: readonly number[],
): TimeAxis {
  const base = { name: column.name, columns: [column.name], kind: "calendar" as const };
  const walls = Float64Array.from(times, (time) => time.clock);
  const offsets = new Set(times.map((time) => time.offset));
  const zones = new Set(times.map((time) => time.zone));
  const zone = zones.size === 1 ? times[0]!.zone : undefined;
  const bare = times.findIndex((time) => time.offset === undefined);
  if (offsets.size > 1 && bare >= 0) {
    throw new DataError(
      `${table.source}: in column "${column.name}" some times name an offset from UTC and others do not, such as ` +
        `${rowLabel(table, rows[bare]!)} (${showCell(column.values[rows[bare]!])}). Write all of them with an offset, or none.`,
    );
  }
  if (bare >= 0) return { ...base, clock: walls, ...(zone !== undefined && { zone, instants: false }) };
  if (zone === undefined && offsets.size === 1) return { ...base, clock: walls, offset: times[0]!.offset! };
  // the same time of day under changing offsets is what the wall clock shows: dates, not moments
  if (zone === undefined && sameTimeOfDay(walls)) return { ...base, clock: walls };
  const clock = walls.map((wall, i) => wall - times[i]!.offset! * MINUTE);
  return zone === undefined ? { ...base, clock, offset: 0 } : { ...base, clock, zone, instants: true };
}

/** Whether all times show the same time of day, as those of days, weeks and months do. */
export function sameTimeOfDay(times: ArrayLike<number>): boolean {
  const rest = (time: number) => time - Math.floor(time / DAY) * DAY;
  for (let i = 1; i < times.length; i++) if (rest(times[i]!) !== rest(times[0]!)) return false;
  return true;
}

const SLASHED = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?:[ T]\s*(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;

function slashed(cell: Cell | undefined): RegExpExecArray | null {
  return typeof cell === "string" ? SLASHED.exec(cell.trim()) : null;
}

/**
 * A reader of `31/1/2020` or `1/31/2020`: whichever order all cells allow; where both are possible, the one that
 * makes the times increase in even steps.
 */
function slashReader(table: Table, column: Column): (cell: Cell) => ParsedTime | undefined {
  const matches = column.values.map(slashed).filter((match) => match !== null);
  if (matches.length === 0) return () => undefined;
  const reader = (dayFirst: boolean) => (cell: Cell) => {
    const match = slashed(cell);
    const clock = match ? slashClock(match, dayFirst) : undefined;
    return clock === undefined ? undefined : { clock };
  };
  if (matches.some((match) => Number(match[1]) > 12)) return reader(true);
  if (matches.some((match) => Number(match[3]) > 12)) return reader(false);
  // several series repeat their dates: each once, in the order of appearance, runs evenly
  const once = [...new Map(matches.map((match) => [match[0], match])).values()];
  const clocks = [true, false].map((dayFirst) => once.map((match) => slashClock(match, dayFirst) ?? 0));
  if (clocks[0]!.every((clock, i) => clock === clocks[1]![i])) return reader(true);
  const [dayFirst, monthFirst] = clocks.map(isEven);
  if (dayFirst !== monthFirst) return reader(dayFirst!);
  throw new DataError(
    `${table.source}: column "${column.name}" holds dates such as ${showCell(column.values[0])} that can be read ` +
      "day first or month first. Write dates as 2020-01-31.",
  );
}

function slashClock(match: RegExpExecArray, dayFirst: boolean): ClockTime | undefined {
  const [day, month] = dayFirst ? [match[1], match[3]] : [match[3], match[1]];
  const date = dateClock(Number(match[4]), Number(month), Number(day));
  const [hour, minute, second] = [Number(match[5] ?? 0), Number(match[6] ?? 0), Number(match[7] ?? 0)];
  if (date === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  return date + hour * HOUR + minute * MINUTE + second * SECOND;
}

function isEven(clocks: readonly ClockTime[]): boolean {
  if (!isIncreasing(clocks)) return false;
  const freq = inferFrequency(clocks, "calendar");
  if (!freq || (freq.unit === "D" && freq.multiple * DAY > 27 * DAY)) return false;
  const fit = fitGrid(clocks, freq);
  return fit.offGrid.length === 0 && fit.missing === 0;
}

/** Whether each time is later than the one before. */
export function isIncreasing(times: ArrayLike<number>): boolean {
  for (let i = 1; i < times.length; i++) if (!(times[i]! > times[i - 1]!)) return false;
  return true;
}
