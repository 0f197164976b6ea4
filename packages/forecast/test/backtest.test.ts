import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { type BacktestProgress, backtest, defaultWindows } from "../src/backtest.js";
import { baselines, naive, seasonalNaive } from "../src/baselines.js";
import type { Forecaster } from "../src/forecaster.js";
import { type Series, seriesFromValues } from "../src/series.js";
import { flights, rejectionOf } from "./helpers.js";

// published: R package forecast 8.20 on AirPassengers, seasonal naive, one origin
test.each([
  [12, 1.571],
  [24, 2.494],
  [29, 2.201],
])("seasonal naive of the flights has R's MASE over the last %i months", async (horizon, expected) => {
  const { models } = await backtest([seasonalNaive], flights, { horizon, windows: 1 });
  expect(models[0]!.mase).toBeCloseTo(expected, 3);
});

test("seasonal naive of the flights has the tutorial's error over the last 29 months", async () => {
  const { models } = await backtest([naive], flights, { horizon: 1, windows: 29, step: 1 });
  expect(models[0]!.rmse).toBeCloseTo(52.5, 1);
});

/** Remembers what it was fitted on. */
function spy(seen: Series[], name = "spy"): () => Forecaster {
  return () => {
    const inner = naive();
    return {
      name,
      fit: (series) => {
        seen.push(series);
        return inner.fit(series);
      },
      predict: (options) => inner.predict(options),
    };
  };
}

test("every fold is trained on all that came before its test part, and on nothing else", async () => {
  const seen: Series[] = [];
  const series = seriesFromValues(Array.from({ length: 20 }, (_, t) => t));
  const { models, ...shape } = await backtest([spy(seen)], series, { horizon: 3, windows: 3, step: 2 });
  expect(shape).toEqual({ horizon: 3, windows: 3, step: 2, gap: 0 });
  expect(seen.map((part) => part.values.length)).toEqual([13, 15, 17]);
  expect(seen.map((part) => part.times.at(-1))).toEqual(["13", "15", "17"]);
  const folds = models[0]!.folds;
  expect(folds.map((fold) => [...fold.actual])).toEqual([
    [13, 14, 15],
    [15, 16, 17],
    [17, 18, 19],
  ]);
  expect(folds.map((fold) => fold.times[0])).toEqual(["14", "16", "18"]);
  expect(folds.map((fold) => fold.trainLength)).toEqual([13, 15, 17]);
});

test("scores are pooled over all points, and MASE is the mean of folds scaled by their own training part", async () => {
  const series = seriesFromValues([0, 1, 2, 3, 4, 6, 8, 10]);
  const { models } = await backtest([naive], series, { horizon: 2, windows: 2 });
  // errors: after 3: 1, 3; after 6: 2, 4. Scales: 1, then 6/5.
  expect(models[0]).toMatchObject({ name: "naive", mae: 2.5, rmse: Math.sqrt(30 / 4) });
  expect(models[0]!.folds.map((fold) => fold.mase)).toEqual([2, 3 / (6 / 5)]);
  expect(models[0]!.mase).toBe((2 + 2.5) / 2);
});

test("coverage is counted for the levels asked for, and always for 80 and 95", async () => {
  const { models } = await backtest([naive], flights, { horizon: 12, windows: 2, levels: [50] });
  const [score] = models;
  expect(score!.coverage.map(({ level }) => level)).toEqual([50, 80, 95]);
  expect(score!.coverage[1]!.share).toBe(score!.coverage80);
  expect(score!.coverage[2]!.share).toBe(score!.coverage95);
  expect(score!.coverage95).toBeGreaterThanOrEqual(score!.coverage80);
});

test("a constant series gives errors of 0 and no NaN", async () => {
  const { models } = await backtest(baselines(), seriesFromValues(new Array(30).fill(4)), { horizon: 3 });
  for (const { mase, rmse, mae, mape, smape, coverage95 } of models) {
    expect([mase, rmse, mae, mape, smape, coverage95]).toEqual([0, 0, 0, 0, 0, 1]);
  }
});

test("progress rises to the end, model by model and fold by fold", async () => {
  const seen: BacktestProgress[] = [];
  await backtest([naive, seasonalNaive], flights, {
    horizon: 6,
    windows: 2,
    onProgress: (p) => seen.push(p),
  });
  expect(seen.map(({ model, fold, fraction }) => [model, fold, fraction])).toEqual([
    ["naive", 1, 0],
    ["naive", 2, 0.25],
    ["seasonal-naive", 1, 0.5],
    ["seasonal-naive", 2, 0.75],
  ]);
});

test("two forecasters of one name are told apart", async () => {
  const { models } = await backtest([naive, naive], flights, { horizon: 6, windows: 1 });
  expect(models.map(({ name }) => name)).toEqual(["naive", "naive-2"]);
});

describe("the number of folds is, by default,", () => {
  test.each([
    [144, 12, 12, 4],
    [60, 12, 12, 3],
    [30, 12, 12, 1],
    [20, 1, 5, 2],
    [11, 1, 8, 1],
  ])("for %i rows, season %i and horizon %i: %i", (rows, seasonLength, horizon, expected) => {
    expect(defaultWindows(seriesFromValues(new Float64Array(rows), { seasonLength }), horizon)).toBe(
      expected,
    );
  });
});

describe("an error says what to do:", () => {
  test.each([
    [
      "a series too short",
      { horizon: 40, windows: 4 },
      DataError,
      "4 windows of horizon 40 need at least 163 rows",
    ],
    ["a horizon of 0", { horizon: 0 }, ArgumentError, "horizon: expected a whole number"],
    [
      "a fractional number of windows",
      { horizon: 1, windows: 1.5 },
      ArgumentError,
      "windows: expected a whole number",
    ],
    ["a step of 0", { horizon: 1, step: 0 }, ArgumentError, "step: expected a whole number"],
  ] as const)("%s", async (_, options, kind, part) => {
    expect(await rejectionOf(backtest([naive], flights, options), kind)).toContain(part);
  });

  test("a forecaster that fails is named, with its fold", async () => {
    const failing = (): Forecaster => ({
      name: "failing",
      fit: () => Promise.reject(new DataError("too hot.")),
      predict: () => Promise.reject(new Error("never")),
    });
    const message = await rejectionOf(backtest([failing], flights, { horizon: 12, windows: 2 }), DataError);
    expect(message).toBe("backtest, failing, fold 1 of 2 (the first 120 rows): too hot.");
  });

  test("a bug is passed on as it is", async () => {
    const broken = (): Forecaster => ({
      name: "broken",
      fit: () => Promise.reject(new TypeError("bug")),
      predict: () => Promise.reject(new Error("never")),
    });
    expect(await rejectionOf(backtest([broken], flights, { horizon: 12 }), TypeError)).toBe("bug");
  });

  test("an interruption ends it between folds", async () => {
    const controller = new AbortController();
    const seen: Series[] = [];
    const work = backtest([spy(seen)], flights, {
      horizon: 12,
      windows: 4,
      signal: controller.signal,
      onProgress: ({ fold }) => fold === 2 && controller.abort(),
    });
    expect(await rejectionOf(work, AbortError)).toBe("backtest: interrupted.");
    expect(seen.length).toBe(2);
  });
});
