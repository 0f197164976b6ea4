// What the main thread and the workers share: a few words, and a list of kernel calls. Used on both sides.
import type { Kernels } from "./kernels.js";

/** Words (int32) at the start of the shared area. */
export const Word = {
  /** Counts the jobs; workers sleep on it. */
  job: 0,
  /** Calls of this job × 65536 + those that somebody has taken. */
  next: 1,
  /** Calls that are done. */
  done: 2,
  /** Workers that sleep. */
  sleeping: 3,
  /** 1 while the main thread sleeps on `done`. */
  waiting: 4,
  /** 1 when a call has thrown on a worker; what it said lies in the text area. */
  failed: 5,
  /** Workers that are ready; init() sleeps on it. */
  ready: 6,
  /** 1 when workers shall end. */
  stop: 7,
} as const;

/** Bytes of the words, and of the text of an error (UTF-16, its length first). */
const wordBytes = 64;
const textBytes = 448;
/** Calls that fit into one job, and float64 slots of each: the kernel, the number of arguments, the arguments. */
export const mostCalls = 64;
const callSlots = 32;

export const sharedBytes = wordBytes + textBytes + mostCalls * callSlots * 8;

/** A kernel as the workers see it: arguments in, nothing out. */
type Run = (...args: number[]) => void;

/** The shared area, seen from either side. */
export class Shared {
  readonly words: Int32Array;
  readonly #text: Uint16Array;
  readonly #calls: Float64Array;
  /** Kernels by number; both sides have the same, because both have the same module. */
  readonly #table: Run[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(buffer: ArrayBufferLike, address: number, kernels: Kernels) {
    this.words = new Int32Array(buffer, address, wordBytes / 4);
    this.#text = new Uint16Array(buffer, address + wordBytes, textBytes / 2);
    this.#calls = new Float64Array(buffer, address + wordBytes + textBytes, mostCalls * callSlots);
    const names = Object.keys(kernels).sort();
    this.#table = names.map((name) => kernels[name as keyof Kernels] as Run);
    this.#numbers = new Map(names.map((name, number) => [name, number]));
  }

  write(index: number, name: string, args: readonly number[]): void {
    const at = index * callSlots;
    this.#calls[at] = this.#numbers.get(name)!;
    this.#calls[at + 1] = args.length;
    for (let i = 0; i < args.length; i++) this.#calls[at + 2 + i] = args[i]!;
  }

  /**
   * Takes calls that nobody has taken and runs them, until there are none left. A call can only be taken while its job
   * is open, and the job stays open until every call that was taken is done, so what is read here is never overwritten.
   */
  drain(onError: (error: unknown) => void): void {
    const { words } = this;
    for (;;) {
      const claim = Atomics.load(words, Word.next);
      const index = claim & 0xffff;
      if (index >= claim >>> 16) return;
      if (Atomics.compareExchange(words, Word.next, claim, claim + 1) !== claim) continue;
      const at = index * callSlots;
      try {
        this.#table[this.#calls[at]!]!(...this.#calls.subarray(at + 2, at + 2 + this.#calls[at + 1]!));
      } catch (error) {
        onError(error);
      }
      const done = Atomics.add(words, Word.done, 1) + 1;
      if (done === claim >>> 16 && Atomics.load(words, Word.waiting)) Atomics.notify(words, Word.done);
    }
  }

  /** Leaves an error's message for the main thread; the first of several. */
  fail(message: string): void {
    if (Atomics.exchange(this.words, Word.failed, 1)) return;
    const length = Math.min(message.length, this.#text.length - 1);
    this.#text[0] = length;
    for (let i = 0; i < length; i++) this.#text[i + 1] = message.charCodeAt(i);
  }

  /** The message that was left. */
  get message(): string {
    return String.fromCharCode(...this.#text.subarray(1, 1 + this.#text[0]!));
  }
}
