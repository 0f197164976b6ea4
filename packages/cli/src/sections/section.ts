import { setImmediate } from "node:timers/promises";
import { AbortError } from "@lookback/core";
import type { PlotOptions } from "../plot/theme.js";

export type SectionName = "gradients" | "states" | "gru" | "compare" | "conv1d" | "cnn";

export interface SectionOptions {
  /** What single experiments start from. Default 0. */
  seed?: number;
  /** The seeds of experiments that are repeated. Default `seed` … `seed` + 9. */
  seeds?: readonly number[];
  signal?: AbortSignal | undefined;
  /** How much of the section is done, from 0 to 1. */
  onProgress?: ((done: number) => void) | undefined;
}

/** Numbers in rows, written out. The first column is text, the others stand to the right. */
export interface SectionTable {
  caption?: string;
  head: string[];
  rows: string[][];
}

export interface SectionFigure {
  /** File name without ending. */
  name: string;
  /** What it shows, in words. */
  title: string;
  svg: string;
}

/** A section in one language: what there is to read and to see, in this order. */
export interface ShownSection {
  title: string;
  /** A paragraph with line breaks stands as it is, in letters of equal width. */
  paragraphs: string[];
  tables: SectionTable[];
  figures: SectionFigure[];
}

/** What a section measured. */
export interface SectionResult {
  /** Every number, for `--json`; the same in all languages. */
  json: object;
  show(options: PlotOptions): ShownSection;
}

/** A part of the tutorial that is computed, told and drawn. */
export interface Section {
  name: SectionName;
  /** Where the tutorial has it: "1.2". */
  chapter: string;
  run(options: SectionOptions): Promise<SectionResult>;
}

/** Joins what is measured with what is shown. */
export function section<Numbers extends object>(
  name: SectionName,
  chapter: string,
  measure: (options: SectionOptions) => Promise<Numbers>,
  show: (numbers: Numbers, options: PlotOptions) => ShownSection,
): Section {
  return {
    name,
    chapter,
    async run(options) {
      const json = await measure(options);
      return { json, show: (plotOptions) => show(json, plotOptions) };
    },
  };
}

/** The seeds of repeated experiments. */
export function seedsOf({ seed = 0, seeds }: SectionOptions): readonly number[] {
  return seeds ?? Array.from({ length: 10 }, (_, i) => seed + i);
}

/** Longest stretch of work, in milliseconds, before other work of the host gets a turn. */
const turnMs = 12;

/**
 * Counts the steps of a section's work: `await step()` after each reports progress, lets other work of the host run now
 * and then, and stops where the section was told to.
 */
export function stepper(
  { signal, onProgress }: SectionOptions,
  steps: number,
): (by?: number) => Promise<void> {
  let done = 0;
  let last = performance.now();
  return async (by = 1) => {
    done += by;
    if (signal?.aborted) throw new AbortError("The tutorial was interrupted.");
    if (performance.now() - last < turnMs) return;
    onProgress?.(Math.min(1, done / steps));
    await setImmediate();
    last = performance.now();
  };
}

export function median(values: ArrayLike<number>): number {
  const sorted = Array.from(values).sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The middle and both ends of repeated measurements. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
