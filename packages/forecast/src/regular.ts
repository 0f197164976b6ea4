import { DataError } from "@lookback/core";
import {
  addSteps,
  completeFrequency,
  defaultSeasonLength,
  type Frequency,
  frequencyName,
  isDailyOrCoarser,
  parseFrequency,
} from "./frequency.js";
import { fitGrid, type GridFit, inferFrequency, stepCounts } from "./inferFrequency.js";
import type { Series } from "./series.js";
import { firstFew } from "./suggest.js";
import { rowLabel, type Table } from "./table.js";
import { DAY, formatTime, HOUR, MINUTE, SECOND, type TimeStyle } from "./time.js";
import { isIncreasing, type TimeAxis } from "./timeColumn.js";

/** How missing values are made: on the straight line between neighbours, as the last value again, or as 0. */
export type FillGaps = "linear" | "previous" | "zero";

/** What may be said about one series beforehand. */
export interface RegularOptions {
  /** The frequency's name. Default: inferred. */
  readonly freq?: string;
  /** Steps a season. Default: the frequency's own, where the rows hold two of them. */
  readonly seasonLength?: number;
  /** Sort the rows by time. Default false: unsorted rows are an error that names them. */
  readonly sort?: boolean;
  /** How to fill missing times and empty cells. Default: they are an error that names them. */
  readonly fillGaps?: FillGaps;
}

/** The rows of one series, before they are known to be regular. */
export interface RawSeries {
  readonly table: Table;
  readonly axis: TimeAxis;
  readonly target: string;
  /** Values of the table's rows; NaN for one to be filled. */
  readonly values: Float64Array;
  /** Rows of this series. */
  readonly rows: readonly number[];
  readonly id: string;
  /** Whether the table holds several series, told apart by a column. */
  readonly grouped: boolean;
  readonly options: RegularOptions;
}

/** Checks that rows are sorted, without duplicates and evenly spaced, and makes the series of them. */
export function regularSeries(raw: RawSeries): Series {
  const { axis, options } = raw;
  const rows = sortedRows(raw);
  if (rows.length < 3) {
    throw new DataError(
      `${where(raw)}: a forecast needs at least 3 rows, got ${rows.length}. Add more of the past.`,
    );
  }
  const times = rows.map((row) => axis.clock[row]!);
  checkDuplicates(raw, rows, times);
  const freq = frequencyOf(raw, rows, times);
  const fit = fitGrid(times, freq);
  if (fit.offGrid.length > 0) throw offGrid(raw, rows, times, freq, fit);
  if (fit.missing > 0 && options.fillGaps === undefined) throw gaps(raw, rows, times, freq, fit);
  const style = styleFor(axis, freq, times);
  const { clocks, values, filled } = onGrid(raw, rows, times, freq, fit);
  const series: Series = {
    id: raw.id,
    times: clocks.map((clock) => formatTime(clock, style)),
    values,
    freq: frequencyName(freq),
    seasonLength: options.seasonLength ?? defaultSeasonLength(freq, values.length),
    target: raw.target,
    timeName: axis.name,
  };
  return filled.length > 0 ? { ...series, filled } : series;
}

function where({ table, grouped, id }: RawSeries): string {
  return grouped ? `${table.source}, series "${id}"` : table.source;
}

function sortedRows(raw: RawSeries): readonly number[] {
  const { rows, axis, table, options } = raw;
  const clock = axis.clock;
  if (options.sort) return [...rows].sort((a, b) => clock[a]! - clock[b]!);
  const early: number[] = [];
  for (let i = 1; i < rows.length; i++) if (clock[rows[i]!]! < clock[rows[i - 1]!]!) early.push(i);
  if (early.length === 0) return rows;
  const times = new Set(rows.map((row) => clock[row]));
  // the same times over and over: duplicates say it better
  if (times.size * 2 <= rows.length)
    checkDuplicates(
      raw,
      rows,
      rows.map((row) => clock[row]!),
    );
  if (early.length === rows.length - 1) {
    throw new DataError(
      `${where(raw)}: the rows run from the newest time to the oldest (${show(raw, rows[0]!)} is first). ` +
        "Sort them by time, oldest first, or set sort (--sort).",
    );
  }
  const shown = early.map(
    (i) => `${rowLabel(table, rows[i]!)} (${show(raw, rows[i]!)} after ${show(raw, rows[i - 1]!)})`,
  );
  throw new DataError(
    `${where(raw)}: the rows must be sorted by time, but time runs backwards at ${firstFew(shown)}. ` +
      "Sort them, oldest first, or set sort (--sort).",
  );
}

function checkDuplicates(raw: RawSeries, rows: readonly number[], times: readonly number[]): void {
  if (isIncreasing(times)) return;
  const byTime = new Map<number, number[]>();
  for (const [i, time] of times.entries()) {
    const same = byTime.get(time);
    if (same) same.push(rows[i]!);
    else byTime.set(time, [rows[i]!]);
  }
  const repeated = [...byTime.values()].filter((same) => same.length > 1);
  if (repeated.length === 0) return;
  const shown = repeated.map(
    (same) => `${show(raw, same[0]!)} in ${firstFew(same.map((row) => rowLabel(raw.table, row)))}`,
  );
  const hint = raw.grouped ? undefined : idHint(raw);
  throw new DataError(
    `${where(raw)}: ${repeated.length === 1 ? "a time occurs" : `${repeated.length} times occur`} more than once: ${firstFew(shown, 3)}. ` +
      `Keep one row for each time${hint === undefined ? "" : `, or, if the table holds several series, tell them apart with id (--id ${hint})`}.`,
  );
}

/** A text column whose values, together with the time, are different in every row. */
function idHint({ table, axis }: RawSeries): string | undefined {
  const column = table.columns.find((candidate) => {
    if (axis.columns.includes(candidate.name) || typeof candidate.values[0] !== "string") return false;
    const keys = new Set(candidate.values.map((cell, row) => `${String(cell)}\n${axis.clock[row]}`));
    return keys.size === table.rowCount;
  });
  return column?.name;
}

function frequencyOf(raw: RawSeries, rows: readonly number[], times: readonly number[]): Frequency {
  const { axis, options } = raw;
  if (options.freq !== undefined) {
    const request = parseFrequency(options.freq);
    if ((request.unit === "index") === (axis.kind === "index")) return completeFrequency(request, times[0]!);
    throw new DataError(
      `${where(raw)}: freq "${options.freq}" does not go with column "${axis.name}", which holds ${axis.kind === "index" ? "whole numbers, not dates" : "dates"}.`,
    );
  }
  const freq = inferFrequency(times, axis.kind);
  if (freq) return freq;
  const counts = stepCounts(times).map(
    ([step, count]) => `${duration(step, axis)} (${count === 1 ? "once" : `${count} times`})`,
  );
  throw new DataError(
    `${where(raw)}: the times in "${axis.name}" are not evenly spaced: from ${rowLabel(raw.table, rows[0]!)} (${show(raw, rows[0]!)}) ` +
      `on, the steps are ${firstFew(counts)}. Bring them to one frequency first, for example by summing by day or month, ` +
      "or name the frequency with freq (--freq).",
  );
}

function offGrid(
  raw: RawSeries,
  rows: readonly number[],
  times: readonly number[],
  freq: Frequency,
  fit: GridFit,
): DataError {
  const shown = fit.offGrid.map((i) => `${rowLabel(raw.table, rows[i]!)} (${show(raw, rows[i]!)})`);
  const start = times[fit.positions.indexOf(0)]!;
  return new DataError(
    `${where(raw)}: the times in "${raw.axis.name}" are not evenly spaced: the frequency is ${frequencyName(freq)}, counted from ` +
      `${formatTime(start, styleFor(raw.axis, freq, times))}, and ${fit.offGrid.length} of ${times.length} rows lie between its steps: ${firstFew(shown)}. ` +
      "Correct them, or bring the rows to one frequency first, for example by summing by day or month.",
  );
}

function gaps(
  raw: RawSeries,
  rows: readonly number[],
  times: readonly number[],
  freq: Frequency,
  fit: GridFit,
): DataError {
  const shown: string[] = [];
  for (let i = 1; i < times.length && shown.length < 4; i++) {
    const missing = fit.positions[i]! - fit.positions[i - 1]! - 1;
    for (let k = 1; k <= missing && shown.length < 4; k++) {
      const time = formatTime(addSteps(times[i - 1]!, freq, k), styleFor(raw.axis, freq, times));
      shown.push(`${time} (after ${rowLabel(raw.table, rows[i - 1]!)})`);
    }
  }
  const rest = fit.missing - Math.min(3, shown.length);
  return new DataError(
    `${where(raw)}: the frequency is ${frequencyName(freq)}, and ${fit.missing === 1 ? "a time is" : `${fit.missing} times are`} missing: ` +
      `${shown.slice(0, 3).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}. ` +
      "Add the rows, or set fillGaps (--fill-gaps) to linear, previous or zero.",
  );
}

/** Spreads the rows over the whole grid and fills what is missing. */
function onGrid(
  raw: RawSeries,
  rows: readonly number[],
  times: readonly number[],
  freq: Frequency,
  fit: GridFit,
) {
  const length = rows.length + fit.missing;
  if (fit.missing > 10 * rows.length) {
    throw new DataError(
      `${where(raw)}: between ${show(raw, rows[0]!)} and ${show(raw, rows.at(-1)!)} only ${rows.length} of ${length} times are there. ` +
        "That is too few to fill the gaps; check for a mistyped time, or name a coarser frequency with freq (--freq).",
    );
  }
  const clocks = fit.missing === 0 ? times : Array.from({ length }, (_, k) => addSteps(times[0]!, freq, k));
  const values = new Float64Array(length).fill(Number.NaN);
  for (const [i, row] of rows.entries()) values[fit.positions[i]!] = raw.values[row]!;
  const filled = [...values.keys()].filter((i) => Number.isNaN(values[i]));
  if (filled.length > 0) fill(raw, values, raw.options.fillGaps ?? "linear");
  return { clocks, values, filled };
}

function fill(raw: RawSeries, values: Float64Array, how: FillGaps): void {
  if (how === "zero") {
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = 0;
    return;
  }
  const known = [...values.keys()].filter((i) => !Number.isNaN(values[i]));
  const [first, last] = [known[0], known.at(-1)];
  if (first !== 0 || (how === "linear" && last !== values.length - 1)) {
    throw new DataError(
      `${where(raw)}: fillGaps "${how}" has nothing to go by at the ${first !== 0 ? "start" : "end"} of "${raw.target}", which is empty there. ` +
        "Remove those rows, or fill with zero.",
    );
  }
  for (const [k, at] of known.entries()) {
    const next = known[k + 1] ?? values.length;
    for (let i = at + 1; i < next; i++) {
      const share = how === "linear" ? (i - at) / (next - at) : 0;
      values[i] = values[at]! + share * ((values[next] ?? 0) - values[at]!);
    }
  }
}

function styleFor(axis: TimeAxis, freq: Frequency | undefined, times: readonly number[]): TimeStyle {
  if (axis.kind === "index") return { kind: "index" };
  const midnights = times.every((time) => time % DAY === 0);
  if (midnights && (freq === undefined || isDailyOrCoarser(freq))) return { kind: "date" };
  return axis.offset === undefined ? { kind: "datetime" } : { kind: "datetime", offset: axis.offset };
}

function show({ axis }: RawSeries, row: number): string {
  const time = axis.clock[row]!;
  return formatTime(time, styleFor(axis, undefined, [time]));
}

/** A step in words: "3 days", "1 hour", "90 s". */
function duration(step: number, axis: TimeAxis): string {
  if (axis.kind === "index") return String(step);
  for (const [name, length] of [
    ["day", DAY],
    ["hour", HOUR],
    ["minute", MINUTE],
    ["second", SECOND],
  ] as const) {
    if (step % length === 0) return `${step / length} ${name}${step === length ? "" : "s"}`;
  }
  return `${step / SECOND} seconds`;
}
