import { Readable, Writable } from "node:stream";
import type { Io } from "../src/io.js";
import { main } from "../src/main.js";

/** What a command line gave. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

class Memory extends Writable {
  text = "";
  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

/** Runs a command line in this process, with streams of its own. */
export async function run(
  argv: readonly string[],
  {
    signal = new AbortController().signal,
    env = {},
    stdin = "",
  }: Partial<Omit<Io, "stdin">> & { stdin?: string | Readable } = {},
): Promise<Ran> {
  const [stdout, stderr] = [new Memory(), new Memory()];
  const input = typeof stdin === "string" ? Readable.from([Buffer.from(stdin)]) : stdin;
  const code = await main(argv, { stdout, stderr, stdin: input, env, signal });
  return { code, stdout: stdout.text, stderr: stderr.text };
}
