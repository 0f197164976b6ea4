/** How the numbers of a text file are written, found out from the file, never from the machine's locale. */
export interface NumberStyle {
  /** `,` in files separated by `;` or tabs where the cells say so; `.` everywhere else. */
  decimal: "." | ",";
  /** What may stand between groups of three digits. */
  group: "," | "." | "";
}

const plain = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const commaDecimal = /^[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+(?:[eE][+-]?\d+)?$/;
const commaGroups = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
/** From here on a double no longer holds every whole number. */
const mostDigits = 15;

/**
 * The number in a cell, or undefined when the cell is not one (`12a`, `nan`, `inf`, an identifier of twenty
 * digits, a value beyond 1.8e308).
 */
export function parseNumber(text: string, style: NumberStyle): number | undefined {
  let cell = text.trim();
  if (style.decimal === "," && commaDecimal.test(cell)) cell = cell.replaceAll(".", "").replace(",", ".");
  else if (style.group === "," && commaGroups.test(cell)) cell = cell.replaceAll(",", "");
  if (!plain.test(cell)) return undefined;
  if (/^[+-]?\d+$/.test(cell) && cell.replace(/^[+-]?0*/, "").length > mostDigits) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
}

/** Looks at a column's cells and says how its numbers are written. */
export function numberStyle(cells: readonly (string | null)[], delimiter: string): NumberStyle {
  if (delimiter === ",") return { decimal: ".", group: "," };
  let commas = 0;
  let points = 0;
  for (const cell of cells) {
    if (cell === null) continue;
    const text = cell.trim();
    if (commaDecimal.test(text)) commas++;
    else if (text.includes(".") && plain.test(text)) points++;
  }
  return commas > 0 && points === 0 ? { decimal: ",", group: "." } : { decimal: ".", group: "" };
}

/** Codes such as 007 or 00123: digits that are a name, not an amount. Two digits (month 01) are an amount. */
function areCodes(cells: readonly (string | null)[]): boolean {
  let width = 0;
  let zeros = false;
  for (const cell of cells) {
    if (cell === null) continue;
    if (!/^\d{3,}$/.test(cell)) return false;
    if (width !== 0 && cell.length !== width) return false;
    width = cell.length;
    zeros ||= cell.startsWith("0");
  }
  return zeros;
}

/**
 * Turns a column of text into numbers when at least half of its filled cells are numbers. Cells that are
 * not stay text, so that whoever needs the column can name them by line; empty cells become null.
 */
export function typedCells(
  cells: readonly (string | null)[],
  delimiter: string,
): { values: (number | string | null)[]; style: NumberStyle } {
  const style = numberStyle(cells, delimiter);
  const values: (number | string | null)[] = new Array(cells.length);
  let filled = 0;
  let numbers = 0;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    if (cell === null || cell.trim() === "") {
      values[i] = null;
      continue;
    }
    filled++;
    const number = parseNumber(cell, style);
    if (number !== undefined) numbers++;
    values[i] = number ?? cell;
  }
  if (numbers * 2 >= filled && !areCodes(cells)) return { values, style };
  return { values: cells.map((cell) => (cell === null || cell.trim() === "" ? null : cell)), style };
}
