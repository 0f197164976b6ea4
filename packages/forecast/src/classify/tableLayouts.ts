import { DataError } from "@lookback/core";
import { readNumber } from "../cells.js";
import { type Column, isEmpty, rowLabel, showCell, type Table } from "../table.js";
import { readTimeColumn } from "../timeColumn.js";
import type { Sequence } from "./sequences.js";

/** What a layout of a table gives: sequences, a label and a name for each, and the names of the channels. */
export interface LayoutRead {
  readonly sequences: readonly Sequence[];
  readonly labels: readonly string[];
  readonly ids: readonly string[];
  readonly channels: readonly string[];
}

/** One sequence a row, a column for each step. Missing cells at the end of a row mean that its sequence is shorter. */
export function readWide(
  table: Table,
  { label, steps }: { label: Column | undefined; steps: readonly Column[] },
): LayoutRead {
  if (steps.length === 0) throw noValues(table);
  const sequences = Array.from({ length: table.rowCount }, (_, row) => {
    let length = steps.length;
    while (length > 0 && isMissing(steps[length - 1]!, row)) length--;
    if (length === 0)
      throw new DataError(`${at(table, row)}: there is no value; a sequence needs at least one.`);
    return [Float64Array.from({ length }, (_, step) => numberIn(table, steps[step]!, row))];
  });
  return { sequences, labels: labelsOf(table, label), ids: rowNumbers(table), channels: ["value"] };
}

/** One sequence a row, a cell such as `[1, 2, 3]` for each channel. */
export function readLists(
  table: Table,
  { label, channels }: { label: Column | undefined; channels: readonly Column[] },
): LayoutRead {
  const sequences = Array.from({ length: table.rowCount }, (_, row) => {
    const sequence = channels.map((column) => listIn(table, column, row));
    const ragged = sequence.findIndex((values) => values.length !== sequence[0]!.length);
    if (ragged > 0) {
      throw new DataError(
        `${at(table, row)}: column "${channels[ragged]!.name}" has ${sequence[ragged]!.length} values and "${channels[0]!.name}" ` +
          `${sequence[0]!.length}. All channels of a sequence need one length; write null for values that are missing.`,
      );
    }
    return sequence;
  });
  const names = channels.map(({ name }) => name);
  return { sequences, labels: labelsOf(table, label), ids: rowNumbers(table), channels: names };
}

/** Whether the cells of a column are lists: text such as `[1, 2, 3]`. */
export function isListColumn(column: Column): boolean {
  const filled = column.values.filter((cell) => !isEmpty(cell));
  return filled.length > 0 && filled.every((cell) => typeof cell === "string" && /^\s*\[/.test(cell));
}

/** A row for each step of each sequence. */
export function readLong(
  table: Table,
  columns: { id: Column; time: Column | undefined; label: Column | undefined; channels: readonly Column[] },
): LayoutRead {
  const { id, label, channels } = columns;
  if (channels.length === 0) throw noValues(table);
  const clock = columns.time && clockOf(table, columns.time);
  const labels: string[] = [];
  const sequences: Sequence[] = [];
  const groups = rowsById(table, id);
  for (const [name, rows] of groups) {
    const who = `${table.source}: the sequence with ${id.name} "${name}"`;
    if (columns.time && clock) sortRows(rows, clock, table, columns.time, who);
    labels.push(label ? commonLabel(table, label, rows, who) : "");
    sequences.push(
      channels.map((column) => {
        const values = Float64Array.from(rows, (row) => numberIn(table, column, row));
        if (!values.every(Number.isNaN)) return values;
        throw new DataError(
          `${who} (${rowLabel(table, rows[0]!)} and after) has no value in column "${column.name}". Leave the sequence out, or the column (--channels).`,
        );
      }),
    );
  }
  return { sequences, labels, ids: [...groups.keys()], channels: channels.map(({ name }) => name) };
}

function rowsById(table: Table, id: Column): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  for (const [row, cell] of id.values.entries()) {
    if (isEmpty(cell)) {
      throw new DataError(
        `${at(table, row)}: column "${id.name}" is empty, so the row belongs to no sequence.`,
      );
    }
    const name = cell instanceof Date ? cell.toISOString() : String(cell).trim();
    const rows = groups.get(name);
    if (rows) rows.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

/** A number for each row by which times are ordered. */
function clockOf(table: Table, column: Column): ArrayLike<number> {
  const numbers = column.values.map(readNumber);
  if (numbers.every((reading) => reading.kind === "number")) {
    return Float64Array.from(numbers, (reading) => (reading.kind === "number" ? reading.value : 0));
  }
  return readTimeColumn(table, column, true)!.clock;
}

function sortRows(rows: number[], clock: ArrayLike<number>, table: Table, time: Column, who: string): void {
  rows.sort((a, b) => clock[a]! - clock[b]! || a - b);
  const twice = rows.findIndex((row, i) => i > 0 && clock[row] === clock[rows[i - 1]!]);
  if (twice < 0) return;
  const [first, second] = [rows[twice - 1]!, rows[twice]!];
  throw new DataError(
    `${who} has the time ${showCell(time.values[first])} twice: ${rowLabel(table, first)} and ${rowLabel(table, second)}. ` +
      "Each time may be there once; remove one row, or name another column with id or time.",
  );
}

function commonLabel(table: Table, label: Column, rows: readonly number[], who: string): string {
  const first = labelIn(table, label, rows[0]!);
  const other = rows.find((row) => labelIn(table, label, row) !== first);
  if (other === undefined) return first;
  throw new DataError(
    `${who} has two labels: "${first}" (${rowLabel(table, rows[0]!)}) and "${labelIn(table, label, other)}" (${rowLabel(table, other)}). ` +
      "All rows of a sequence need the same one.",
  );
}

function labelsOf(table: Table, label: Column | undefined): string[] {
  return Array.from({ length: table.rowCount }, (_, row) => (label ? labelIn(table, label, row) : ""));
}

function labelIn(table: Table, column: Column, row: number): string {
  const cell = column.values[row];
  if (isEmpty(cell)) throw new DataError(`${at(table, row)}: the label (column "${column.name}") is empty.`);
  return cell instanceof Date ? cell.toISOString() : String(cell).trim();
}

const isMissing = (column: Column, row: number) => readNumber(column.values[row]).kind === "missing";

function numberIn(table: Table, column: Column, row: number): number {
  const reading = readNumber(column.values[row]);
  if (reading.kind === "number") return reading.value;
  if (reading.kind === "missing") return Number.NaN;
  const got = reading.kind === "infinite" ? "an infinite number" : reading.why;
  throw new DataError(
    `${at(table, row)}: column "${column.name}" must hold numbers (empty where one is missing), got ${got}. ` +
      "If the column holds no values of the sequence, name those that do (--channels), the label (--label) or the id (--id).",
  );
}

function listIn(table: Table, column: Column, row: number): Float64Array {
  const where = `${at(table, row)}, column "${column.name}"`;
  let list: unknown;
  try {
    list = JSON.parse(String(column.values[row] ?? "null"));
  } catch {
    list = null;
  }
  if (!Array.isArray(list) || list.length === 0) {
    throw new DataError(
      `${where}: expected a list of numbers such as [1, 2, 3], got ${showCell(column.values[row])}.`,
    );
  }
  return Float64Array.from(list as unknown[], (value, i) => {
    if (value === null) return Number.NaN;
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new DataError(
      `${where}: entry ${i + 1} of the list is ${JSON.stringify(value).slice(0, 40)}, expected a number or null.`,
    );
  });
}

const rowNumbers = (table: Table) => Array.from({ length: table.rowCount }, (_, row) => String(row + 1));

const at = (table: Table, row: number) => `${table.source}, ${rowLabel(table, row)}`;

const noValues = (table: Table) =>
  new DataError(
    `${table.source}: beside the label there are no columns with values. Expected a column for each step or channel.`,
  );
