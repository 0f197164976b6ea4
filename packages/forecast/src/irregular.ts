import { DataError } from "@lookback/core";
import { addSteps, type Frequency, frequencyName } from "./frequency.js";
import { type GridFit, stepCounts } from "./inferFrequency.js";
import { type OrderedRows, type RawSeries, where } from "./rawSeries.js";
import { styleFor } from "./seriesClock.js";
import { firstFew } from "./suggest.js";
import { rowLabel } from "./table.js";
import { DAY, HOUR, MINUTE, SECOND } from "./time.js";
import { formatTime } from "./timeStyle.js";

/** The error for rows that are not sorted by time; undefined when they are. */
export function wrongOrder(raw: RawSeries, ordered: OrderedRows): DataError | undefined {
  const { rows, times } = ordered;
  const early: number[] = [];
  for (let i = 1; i < rows.length; i++) if (times[i]! < times[i - 1]!) early.push(i);
  if (early.length === 0) return undefined;
  // the same times over and over: duplicates say it better
  if (new Set(times).size * 2 <= rows.length) return duplicates(raw, ordered);
  if (early.length === rows.length - 1) {
    return new DataError(
      `${where(raw)}: the rows run from the newest time to the oldest (${show(raw, ordered, 0)} is first). ` +
        "Sort them by time, oldest first, or set sort (--sort).",
    );
  }
  const shown = early.map(
    (i) => `${rowLabel(raw.table, rows[i]!)} (${show(raw, ordered, i)} after ${show(raw, ordered, i - 1)})`,
  );
  return new DataError(
    `${where(raw)}: the rows must be sorted by time, but time runs backwards at ${firstFew(shown)}. ` +
      "Sort them, oldest first, or set sort (--sort).",
  );
}

/** The error for times that occur more than once. */
export function duplicates(raw: RawSeries, ordered: OrderedRows): DataError {
  const byTime = new Map<number, number[]>();
  for (const [i, time] of ordered.times.entries()) {
    const same = byTime.get(time);
    if (same) same.push(i);
    else byTime.set(time, [i]);
  }
  const repeated = [...byTime.values()].filter((same) => same.length > 1);
  const shown = repeated.map(
    (same) =>
      `${show(raw, ordered, same[0]!)} in ${firstFew(same.map((i) => rowLabel(raw.table, ordered.rows[i]!)))}`,
  );
  const hint = raw.grouped ? undefined : idHint(raw);
  return new DataError(
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

/** The error for times of which no frequency can be made out. */
export function unevenSteps(raw: RawSeries, ordered: OrderedRows): DataError {
  const counts = stepCounts(ordered.times).map(
    ([step, count]) => `${duration(raw, step)} (${count === 1 ? "once" : `${count} times`})`,
  );
  return new DataError(
    `${where(raw)}: the times in "${raw.axis.name}" are not evenly spaced: from ${rowLabel(raw.table, ordered.rows[0]!)} (${show(raw, ordered, 0)}) ` +
      `on, the steps are ${firstFew(counts)}. Bring them to one frequency first, for example by summing by day or month, ` +
      "or name the frequency with freq (--freq).",
  );
}

/** The error for times between the steps of the frequency. */
export function offGrid(raw: RawSeries, ordered: OrderedRows, freq: Frequency, fit: GridFit): DataError {
  const { rows, times, style } = ordered;
  const shown = fit.offGrid.map((i) => `${rowLabel(raw.table, rows[i]!)} (${show(raw, ordered, i)})`);
  const on = times[fit.positions.indexOf(0)];
  const start =
    on === undefined ? "" : ` counted from ${formatTime(on, styleFor(raw.axis, style, freq, times))},`;
  return new DataError(
    `${where(raw)}: the times in "${raw.axis.name}" are not evenly spaced: the frequency is ${frequencyName(freq)},${start} ` +
      `and ${fit.offGrid.length} of ${times.length} rows lie between its steps: ${firstFew(shown)}. ` +
      "Correct them, or bring the rows to one frequency first, for example by summing by day or month.",
  );
}

/** The error for steps of the frequency without a row. */
export function gaps(raw: RawSeries, ordered: OrderedRows, freq: Frequency, fit: GridFit): DataError {
  const { rows, times } = ordered;
  const style = styleFor(raw.axis, ordered.style, freq, times);
  const shown: string[] = [];
  for (let i = 1; i < times.length && shown.length < 3; i++) {
    const missing = fit.positions[i]! - fit.positions[i - 1]! - 1;
    for (let k = 1; k <= missing && shown.length < 3; k++) {
      const time = formatTime(addSteps(times[i - 1]!, freq, k), style);
      shown.push(`${time} (after ${rowLabel(raw.table, rows[i - 1]!)})`);
    }
  }
  const rest = fit.missing - shown.length;
  return new DataError(
    `${where(raw)}: the frequency is ${frequencyName(freq)}, and ${fit.missing === 1 ? "a time is" : `${fit.missing} times are`} missing: ` +
      `${shown.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}. ` +
      "Add the rows, or set fillGaps (--fill-gaps) to linear, previous, zero or mask.",
  );
}

/** The error for rows that are too few for the time between them. */
export function tooManyGaps(raw: RawSeries, ordered: OrderedRows, fit: GridFit): DataError {
  const { rows } = ordered;
  return new DataError(
    `${where(raw)}: between ${show(raw, ordered, 0)} and ${show(raw, ordered, rows.length - 1)} only ${rows.length} of ${rows.length + fit.missing} times are there. ` +
      "That is too few to fill the gaps; check for a mistyped time, or name a coarser frequency with freq (--freq).",
  );
}

function show({ axis }: RawSeries, { times, style }: OrderedRows, i: number): string {
  return formatTime(times[i]!, styleFor(axis, style, undefined, [times[i]!]));
}

/** A step in words: "3 days", "1 hour", "90 s". */
function duration({ axis }: RawSeries, step: number): string {
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
