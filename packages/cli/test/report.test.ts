import { readFileSync } from "node:fs";
import {
  backtestPanel,
  baselines,
  type Forecaster,
  type Panel,
  type PanelBacktestResult,
  type Series,
  seriesFromValues,
} from "@lookback/forecast";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { type ForecastRun, type ModelFacts, type SeriesRun, seriesBacktests } from "../src/forecastRun.js";
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
  const result = tested
    ? await backtestPanel({ each: factories }, [series], { horizon, windows: 4, levels: [50, 90] })
    : null;
  return {
    series,
    backtest: seriesBacktests(result, [series])[0]!,
    model,
    forecast: await forecastBy(chosen(), series),
    baselines: await Promise.all(
      baselines().map(async (factory) => ({
        name: factory().name,
        forecast: await forecastBy(factory(), series),
      })),
    ),
  };
}

/** A backtest over several series, from those of each. */
function together(series: SeriesRun[]): PanelBacktestResult | null {
  const tested = series.filter(({ backtest }) => backtest !== null);
  if (tested.length === 0) return null;
  const names = tested[0]!.backtest!.models.map(({ name }) => name);
  return {
    ...{ horizon, windows: 4, step: horizon, gap: 0, leftOut: [] },
    models: names.map((name) => {
      const scores = tested.flatMap((one) =>
        one
          .backtest!.models.filter((m) => m.name === name)
          .map((m) => ({ ...m, id: one.series.id, index: tested.indexOf(one) })),
      );
      const first = scores[0]!;
      const steps = Array.from({ length: horizon }, (_, i) => ({ ...first, step: i + 1 }));
      const all = { ...first, name, steps, series: scores, leftOut: [], seconds: 0.25 };
      return all;
    }),
  };
}

/** A panel to which nothing had to be done. */
function panelOf(series: Series[]): Panel {
  const none = { skipped: [], repairs: [], adopted: [], trimmed: [], past: [], future: [] };
  return { layout: "long", series, frequencies: [{ freq: "MS", count: series.length }], ...none };
}

function factsOf({ model }: SeriesRun): ModelFacts {
  const trained = model === "lstm";
  return {
    ...{ name: model, saved: false, decision: null, explanation: null },
    parameters: trained ? 607 : 0,
    lookback: trained ? 15 : null,
    losses: trained ? Array.from({ length: 60 }, (_, epoch) => 0.4 / (epoch + 1)) : [],
  };
}

function runOf(series: SeriesRun[], changes: Partial<ForecastRun> = {}): ForecastRun {
  return {
    file: "data/flights.csv",
    command: "lookback forecast data/flights.csv --out 'my results' --seed 0",
    made: new Date("2026-03-01T08:30:00Z"),
    rows: 144 * series.length,
    settings: { horizon, levels: [80, 95], seed: 0, forced: null },
    model: factsOf(series[0]!),
    backtest: together(series),
    series,
    panel: panelOf(series.map((one) => one.series)),
    notes: [],
    engine: {
      simd: "relaxed",
      threads: 1,
      blas: null,
      deterministic: false,
      memory: { inUse: 0, capacity: 0 },
      threadsReason: "",
      blasReason: "",
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
    expect(verdict(won, null, "en")).toMatch(
      /^LSTM did best in the backtest: its MASE is 0\.\d\d, \d\d % below the 1\.\d\d of seasonal naive, the best of the baselines\. The 95 % intervals of LSTM held \d+ % of the 48 values that came\b/,
    );
    expect(verdict(won, null, "zh")).toMatch(
      /^回测中 LSTM 最好：MASE 为 0\.\d\d，比最好的基线（季节朴素预测，1\.\d\d）低 \d\d%。LSTM 的 95% 区间实际包含了 48 个真实值中的 \d+%/,
    );
  });

  test("says that a baseline wins, and that it makes the forecast", async () => {
    const run = await seriesRun(months(flights), { network: () => growing(3), model: "seasonal-naive" });
    expect(verdict(run, null, "en")).toMatch(
      /^Seasonal naive did better in the backtest than LSTM: its MASE is 1\.\d\d, against \d+\.\d\d\. So seasonal naive makes this forecast\. --model forces another\./,
    );
    expect(verdict(run, null, "zh")).toMatch(
      /^回测中季节朴素预测优于 LSTM：前者的 MASE 为 1\.\d\d，后者为 \d+\.\d\d。因此本预测由季节朴素预测给出。/,
    );
  });

  test("says that a forced network loses, and what would be better", async () => {
    const run = await seriesRun(months(flights), { network: () => growing(3) });
    expect(verdict(run, "lstm", "en")).toContain("--model seasonal-naive would forecast with it. The 95 %");
    expect(verdict(run, "lstm", "zh")).toContain("用 --model seasonal-naive 可改用它来预测。");
  });

  test("says that two models are even", async () => {
    const run = await seriesRun(months(flights), { network: () => growing(1) });
    expect(verdict(run, null, "en")).toMatch(/^LSTM and seasonal naive did equally well/);
    expect(verdict(run, null, "zh")).toMatch(/^回测中 LSTM 与季节朴素预测不相上下/);
  });

  test("says of a forced baseline whether another one is better", async () => {
    const best = await seriesRun(months(flights), { network: null, model: "seasonal-naive" });
    expect(verdict(best, "seasonal-naive", "en")).toMatch(/^Seasonal naive makes this forecast; its MASE/);
    expect(verdict(best, "seasonal-naive", "zh")).toMatch(
      /^本预测由季节朴素预测给出，其回测 MASE 为 1\.\d\d。/,
    );
    const worse = await seriesRun(months(flights), { network: null, model: "naive" });
    expect(verdict(worse, "naive", "en")).toMatch(/^Seasonal naive did better in the backtest than naive/);
    expect(verdict(worse, "naive", "zh")).toMatch(/^回测中季节朴素预测优于朴素预测：/);
  });

  test("says that a series is constant, or too short for a backtest", async () => {
    expect(verdict(flat, null, "en")).toBe("The series is constant, so its one value is the forecast.");
    expect(verdict(flat, null, "zh")).toBe("该序列是常数，因此预测值就是这个常数。");
    const short = await seriesRun(months(flights.slice(0, 9)), { tested: false, model: "drift" });
    expect(verdict(short, null, "en")).toBe(
      "The series is too short for a backtest, so nothing tells how good this forecast by drift is.",
    );
    expect(verdict(short, null, "zh")).toBe("序列太短，无法回测，因此无从得知漂移预测的这一预测有多可靠。");
  });

  test("compares by RMSE where the past was constant and MASE is not defined", () => {
    const unscaled = won.backtest!.models.map((model) => ({ ...model, mase: Number.POSITIVE_INFINITY }));
    const run = { ...won, backtest: { ...won.backtest!, models: unscaled } };
    expect(verdict(run, null, "en")).toMatch(
      /^MASE is not defined here.*; the RMSE of LSTM is [\d.]+, that of /,
    );
    expect(verdict(run, null, "zh")).toMatch(/MASE 没有定义；LSTM 的 RMSE 为 [\d.]+，/);
  });

  test("says that intervals are too narrow when far too few values fall inside", () => {
    const narrow = won.backtest!.models.map((model) => ({
      ...model,
      coverage: [{ level: 95, share: 0.5 }],
    }));
    const run = { ...won, backtest: { ...won.backtest!, models: narrow } };
    expect(verdict(run, null, "en")).toMatch(/held 50 % of the 48 values that came: they are too narrow\.$/);
    expect(verdict(run, null, "zh")).toMatch(/中的 50%，区间偏窄。$/);
  });

  test("says of several series how the model did over all, beside the best baseline", () => {
    const run = runOf([won, { ...won, series: { ...won.series, id: "other" } }]);
    expect(overallVerdict(run, "en")).toMatch(
      /^LSTM forecasts all 2 series; its mean MASE in the backtest is 0\.\d\d\. That of seasonal naive, the best of the baselines, is 1\.\d\d; in 2 of 2 series it is better than every baseline\. The 95 % intervals of LSTM held \d+\.\d % of the values that came\.$/,
    );
    expect(overallVerdict(run, "zh")).toMatch(/^全部 2 条序列由 LSTM 预测，回测的平均 MASE 为 0\.\d\d。/);
  });
});

describe("pictures", () => {
  test("show the forecast with its verdict, the backtest beside its rival, and the loss", () => {
    const text = (svg: string | null) => visibleText(svg ?? "").replace(/\s+/g, " ");
    expect(text(forecastPicture(runOf([won]), { lang: "en" }))).toContain("LSTM did best in the backtest");
    expect(text(backtestPicture(won, { lang: "en" }))).toMatch(/4 forecasts made .* LSTM seasonal naive/);
    expect(text(lossPicture(runOf([won]), { lang: "zh" }))).toContain("训练损失");
  });

  test("are null where there is nothing to draw", async () => {
    expect(lossPicture(runOf([flat]), { lang: "en" })).toBeNull();
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
    const table = Array.from(document.querySelectorAll("table")).find((one) =>
      one.querySelector(".nominal"),
    )!;
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

  test("shows some of many series in full, and in a table the worst first", async () => {
    const many = Array.from({ length: 23 }, (_, i) => ({
      ...won,
      series: { ...won.series, id: `store ${i + 1}` },
      backtest: {
        ...won.backtest!,
        models: won.backtest!.models.map((model) => ({ ...model, mase: model.mase * (1 + i) })),
      },
    }));
    const document = parse(await forecastReport(runOf(many), "zh"));
    const ids = Array.from(document.querySelectorAll("section[id]"), (section) => section.id);
    expect(ids).toHaveLength(6);
    expect([ids[0], ids.at(-1)]).toEqual(["series-1", "series-23"]);
    const rows = Array.from(document.querySelectorAll("tbody tr"), (row) => row.textContent ?? "");
    const stores = rows.filter((row) => row.startsWith("store"));
    expect(stores).toHaveLength(23);
    expect(stores[0]).toMatch(/^store 23/);
  });

  test("says what was filled, masked and left out", async () => {
    const run = runOf([won]);
    const panel = {
      ...run.panel,
      repairs: [{ id: "passengers", how: "mask" as const, count: 4, places: ["1950-01-01 (line 14)"] }],
      skipped: [{ id: "broken", reason: 'x.csv, series "broken": a forecast needs at least 3 rows, got 1.' }],
    };
    const page = visibleText(await forecastReport({ ...run, panel }, "en")).replace(/\s+/g, " ");
    expect(page).toContain("passengers 4 masked 1950-01-01 (line 14), …");
    expect(page).toContain("Left out: 1 series series reason broken x.csv");
    expect(visibleText(await forecastReport(run, "en"))).toContain("Nothing had to be filled");
  });

  test("shows how the model was chosen, what it leaned on, and its gates", async () => {
    const run = runOf([won]);
    const model: ModelFacts = {
      ...run.model,
      decision: {
        ...{ metric: "MASE", windows: 6, horizon: 12, step: 6 },
        candidates: [
          { name: "theta", score: 0.51, weight: 0.6, seconds: 0.1 },
          { name: "lstm", score: 0.62, weight: 0.4, seconds: 2 },
          { name: "naive", score: 2.5, weight: 0, seconds: 0 },
        ],
      },
      explanation: {
        network: "lstm",
        importance: [
          { input: 12, percent: 80 },
          { input: "promotion", percent: 5 },
        ],
        gates: {
          times: ["1960-11-01", "1960-12-01"],
          gates: [{ name: "forget", units: [Float32Array.of(0.2, 0.9)] }],
        },
        transforms: { logs: 1, series: 1, season: "stl", scaler: "standard" },
      },
    };
    for (const lang of langs) {
      const page = visibleText(await forecastReport({ ...run, model }, lang)).replace(/\s+/g, " ");
      expect(page).toContain(lang === "en" ? "12 steps back" : "12 步之前");
      expect(page).toContain("promotion");
      expect(page).toContain(lang === "en" ? "season taken off (STL)" : "去掉季节（STL）");
      expect(page).toMatch(lang === "en" ? /Theta .* 0\.510 60 %/ : /Theta .* 0\.510 60%/);
      expect(page).toContain(lang === "en" ? "forget gate" : "遗忘门");
    }
  });
});
