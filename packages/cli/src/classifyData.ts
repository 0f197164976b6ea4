import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { DataError, FormatError, loadSafetensors, saveSafetensors } from "@lookback/core";
import { readArff, readTs, sequencesFromTable } from "@lookback/forecast";
import { z } from "zod";
import type { Labelled } from "./classifyRun.js";
import { errorCode, systemReason } from "./errors.js";
import type { Console } from "./io.js";
import { readTable } from "./table/readTable.js";

/** What says how to read sequences. */
export interface SequenceFlags {
  label?: string;
  id?: string;
  time?: string;
  channels?: string[];
  encoding?: string;
}

/** Largest text that is read whole. */
const mostBytes = 2 ** 29;

/**
 * Reads labelled sequences from `.ts`, `.arff` (also with `.gz`) or a table.
 *
 * @param like how the training table was read, where no flags say otherwise.
 * @param unlabelled a table need not have labels.
 */
export async function readSequences(
  file: string,
  flags: SequenceFlags,
  console: Console,
  { like, unlabelled = false }: { like?: TableLayout | undefined; unlabelled?: boolean } = {},
): Promise<Labelled> {
  const format = /\.(ts|arff)(\.gz)?$/i.exec(file)?.[1]?.toLowerCase();
  if (format !== undefined) {
    const text = await readText(file, flags.encoding);
    const data = format === "ts" ? readTs(text, file) : readArff(text, file);
    return { ...data, ids: data.labels.map((_, i) => String(i + 1)) };
  }
  const { table, notes } = await readTable(file, { encoding: flags.encoding, stdin: console.io.stdin });
  for (const note of notes) console.warn(note);
  const has = (name: string | null | undefined) =>
    table.columns.some((column) => column.name === name) ? (name ?? undefined) : undefined;
  const label = flags.label ?? has(like?.labelColumn);
  const id = flags.id ?? has(like?.idColumn);
  const time = flags.time ?? (id === undefined ? undefined : has(like?.timeColumn));
  const channels = flags.channels ?? (like && like.layout !== "rows" ? [...like.channels] : undefined);
  return sequencesFromTable(table, {
    ...(label === undefined ? {} : { label }),
    ...(id === undefined ? {} : { id }),
    ...(time === undefined ? {} : { time }),
    ...(channels === undefined ? {} : { channels }),
    ...(unlabelled && label === undefined ? { unlabelled } : {}),
  });
}

const layoutSchema = z.object({
  layout: z.enum(["rows", "long", "lists"]),
  labelColumn: z.string().nullable(),
  idColumn: z.string().nullable(),
  timeColumn: z.string().nullable(),
  channels: z.array(z.string()),
});

/** How a table was read: what other tables are read like. */
export type TableLayout = z.output<typeof layoutSchema>;

/** How training data were read, if they came from a table. */
export function layoutOf(data: Labelled): TableLayout | undefined {
  return layoutSchema.safeParse(data).data;
}

/** A model file that also says how its training table was read, for `lookback predict`. */
export function withLayout(model: Uint8Array, layout: TableLayout | undefined): Uint8Array {
  if (layout === undefined) return model;
  const { tensors, metadata } = loadSafetensors(model);
  return saveSafetensors(tensors, { ...metadata, table: JSON.stringify(layout) });
}

/** What {@link withLayout} wrote into a model file. */
export function savedLayout(model: Uint8Array, file: string): TableLayout | undefined {
  const { metadata } = loadSafetensors(model, file);
  try {
    return layoutSchema.safeParse(JSON.parse(metadata.table ?? "null")).data;
  } catch {
    return undefined;
  }
}

async function readText(file: string, encoding = "utf-8"): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new DataError(`Cannot read ${file}: ${systemReason(error)}.`);
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: mostBytes });
    } catch {
      throw new FormatError(`${file} is a damaged gzip file, or holds more than ${mostBytes / 2 ** 20} MiB.`);
    }
  }
  if (bytes.length > mostBytes) {
    throw new DataError(
      `${file} holds more than ${mostBytes / 2 ** 20} MiB; save it as a Parquet file with a cell for each channel.`,
    );
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new FormatError(`${file} is not ${encoding} text. Say how it is encoded with --encoding.`);
  }
}
