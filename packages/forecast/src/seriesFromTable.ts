import { type PanelOptions, readPanel } from "./panel.js";
import type { Series } from "./series.js";
import type { Table } from "./table.js";

/** What {@link seriesFromTable} cannot or should not work out by itself. */
export interface SeriesFromTableOptions extends PanelOptions {
  /** Of several series, leave out those that cannot be used. Default false: the first of them is an error. */
  readonly skipBad?: boolean;
}

/**
 * The series of a table, with all that was not said inferred: which columns are time and target, the frequency, the
 * season. Data that cannot be taken as they are end in an error that names the lines, never in a guess.
 * `panelFromTable` says, beside the series, what was done to them and which were left out.
 *
 * @example const [series] = seriesFromTable(tableFromRows([{ month: "1949-01", passengers: 112 }, …]));
 * @throws ArgumentError for an unknown column, frequency or option; DataError for what is wrong with the rows.
 */
export function seriesFromTable(table: Table, options: SeriesFromTableOptions = {}): Series[] {
  const { skipBad = false, ...rest } = options;
  return [...readPanel("seriesFromTable", table, rest, skipBad).series];
}
