import { DataError } from "@lookback/core";
import { integersOf } from "./cells.js";
import { fitGrid, inferFrequency } from "./inferFrequency.js";
import { firstFew } from "./suggest.js";
import { type Cell, type Column, isEmpty, rowLabel, showCell, type Table } from "./table.js";
import { type ClockTime, DAY, dateClock, HOUR, MINUTE, type ParsedTime, parseTime, SECOND } from "./time.js";

/** The times of a table's rows. */
export interface TimeAxis {
  /** For messages and charts: the column's name, "year, month" for several, "row" when rows are just numbered. */
  readonly name: string;
  /** The columns it was read from; none when rows are just numbered. */
  readonly columns: readonly string[];
  readonly kind: "calendar" | "index";
  readonly clock: Float64Array;
  /** Minutes east of UTC, where the data named an offset. */
  readonly offset?: number;
}

/** Names of columns that hold years alone. */
export const YEAR_NAME = /^(year|years|yr|fiscal[ _]?year|年|年份)$/i;
/** Names that say "this is time". */
export const TIME_NAME =
  /(date|time|period|stamp|epoch|unix|month|year|quarter|week|日期|时间|月份|年份)|^(ds|ts|dt|day|t|年|月)$/i;
const INDEX_NAME = /^(t|time|idx|index|step|steps|period|n|no\.?|obs|row|day|week|hour|x|unnamed: 0|序号|)$/i;

/**
 * Reads one column as times. Undefined when it does not look like time; a column that does, by its name or because
 * at least four in five of its cells are times, must be readable in full.
 *
 * @param chosen the user named this column, so it must be time.
 * @throws DataError naming the cells that are not times.
 */
export function readTimeColumn(table: Table, column: Column, chosen: boolean): TimeAxis | undefined {
  const integers = integersOf(column.values);
  if (integers) return readIntegers(column, integers, chosen);
  return readTexts(table, column, chosen);
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
  const bad: number[] = [];
  for (const [row, cell] of column.values.entries()) {
    parsed[row] ??= slashes(cell);
    if (!parsed[row]) bad.push(row);
  }
  if (bad.length > 0) throw badTimes(table, column, bad);
  return withOffsets(table, column, parsed as ParsedTime[]);
}

/** The error for cells that are not times. */
export function badTimes(table: Table, column: Column, rows: readonly number[]): DataError {
  const shown = rows.map((row) => `${rowLabel(table, row)} holds ${showCell(column.values[row])}`);
  return new DataError(
    `${table.source}: column "${column.name}" must hold a time in every row, but ${firstFew(shown)}. ` +
      "Write dates as 2020-01-31, months as 2020-01 and times as 2020-01-31T13:30, or name another column with time (--time).",
  );
}

function readCell(cell: Cell): ParsedTime | undefined {
  if (cell instanceof Date) {
    const clock = cell.getTime();
    return Number.isNaN(clock) ? undefined : { clock };
  }
  return typeof cell === "string" ? parseTime(cell) : undefined;
}

function withOffsets(table: Table, column: Column, times: readonly ParsedTime[]): TimeAxis {
  const base = { name: column.name, columns: [column.name], kind: "calendar" as const };
  const offsets = new Set(times.map((time) => time.offset));
  if (offsets.size === 1) {
    const offset = times[0]!.offset;
    const clock = Float64Array.from(times, (time) => time.clock);
    return offset === undefined ? { ...base, clock } : { ...base, clock, offset };
  }
  const bare = times.findIndex((time) => time.offset === undefined);
  if (bare >= 0) {
    throw new DataError(
      `${table.source}: in column "${column.name}" some times name an offset from UTC and others do not, such as ` +
        `${rowLabel(table, bare)} (${showCell(column.values[bare])}). Write all of them with an offset, or none.`,
    );
  }
  const clock = Float64Array.from(times, (time) => time.clock - time.offset! * MINUTE);
  return { ...base, clock, offset: 0 };
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
  const clocks = [true, false].map((dayFirst) => matches.map((match) => slashClock(match, dayFirst) ?? 0));
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
