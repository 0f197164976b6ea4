import { parseNumber } from "./numbers.js";

/** How a text table is laid out. */
export interface Dialect {
  delimiter: string;
  /** Lines before the header (or before the first row when there is no header). */
  skip: number;
  header: boolean;
  names: string[];
}

/**
 * The first records of delimited text (RFC 4180: `"` quotes, `""` inside quotes is one quote), at most
 * `limit` of them. The last record of cut-off text is dropped unless `whole`.
 */
export function splitRecords(text: string, delimiter: string, limit: number, whole: boolean): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let cell = "";
  let quoted = false;
  let i = 0;
  const endRecord = () => {
    record.push(cell);
    cell = "";
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
  };
  for (; i < text.length && records.length < limit; i++) {
    const char = text[i]!;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && cell === "") quoted = true;
    else if (char === delimiter) {
      record.push(cell);
      cell = "";
    } else if (char === "\n" || char === "\r") {
      if (char === "\r" && text[i + 1] === "\n") i++;
      endRecord();
    } else cell += char;
  }
  if (whole && records.length < limit && (record.length > 0 || cell !== "")) endRecord();
  return records;
}

const candidates = [",", "\t", ";", "|"];

/** The delimiter under which the first records agree on the largest number of cells. */
function sniffDelimiter(text: string, whole: boolean, preferred: string | undefined): string {
  let best = preferred ?? ",";
  let bestScore = -1;
  for (const delimiter of candidates) {
    const records = splitRecords(text, delimiter, 50, whole);
    const width = records[0]?.length ?? 1;
    if (width < 2) continue;
    const agreeing = records.filter((record) => record.length === width).length / records.length;
    const score = agreeing * 1000 + Math.min(width, 100) + (delimiter === preferred ? 500 : 0);
    if (score > bestScore) {
      bestScore = score;
      best = delimiter;
    }
  }
  return best;
}

const looksLikeDate = (cell: string) => /^\d{4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?(?:[T ].*)?$/.test(cell.trim());
const looksLikeYear = (cell: string) => /^(?:1[89]|20)\d\d$/.test(cell.trim());

/** A first record is data, not a header, when cells that are numbers or dates stand over cells of the same kind. */
function isHeader(first: readonly string[], second: readonly string[] | undefined): boolean {
  const style = { decimal: ".", group: "" } as const;
  const isNumber = (cell: string) => parseNumber(cell, style) !== undefined;
  const numeric = first.filter((cell) => isNumber(cell) || looksLikeDate(cell));
  if (numeric.length === 0) return true;
  // country,1990,1991,… is a header: a table with one column a year.
  if (numeric.length > 1 && numeric.length < first.length && numeric.every(looksLikeYear)) return true;
  if (second === undefined) return false;
  return !first.every((cell, i) => {
    const below = second[i] ?? "";
    return (
      !(isNumber(cell) || looksLikeDate(cell)) || below === "" || isNumber(below) || looksLikeDate(below)
    );
  });
}

/** Finds out delimiter, header and column names from the beginning of a text table. */
export function sniffDialect(head: string, whole: boolean, tabbed: boolean): Dialect {
  let text = head.replace(/^\uFEFF/, "");
  let skip = 0;
  let preferred: string | undefined = tabbed ? "\t" : undefined;
  for (;;) {
    const line = /^([^\r\n]*)(\r\n|\n|\r)/.exec(text);
    if (line === null) break;
    const directive = /^sep=(.)$/.exec(line[1]!);
    if (directive) preferred = directive[1]!;
    else if (line[1]!.trim() !== "") break;
    text = text.slice(line[0].length);
    skip++;
  }
  const delimiter = sniffDelimiter(text, whole, preferred);
  const records = splitRecords(text, delimiter, 2, whole);
  const first = records[0] ?? [];
  const header = isHeader(first, records[1]);
  const names = first.map((cell, i) => (header ? cell.trim() : "") || `column${i + 1}`);
  return { delimiter, skip, header, names };
}

/**
 * The line (counted from 1, as an editor does) on which each row of a text table begins: newlines inside
 * quotes belong to their row, blank lines to none.
 */
export function rowLines(text: string, dialect: Pick<Dialect, "delimiter" | "skip" | "header">): number[] {
  const starts: number[] = [];
  let line = 1;
  let quoted = false;
  let inRow = false;
  let cellStart = true;
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!;
    if (char === "\uFEFF") continue;
    const newline = char === "\n" || (char === "\r" && text[i + 1] !== "\n");
    if (quoted) {
      if (newline) line++;
      else if (char === '"' && text[i + 1] === '"') i++;
      else if (char === '"') quoted = false;
      continue;
    }
    if (newline) {
      line++;
      inRow = false;
      cellStart = true;
      continue;
    }
    if (char === "\r") continue;
    if (!inRow) {
      inRow = true;
      if (line > dialect.skip) starts.push(line);
    }
    if (char === '"' && cellStart) quoted = true;
    cellStart = char === dialect.delimiter;
  }
  if (dialect.header) starts.shift();
  return starts;
}
