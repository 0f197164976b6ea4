import { nearest } from "@lookback/forecast";
import { UsageError } from "./errors.js";

// Checks of what flags were given. Each is a function from text to value for commander's options, and throws a
// UsageError that names the flag, what it takes, and what it got.

/** A whole number from `min` to `max`. */
export function whole(flag: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new UsageError(`${flag} takes a whole number from ${shown(min)} to ${shown(max)}, got "${text}".`);
  };
}

/** A number above 0, at most `max`. */
export function positive(flag: string, max: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (value > 0 && value <= max) return value;
    throw new UsageError(`${flag} takes a number above 0, at most ${shown(max)}, got "${text}".`);
  };
}

/** One of a few words; a misspelt one gets the nearest suggested. */
export function oneOf<const T extends string>(flag: string, words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text.trim().toLowerCase());
    if (found !== undefined) return found;
    const close = nearest(text, words);
    throw new UsageError(
      `${flag} takes one of ${words.join(", ")}, got "${text}".${close === undefined ? "" : ` Did you mean ${close}?`}`,
    );
  };
}

/** Per cents above 0 and below 100, separated by commas. */
export function levels(text: string): number[] {
  const values = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (values.every((value) => value >= 1 && value < 100)) return [...new Set(values)].sort((a, b) => a - b);
  throw new UsageError(
    `--levels takes per cents from 1 to below 100 separated by commas, such as 80,95, got "${text}".`,
  );
}

/** Names of columns, separated by commas. */
export function names(flag: string): (text: string) => string[] {
  return (text) => {
    const found = text.split(",").map((name) => name.trim());
    if (found.every((name) => name !== "")) return found;
    throw new UsageError(`${flag} takes names of columns separated by commas, got "${text}".`);
  };
}

/** Most numbers that a range may stand for. */
const longestRange = 1000;

/** A whole number, a range `0..9`, or several separated by commas. */
export function range(flag: string, min: number, max: number): (text: string) => number[] {
  const fail = (text: string): never => {
    throw new UsageError(
      `${flag} takes a whole number from ${shown(min)} to ${shown(max)}, or a range such as ${min}..${min + 9}, got "${text}".`,
    );
  };
  return (text) => {
    const values = text.split(",").flatMap((part) => {
      const match = /^\s*(\d+)\s*(?:\.\.\s*(\d+)\s*)?$/.exec(part);
      if (!match) return fail(text);
      const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
      if (first < min || last > max || last < first || last - first >= longestRange) return fail(text);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
    return [...new Set(values)];
  };
}

const shown = (value: number) => (value >= 1e6 ? value.toLocaleString("en-US") : String(value));
