import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Work } from "./rows.js";

/** One turn of a contender: the median of its samples. */
export interface Turn {
  ms: number;
  samples: number;
  /** Loss of the very first training step. */
  firstLoss: number | null;
}

/** Someone who runs rows when asked, in a process or a page of its own. */
export interface Contender {
  id: string;
  /** As it introduced itself. */
  name: string;
  version: string;
  detail: string;
  /** The ways in which it can run some work; none when it cannot. */
  variants(work: Work): Promise<string[]>;
  /** Runs some work for some seconds, after it has warmed up when the work is new. */
  time(work: Work, variant: string, seconds: number): Promise<Turn>;
  close(): Promise<void>;
}

/** One that is not there, and why. */
export interface Absent {
  id: string;
  absent: string;
}

export const isPresent = (one: Contender | Absent): one is Contender => !("absent" in one);

type Ask = (question: unknown) => Promise<unknown>;

/** A contender behind a way to ask it questions; see contenders/serve.mjs for what it answers. */
export async function introduce(id: string, ask: Ask, close: () => Promise<void>): Promise<Contender> {
  const answer = async <T>(question: unknown): Promise<T> => {
    const reply = (await ask(question)) as T & { error?: string };
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply;
  };
  const hello = await answer<Pick<Contender, "name" | "version" | "detail">>({ ask: "hello" });
  return {
    id,
    ...hello,
    variants: async (row) => (await answer<{ variants: string[] }>({ ask: "variants", row })).variants,
    time: (row, variant, seconds) => answer({ ask: "time", row, variant, seconds }),
    close,
  };
}

/** Longer than any step that is worth waiting for, warm-up and compilation included. */
const longestAnswer = 5 * 60_000;

/** Starts a contender in a process that answers JSON lines with JSON lines. */
export async function startProcess(
  id: string,
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Contender | Absent> {
  const child = spawn(command, args, {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, ...env },
  });
  child.stdin.on("error", () => {});
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error) => reject(new Error(`${command} does not start: ${error.message}`)));
  });
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  async function nextLine(): Promise<unknown> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        child.kill("SIGKILL");
        reject(new Error(`no answer in ${longestAnswer / 60_000} minutes`));
      }, longestAnswer);
    });
    try {
      const line = await Promise.race([failed, tooLong, lines.next()]);
      if (line.done === true) throw new Error("its process has ended");
      return JSON.parse(line.value);
    } finally {
      clearTimeout(timer);
    }
  }
  const ask: Ask = (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return nextLine();
  };
  const close = async () => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill("SIGKILL"), 1000);
    await ended;
    clearTimeout(timer);
  };
  try {
    const first = (await nextLine()) as { error?: string };
    if (first.error !== undefined) throw new Error(first.error);
    return await introduce(id, ask, close);
  } catch (error) {
    child.kill("SIGKILL");
    return { id, absent: (error as Error).message };
  }
}
