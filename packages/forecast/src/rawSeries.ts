import type { FillGaps } from "./gaps.js";
import type { NumericColumn } from "./numericColumn.js";
import type { Column, Table } from "./table.js";
import type { TimeAxis } from "./timeColumn.js";
import type { TimeStyle } from "./timeStyle.js";

/** What may be said about every series beforehand. */
export interface RegularOptions {
  /** The frequency's name. Default: inferred, for each series. */
  readonly freq?: string;
  /** Steps a season. Default: the frequency's own, where the rows hold two of them. */
  readonly seasonLength?: number;
  /** Sort the rows by time. Default false: unsorted rows are an error that names them. */
  readonly sort?: boolean;
  /** What to do about missing times and empty cells. Default: they are an error that names them. */
  readonly fillGaps?: FillGaps;
}

/** The rows of one series, before they are known to be regular. */
export interface RawSeries {
  readonly table: Table;
  readonly axis: TimeAxis;
  readonly target: NumericColumn;
  readonly covariates: readonly NumericColumn[];
  readonly statics: readonly Column[];
  /** Rows of this series. */
  readonly rows: readonly number[];
  readonly id: string;
  /** Whether the table holds several series, so that messages say which. */
  readonly grouped: boolean;
  /** Whether empty rows before the first value and after the last do not belong to the series. */
  readonly trim: boolean;
  readonly options: RegularOptions;
}

/** Rows in the order of time. `times[i]` belongs to `rows[i]`. */
export interface OrderedRows {
  readonly rows: readonly number[];
  readonly times: readonly number[];
  /** How single times are written in messages. */
  readonly style: TimeStyle;
}

/** The start of every message about a series: the table, and which series where there are several. */
export function where({ table, grouped, id }: RawSeries): string {
  return grouped ? `${table.source}, series "${id}"` : table.source;
}
