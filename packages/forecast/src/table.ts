import { DataError } from "@lookback/core";

/** What one cell of a table may hold. `null` is an empty cell. */
export type Cell = number | string | boolean | bigint | Date | null;

/** One named column. */
export interface Column {
  readonly name: string;
  readonly values: readonly Cell[];
}

/**
 * A table in memory, column by column: what a file reader hands over and what {@link tableFromRows} makes.
 * `Date` cells stand for their UTC fields: `new Date("2020-01-31")` is the 31st wherever the program runs.
 */
export interface Table {
  /** Where the rows come from, for messages: a file name, or "rows". */
  readonly source: string;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** The line of the file that holds a row (row 0 of a CSV with a header is line 2). Absent: rows are counted from 1. */
  lineOf?(row: number): number;
}

/**
 * A table from an array of objects, such as `[{ date: "2020-01-01", sales: 3 }, …]`. Columns appear in the
 * order in which their keys first appear; a key missing from a row is an empty cell.
 *
 * @throws DataError when there are no rows, or a value is not a {@link Cell}.
 */
export function tableFromRows(
  rows: readonly Readonly<Record<string, Cell | undefined>>[],
  { source = "rows" }: { source?: string } = {},
): Table {
  if (rows.length === 0) throw new DataError(`${source}: there are no rows. Pass at least one object.`);
  const columns = new Map<string, Cell[]>();
  rows.forEach((row, index) => {
    for (const [name, value] of Object.entries(row)) {
      let values = columns.get(name);
      if (!values) columns.set(name, (values = new Array<Cell>(rows.length).fill(null)));
      values[index] = asCell(value, `${source}: row ${index + 1}, column "${name}"`);
    }
  });
  return {
    source,
    columns: [...columns].map(([name, values]) => ({ name, values })),
    rowCount: rows.length,
  };
}

/**
 * A table from named arrays, such as `{ month: ["2020-01", "2020-02"], sales: new Float64Array([3, 4]) }`.
 *
 * @throws DataError when there are no columns, their lengths differ, or a value is not a {@link Cell}.
 */
export function tableFromColumns(
  columns: Readonly<Record<string, ArrayLike<Cell | undefined>>>,
  { source = "columns" }: { source?: string } = {},
): Table {
  const names = Object.keys(columns);
  const first = names[0];
  if (first === undefined) throw new DataError(`${source}: there are no columns. Pass at least one.`);
  const rowCount = columns[first]!.length;
  return {
    source,
    rowCount,
    columns: names.map((name) => {
      const values = columns[name]!;
      if (values.length !== rowCount) {
        throw new DataError(
          `${source}: all columns must have the same length, but "${first}" has ${rowCount} and "${name}" has ${values.length}.`,
        );
      }
      return {
        name,
        values: Array.from(values, (value, row) =>
          asCell(value, `${source}: row ${row + 1}, column "${name}"`),
        ),
      };
    }),
  };
}

/** "line 5" where the table knows its file's lines, "row 4" where it does not. */
export function rowLabel(table: Table, row: number): string {
  return table.lineOf ? `line ${table.lineOf(row)}` : `row ${row + 1}`;
}

/** How a cell is shown in a message: text in quotes, an empty cell as "nothing". */
export function showCell(cell: Cell | undefined): string {
  if (cell === null || cell === undefined) return "nothing";
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? "an invalid date" : cell.toISOString();
  if (typeof cell !== "string") return String(cell);
  if (cell.trim() === "") return "nothing";
  return cell.length > 40 ? `"${cell.slice(0, 37)}…"` : `"${cell}"`;
}

/** Whether a cell is empty: null, or text without a visible character. */
export function isEmpty(cell: Cell | undefined): boolean {
  return cell === null || cell === undefined || (typeof cell === "string" && cell.trim() === "");
}

function asCell(value: unknown, where: string): Cell {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return value;
  const type = typeof value;
  if (type === "number" || type === "string" || type === "boolean" || type === "bigint") return value as Cell;
  throw new DataError(
    `${where}: expected a number, text, boolean, bigint, Date or null, got ${Array.isArray(value) ? "an array" : `a ${type}`}.`,
  );
}
