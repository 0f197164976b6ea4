import { AbortError, DataError } from "@lookback/core";
import { engineSummary, versions } from "../engine.js";
import { InterruptedError } from "../errors.js";
import type { Console } from "../io.js";
import { OutputFolder } from "../output.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { pageTheme } from "../plot/theme.js";
import { Progress } from "../progress.js";
import { tutorialPage } from "../sections/page.js";
import { sectionLines } from "../sections/print.js";
import {
  partsOf,
  type RanSection,
  runSections,
  sectionNames,
  sectionsJson,
  withForecast,
} from "../sections/runSections.js";
import type { SectionName } from "../sections/section.js";
import { readSeries } from "../tableSeries.js";
import { passengerMonths, passengers } from "../tutorial/passengers.js";
import { runTutorial, type TutorialOptions } from "../tutorial/tutorial.js";

/** A section of the lecture notes, the forecast of section 4, or everything. */
export const tutorialSections = ["all", "forecast", ...sectionNames] as const;

export type TutorialFlags = Omit<TutorialOptions, "seeds" | "sweep" | "lang"> & {
  seed: number[];
  sweepLookBack?: number[];
  section: (typeof tutorialSections)[number];
  out: string;
};

/** `lookback tutorial [file]`: section 4 of the lecture notes on the flights data, or on a table of your own. */
export async function tutorial(
  file: string | undefined,
  flags: TutorialFlags,
  console: Console,
): Promise<void> {
  const { seed, sweepLookBack, out, section, ...rest } = flags;
  if (section !== "all" && section !== "forecast") return oneSection(section, flags, console);
  const data = await readData(file, console);
  const folder = await OutputFolder.open(out);
  const progress = new Progress(console);
  const { signal } = console.io;
  const { seasonLength } = data;
  const options: TutorialOptions = {
    ...rest,
    seasonLength,
    seeds: seed,
    sweep: sweepLookBack ?? null,
    lang: console.lang,
  };
  const result = await runTutorial(options, data.values, data.times, data.target, {
    signal,
    print: (line) => console.print(line),
    progress: (fraction, epoch, epochs, loss) =>
      progress.update({ fraction, label: `${epoch}/${epochs}`, loss }),
  })
    .catch((error: unknown) => {
      throw error instanceof AbortError ? new InterruptedError("Interrupted; nothing was written.") : error;
    })
    .finally(() => progress.stop());

  const files: Record<string, string> = {};
  for (const { name, svg } of result.pictures) {
    files[`${name}Png`] = await folder.write(`${name}.png`, await renderPng(svg, flags.dpi));
    files[`${name}Svg`] = await folder.write(`${name}.svg`, await withFont(svg));
  }
  files.csv = await folder.write("tutorial.csv", result.csv);
  files.model = await folder.write("tutorial.safetensors", result.modelBytes);
  for (const line of result.summary) console.print(line);
  console.print();
  for (const path of Object.values(files)) console.print(`  ${path}`);
  let sections = {};
  if (section === "all") {
    const ran = await run(sectionNames, seed, console);
    const parts = partsOf(ran, { lang: console.lang, theme: pageTheme });
    const whole = withForecast(parts, result.summary, result.pictures, console.lang);
    files.page = await folder.write("tutorial.html", await tutorialPage(whole, console.lang));
    for (const { chapter, shown } of parts)
      for (const line of sectionLines(chapter, shown)) console.print(line);
    console.print(`  ${files.page}`);
    sections = { sections: sectionsJson(ran) };
  }
  console.document({ ...result.json, ...sections, files, engine: engineSummary(), versions: versions() });
}

/** One of the sections beside the forecast: its numbers, its words and its pictures. */
async function oneSection(
  name: SectionName,
  { seed, out, dpi }: TutorialFlags,
  console: Console,
): Promise<void> {
  const folder = await OutputFolder.open(out);
  const ran = await run([name], seed, console);
  const files: Record<string, string> = {};
  const parts = partsOf(ran, { lang: console.lang });
  for (const figure of parts.flatMap(({ shown }) => shown.figures)) {
    files[`${figure.name}Png`] = await folder.write(`${figure.name}.png`, await renderPng(figure.svg, dpi));
    files[`${figure.name}Svg`] = await folder.write(`${figure.name}.svg`, await withFont(figure.svg));
  }
  for (const { chapter, shown } of parts)
    for (const line of sectionLines(chapter, shown)) console.print(line);
  for (const path of Object.values(files)) console.print(`  ${path}`);
  console.document({ sections: sectionsJson(ran), files, engine: engineSummary(), versions: versions() });
}

function run(
  names: readonly SectionName[],
  seeds: readonly number[],
  console: Console,
): Promise<RanSection[]> {
  const progress = new Progress(console);
  return runSections(names, {
    seeds,
    signal: console.io.signal,
    onProgress: (fraction, label) => progress.update({ fraction, label }),
  })
    .catch((error: unknown) => {
      throw error instanceof AbortError
        ? new InterruptedError("Interrupted; no section's pictures were written.")
        : error;
    })
    .finally(() => progress.stop());
}

interface TutorialData {
  seasonLength: number;
  values: ArrayLike<number>;
  times: readonly string[];
  target: string;
}

async function readData(file: string | undefined, console: Console): Promise<TutorialData> {
  if (file === undefined) {
    return {
      seasonLength: 12,
      values: passengers,
      times: passengerMonths,
      target: console.lang === "zh" ? "乘客数量" : "passengers",
    };
  }
  const { series } = (await readSeries(file, {}, console)).panel;
  const one = series[0]!;
  if (series.length > 1)
    throw new DataError(`${file} holds ${series.length} series; the tutorial takes one.`);
  return { seasonLength: one.seasonLength, values: one.values, times: one.times, target: one.target };
}
