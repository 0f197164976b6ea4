import type { Readable, Writable } from "node:stream";
import type { Lang } from "./messages.js";

/** The world of a command: where it writes, what it knows of its surroundings, and what stops it. Tests bring their own. */
export interface Io {
  stdout: Writable & { isTTY?: boolean };
  stderr: Writable & { isTTY?: boolean; columns?: number };
  stdin: Readable;
  env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
}

/** How a command speaks: results on stdout, messages on stderr, and with --json one document on stdout alone. */
export class Console {
  /** Every warning so far: the result repeats them. */
  readonly warnings: string[] = [];

  constructor(
    readonly io: Io,
    readonly lang: Lang,
    private readonly json: boolean,
    private readonly quiet: boolean,
  ) {}

  /** A line of the result for a person; silent when a program reads the result. */
  print(line = ""): void {
    if (!this.json) this.io.stdout.write(`${line}\n`);
  }

  /** A line that is not part of the result. */
  note(line: string): void {
    if (!this.quiet) this.io.stderr.write(`${line}\n`);
  }

  /** A sentence that a reader of the result should know, said now and kept for the result. */
  warn(sentence: string): void {
    this.warnings.push(sentence);
    this.note(sentence);
  }

  /** The result for a program. */
  document(value: unknown): void {
    if (this.json) this.io.stdout.write(`${JSON.stringify(value, finite, 2)}\n`);
  }

  /** Whether a progress bar may be drawn. */
  get interactive(): boolean {
    return this.io.stderr.isTTY === true && !this.quiet;
  }

  get silent(): boolean {
    return this.quiet;
  }
}

/** JSON has no NaN: a figure that does not exist is null. */
const finite = (_: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? null : value;
