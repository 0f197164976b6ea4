import { DataError } from "@lookback/core";
import { readNumber } from "./cells.js";
import { firstFew } from "./suggest.js";
import { type Column, isEmpty, rowLabel, showCell, type Table } from "./table.js";

/** A column read as numbers. What a row lacks is kept, so that only the series that uses the row fails. */
export interface NumericColumn {
  readonly name: string;
  /** One number for each row of the table; NaN where there is none. */
  readonly values: Float64Array;
  /** What stands in the rows that hold no number and are not empty: `"1,234", which has a thousands separator …`. */
  readonly bad: ReadonlyMap<number, string>;
}

/** Reads a column as numbers. With `truths`, `true` and `false` count as 1 and 0. */
export function numericColumn(column: Column, { truths = false } = {}): NumericColumn {
  const values = new Float64Array(column.values.length);
  const bad = new Map<number, string>();
  for (const [row, cell] of column.values.entries()) {
    const truth = truths ? truthOf(cell) : undefined;
    if (truth !== undefined) {
      values[row] = truth;
      continue;
    }
    const reading = readNumber(cell);
    values[row] = reading.kind === "number" ? reading.value : Number.NaN;
    if (reading.kind === "bad") bad.set(row, reading.why);
    else if (reading.kind === "infinite") bad.set(row, "infinity");
  }
  return { name: column.name, values, bad };
}

function truthOf(cell: unknown): number | undefined {
  if (typeof cell === "boolean") return Number(cell);
  if (typeof cell !== "string") return undefined;
  const word = cell.trim().toLowerCase();
  return word === "true" ? 1 : word === "false" ? 0 : undefined;
}

/** @throws DataError naming those of the rows that hold something that is no number. */
export function throwBadNumbers(
  table: Table,
  { name, bad }: NumericColumn,
  rows: readonly number[],
  where: string,
): void {
  if (bad.size === 0) return;
  const wrong = rows.filter((row) => bad.has(row));
  if (wrong.length === 0) return;
  const shown = wrong.map((row) => `${rowLabel(table, row)} holds ${bad.get(row)}`);
  throw new DataError(
    `${where}: column "${name}" must hold a number in every row, but ${firstFew(shown)}. Correct or remove ${wrong.length === 1 ? "it" : "them"}.`,
  );
}

/** The error for rows that hold nothing where a number is needed. */
export function missingNumbers(
  table: Table,
  name: string,
  rows: readonly number[],
  where: string,
): DataError {
  const column = table.columns.find((candidate) => candidate.name === name);
  const shown = rows.map((row) => {
    const cell = column?.values[row];
    return `${rowLabel(table, row)} holds ${isEmpty(cell) ? "nothing" : showCell(cell)}`;
  });
  return new DataError(
    `${where}: column "${name}" must hold a number in every row, but ${firstFew(shown)}. ` +
      "Fill in the missing values, or set fillGaps (--fill-gaps) to linear, previous, zero or mask.",
  );
}
