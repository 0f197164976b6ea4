import { ArgumentError, DataError } from "@lookback/core";
import { integersOf, isMostlyNumeric, readNumber } from "./cells.js";
import { type RegularOptions, regularSeries } from "./regular.js";
import { checkSeasonLength, type Series } from "./series.js";
import { firstFew, quoted } from "./suggest.js";
import { type Column, isEmpty, rowLabel, showCell, type Table } from "./table.js";
import { columnNamed, findTimeAxis, isCalendarName } from "./timeAxis.js";
import { isIncreasing, type TimeAxis } from "./timeColumn.js";

/** What {@link seriesFromTable} cannot or should not work out by itself. */
export interface SeriesFromTableOptions extends RegularOptions {
  /** The column of times, or several: `"year,month"`. Default: found (see `findTimeAxis`). */
  readonly time?: string | readonly string[];
  /** The column to forecast. Default: the one numeric column, or one with a name such as `y` or `value`. */
  readonly target?: string;
  /** The column that tells several series apart. Default: one series. */
  readonly id?: string;
}

/**
 * The series of a table, with all that was not said inferred: which columns are time and target, the frequency, the
 * season. Data that cannot be taken as they are end in an error that names the lines, never in a guess.
 *
 * @example const [series] = seriesFromTable(tableFromRows([{ month: "1949-01", passengers: 112 }, …]));
 * @throws ArgumentError for an unknown column, frequency or option; DataError for what is wrong with the rows.
 */
export function seriesFromTable(table: Table, options: SeriesFromTableOptions = {}): Series[] {
  if (table.columns.length === 0 || table.rowCount === 0) {
    throw new DataError(
      `${table.source}: there are no rows to read. Check that the file has data below its header.`,
    );
  }
  checkSeasonLength(options.seasonLength);
  const fills = ["linear", "previous", "zero"];
  if (options.fillGaps !== undefined && !fills.includes(options.fillGaps)) {
    throw new ArgumentError(`fillGaps: expected one of ${fills.join(", ")}, got "${options.fillGaps}".`);
  }
  const id = options.id === undefined ? undefined : columnNamed(table, options.id, "id");
  const named = options.target === undefined ? undefined : columnNamed(table, options.target, "target");
  const taken = new Set([id?.name, named?.name].filter((name) => name !== undefined));
  const axis = findTimeAxis(table, options.time, taken);
  if (named && axis.columns.includes(named.name)) {
    throw new ArgumentError(`target: column "${named.name}" already serves as time. Name another one.`);
  }
  const target = named ?? findTarget(table, axis, id);
  const values = readValues(table, target, options.fillGaps !== undefined);
  return groupsOf(table, id).map(([name, rows]) =>
    regularSeries({
      table,
      axis,
      target: target.name,
      values,
      rows,
      id: name ?? target.name,
      grouped: id !== undefined,
      options,
    }),
  );
}

const OBVIOUS_TARGET = /^(y|value|values|target|目标|值|数值)$/i;

function findTarget(table: Table, axis: TimeAxis, id: Column | undefined): Column {
  const free = table.columns.filter((column) => !axis.columns.includes(column.name) && column !== id);
  const numeric = free.filter((column) => isMostlyNumeric(column));
  const candidates = numeric.filter((column) => !isCalendarName(column.name) && !isRowNumber(column));
  const usable = candidates.length > 0 ? candidates : numeric;
  if (usable.length === 1) return usable[0]!;
  if (usable.length === 0) {
    const others =
      free.length === 0
        ? "it has no other columns"
        : `its other columns are ${quoted(free.map((column) => column.name))}`;
    throw new DataError(
      `${table.source}: there is no numeric column to forecast: "${axis.name}" is taken as time, and ${others}. ` +
        "Add a column of plain numbers, or name the columns with time (--time) and target (--target).",
    );
  }
  const obvious = usable.filter((column) => OBVIOUS_TARGET.test(column.name));
  if (obvious.length === 1) return obvious[0]!;
  throw new DataError(
    `${table.source}: several columns are numeric (${quoted(usable.map((column) => column.name))}). ` +
      "Name the one to forecast with target (--target).",
  );
}

/** A nameless or index-named column of evenly spaced whole numbers, such as pandas writes: not data. */
function isRowNumber(column: Column): boolean {
  if (!/^(unnamed: 0|index|idx|row|no\.?|column0|序号|)$/i.test(column.name.trim())) return false;
  const numbers = integersOf(column.values);
  return numbers !== undefined && isIncreasing(numbers);
}

/** The numbers of the target; NaN for a missing one where those are going to be filled. */
function readValues(table: Table, target: Column, fill: boolean): Float64Array {
  const values = new Float64Array(table.rowCount);
  const bad: string[] = [];
  const missing: string[] = [];
  for (let row = 0; row < table.rowCount; row++) {
    const reading = readNumber(target.values[row]);
    values[row] = reading.kind === "number" ? reading.value : Number.NaN;
    if (reading.kind === "bad") bad.push(`${rowLabel(table, row)} holds ${reading.why}`);
    else if (reading.kind === "infinite") bad.push(`${rowLabel(table, row)} holds infinity`);
    else if (reading.kind === "missing") {
      const cell = target.values[row];
      missing.push(`${rowLabel(table, row)} holds ${isEmpty(cell) ? "nothing" : showCell(cell)}`);
    }
  }
  if (bad.length > 0) {
    throw new DataError(
      `${table.source}: column "${target.name}" must hold a number in every row, but ${firstFew(bad)}. Correct or remove ${bad.length === 1 ? "it" : "them"}.`,
    );
  }
  if (missing.length > 0 && !fill) {
    throw new DataError(
      `${table.source}: column "${target.name}" must hold a number in every row, but ${firstFew(missing)}. ` +
        "Fill in the missing values, or set fillGaps (--fill-gaps) to linear, previous or zero.",
    );
  }
  return values;
}

/** The rows of each series, in order of first appearance. */
function groupsOf(table: Table, id: Column | undefined): [name: string | undefined, rows: number[]][] {
  if (!id) return [[undefined, Array.from({ length: table.rowCount }, (_, row) => row)]];
  const groups = new Map<string, number[]>();
  for (let row = 0; row < table.rowCount; row++) {
    const cell = id.values[row];
    if (isEmpty(cell)) {
      throw new DataError(
        `${table.source}: column "${id.name}" must tell the series of every row, but ${rowLabel(table, row)} holds nothing.`,
      );
    }
    const name = cell instanceof Date ? showCell(cell) : String(cell);
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  }
  return [...groups];
}
