import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { type Golden, readGolden } from "../../../golden/read.js";
import { isCovered, visibleText } from "../src/plot/font.js";
import type { CnnNumbers } from "../src/sections/cnn.js";
import { showCnn } from "../src/sections/cnnView.js";
import type { CompareNumbers } from "../src/sections/compare.js";
import { showCompare } from "../src/sections/compareView.js";
import { showConv1d } from "../src/sections/conv1dView.js";
import { showGradients } from "../src/sections/gradientsView.js";
import { showGru } from "../src/sections/gruView.js";
import { sectionNames } from "../src/sections/runSections.js";
import type { SectionName, ShownSection } from "../src/sections/section.js";
import { showStates } from "../src/sections/statesView.js";
import { run } from "./run.js";
import { tempFolder } from "./tempFolder.js";

const folder = tempFolder();

async function lookback(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await run(argv);
  return { code, out: stdout, err: stderr };
}

// biome-ignore lint/suspicious/noExplicitAny: the numbers come from JSON
const shows: Record<SectionName, (numbers: any, options: { lang: "en" | "zh" }) => ShownSection> = {
  gradients: showGradients,
  states: showStates,
  gru: showGru,
  compare: showCompare,
  conv1d: showConv1d,
  cnn: showCnn,
};

describe("lookback tutorial with all its sections", () => {
  let document: { sections: Record<SectionName, object>; runs: object[]; files: Record<string, string> };
  let page: string;
  beforeAll(async () => {
    const out = folder.path("all");
    const flags = ["--section", "all", "--seed", "0..1", "--lang", "zh", "--dpi", "50", "--json", "--quiet"];
    const { code, out: text, err } = await lookback("tutorial", ...flags, "--out", out);
    expect([code, err]).toEqual([0, ""]);
    document = JSON.parse(text);
    page = readFileSync(document.files.page!, "utf8");
  });

  it("keeps the forecast's document and adds every section's numbers", () => {
    expect(document).toMatchObject({
      cell: "lstm",
      lookBack: 3,
      parameters: 607,
      windows: { train: 112, test: 29 },
    });
    expect(document.runs.length).toBe(2);
    expect(Object.keys(document.sections)).toEqual([...sectionNames]);
  });

  it("writes one page with every picture, in the tutorial's order, that loads nothing", () => {
    const chapters = [...page.matchAll(/<h2><span class="chapter">([\d.]+)<\/span>/g)].map((m) => m[1]);
    expect(chapters).toEqual(["1.2", "2.1", "3", "4", "4", "5.2", "5.3"]);
    expect(page.match(/<svg /g)!.length).toBe(10);
    expect(page).toMatch(/^<!doctype html>\n<html lang="zh-CN">/);
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/(src|href)="(?!#)/);
    // The font, in base64, may hold any letters.
    expect(page.replace(/<style>.*?<\/style>/s, "")).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it.each(sectionNames)(
    "%s says and draws the same in both languages, in letters of the shipped font",
    async (name) => {
      const [english, chinese] = (["en", "zh"] as const).map((lang) =>
        shows[name](document.sections[name], { lang }),
      ) as [ShownSection, ShownSection];
      expect(english.paragraphs.length).toBe(chinese.paragraphs.length);
      expect(english.figures.map((f) => f.name)).toEqual(chinese.figures.map((f) => f.name));
      english.tables.forEach((table, i) => {
        const other = chinese.tables[i]!;
        for (const row of table.rows) expect(row.length).toBe(table.head.length);
        expect([table.head.length, table.rows.length]).toEqual([other.head.length, other.rows.length]);
      });
      for (const shown of [english, chinese]) {
        const tables = shown.tables.flatMap((t) => [t.caption ?? "", ...t.head, ...t.rows.flat()]);
        const svgs = shown.figures.map(({ svg }) => svg);
        for (const text of [shown.title, ...shown.paragraphs, ...tables, ...svgs]) {
          expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
        }
        const written = [shown.title, ...shown.paragraphs, ...tables, ...svgs.map(visibleText)].join("");
        const missing: string[] = [];
        for (const char of new Set(written)) if (!(await isCovered(char))) missing.push(char);
        expect(missing).toEqual([]);
        expect(svgs.length).toBeGreaterThan(0);
        for (const svg of svgs) expect(svg).toMatch(/^<svg .*<\/svg>$/s);
      }
      expect(chinese.title).toMatch(/[\u4e00-\u9fff]/);
      expect(english.paragraphs.join(" ")).not.toMatch(/[\u4e00-\u9fff]/);
    },
  );

  it("compares cells with the tutorial's parameters and baselines, and errors in PyTorch's range", () => {
    const golden = readGolden<Golden<{ cell: string; testRmse: number }>>("tutorial");
    const found = document.sections.compare as CompareNumbers;
    const parameters = Object.fromEntries(found.cells.map((c) => [c.cell, c.parameters]));
    expect(parameters).toEqual({ rnn: 157, lstm: 607, gru: 457 });
    expect(found.persistence).toBeCloseTo(52.5, 1);
    expect(found.seasonalNaive).toBeCloseTo(46.1, 1);
    for (const { cell, testRmse, runs, lessData } of found.cells) {
      const range = golden.cases.filter((c) => c.cell === cell).map((c) => c.testRmse);
      expect(runs.map((run) => run.seed)).toEqual([0, 1]);
      expect(testRmse.median).toBeGreaterThan(Math.min(...range) * 0.8);
      expect(testRmse.median).toBeLessThan(Math.max(...range) * 1.25);
      expect(lessData.map((part) => part.windows)).toEqual([28, 112]);
      expect(lessData[1]!.bySeed).toEqual(runs.map((run) => run.testRmse));
    }
  });

  it("shows that the published classifier mixes samples and the corrected one does not", () => {
    const found = document.sections.cnn as CnnNumbers;
    expect(found.stages.map((stage) => stage.length)).toEqual([24, 23, 22, 21, 20]);
    for (const norm of found.mixing.published.flat()) expect(norm).toBeGreaterThan(0);
    found.mixing.corrected.forEach((row, i) => {
      row.forEach((norm, j) => {
        expect(norm > 0).toBe(i === j);
      });
    });
    expect(found.published.otherBatch).toContain("expected 10240");
    expect(found.published.changed).toBeGreaterThan(0);
    expect(found.corrected.changed).toBe(0);
    expect(found.corrected.testAccuracy).toBeGreaterThan(0.6);
    expect(found.corrected.testAccuracy).toBeGreaterThan(found.published.testAccuracy);
  });
});

describe("lookback tutorial --section", () => {
  it("prints one section's numbers and writes its pictures", async () => {
    const out = folder.path("gru");
    const { code, out: text } = await lookback(
      "tutorial",
      "--section",
      "gru",
      "--lang",
      "en",
      "--dpi",
      "50",
      "--out",
      out,
    );
    expect(code).toBe(0);
    expect(text).toMatch(/^3 {2}The four formulas of the GRU/);
    expect(text).toContain("candidate n, nn.GRU");
    expect((await readdir(out)).sort()).toEqual(["gru.png", "gru.svg"]);
  });

  it.each([
    [["--section", "grou"], "Did you mean gru?"],
    [["--section", "cnn", "--hidden", "8"], "--section cnn computes what the lecture notes have"],
    [["data.csv", "--section", "all"], "go with --section forecast alone"],
  ])("refuses %j as wrong usage", async (flags, sentence) => {
    const { code, out, err } = await lookback("tutorial", ...flags, "--out", folder.path("no"));
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(sentence);
  });
});
