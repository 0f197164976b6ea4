import { isMostlyNumeric } from "./cells.js";
import type { Column } from "./table.js";

/**
 * Whether columns of numbers are clearly many series side by side, and not different things about one: at least three,
 * named alike but for a number (`store_1, store_2, store_3`; `H1 … H414`).
 */
export function looksWide(columns: readonly Column[]): boolean {
  if (columns.length < 3) return false;
  const stems = new Set(columns.map(({ name }) => name.replace(/\d+/g, "#")));
  return stems.size === 1 && [...stems][0]!.includes("#");
}

/** The columns of a wide table that are series: those of numbers. A column without any value counts too. */
export function wideColumns(free: readonly Column[]): Column[] {
  return free.filter((column) => isMostlyNumeric(column) || column.values.every((cell) => cell === null));
}
