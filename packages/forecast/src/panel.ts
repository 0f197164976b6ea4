import { ArgumentError, DataError, LookbackError } from "@lookback/core";
import { type AlignedCovariates, withCovariates } from "./covariates.js";
import { checkFillGaps } from "./gaps.js";
import { type NumericColumn, numericColumn } from "./numericColumn.js";
import type { RawSeries, RegularOptions } from "./rawSeries.js";
import { type RegularSeries, type Repair, regularSeries } from "./regular.js";
import { checkSeasonLength, type Series } from "./series.js";
import { firstFew, nearest } from "./suggest.js";
import type { Column, Table } from "./table.js";
import { type Layout, type LayoutOptions, layOut } from "./tableLayout.js";

/** What {@link panelFromTable} cannot or should not work out by itself. */
export interface PanelOptions extends RegularOptions, LayoutOptions {}

/** The series of a table, and what was done to them on the way. Plain data. */
export interface Panel {
  readonly layout: Layout;
  readonly series: readonly Series[];
  /** Series that could not be read, each with a sentence that says why. */
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  /** Missing values that were filled or masked, by series. */
  readonly repairs: readonly Repair[];
  /** Frequencies, commonest first: more than one where series differ. */
  readonly frequencies: readonly { readonly freq: string; readonly count: number }[];
  /** Series whose own rows left the frequency open and that follow the commonest: four days in a row among business days. */
  readonly adopted: readonly string[];
  /** Series that begin after the table's first row or end before its last. */
  readonly trimmed: readonly { readonly id: string; readonly rows: number }[];
  /** Names of the covariates of which only the past is known, and of those known ahead. */
  readonly past: readonly string[];
  readonly future: readonly string[];
  /** The zone that times are written in, where one is named. */
  readonly timeZone?: string;
}

/**
 * The series of a table, with all that was not said inferred: which columns are time and target, the layout, the
 * frequency, the season. Of several series a bad one is left out and reported; one alone, or all of them bad, is an
 * error. An unknown column, option or name is one always.
 *
 * @example
 * const { series, skipped } = panelFromTable(table, { id: "shop", covariates: ["promotion"], fillGaps: "mask" });
 * @throws ArgumentError for an unknown column, frequency or option; DataError for what is wrong with the rows.
 */
export function panelFromTable(table: Table, options: PanelOptions = {}): Panel {
  return readPanel("panelFromTable", table, options, true);
}

const OPTIONS = [
  "time",
  "target",
  "id",
  "wide",
  "covariates",
  "statics",
  "timeZone",
  "freq",
  "seasonLength",
  "sort",
  "fillGaps",
];

/** Reads the series; without `skipBad` the first bad one is the error. */
export function readPanel(caller: string, table: Table, options: PanelOptions, skipBad: boolean): Panel {
  refuseUnknown(caller, options);
  if (table.columns.length === 0 || table.rowCount === 0) {
    throw new DataError(
      `${table.source}: there are no rows to read. Check that the file has data below its header.`,
    );
  }
  checkSeasonLength(options.seasonLength);
  checkFillGaps(options.fillGaps);
  const { layout, axis, statics, ...found } = layOut(table, options);
  const numbers = memo(numericColumn);
  const covariates = found.covariates.map((column) => numericColumn(column, { truths: true }));
  const raws = found.series.map(
    ({ id, target, rows }): RawSeries => ({
      table,
      axis,
      target: numbers(target),
      covariates,
      statics,
      rows,
      id,
      grouped: layout !== "single",
      trim: layout === "wide",
      options,
    }),
  );
  const { good, skipped } = readAll(raws, skipBad && layout !== "single");
  const adopted = followCommonest(good);
  const frequencies = countFrequencies(good);
  const { series, past, future } = withCovariates(
    good.map(({ made }) => made.series),
    good.map(({ made }) => made.covariates as AlignedCovariates),
  );
  return {
    layout,
    series,
    skipped,
    repairs: good.flatMap(({ made }) => made.repair ?? []),
    frequencies,
    adopted,
    trimmed: good
      .filter(({ made }) => made.trimmed > 0)
      .map(({ raw, made }) => ({ id: raw.id, rows: made.trimmed })),
    past,
    future,
    ...(axis.zone !== undefined && { timeZone: axis.zone }),
  };
}

/** A misspelt option would otherwise be ignored without a word. */
function refuseUnknown(caller: string, options: object): void {
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown === undefined) return;
  const near = nearest(unknown, OPTIONS);
  throw new ArgumentError(
    `${caller}: there is no option "${unknown}". ${near === undefined ? `There are ${OPTIONS.join(", ")}.` : `Did you mean "${near}"?`}`,
  );
}

type Read = { readonly raw: RawSeries; made: RegularSeries };

function readAll(raws: readonly RawSeries[], skipBad: boolean) {
  const good: Read[] = [];
  const skipped: { id: string; reason: string }[] = [];
  for (const raw of raws) {
    try {
      good.push({ raw, made: regularSeries(raw) });
    } catch (error) {
      if (!skipBad || !(error instanceof DataError)) throw error;
      skipped.push({ id: raw.id, reason: error.message });
    }
  }
  if (good.length === 0) {
    throw new DataError(
      `${raws[0]!.table.source}: none of the ${raws.length} series can be used. ${firstFew(
        skipped.map(({ reason }) => reason),
        2,
      )}.`,
    );
  }
  return { good, skipped };
}

/** Reads a series again with the commonest frequency where that fits its rows as well: few rows leave it open. */
function followCommonest(good: readonly Read[]): string[] {
  const [commonest, other] = countFrequencies(good);
  if (!other || good[0]!.raw.options.freq !== undefined) return [];
  const adopted: string[] = [];
  for (const read of good) {
    const { series } = read.made;
    if (series.freq === commonest!.freq || read.made.repair) continue;
    try {
      const { fillGaps: _, ...strict } = read.raw.options;
      const made = regularSeries({ ...read.raw, options: { ...strict, freq: commonest!.freq } });
      if (made.series.values.length !== series.values.length) continue;
      read.made = made;
      adopted.push(series.id);
    } catch (error) {
      if (!(error instanceof LookbackError)) throw error;
    }
  }
  return adopted;
}

function countFrequencies(good: readonly Read[]): { freq: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const { made } of good) counts.set(made.series.freq, (counts.get(made.series.freq) ?? 0) + 1);
  return [...counts].map(([freq, count]) => ({ freq, count })).sort((a, b) => b.count - a.count);
}

/** The same function, computed once for each column. */
function memo(read: (column: Column) => NumericColumn): (column: Column) => NumericColumn {
  const known = new Map<Column, NumericColumn>();
  return (column) => {
    let numbers = known.get(column);
    if (!numbers) known.set(column, (numbers = read(column)));
    return numbers;
  };
}
