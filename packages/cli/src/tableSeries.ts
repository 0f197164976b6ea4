import {
  type FillGaps,
  type Panel,
  type PanelOptions,
  panelFromTable,
  type Series,
} from "@lookback/forecast";
import type { Console } from "./io.js";
import { panelTexts } from "./panelTexts.js";
import { readTable } from "./table/readTable.js";

/** What says how to read a table. */
export interface TableFlags {
  time?: string;
  target?: string;
  id?: string;
  wide?: boolean;
  covariates?: string[];
  static?: string[];
  freq?: string;
  season?: number;
  fillGaps?: FillGaps;
  timeZone?: string;
  sort?: boolean;
  encoding?: string;
}

/** The series of a file, what was done to them, and how many rows they came from. */
export interface ReadSeries {
  panel: Panel;
  rows: number;
}

/** Reads a table and takes its series out of it. What was done to them on the way is said as warnings. */
export async function readSeries(file: string, flags: TableFlags, console: Console): Promise<ReadSeries> {
  const { table, notes } = await readTable(file, { encoding: flags.encoding, stdin: console.io.stdin });
  for (const note of notes) console.warn(note);
  const panel = panelFromTable(table, panelOptions(flags));
  for (const sentence of panelNotes(panel, flags, table.source, console)) console.warn(sentence);
  return { panel, rows: table.rowCount };
}

function panelOptions(flags: TableFlags): PanelOptions {
  const { time, target, id, wide, covariates, freq, season, fillGaps, timeZone, sort } = flags;
  const given = {
    ...{ time, target, id, wide, covariates, freq, fillGaps, timeZone, sort },
    statics: flags.static,
    seasonLength: season,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** What a reader should know about how the table was taken. */
function panelNotes(panel: Panel, flags: TableFlags, source: string, console: Console): string[] {
  const text = panelTexts(console.lang);
  const { series, skipped, repairs, frequencies, adopted, trimmed, past, future } = panel;
  const notes: string[] = [];
  if (panel.layout === "wide" && flags.wide !== true)
    notes.push(text.takenAsWide(series.length + skipped.length));
  if (skipped.length > 0) {
    const shown = skipped
      .slice(0, 3)
      .map(({ reason }) => reason.replace(`${source}, `, "").replace(/\.$/, ""));
    notes.push(text.skipped(skipped.length, series.length + skipped.length, shown));
  }
  if (repairs.length > 0) {
    const count = repairs.reduce((sum, repair) => sum + repair.count, 0);
    const first = repairs[0]!;
    notes.push(text.repaired(first.how, count, repairs.length, first.id, first.places, first.count));
  }
  if (trimmed.length > 0) notes.push(text.trimmed(trimmed.length));
  if (frequencies.length > 1) notes.push(text.frequencies(frequencies));
  if (adopted.length > 0) notes.push(text.adopted(adopted.length, frequencies[0]!.freq, adopted[0]!));
  if (past.length > 0) notes.push(text.past(past));
  if (future.length > 0) notes.push(text.future(future));
  if (panel.timeZone !== undefined) notes.push(text.timeZone(panel.timeZone));
  return notes;
}

/** A time as other programs read it: without the name of the zone that RFC 9557 puts behind the offset. */
export const plainTime = (time: string): string => time.replace(/\[[^\]]*\]$/, "");

/** The earliest first time of some series and the latest last one. */
export function rangeOf(series: readonly Series[]): [from: string, to: string] {
  const starts = series.map(({ times }) => times[0]!);
  const ends = series.map(({ times }) => times.at(-1)!);
  return [starts.reduce((a, b) => (before(b, a) ? b : a)), ends.reduce((a, b) => (before(a, b) ? b : a))];
}

function before(a: string, b: string): boolean {
  const whole = /^-?\d+$/;
  return whole.test(a) && whole.test(b) ? Number(a) < Number(b) : a < b;
}
