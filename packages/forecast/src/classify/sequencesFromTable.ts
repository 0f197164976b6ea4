import { ArgumentError, DataError } from "@lookback/core";
import { z } from "zod";
import { nearest, quoted } from "../suggest.js";
import type { Column, Table } from "../table.js";
import { checkOptions } from "./options.js";
import { type LabelledSequences, sortedClasses } from "./sequences.js";
import { isListColumn, readLists, readLong, readWide } from "./tableLayouts.js";

const optionsSchema = z.strictObject({
  /** Column of the labels. Default: found by its name or place. */
  label: z.string().optional(),
  /** Column that says which sequence a row belongs to: the table is a long one. Default: found by its name. */
  id: z.string().optional(),
  /** In a long table the column that orders the rows of a sequence. Default: found by its name, else the table's order. */
  time: z.string().optional(),
  /** Columns of the values. Default: all others. */
  channels: z.array(z.string()).min(1).optional(),
  /** The table has no labels; every sequence gets the label "". For sequences to be classified. Default: false. */
  unlabelled: z.boolean().optional(),
});

/** How {@link sequencesFromTable} reads a table. */
export type SequencesFromTableOptions = z.input<typeof optionsSchema>;

/** The sequences of a table, and what they are called in it. */
export interface TableSequences extends LabelledSequences {
  readonly layout: "rows" | "long" | "lists";
  /** A name for each sequence: its id in a long table, else the number of its row. */
  readonly ids: readonly string[];
  /** Columns that the labels and ids were read from. */
  readonly labelColumn: string | null;
  readonly idColumn: string | null;
  readonly timeColumn: string | null;
}

const LABEL_NAME = /^(label|labels|class|classes|target|category|activity|标签|类别|类)$/i;
const ID_NAME =
  /^(id|ids|series|series[ _]?id|sequence|sequence[ _]?id|case|case[ _]?id|sample|sample[ _]?id|instance|dim_id|unique_id|编号|序列)$/i;
const TIME_NAME = /^(time|timestamp|date|datetime|t|ts|ds|step|tick|index|frame|时间|日期)$/i;

/**
 * Labelled sequences from a table, in one of three layouts:
 *
 * - one sequence a row: a column for each step and one of labels, first (as in the UCR archive's `.tsv`) or last, or
 *   named; empty or NaN cells at the end mean that the sequence is shorter, elsewhere that a value is missing;
 * - long: a row for each step of each sequence, with columns `id`, `time` (optional), one per channel, and the label,
 *   which must be the same in all rows of an id;
 * - lists: one sequence a row, a cell of JSON or Parquet holding all values of a channel.
 *
 * @example sequencesFromTable(tableFromRows([{ label: "a", t1: 1, t2: 2 }, { label: "b", t1: 3, t2: 4 }]))
 * @throws DataError naming the row: a cell that is no number, a label that is empty or changes within an id, a time
 *   that is there twice, a sequence or a channel of it without any value; ArgumentError for a column that is not there.
 */
export function sequencesFromTable(table: Table, given: SequencesFromTableOptions = {}): TableSequences {
  const options = checkOptions("sequencesFromTable", optionsSchema, given, {
    label: "the name of a column",
    id: "the name of a column",
    time: "the name of a column",
    channels: "the names of at least one column",
    unlabelled: "true or false",
  });
  if (table.rowCount === 0) throw new DataError(`${table.source}: there are no rows.`);
  const named = (what: string, name: string | undefined) =>
    name === undefined ? undefined : columnOf(table, what, name);
  const id = named("id", options.id) ?? foundId(table, options);
  const channels = options.channels?.map((name) => columnOf(table, "channels", name));
  const lists = (channels ?? table.columns).filter(isListColumn);
  const time = id
    ? (named("time", options.time) ?? byName(table, TIME_NAME, [id]))
    : named("time", options.time);
  if (time && !id) {
    throw new ArgumentError(
      `time: the column "${time.name}" orders the rows of sequences, so it needs the column that tells sequences apart (id).`,
    );
  }
  const aside = [id, time, ...lists].filter((column) => column !== undefined);
  const label = options.unlabelled
    ? undefined
    : (named("label", options.label) ?? foundLabel(table, aside, channels ?? [], id !== undefined));
  const others = options.unlabelled ? [byName(table, LABEL_NAME, [])] : [label];
  const values =
    channels ?? table.columns.filter((column) => !aside.includes(column) && !others.includes(column));
  const read = id
    ? readLong(table, { id, time, label, channels: values })
    : lists.length > 0
      ? readLists(table, { label, channels: lists })
      : readWide(table, { label, steps: values });
  return {
    ...read,
    classes: sortedClasses(read.labels),
    source: table.source,
    layout: id ? "long" : lists.length > 0 ? "lists" : "rows",
    labelColumn: label?.name ?? null,
    idColumn: id?.name ?? null,
    timeColumn: time?.name ?? null,
  };
}

function columnOf(table: Table, what: string, name: string): Column {
  const found = table.columns.find((column) => column.name === name);
  if (found) return found;
  const names = table.columns.map((column) => column.name);
  const close = nearest(name, names);
  throw new ArgumentError(
    `${what}: ${table.source} has no column "${name}".${close === undefined ? "" : ` Did you mean "${close}"?`} It has ${quoted(names)}.`,
  );
}

function byName(table: Table, pattern: RegExp, not: readonly Column[]): Column | undefined {
  return table.columns.find((column) => pattern.test(column.name.trim()) && !not.includes(column));
}

/** A column of ids has the name of one, and some id in more than one row. */
function foundId(table: Table, options: SequencesFromTableOptions): Column | undefined {
  return table.columns.find(
    (column) =>
      ID_NAME.test(column.name.trim()) &&
      column.name !== options.label &&
      !options.channels?.includes(column.name) &&
      new Set(column.values.map(String)).size < column.values.length,
  );
}

/** A column of labels has the name of one; else it is the only one of text; else the first or last, if one alone repeats itself. */
function foundLabel(
  table: Table,
  aside: readonly Column[],
  channels: readonly Column[],
  long: boolean,
): Column {
  const candidates = table.columns.filter((column) => !aside.includes(column) && !channels.includes(column));
  const name = candidates.find((column) => LABEL_NAME.test(column.name.trim()));
  if (name) return name;
  const text = candidates.filter((column) => column.values.some(isWord));
  if (text.length === 1 && text[0]!.values.every((cell) => typeof cell !== "number")) return text[0]!;
  const ends = [candidates[0], candidates.at(-1)].filter((column) => column !== undefined);
  const repeating = [...new Set(ends)].filter(looksLikeLabels);
  // In the UCR archive's .tsv the label stands first, and a table without a header is most often one of these.
  const headless = !long && table.columns.every((column, i) => column.name === `column${i + 1}`);
  if (repeating.length === 1 || (headless && repeating[0] === candidates[0])) {
    if (repeating[0]) return repeating[0];
  }
  throw new DataError(
    `${table.source}: it is not clear which column holds the labels. Name it with label (--label): ${quoted(candidates.map((column) => column.name))}.`,
  );
}

const isWord = (cell: unknown) => typeof cell === "string" && !/^(\s*|nan|na|null|\?)$/i.test(cell);

/** Whole numbers, each of them in several rows on average. */
function looksLikeLabels(column: Column): boolean {
  const seen = new Set(column.values);
  return (
    column.values.every((cell) => typeof cell === "bigint" || Number.isInteger(cell)) &&
    seen.size * 2 <= Math.max(column.values.length, 4)
  );
}
