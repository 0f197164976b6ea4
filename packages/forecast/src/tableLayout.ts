import { ArgumentError, DataError } from "@lookback/core";
import { integersOf, isMostlyNumeric } from "./cells.js";
import { quoted } from "./suggest.js";
import { type Column, isEmpty, rowLabel, showCell, type Table } from "./table.js";
import { columnNamed, findTimeAxis, isCalendarName } from "./timeAxis.js";
import { isIncreasing, type TimeAxis } from "./timeColumn.js";
import { timeZone } from "./timeZone.js";
import { looksWide, wideColumns } from "./wideTable.js";

/** Which columns of a table are what. */
export interface LayoutOptions {
  /** The column of times, or several: `"year,month"`. Default: found (see `findTimeAxis`). */
  readonly time?: string | readonly string[];
  /** The column to forecast. Default: the one numeric column, or one with a name such as `y` or `value`. */
  readonly target?: string;
  /** The column that tells several series apart, one row for each time of each (a long table). Default: one series. */
  readonly id?: string;
  /**
   * Whether every column of numbers is a series of its own (a wide table). Default: true where their names differ in
   * a number only, `store_1, store_2, store_3`, and neither target nor id is given.
   */
  readonly wide?: boolean;
  /** Columns that help to forecast. Those filled in rows after the last value are known ahead. Default: none. */
  readonly covariates?: readonly string[];
  /** Columns that hold one value for each series: a shop's size, a region's name. Default: none. */
  readonly statics?: readonly string[];
  /**
   * The zone of the times, `Europe/Berlin`: of the wall clock they show, or in which moments with an offset are to be
   * written. Default: times are taken as they stand, and as UTC where their offsets differ.
   */
  readonly timeZone?: string;
}

/** How a table holds its series: one alone, below each other with an id, or side by side. */
export type Layout = "single" | "long" | "wide";

/** A table whose columns have been told apart. */
export interface TableLayout {
  readonly layout: Layout;
  readonly axis: TimeAxis;
  /** Each series: its name, the column of its values, and its rows. */
  readonly series: readonly {
    readonly id: string;
    readonly target: Column;
    readonly rows: readonly number[];
  }[];
  readonly covariates: readonly Column[];
  readonly statics: readonly Column[];
}

/**
 * Tells the columns of a table apart.
 *
 * @throws ArgumentError for an unknown column or one with two parts to play; DataError where the target or the time
 * cannot be told.
 */
export function layOut(table: Table, options: LayoutOptions): TableLayout {
  const named = (names: readonly string[] = [], option: string) =>
    names.map((name) => columnNamed(table, name, option));
  const id = options.id === undefined ? undefined : columnNamed(table, options.id, "id");
  const given = options.target === undefined ? undefined : columnNamed(table, options.target, "target");
  const covariates = named(options.covariates, "covariates");
  const statics = named(options.statics, "statics");
  if (options.wide && (id ?? given)) {
    throw new ArgumentError(
      `wide: in a wide table every column of numbers is a series, so ${id ? "id" : "target"} has no meaning. Leave one of the two out.`,
    );
  }
  const taken = [id, given, ...covariates, ...statics].filter((column) => column !== undefined);
  checkParts(taken);
  const groups = id ? groupsOf(table, id) : undefined;
  const found = findTimeAxis(table, options.time, new Set(taken.map(({ name }) => name)), groups);
  const clash = taken.find(({ name }) => found.columns.includes(name));
  if (clash) {
    const option = clash === id ? "id" : clash === given ? "target" : "covariates and statics";
    throw new ArgumentError(`${option}: column "${clash.name}" already serves as time. Name another one.`);
  }
  const axis = inZone(found, options.timeZone);
  const free = table.columns.filter(
    (column) => !axis.columns.includes(column.name) && !taken.includes(column),
  );
  const all = Array.from({ length: table.rowCount }, (_, row) => row);
  const rest = { axis, covariates, statics };
  if (options.wide ?? (!id && !given && axis.columns.length > 0 && looksWide(targetsAmong(free)))) {
    const columns = wideColumns(free.filter(({ name }) => !isCalendarName(name)));
    if (columns.length === 0) throw noTarget(table, axis, free);
    if (statics.length > 0) {
      throw new ArgumentError(
        "statics: in a wide table a column is a series; statics need a long one, with id.",
      );
    }
    return {
      ...rest,
      layout: "wide",
      series: columns.map((target) => ({ id: target.name, target, rows: all })),
    };
  }
  const target = given ?? findTarget(table, axis, free);
  if (!groups) return { ...rest, layout: "single", series: [{ id: target.name, target, rows: all }] };
  return { ...rest, layout: "long", series: [...groups].map(([name, rows]) => ({ id: name, target, rows })) };
}

/** @throws ArgumentError when a column is named for two parts. */
function checkParts(columns: readonly Column[]): void {
  const twice = columns.find((column, i) => columns.indexOf(column) !== i);
  if (!twice) return;
  throw new ArgumentError(
    `column "${twice.name}" is named twice. A column can be one of id, target, covariate and static.`,
  );
}

function inZone(axis: TimeAxis, name: string | undefined): TimeAxis {
  if (name === undefined) {
    if (axis.zone !== undefined) timeZone(axis.zone);
    return axis;
  }
  timeZone(name);
  if (axis.kind === "index") {
    throw new ArgumentError(
      `timeZone: column "${axis.name}" holds whole numbers, which no clock shows. Leave timeZone (--time-zone) out.`,
    );
  }
  if (axis.offset === undefined) return { ...axis, zone: name, instants: axis.instants ?? false };
  const clock = axis.clock.map((time) => time - axis.offset! * 60_000);
  const { offset: _, ...rest } = axis;
  return { ...rest, clock, zone: name, instants: true };
}

const OBVIOUS_TARGET = /^(y|value|values|target|目标|值|数值)$/i;

/** Columns of numbers that could be forecast: the calendar and row numbers only where there is nothing else. */
function targetsAmong(free: readonly Column[]): Column[] {
  const numeric = free.filter((column) => isMostlyNumeric(column));
  const candidates = numeric.filter((column) => !isCalendarName(column.name) && !isRowNumber(column));
  return candidates.length > 0 ? candidates : numeric;
}

function findTarget(table: Table, axis: TimeAxis, free: readonly Column[]): Column {
  const usable = targetsAmong(free);
  if (usable.length === 1) return usable[0]!;
  if (usable.length === 0) throw noTarget(table, axis, free);
  const obvious = usable.filter((column) => OBVIOUS_TARGET.test(column.name));
  if (obvious.length === 1) return obvious[0]!;
  throw new DataError(
    `${table.source}: several columns are numeric (${quoted(usable.map((column) => column.name))}). ` +
      "Name the one to forecast with target (--target), or set wide (--wide) if each is a series of its own.",
  );
}

function noTarget(table: Table, axis: TimeAxis, free: readonly Column[]): DataError {
  const others =
    free.length === 0
      ? "it has no other columns"
      : `its other columns are ${quoted(free.map((column) => column.name))}`;
  return new DataError(
    `${table.source}: there is no numeric column to forecast: "${axis.name}" is taken as time, and ${others}. ` +
      "Add a column of plain numbers, or name the columns with time (--time) and target (--target).",
  );
}

/** A nameless or index-named column of evenly spaced whole numbers, such as pandas writes: not data. */
function isRowNumber(column: Column): boolean {
  if (!/^(unnamed: 0|index|idx|row|no\.?|column0|序号|)$/i.test(column.name.trim())) return false;
  const numbers = integersOf(column.values);
  return numbers !== undefined && isIncreasing(numbers);
}

/** The rows of each series, in order of first appearance. */
function groupsOf(table: Table, id: Column): Map<string, number[]> {
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
  return groups;
}
