import { readFileSync } from "node:fs";
import {
  backtest,
  baselines,
  type Forecaster,
  type Panel,
  type Series,
  seriesFromValues,
} from "@lookback/forecast";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { ForecastRun, SeriesRun } from "../src/forecastRun.js";
import type { Lang } from "../src/messages.js";
import { backtestPicture, forecastPicture, lossPicture } from "../src/pictures.js";
import { visibleText } from "../src/plot/font.js";
import { forecastReport } from "../src/report.js";
import { overallVerdict, verdict } from "../src/verdict.js";

const flights = readFileSync(new URL("../../../data/flights.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => Number(line.split(",")[2]));

const months = (values: ArrayLike<number>, names: { id?: string; target?: string } = {}) =>
  seriesFromValues(values, {
    start: "1949-01-01",
    freq: "MS",
    target: "passengers",
    timeName: "month",
    ...names,
  });

/** Stands for a network: seasonal naive with last year's growth, under the name of an LSTM. */
function growing(factor = 1.1): Forecaster {
  const inner = baselines()[1]!();
  return {
    name: "lstm",
    fit: (series, options) => inner.fit(series, options),
    async predict(options) {
      const forecast = await inner.predict(options);
      const times = (values: Float64Array) => values.map((value) => value * factor);
      return {
        times: forecast.times,
        mean: times(forecast.mean),
        levels: forecast.levels.map(({ level, lo, hi }) => ({ level, lo: times(lo), hi: times(hi) })),
      };
    },
  };
}

const horizon = 12;

async function forecastBy(forecaster: Forecaster, series: Series) {
  await forecaster.fit(series);
  return forecaster.predict({ horizon });
}

interface Setup {
  model?: string;
  network?: (() => Forecaster) | null;
  tested?: boolean;
}

async function seriesRun(series: Series, setup: Setup = {}): Promise<SeriesRun> {
  const { model = "lstm", network = growing, tested = true } = setup;
  const factories = [...(network ? [network] : []), ...baselines()];
  const chosen = [growing, ...factories].reverse().find((factory) => factory().name === model)!;
  const trained = model === "lstm";
  return {
    series,
    backtest: tested ? await backtest(factories, series, { horizon, windows: 4 }) : null,
    model,
    parameters: trained ? 607 : 0,
    lookback: trained ? 15 : null,
    forecast: await forecastBy(chosen(), series),
    baselines: await Promise.all(
      baselines().map(async (factory) => ({
        name: factory().name,
        forecast: await forecastBy(factory(), series),
      })),
    ),
    losses: trained ? Array.from({ length: 60 }, (_, epoch) => 0.4 / (epoch + 1)) : [],
    modelBytes: new Uint8Array(),
  };
}

/** A panel to which nothing had to be done. */
function panelOf(series: Series[]): Panel {
  const none = { skipped: [], repairs: [], adopted: [], trimmed: [], past: [], future: [] };
  return { layout: "long", series, frequencies: [{ freq: "MS", count: series.length }], ...none };
}

function runOf(series: SeriesRun[], changes: Partial<ForecastRun> = {}): ForecastRun {
  return {
    file: "data/flights.csv",
    command: "lookback forecast data/flights.csv --out 'my results' --seed 0",
    made: new Date("2026-03-01T08:30:00Z"),
    rows: 144 * series.length,
    settings: { horizon, levels: [80, 95], seed: 0, network: "lstm", forced: null },
    series,
    panel: panelOf(series.map((one) => one.series)),
    notes: [],
    engine: {
      simd: "relaxed",
      threads: 1,
      blas: null,
      deterministic: false,
      memory: { inUse: 0, capacity: 0 },
    },
    versions: { lookback: "0.1.0", node: "20.19.0" },
    seconds: 4.27,
    ...changes,
  };
}

const langs: Lang[] = ["en", "zh"];
const parse = (page: string) => parseHTML(page).document;
const won = await seriesRun(months(flights));
const flat = await seriesRun(months(new Float64Array(60).fill(7)), { model: "naive" });

describe("verdict", () => {
  test("says by how much the network beats the best baseline, and what its intervals held", () => {
    expect(verdict(won, null, "lstm", "en")).toMatch(
      /^LSTM did best in the backtest: its MASE is 0\.\d\d, \d\d % below the 1\.\d\d of seasonal naive, the best of the baselines\. The 95 % intervals of LSTM held \d+ % of the 48 values that came\b/,
    );
    expect(verdict(won, null, "lstm", "zh")).toMatch(
      /^回测中 LSTM 最好：MASE 为 0\.\d\d，比最好的基线（季节朴素预测，1\.\d\d）低 \d\d%。LSTM 的 95% 区间实际包含了 48 个真实值中的 \d+%/,
    );
  });

  test("says that a baseline wins, and that it makes the forecast", async () => {
    const run = await seriesRun(months(flights), { network: () => growing(3), model: "seasonal-naive" });
    expect(verdict(run, null, "lstm", "en")).toMatch(
      /^Seasonal naive did better in the backtest than LSTM: its MASE is 1\.\d\d, against \d+\.\d\d\. So seasonal naive makes this forecast\. --model forces another\./,
    );
    expect(verdict(run, null, "lstm", "zh")).toMatch(
      /^回测中季节朴素预测优于 LSTM：前者的 MASE 为 1\.\d\d，后者为 \d+\.\d\d。因此本预测由季节朴素预测给出。/,
    );
  });

  test("says that a forced network loses, and what would be better", async () => {
    const run = await seriesRun(months(flights), { network: () => growing(3) });
    expect(verdict(run, "lstm", "lstm", "en")).toContain(
      "--model seasonal-naive would forecast with it. The 95 %",
    );
    expect(verdict(run, "lstm", "lstm", "zh")).toContain("用 --model seasonal-naive 可改用它来预测。");
  });

  test("says that two models are even", async () => {
    const run = await seriesRun(months(flights), { network: () => growing(1) });
    expect(verdict(run, null, "lstm", "en")).toMatch(/^LSTM and seasonal naive did equally well/);
    expect(verdict(run, null, "lstm", "zh")).toMatch(/^回测中 LSTM 与季节朴素预测不相上下/);
  });

  test("says of a forced baseline whether another one is better", async () => {
    const best = await seriesRun(months(flights), { network: null, model: "seasonal-naive" });
    expect(verdict(best, "seasonal-naive", null, "en")).toMatch(
      /^Seasonal naive makes this forecast; its MASE/,
    );
    expect(verdict(best, "seasonal-naive", null, "zh")).toMatch(
      /^本预测由季节朴素预测给出，其回测 MASE 为 1\.\d\d。/,
    );
    const worse = await seriesRun(months(flights), { network: null, model: "naive" });
    expect(verdict(worse, "naive", null, "en")).toMatch(
      /^Seasonal naive did better in the backtest than naive/,
    );
    expect(verdict(worse, "naive", null, "zh")).toMatch(/^回测中季节朴素预测优于朴素预测：/);
  });

  test("says that a series is constant, or too short for a backtest", async () => {
    expect(verdict(flat, null, "lstm", "en")).toBe(
      "The series is constant, so its one value is the forecast.",
    );
    expect(verdict(flat, null, "lstm", "zh")).toBe("该序列是常数，因此预测值就是这个常数。");
    const short = await seriesRun(months(flights.slice(0, 9)), { tested: false, model: "drift" });
    expect(verdict(short, null, "lstm", "en")).toBe(
      "The series is too short for a backtest, so nothing tells how good this forecast by drift is.",
    );
    expect(verdict(short, null, "lstm", "zh")).toBe(
      "序列太短，无法回测，因此无从得知漂移预测的这一预测有多可靠。",
    );
  });

  test("compares by RMSE where the past was constant and MASE is not defined", async () => {
    const late = Float64Array.from({ length: 60 }, (_, i) => (i < 20 ? 5 : i % 7));
    const run = await seriesRun(months(late));
    expect(verdict(run, null, "lstm", "en")).toMatch(
      /^MASE is not defined here.*; the RMSE of LSTM is [\d.]+, that of /,
    );
    expect(verdict(run, null, "lstm", "zh")).toMatch(/MASE 没有定义；LSTM 的 RMSE 为 [\d.]+，/);
  });

  test("says that intervals are too narrow when far too few values fall inside", () => {
    const narrow = won.backtest!.models.map((model) => ({ ...model, coverage95: 0.5 }));
    const run = { ...won, backtest: { ...won.backtest!, models: narrow } };
    expect(verdict(run, null, "lstm", "en")).toMatch(
      /held 50 % of the 48 values that came: they are too narrow\.$/,
    );
    expect(verdict(run, null, "lstm", "zh")).toMatch(/中的 50%，区间偏窄。$/);
  });

  test("counts the models of several series", async () => {
    const other = await seriesRun(months(flights), { model: "drift" });
    expect(overallVerdict(runOf([won, won, other]), "en")).toMatch(
      /^Of 3 series, LSTM forecasts 2, drift forecasts 1: /,
    );
    expect(overallVerdict(runOf([won, won, other]), "zh")).toMatch(
      /^共 3 条序列，2 条用 LSTM，1 条用漂移预测：/,
    );
    const forced = { horizon, levels: [80, 95], seed: 0, network: "lstm", forced: "lstm" };
    expect(overallVerdict(runOf([won, won], { settings: forced }), "en")).toBe(
      "LSTM forecasts all 2 series. In the backtest it did best in 2 of 2.",
    );
  });
});

describe("pictures", () => {
  test("show the forecast with its verdict, the backtest beside its rival, and the loss", () => {
    const text = (svg: string | null) => visibleText(svg ?? "").replace(/\s+/g, " ");
    expect(text(forecastPicture(runOf([won]), { lang: "en" }))).toContain("LSTM did best in the backtest");
    expect(text(backtestPicture(won, { lang: "en" }))).toMatch(/4 forecasts made .* LSTM seasonal naive/);
    expect(text(lossPicture(won, { lang: "zh" }))).toContain("训练损失");
  });

  test("are null where there is nothing to draw", async () => {
    expect(lossPicture(flat, { lang: "en" })).toBeNull();
    const short = await seriesRun(months(flights.slice(0, 9)), { tested: false, model: "drift" });
    expect(backtestPicture(short, { lang: "en" })).toBeNull();
  });

  test("name no single model where several series have different ones", () => {
    expect(forecastPicture(runOf([won, flat]), { lang: "en" })).toContain("forecast (each series' model)");
  });
});

describe("report", () => {
  const cases: [name: string, run: ForecastRun][] = [
    ["a network that wins", runOf([won])],
    ["a constant series", runOf([flat])],
    ["several series", runOf([won, flat], { notes: ["3 gaps were filled."] })],
  ];

  test.each(cases)("of %s is one page that loads nothing and shows no undefined or NaN", async (_, run) => {
    for (const lang of langs) {
      const page = await forecastReport(run, lang);
      const document = parse(page);
      expect(document.documentElement.getAttribute("lang")).toBe(lang === "zh" ? "zh-CN" : "en");
      expect(document.querySelectorAll("h1")).toHaveLength(1);
      expect(document.querySelector(".verdict")?.textContent).toBe(overallVerdict(run, lang));
      expect(document.querySelectorAll("script, link, img, iframe")).toHaveLength(0);
      expect(page).not.toMatch(/https?:|url\((?!data:)|@import/);
      expect(visibleText(page)).not.toMatch(/undefined|NaN|null|Infinity|\[object/);
      expect(page).not.toMatch(/="[^"]*(?:undefined|NaN|null)[^"]*"/);
    }
  });

  test("opens and closes every element", async () => {
    const page = await forecastReport(runOf([won]), "en");
    const open: string[] = [];
    const markup = page.replace(/<style>[\s\S]*?<\/style>/g, "");
    for (const [tag, close, name, self] of markup.matchAll(/<(\/?)([a-zA-Z][\w-]*)[^>]*?(\/?)>/g)) {
      if (self || /^(?:meta|br)$/.test(name!)) continue;
      if (close) expect(open.pop(), tag).toBe(name);
      else open.push(name!);
    }
    expect(open).toEqual([]);
  });

  test("shows all models with their coverage beside what it should be", async () => {
    const document = parse(await forecastReport(runOf([won]), "en"));
    const table = Array.from(document.querySelectorAll("table")).at(-1)!;
    const rows = Array.from(table.querySelectorAll("tbody tr"));
    expect(rows).toHaveLength(5);
    expect(rows[0]?.className).toBe("chosen");
    expect(rows[0]?.textContent).toMatch(/^LSTM0\.\d\d/);
    expect(rows[4]?.textContent).toBe("as it should be80 %95 %");
  });

  test("tells the commands that do it again", async () => {
    const page = await forecastReport(runOf([won], { file: "my data.csv" }), "en");
    const commands = Array.from(parse(page).querySelectorAll("pre"), (pre) => pre.textContent);
    expect(commands).toEqual([
      "lookback forecast data/flights.csv --out 'my results' --seed 0",
      "lookback predict 'my results'/model.safetensors 'my data.csv'",
    ]);
  });

  test("escapes what comes from the data", async () => {
    const evil = "<script>alert(\"1\")</script> & 'co'";
    const series = { ...months(flights, { target: evil, id: evil }), timeName: evil };
    const run = runOf([{ ...won, series }], { file: evil, command: evil, notes: [evil] });
    for (const page of [
      await forecastReport(run, "en"),
      await forecastReport({ ...run, series: [...run.series, won] }, "zh"),
    ]) {
      expect(page).not.toMatch(/<script/i);
      expect(parse(page).querySelector("h1")?.textContent).toContain(evil);
    }
  });

  test("shows 24 steps at once and all of them behind a click", async () => {
    const forecast = await (async () => {
      const forecaster = growing();
      await forecaster.fit(won.series);
      return forecaster.predict({ horizon: 36 });
    })();
    const document = parse(await forecastReport(runOf([{ ...won, forecast }]), "en"));
    expect(document.querySelectorAll("section > .scroll tbody")[0]?.children).toHaveLength(24);
    expect(document.querySelector("summary")?.textContent).toBe("All 36 steps");
    expect(document.querySelectorAll("details tbody tr")).toHaveLength(36);
  });

  test("shows at most 20 series in full and all in a table", async () => {
    const many = Array.from({ length: 23 }, (_, i) => ({
      ...won,
      series: { ...won.series, id: `store ${i + 1}` },
    }));
    const document = parse(await forecastReport(runOf(many), "zh"));
    expect(document.querySelectorAll("section[id]")).toHaveLength(20);
    expect(document.querySelectorAll("table")[0]?.querySelectorAll("tbody tr")).toHaveLength(23);
    expect(document.querySelectorAll("a")).toHaveLength(20);
  });
});
