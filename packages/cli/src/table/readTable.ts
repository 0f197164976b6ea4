import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { DataError, FormatError } from "@lookback/core";
import type { Table } from "@lookback/forecast";
import { type Dialect, rowLines, sniffDialect } from "./csvText.js";
import { duckReason, OneFile, type RawColumn } from "./duck.js";
import { typedCells } from "./numbers.js";
import { openSource, type Source } from "./source.js";

type Cell = number | string | boolean | bigint | Date | null;
type Column = { name: string; values: Cell[] };

/** What was read, and what a reader of the output should know about how. */
export interface ReadTable {
  table: Table;
  format: "csv" | "json" | "parquet";
  /** Sentences such as "There is no header line". */
  notes: string[];
}

export interface ReadOptions {
  /** How a text file is encoded; UTF-8 (or UTF-16 with its mark) when left out. */
  encoding?: string | undefined;
  /** Read when the file is `-`; the process's own when left out. */
  stdin?: Readable | undefined;
}

/** More cells than this do not fit in a JavaScript heap of ordinary size. */
const mostCells = 40_000_000;

/**
 * Reads a CSV, TSV, Parquet or JSON file. Text cells that are not numbers stay text and `lineOf` gives their
 * line, so that whoever needs a number can name the cell. Throws DataError or FormatError, one sentence each.
 */
export async function readTable(file: string, options: ReadOptions = {}): Promise<ReadTable> {
  const source = await openSource(file, options);
  try {
    const duck = await OneFile.open(source.path);
    try {
      if (source.kind === "csv") return await readCsv(source, duck);
      if (source.kind === "json") return await readJson(source, duck);
      return await readParquet(source, duck);
    } finally {
      duck.close();
    }
  } finally {
    await source.dispose();
  }
}

function finish(
  source: Source,
  columns: Column[],
  notes: string[],
  lineOf?: (row: number) => number,
): ReadTable {
  const rowCount = columns[0]?.values.length ?? 0;
  if (rowCount === 0) throw new DataError(`${source.label} has column names but no rows.`);
  const table: Table = { source: source.label, columns, rowCount, ...(lineOf && { lineOf }) };
  return { table, format: source.kind, notes };
}

function checkNames(source: Source, names: readonly string[]): void {
  const seen = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const before = seen.get(name);
    if (before !== undefined) {
      throw new DataError(
        `${source.label}: columns ${before + 1} and ${i + 1} are both named "${name}"; give each its own name.`,
      );
    }
    seen.set(name, i);
  }
}

function checkSize(source: Source, rows: number, columns: number): void {
  if (rows * columns <= mostCells) return;
  throw new DataError(
    `${source.label} claims ${rows.toLocaleString("en")} rows of ${columns} columns, more than fit in memory; save only the columns and the period that are needed.`,
  );
}

async function readCsv(source: Source, duck: OneFile): Promise<ReadTable> {
  const dialect = sniffDialect(source.head, source.whole, source.tabbed);
  if (dialect.names.length === 0) throw new DataError(`${source.label} has no header line.`);
  checkNames(source, dialect.names);
  const columns = dialect.names.map((_, i) => `'c${i}': 'VARCHAR'`).join(", ");
  const sql = `SELECT * FROM read_csv(${duck.file}, auto_detect = false, delim = '${dialect.delimiter.replace("'", "''")}',
    quote = '"', escape = '"', comment = '', header = ${dialect.header}, skip = ${dialect.skip}, columns = {${columns}},
    all_varchar = true, strict_mode = true, null_padding = false, max_line_size = 16777216)`;
  let raw: RawColumn[];
  try {
    raw = await duck.read(sql);
  } catch (error) {
    throw csvError(source, dialect, error);
  }
  const notes: string[] = [];
  if (!dialect.header) {
    notes.push(
      `${source.label} has no header line; its columns are called ${dialect.names.slice(0, 3).join(", ")}${dialect.names.length > 3 ? ", …" : ""}.`,
    );
  }
  const table: Column[] = [];
  for (const [i, column] of raw.entries()) {
    const name = dialect.names[i]!;
    const cells = column.values as (string | null)[];
    // A delimiter at the end of every line makes a last column without name and content.
    if (name === `column${i + 1}` && cells.every((cell) => cell === null)) continue;
    const { values, style } = typedCells(cells, dialect.delimiter);
    if (style.decimal === ",") {
      const at = values.findIndex((value, row) => typeof value === "number" && cells[row]!.includes(","));
      if (at >= 0) notes.push(`${name}: the comma is a decimal comma (${cells[at]} is ${values[at]}).`);
    }
    table.push({ name, values });
  }
  let lines: number[] | undefined;
  const text = source.whole ? source.head : undefined;
  // A file that is not a temporary one is read again only when an error has a line to name.
  const again = text === undefined ? readFileSync : undefined;
  const lineOf = (row: number) => {
    lines ??= rowLines(text ?? again!(source.path, "utf8"), dialect);
    return lines[row] ?? row + 1 + dialect.skip + Number(dialect.header);
  };
  return finish(source, table, notes, lineOf);
}

function csvError(source: Source, dialect: Dialect, error: unknown): FormatError {
  const text = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(text)?.[1];
  const where = line === undefined ? source.label : `${source.label}, line ${line}`;
  const width = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text);
  const cells = (count: string) => `${count} cell${count === "1" ? "" : "s"}`;
  if (width) {
    const separator =
      { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" }[dialect.delimiter] ??
      `"${dialect.delimiter}"`;
    return new FormatError(
      `${where}: expected ${cells(width[1]!)} as in the first line (separated by ${separator}), got ${width[2]}.`,
    );
  }
  if (/unterminated quote/i.test(text))
    return new FormatError(`${where}: a quote (") is opened and never closed.`);
  if (/unicode|utf-8/i.test(text))
    return new FormatError(`${where}: the text is not UTF-8; say how it is encoded with --encoding.`);
  if (/maximum line size|max_line_size/i.test(text))
    return new FormatError(`${where}: the line is longer than 16 MB; this is not a table.`);
  return new FormatError(`${where}: cannot be read as a table of text: ${duckReason(error)}`);
}

async function readJson(source: Source, duck: OneFile): Promise<ReadTable> {
  const rows = `${source.label} must be an array of objects, or one object on each line, such as {"time": "2024-01-01", "sales": 12}`;
  if (source.head.trimStart().startsWith("[") && !(await endsWith(source.path, "]"))) {
    // DuckDB takes what is there of an array that was cut between two objects; the missing rows would go unnoticed.
    throw new FormatError(
      `${source.label} is cut off: its array has no closing bracket. Fetch or write it again.`,
    );
  }
  let raw: RawColumn[];
  try {
    raw = await duck.read(
      `SELECT * FROM read_json(${duck.file}, auto_detect = true, sample_size = -1, maximum_object_size = 67108864, convert_strings_to_integers = false)`,
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const duplicate = /duplicate key "([^"]*)"/.exec(text)?.[1];
    if (duplicate !== undefined)
      throw new DataError(
        `${source.label}: two columns are both named "${duplicate}"; give each its own name.`,
      );
    throw new FormatError(
      `${source.label} is not valid JSON: ${duckReason(error).replace(/^Malformed JSON,? ?/, "")}`,
    );
  }
  if (raw.length === 1 && raw[0]!.name === "json" && !source.head.includes('"json"')) {
    if (raw[0]!.values.length === 0)
      throw new DataError(`${source.label} holds no rows: it is an empty array.`);
    throw new FormatError(`${rows}.`);
  }
  if (raw[0]!.values.length === 1 && raw.every((column) => /\[\]$|^STRUCT|^MAP/.test(column.type))) {
    throw new FormatError(`${rows}; this one has an object of columns.`);
  }
  checkSize(source, raw[0]!.values.length, raw.length);
  return finish(source, raw.map(plainColumn), []);
}

/** Whether the last character of a file that is not white space is this one. */
async function endsWith(path: string, character: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(4096),
      position: Math.max(0, size - 4096),
    });
    return buffer.toString("latin1", 0, bytesRead).trimEnd().endsWith(character);
  } finally {
    await file.close();
  }
}

async function readParquet(source: Source, duck: OneFile): Promise<ReadTable> {
  let raw: RawColumn[];
  try {
    const claim = await duck.read(`SELECT num_rows FROM parquet_file_metadata(${duck.file})`);
    const schema = await duck.read(`SELECT * FROM read_parquet(${duck.file}) LIMIT 0`);
    checkSize(source, Number(claim[0]!.values[0]), schema.length);
    raw = await duck.read(`SELECT * FROM read_parquet(${duck.file})`);
  } catch (error) {
    if (error instanceof DataError) throw error;
    throw new FormatError(`${source.label} is a damaged Parquet file: ${duckReason(error)}`);
  }
  checkNames(
    source,
    raw.map((column) => column.name),
  );
  return finish(source, raw.map(plainColumn), []);
}

/** Cells of typed formats: dates stay dates, numbers become numbers, what is neither becomes text. */
function plainColumn(column: RawColumn): Column {
  return { name: column.name, values: column.values.map((value) => plainCell(value, column.type)) };
}

function plainCell(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (type === "JSON" && typeof value === "string") return plainCell(JSON.parse(value), "parsed");
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Date) return value;
  return JSON.stringify(value, (_, part) => (typeof part === "bigint" ? Number(part) : part));
}
