import { describe, expect, test } from "vitest";
import { messages } from "../src/messages.js";
import { isCovered, visibleText } from "../src/plot/font.js";
import { renderPng } from "../src/plot/png.js";
import { passengerMonths, passengers } from "../src/tutorial/passengers.js";
import { runTutorial } from "../src/tutorial/tutorial.js";

const run = (lang: "en" | "zh") =>
  runTutorial(
    {
      cell: "lstm",
      lookBack: 3,
      hidden: 6,
      layers: 2,
      epochs: 3,
      lr: 0.1,
      seeds: [0],
      layout: "sequence",
      scaler: "all",
      sweep: [2, 3],
      dpi: 400,
      lang,
    },
    passengers,
    passengerMonths,
    lang === "zh" ? "乘客数量" : "passengers",
    { print() {}, progress() {} },
  );

describe.each(["en", "zh"] as const)("in %s", (lang) => {
  test("the picture is 2560 × 1920 at 400 dpi, with the Chinese legend in the shipped font", async () => {
    const { pictures } = await run(lang);
    const [tutorial] = pictures;
    const png = await renderPng(tutorial!.svg, 400);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2560, 1920]);
    for (const word of ["实际值", "拟合值", "预测值"]) expect(tutorial!.svg).toContain(word);
    for (const { svg } of pictures) expect(await isCovered(visibleText(svg))).toBe(true);
  });

  test("the summary has both baselines, a sentence on what that means and the best look_back", async () => {
    const words = (await run(lang)).summary.join("\n");
    expect(words).toMatch(/52\.5\n/);
    expect(words).toMatch(/46\.1\n/);
    expect(words).toMatch(
      lang === "zh" ? /^这意味着：.*单个种子靠运气/m : /^What that means: .*One seed is luck/m,
    );
    expect(words).toMatch(lang === "zh" ? /^最好的 look_back：N = [23]/m : /^Best look_back: N = [23]/m);
    expect(words).not.toMatch(/undefined|NaN/);
  });
});

describe("what it means", () => {
  const { means } = messages("en").tutorial;
  test.each([
    [true, true, "beats both A and B; training paid off."],
    [true, false, "beats A but loses to B; a forecast that needs no training is better here."],
    [false, true, "beats B but loses to A; a forecast that needs no training is better here."],
    [false, false, "loses to both A and B; a forecast that needs no training is better here."],
  ])("beats persistence %s, seasonal naive %s", (last, before, sentence) => {
    expect(means("the model", "A", last, "B", before)).toBe(
      `What that means: on the test windows the model ${sentence}`,
    );
  });

  test("speaks of persistence alone where there is no season", () => {
    expect(means("the model", "A", true, null, true)).toMatch(/the model beats A; training paid off\.$/);
    expect(means("the model", "A", false, null, false)).toMatch(/the model loses to A; /);
  });
});
