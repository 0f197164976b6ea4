import { FormatError } from "@lookback/core";

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i;
const MISSING = /^(?:\?|nan)$/i;

/**
 * Reads numbers separated by commas; `?` and `NaN` are missing values.
 *
 * @throws FormatError naming the value: `train.ts, line 9, channel 2: value 4 is "x", expected a number or ? …`
 */
export function readValues(text: string, where: () => string): Float64Array {
  const values: number[] = [];
  let start = 0;
  for (;;) {
    const comma = text.indexOf(",", start);
    const piece = text.slice(start, comma < 0 ? text.length : comma).trim();
    const value = NUMBER.test(piece) ? Number(piece) : Number.NaN;
    if (Number.isNaN(value) ? !MISSING.test(piece) : !Number.isFinite(value)) {
      const got = piece === "" ? "empty" : `"${shortened(piece)}"`;
      throw new FormatError(
        `${where()}: value ${values.length + 1} is ${got}, expected a finite number, or ? where it is missing.`,
      );
    }
    values.push(value);
    if (comma < 0) return Float64Array.from(values);
    start = comma + 1;
  }
}

/** Whether a text is a number written plainly. */
export function isPlainNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** A label without the quotes around it. */
export function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/, "$2");
}

/** `1 value`, `3 values`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The lines of a text, each with its number from 1, without line ends; a byte order mark is dropped. */
export function* numberedLines(text: string): Generator<readonly [number, string]> {
  let start = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let line = 1; start <= text.length; line++) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    yield [line, text.slice(start, text[end - 1] === "\r" && end > start ? end - 1 : end)];
    start = end + 1;
  }
}

/** Cuts what is quoted in a message. */
export function shortened(text: string, most = 40): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
