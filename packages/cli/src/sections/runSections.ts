import type { Lang } from "../messages.js";
import type { PlotOptions } from "../plot/theme.js";
import type { Part } from "./page.js";
import type { SectionName, SectionResult, ShownSection } from "./section.js";
import { sections } from "./sections.js";

export const sectionNames: readonly SectionName[] = sections.map(({ name }) => name);

/** Roughly each section's share of the time of all. */
const cost: Record<SectionName, number> = {
  gradients: 2,
  states: 2,
  gru: 0.1,
  compare: 6,
  conv1d: 0.1,
  cnn: 3,
};

export interface RanSection {
  name: SectionName;
  chapter: string;
  result: SectionResult;
}

export interface RunOptions {
  /** One seed is the start of ten for what is repeated; several are the seeds themselves. */
  seeds: readonly number[];
  signal?: AbortSignal;
  /** Before each section, and while it runs; `fraction` is of all of them, from 0 to 1. */
  onProgress?(fraction: number, name: SectionName): void;
}

/** Runs some sections one after another, in the tutorial's order. */
export async function runSections(
  names: readonly SectionName[],
  { seeds, signal, onProgress }: RunOptions,
): Promise<RanSection[]> {
  const chosen = sections.filter(({ name }) => names.includes(name));
  const total = chosen.reduce((sum, { name }) => sum + cost[name], 0);
  const ran: RanSection[] = [];
  let before = 0;
  for (const { name, chapter, run } of chosen) {
    onProgress?.(before / total, name);
    const result = await run({
      seed: seeds[0] ?? 0,
      ...(seeds.length > 1 ? { seeds } : {}),
      signal,
      onProgress: (done) => onProgress?.((before + done * cost[name]) / total, name),
    });
    before += cost[name];
    ran.push({ name, chapter, result });
  }
  return ran;
}

/** Every number of the sections, by name. */
export function sectionsJson(ran: readonly RanSection[]): Record<string, object> {
  return Object.fromEntries(ran.map(({ name, result }) => [name, result.json]));
}

export function partsOf(ran: readonly RanSection[], options: PlotOptions): (Part & { name: SectionName })[] {
  return ran.map(({ name, chapter, result }) => ({ name, chapter, shown: result.show(options) }));
}

const forecastTitles: Record<Lang, string> = {
  en: "The LSTM's forecast of the flights, exactly as published",
  zh: "LSTM 预测航班乘客数，与教程完全一致",
};

/**
 * Section 4, as `runTutorial` gives it, as a part of the page: it stands behind the comparison of the cells. Of the
 * summary's lines those that begin with blanks are a table, and the one before them is its title.
 */
export function withForecast(
  parts: readonly Part[],
  summary: readonly string[],
  pictures: readonly { name: string; svg: string }[],
  lang: Lang,
): Part[] {
  const title = forecastTitles[lang];
  const lines = summary.filter((line) => line !== "");
  const isRow = (line: string) => line.startsWith("  ");
  const first = lines.findIndex(isRow);
  const cells = lines.filter(isRow).map((line) => line.trim().split(/ {2,}/));
  const width = Math.max(0, ...cells.map((row) => row.length));
  const shown: ShownSection = {
    title,
    paragraphs: lines.filter((line, i) => !isRow(line) && i !== first - 1),
    tables: [
      {
        caption: lines[first - 1] ?? "",
        head: Array.from({ length: width }, () => ""),
        rows: cells.map((row) => [...row, ...Array.from({ length: width - row.length }, () => "")]),
      },
    ],
    figures: pictures.map(({ name, svg }) => ({ name, title, svg })),
  };
  const after = parts.findIndex(({ chapter }) => Number.parseFloat(chapter) > 4);
  return parts.toSpliced(after < 0 ? parts.length : after, 0, { chapter: "4", shown });
}
