import { DataError } from "@lookback/core";
import { type AlignedCovariates, alignCovariates, readStatics } from "./covariates.js";
import {
  addSteps,
  completeFrequency,
  defaultSeasonLength,
  type Frequency,
  frequencyName,
  parseFrequency,
} from "./frequency.js";
import { type FillGaps, fillHoles, holes } from "./gaps.js";
import { fitGrid, inferFrequency } from "./inferFrequency.js";
import { duplicates, gaps, offGrid, tooManyGaps, unevenSteps, wrongOrder } from "./irregular.js";
import { missingNumbers, throwBadNumbers } from "./numericColumn.js";
import { type OrderedRows, type RawSeries, where } from "./rawSeries.js";
import type { Series } from "./series.js";
import { clocksOf, styleFor } from "./seriesClock.js";
import { rowLabel } from "./table.js";
import { badTimes, isIncreasing } from "./timeColumn.js";
import { formatTime } from "./timeStyle.js";

/** Ordered rows, split into the past and the steps ahead of which only covariates are known. */
interface SplitRows extends OrderedRows {
  /** How many of the rows belong to the past. */
  readonly past: number;
}

/** What was done about a series' missing values, for a report. */
export interface Repair {
  readonly id: string;
  readonly how: FillGaps;
  readonly count: number;
  /** The first three of them: `2020-01-03 (line 4)`, `2020-01-05 (after line 6)`. */
  readonly places: readonly string[];
}

/** A series made regular. */
export interface RegularSeries {
  readonly series: Series;
  readonly covariates: AlignedCovariates;
  readonly repair?: Repair;
  /** Rows left out because the series had not begun, or had ended. */
  readonly trimmed: number;
}

/** Checks that rows are sorted, without duplicates and evenly spaced, and makes the series of them. */
export function regularSeries(raw: RawSeries): RegularSeries {
  const { table, axis, options, target } = raw;
  const ordered = pastAndAhead(raw, orderRows(raw));
  const { rows, times, past } = ordered;
  if (past < 3) {
    throw new DataError(
      `${where(raw)}: a forecast needs at least 3 rows, got ${past}. Add more of the past.`,
    );
  }
  throwEmptyCells(raw, ordered);
  if (!isIncreasing(times)) throw duplicates(raw, ordered);
  const freq = frequencyOf(raw, ordered);
  const fit = fitGrid(times, freq);
  if (fit.offGrid.length > 0) throw offGrid(raw, ordered, freq, fit);
  if (fit.missing > 0 && options.fillGaps === undefined) throw gaps(raw, ordered, freq, fit);
  if (fit.missing > 10 * rows.length) throw tooManyGaps(raw, ordered, fit);
  const style = styleFor(axis, ordered.style, freq, times);
  const length = fit.positions[past - 1]! + 1;
  const clocks =
    length === past ? times.slice(0, past) : Array.from({ length }, (_, k) => addSteps(times[0]!, freq, k));
  const values = new Float64Array(length).fill(Number.NaN);
  for (let i = 0; i < past; i++) values[fit.positions[i]!] = target.values[rows[i]!]!;
  const empty = holes(values);
  const { fillGaps } = options;
  if (empty.length > 0 && fillGaps !== "mask") {
    fillHoles(values, fillGaps ?? "linear", target.name, where(raw));
  }
  const statics = readStatics(table, raw.statics, rows, where(raw));
  const series: Series = {
    id: raw.id,
    times: clocks.map((clock) => formatTime(clock, style)),
    values,
    freq: frequencyName(freq),
    seasonLength: options.seasonLength ?? defaultSeasonLength(freq, length),
    target: target.name,
    timeName: axis.name,
    ...(empty.length > 0 && (fillGaps === "mask" ? { missing: empty } : { filled: empty })),
    ...(statics && { statics }),
  };
  return {
    series,
    covariates: alignCovariates(raw, ordered, fit.positions, length),
    trimmed: raw.rows.length - rows.length,
    ...(empty.length > 0 && {
      repair: repairOf(raw, ordered, fit.positions, series, empty, fillGaps ?? "linear"),
    }),
  };
}

/** Reads the rows' times and puts them in order. */
function orderRows(raw: RawSeries): OrderedRows {
  const { axis, rows, table, options } = raw;
  if (axis.bad) {
    const bad = rows.filter((row) => axis.bad!.has(row));
    const column = axis.bad.get(bad[0] ?? -1);
    if (column)
      throw badTimes(
        table,
        column,
        bad.filter((row) => axis.bad!.get(row) === column),
        where(raw),
      );
  }
  const { times, style } = clocksOf(table, axis, rows, where(raw));
  if (!options.sort) {
    const wrong = wrongOrder(raw, { rows, times, style });
    if (wrong) throw wrong;
    return { rows, times, style };
  }
  const order = [...rows.keys()].sort((a, b) => times[a]! - times[b]!);
  return { rows: order.map((i) => rows[i]!), times: order.map((i) => times[i]!), style };
}

/**
 * Where the past ends: with covariates, rows after the last target hold what is known ahead. Where series begin and
 * end at different times (`trim`), the empty rows before the first value and after the last do not count.
 */
function pastAndAhead(raw: RawSeries, { rows, times, style }: OrderedRows): SplitRows {
  const { values, bad } = raw.target;
  const trim = raw.trim || raw.options.fillGaps === "mask";
  const ahead = raw.covariates.length > 0;
  if (!trim && !ahead) return { rows, times, style, past: rows.length };
  const isEmpty = (i: number) => Number.isNaN(values[rows[i]!]) && !bad.has(rows[i]!);
  let [from, to] = [0, rows.length];
  while (trim && from < to && isEmpty(from)) from++;
  while (to > from && isEmpty(to - 1)) to--;
  const end = ahead ? rows.length : to;
  return { rows: rows.slice(from, end), times: times.slice(from, end), style, past: to - from };
}

/** @throws DataError for target cells of the past that hold no number, unless they are to be filled. */
function throwEmptyCells(raw: RawSeries, { rows, past }: SplitRows): void {
  const { table, target, options } = raw;
  const used = past === rows.length ? rows : rows.slice(0, past);
  throwBadNumbers(table, target, used, where(raw));
  if (options.fillGaps !== undefined) return;
  const empty = used.filter((row) => Number.isNaN(target.values[row]));
  if (empty.length > 0) throw missingNumbers(table, target.name, empty, where(raw));
}

function frequencyOf(raw: RawSeries, ordered: OrderedRows): Frequency {
  const { axis, options } = raw;
  const { times } = ordered;
  if (options.freq !== undefined) {
    const request = parseFrequency(options.freq);
    if ((request.unit === "index") === (axis.kind === "index")) return completeFrequency(request, times[0]!);
    throw new DataError(
      `${where(raw)}: freq "${options.freq}" does not go with column "${axis.name}", which holds ${axis.kind === "index" ? "whole numbers, not dates" : "dates"}.`,
    );
  }
  const freq = inferFrequency(times, axis.kind);
  if (!freq) throw unevenSteps(raw, ordered);
  return freq;
}

function repairOf(
  raw: RawSeries,
  { rows }: OrderedRows,
  positions: Float64Array,
  series: Series,
  empty: readonly number[],
  how: FillGaps,
): Repair {
  const places = empty.slice(0, 3).map((at) => {
    const next = positions.findIndex((position) => position >= at);
    const there = positions[next] === at;
    const label = rowLabel(raw.table, rows[there ? next : next - 1]!);
    return `${series.times[at]} (${there ? label : `after ${label}`})`;
  });
  return { id: raw.id, how, count: empty.length, places };
}
