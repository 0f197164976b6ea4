import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, open, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { DataError, FormatError } from "@lookback/core";
import { nearest } from "@lookback/forecast";
import { errorCode, systemReason, UsageError } from "../errors.js";

/** A file made ready to be read: decompressed, in UTF-8, of a kind that is known. */
export interface Source {
  /** What the user called it; used in every message. */
  label: string;
  /** The file to read: the user's own, or a temporary one. */
  path: string;
  kind: "csv" | "json" | "parquet";
  /** The name ends in .tsv or .tab. */
  tabbed: boolean;
  /** The beginning of a text file. */
  head: string;
  /** `head` is the whole file. */
  whole: boolean;
  dispose(): Promise<void>;
}

const headBytes = 1 << 18;
/** What may be read from a pipe or out of a .gz: enough for any table that fits this tool. */
const spoolLimit = 2 ** 31;

async function missingFile(file: string): Promise<DataError> {
  const folder = dirname(resolve(file));
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return new DataError(
      `There is no file "${file}": its folder ${folder} cannot be listed (${systemReason(error)}).`,
    );
  }
  const close = nearest(basename(file), names);
  const hint = close === undefined ? `Looked in ${folder}.` : `Did you mean "${join(dirname(file), close)}"?`;
  return new DataError(`There is no file "${file}". ${hint}`);
}

async function spool(label: string, input: Readable, target: string, ...steps: NodeJS.ReadWriteStream[]) {
  let bytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= spoolLimit) done(null, chunk);
      else
        done(
          new DataError(
            `${label} holds more than ${spoolLimit / 2 ** 30} GiB; save the part that is needed as a Parquet file.`,
          ),
        );
    },
  });
  await pipeline([input, ...steps, counter, createWriteStream(target, { mode: 0o600 })]);
}

/** Decodes bytes of any encoding that the platform knows into UTF-8; stops at bytes that the encoding lacks. */
function recode(label: string, encoding: string): Transform {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (chunk: Buffer | undefined, done: (error: Error | null, text?: string) => void) => {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      done(
        new FormatError(`${label} is not ${encoding} text: it holds bytes that ${encoding} does not have.`),
      );
      return;
    }
    done(null, text);
  };
  return new Transform({
    transform: (chunk: Buffer, _encoding, done) => decode(chunk, done),
    flush: (done) => decode(undefined, done),
  });
}

/** The first line of a file that is not UTF-8, or undefined when all of it is. */
async function firstBadLine(path: string): Promise<number | undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  const stream = createReadStream(path, { highWaterMark: 1 << 20 });
  for await (const part of stream) {
    const chunk = part as Buffer;
    try {
      decoder.decode(chunk, { stream: true });
    } catch {
      const lines = chunk.toString("latin1").split("\n");
      const lenient = new TextDecoder("utf-8");
      const bad = lines.findIndex((text) => lenient.decode(Buffer.from(text, "latin1")).includes("\uFFFD"));
      return line + Math.max(0, bad);
    }
    for (const byte of chunk) if (byte === 10) line++;
  }
  try {
    decoder.decode();
  } catch {
    return line;
  }
  return undefined;
}

async function readHead(path: string): Promise<{ bytes: Buffer; size: number }> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(headBytes, size));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return { bytes: buffer.subarray(0, bytesRead), size };
  } finally {
    await handle.close();
  }
}

const starts = (bytes: Buffer, ...magic: number[]) => magic.every((byte, i) => bytes[i] === byte);

function foreign(bytes: Buffer): string | undefined {
  if (starts(bytes, 0x50, 0x4b, 3, 4)) return "a ZIP archive or an Excel workbook; save the sheet as CSV";
  if (starts(bytes, 0xd0, 0xcf, 0x11, 0xe0)) return "an old Excel or Word document; save the sheet as CSV";
  if (starts(bytes, 0x25, 0x50, 0x44, 0x46)) return "a PDF document; export its table as CSV";
  if (starts(bytes, 0x89, 0x50, 0x4e, 0x47) || starts(bytes, 0xff, 0xd8, 0xff)) return "a picture";
  if (bytes.subarray(0, 6).toString("latin1") === "SQLite")
    return "a SQLite database; export the table as CSV";
  if (/^\s*(?:<!doctype|<html|<\?xml)/i.test(bytes.subarray(0, 200).toString("latin1"))) {
    return "a web page or XML, not a table; download the data themselves as CSV";
  }
  const controls = bytes
    .subarray(0, 4096)
    .filter((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27));
  if (controls.length > 0) return "binary, not a table; give a CSV, TSV, Parquet or JSON file";
  return undefined;
}

function checkEncoding(encoding: string): void {
  try {
    new TextDecoder(encoding);
  } catch {
    throw new UsageError(
      `--encoding: "${encoding}" is not a known encoding. Use for instance gb18030, big5, latin1, utf-16le.`,
    );
  }
}

/** Opens what the user named: checks that it is there and readable, unpacks it and finds out its kind. */
export async function openSource(
  file: string,
  options: { encoding?: string | undefined; stdin?: Readable | undefined },
): Promise<Source> {
  if (options.encoding !== undefined) checkEncoding(options.encoding);
  let folder: string | undefined;
  const scratch = async () => {
    folder ??= await mkdtemp(join(tmpdir(), "lookback-"));
    return join(folder, `${Math.random().toString(36).slice(2)}.table`);
  };
  const dispose = async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    return await openInto(file, options, scratch, dispose);
  } catch (error) {
    await dispose();
    if (errorCode(error) === undefined) throw error;
    throw new DataError(`"${file}" cannot be read: ${systemReason(error)}.`);
  }
}

async function openInto(
  file: string,
  options: { encoding?: string | undefined; stdin?: Readable | undefined },
  scratch: () => Promise<string>,
  dispose: () => Promise<void>,
): Promise<Source> {
  const label = file === "-" ? "standard input" : file;
  let path = resolve(file);
  if (file === "-") {
    path = await scratch();
    await spool(label, options.stdin ?? process.stdin, path);
  } else {
    const found = await stat(path).catch((error) => {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    });
    if (found === undefined) throw await missingFile(file);
    if (found.isDirectory()) throw new DataError(`"${file}" is a folder; name a file in it.`);
    if (found.isFIFO() || found.isSocket()) {
      const copy = await scratch();
      await spool(label, createReadStream(path), copy);
      path = copy;
    } else if (!found.isFile())
      throw new DataError(`"${file}" is a device, not a file; give a CSV, TSV, Parquet or JSON file.`);
  }

  let { bytes, size } = await readHead(path);
  let name = file.toLowerCase();
  if (starts(bytes, 0x1f, 0x8b)) {
    const unpacked = await scratch();
    try {
      await spool(label, createReadStream(path), unpacked, createGunzip());
    } catch (error) {
      if (error instanceof DataError) throw error;
      throw new FormatError(`${label} is a damaged gzip file; compress it again.`);
    }
    path = unpacked;
    name = name.replace(/\.gz$/, "");
    ({ bytes, size } = await readHead(path));
  }
  if (size === 0) throw new DataError(`${label} is empty: a header line and at least a few rows are needed.`);

  const isParquet = starts(bytes, 0x50, 0x41, 0x52, 0x31);
  if (isParquet) return { label, path, kind: "parquet", tabbed: false, head: "", whole: false, dispose };
  if (/\.(?:parquet|pq)$/.test(name))
    throw new FormatError(`${label} is not a Parquet file: it does not begin with the bytes PAR1.`);

  const utf16 = starts(bytes, 0xff, 0xfe) ? "utf-16le" : starts(bytes, 0xfe, 0xff) ? "utf-16be" : undefined;
  const encoding = options.encoding ?? utf16;
  if (encoding !== undefined) {
    const recoded = await scratch();
    await spool(label, createReadStream(path), recoded, recode(label, encoding));
    path = recoded;
    ({ bytes, size } = await readHead(path));
  }
  const kind = foreign(bytes);
  if (kind !== undefined) throw new FormatError(`${label} is ${kind}.`);
  const bad = await firstBadLine(path);
  if (bad !== undefined) {
    throw new FormatError(
      `${label} is not UTF-8 text (line ${bad}). Say how it is encoded: --encoding gb18030 for Chinese from Excel, --encoding latin1 for Western Europe.`,
    );
  }

  const head = new TextDecoder().decode(bytes, { stream: true }).replace(/^\uFEFF/, "");
  if (head.trim() === "" && size <= headBytes) throw new DataError(`${label} holds nothing but blank lines.`);
  const isJson = /\.(?:json|ndjson|jsonl)$/.test(name) || /^\s*(?:\[\s*[{\]]|\{\s*["}])/.test(head);
  return {
    label,
    path,
    kind: isJson ? "json" : "csv",
    tabbed: /\.(?:tsv|tab)$/.test(name),
    head,
    whole: size <= headBytes,
    dispose,
  };
}
