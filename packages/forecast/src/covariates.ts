import { DataError } from "@lookback/core";
import { isMostlyNumeric, readNumber } from "./cells.js";
import { fillHoles, holes } from "./gaps.js";
import { missingNumbers, throwBadNumbers } from "./numericColumn.js";
import { type OrderedRows, type RawSeries, where } from "./rawSeries.js";
import type { Series } from "./series.js";
import { type Column, isEmpty, rowLabel, showCell, type Table } from "./table.js";

/** Covariates on a series' steps, by name. Each is at least as long as the values; what lies beyond is known ahead. */
export type AlignedCovariates = Readonly<Record<string, Float64Array>>;

/**
 * Puts the covariates of a series on its steps. A covariate must be known in every step up to the last value, and may
 * be known for steps after it: for the rows that follow the last value, where its cells are filled. Empty cells in
 * between are filled as the target's are, and with `mask` by the last value again, for a network cannot read NaN.
 *
 * @param positions the step of each row.
 * @param length steps of the past.
 * @throws DataError naming the rows that hold nothing, or no number.
 */
export function alignCovariates(
  raw: RawSeries,
  { rows }: OrderedRows,
  positions: Float64Array,
  length: number,
): AlignedCovariates {
  const { table, covariates, options } = raw;
  const aligned: Record<string, Float64Array> = {};
  for (const column of covariates) {
    throwBadNumbers(table, column, rows, where(raw));
    let end = rows.length;
    while (end > 0 && Number.isNaN(column.values[rows[end - 1]!])) end--;
    const reach = Math.max(length, end === 0 ? 0 : positions[end - 1]! + 1);
    const values = new Float64Array(reach).fill(Number.NaN);
    for (let i = 0; i < end; i++) values[positions[i]!] = column.values[rows[i]!]!;
    if (holes(values).length > 0) {
      if (options.fillGaps === undefined) {
        const empty = rows.filter((row, i) => positions[i]! < reach && Number.isNaN(column.values[row]));
        throw missingNumbers(table, column.name, empty, where(raw));
      }
      fillHoles(values, options.fillGaps === "mask" ? "previous" : options.fillGaps, column.name, where(raw));
    }
    aligned[column.name] = values;
  }
  return aligned;
}

/**
 * What does not change over a series' rows: the one value of each column. A column of numbers gives numbers, any other
 * text. Undefined when there are no such columns.
 *
 * @throws DataError for a column that changes within the series, or is empty throughout.
 */
export function readStatics(
  table: Table,
  columns: readonly Column[],
  rows: readonly number[],
  where: string,
): Record<string, number | string> | undefined {
  if (columns.length === 0) return undefined;
  const statics: Record<string, number | string> = {};
  for (const column of columns) {
    const first = rows.find((row) => !isEmpty(column.values[row]));
    if (first === undefined) {
      throw new DataError(`${where}: column "${column.name}" is to be static, but is empty in every row.`);
    }
    const text = String(column.values[first]);
    const other = rows.find((row) => !isEmpty(column.values[row]) && String(column.values[row]) !== text);
    if (other !== undefined) {
      throw new DataError(
        `${where}: column "${column.name}" is to be static, but holds ${showCell(column.values[first])} in ${rowLabel(table, first)} and ` +
          `${showCell(column.values[other])} in ${rowLabel(table, other)}. Make it one value, or name it as a covariate (--covariates).`,
      );
    }
    const reading = readNumber(column.values[first]);
    statics[column.name] = reading.kind === "number" && isMostlyNumeric(column) ? reading.value : text.trim();
  }
  return statics;
}

/**
 * Gives each series its covariates: those that reach beyond the last value in any series are known ahead in all of
 * them, and the others belong to the past.
 */
export function withCovariates(
  series: readonly Series[],
  aligned: readonly AlignedCovariates[],
): { series: Series[]; past: string[]; future: string[] } {
  const names = Object.keys(aligned[0] ?? {});
  const reaches = (name: string) =>
    aligned.some((columns, i) => columns[name]!.length > series[i]!.values.length);
  const future = names.filter(reaches);
  const past = names.filter((name) => !future.includes(name));
  const pick = (columns: AlignedCovariates, wanted: readonly string[]) =>
    Object.fromEntries(wanted.map((name) => [name, columns[name]!]));
  return {
    series: series.map((one, i) => ({
      ...one,
      ...(past.length > 0 && { past: pick(aligned[i]!, past) }),
      ...(future.length > 0 && { future: pick(aligned[i]!, future) }),
    })),
    past,
    future,
  };
}
