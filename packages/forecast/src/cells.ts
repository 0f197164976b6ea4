import { type Cell, type Column, isEmpty, showCell } from "./table.js";

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const MISSING = /^(nan|na|n\/a|null|none|-|\?)$/i;
const INFINITE = /^[-+]?inf(inity)?$/i;
/** What people write around a number: signs of currency, thousands separators, per cent. */
const DECORATED = /^[-+(]?\s*[$€£¥]?\s*\d[\d,.' \u00a0\u202f]*\s*(%|[$€£¥]|[kKmM万亿])?\)?$/;

/** How one cell reads as a number. `missing` is an empty cell, NaN or a word that stands for it ("NA", "null"). */
export type NumberReading =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "missing" }
  | { readonly kind: "infinite" }
  | { readonly kind: "bad"; readonly why: string };

/** Reads a cell as a number. Text counts when it is a plain decimal number, so `"1,234"` is bad and says why. */
export function readNumber(cell: Cell | undefined): NumberReading {
  if (isEmpty(cell)) return { kind: "missing" };
  if (typeof cell === "number") {
    if (Number.isNaN(cell)) return { kind: "missing" };
    return Number.isFinite(cell) ? { kind: "number", value: cell } : { kind: "infinite" };
  }
  if (typeof cell === "bigint") return { kind: "number", value: Number(cell) };
  if (typeof cell === "string") {
    const text = cell.trim();
    if (NUMBER.test(text)) {
      const value = Number(text);
      return Number.isFinite(value) ? { kind: "number", value } : { kind: "infinite" };
    }
    if (MISSING.test(text)) return { kind: "missing" };
    if (INFINITE.test(text)) return { kind: "infinite" };
    return { kind: "bad", why: whyNotNumber(text) };
  }
  return { kind: "bad", why: cell instanceof Date ? "a date" : "a boolean" };
}

/** Whether the column is meant to hold numbers: at least half of its filled cells are numbers or decorated numbers. */
export function isMostlyNumeric(column: Column): boolean {
  let filled = 0;
  let numeric = 0;
  for (const cell of column.values) {
    if (isEmpty(cell)) continue;
    filled++;
    const reading = readNumber(cell);
    if (reading.kind !== "bad" || (typeof cell === "string" && DECORATED.test(cell.trim()))) numeric++;
  }
  return filled > 0 && numeric * 2 >= filled;
}

/** Whether every cell of the column is a whole number. */
export function integersOf(values: readonly Cell[]): Float64Array | undefined {
  const result = new Float64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const reading = readNumber(values[row]);
    if (reading.kind !== "number" || !Number.isInteger(reading.value)) return undefined;
    result[row] = reading.value;
  }
  return result;
}

function whyNotNumber(text: string): string {
  const shown = showCell(text);
  if (/^[-+]?\d{1,3}([, '\u00a0\u202f]\d{3})+(\.\d+)?$/.test(text)) {
    return `${shown}, which has a thousands separator: write ${text.replace(/[^\d.+-]/g, "")}`;
  }
  if (/^[-+]?\d+,\d+$/.test(text)) {
    return `${shown}, which has a decimal comma: write ${text.replace(",", ".")}`;
  }
  if (DECORATED.test(text)) return `${shown}: write the bare number, without signs or separators`;
  return shown;
}
