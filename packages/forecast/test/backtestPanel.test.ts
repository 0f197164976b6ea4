import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { backtest } from "../src/backtest.js";
import { backtestPanel } from "../src/backtestPanel.js";
import { naive, seasonalNaive } from "../src/baselines.js";
import type { Forecaster, PredictOptions } from "../src/forecaster.js";
import { eachSeries, type GlobalForecaster } from "../src/globalForecaster.js";
import { crps, intervalQuantiles, mae, smape } from "../src/metrics.js";
import { scoreEachStep, scoreFolds } from "../src/scores.js";
import { type Series, seriesFromValues } from "../src/series.js";
import { flights, rejectionOf } from "./helpers.js";

const short = seriesFromValues([5, 6, 7, 9, 8, 7], { id: "short" });
const tiny = seriesFromValues([1, 2, 3], { id: "tiny" });
const line = seriesFromValues(
  Array.from({ length: 30 }, (_, t) => t),
  { id: "line" },
);

test("each series is scored as a backtest of its own scores it, and all of them together over all folds", async () => {
  const panel = await backtestPanel({ each: [seasonalNaive] }, [flights, line], { horizon: 6, windows: 2 });
  const [model] = panel.models;
  expect(model!.series.map(({ id }) => id)).toEqual([flights.id, "line"]);
  for (const [i, series] of [flights, line].entries()) {
    const alone = (await backtest([seasonalNaive], series, { horizon: 6, windows: 2 })).models[0]!;
    expect(model!.series[i]).toMatchObject({ mase: alone.mase, rmse: alone.rmse, crps: alone.crps });
    expect(model!.series[i]!.folds).toEqual(alone.folds);
  }
  const folds = model!.series.flatMap((series) => series.folds);
  expect(folds.map(({ trainLength }) => trainLength)).toEqual([132, 138, 18, 24]);
  expect(model!.mase).toBeCloseTo(folds.reduce((sum, fold) => sum + fold.mase, 0) / 4, 12);
});

test("a model over all series sees in each fold what came before it, of every series", async () => {
  const seen: number[][] = [];
  const spy = (): GlobalForecaster => {
    const inner = eachSeries("spy", naive);
    return {
      ...inner,
      fit: (series, options) => {
        seen.push(series.map(({ values }) => values.length));
        return inner.fit(series, options);
      },
    };
  };
  const panel = await backtestPanel({ together: [spy] }, [flights, short], {
    horizon: 2,
    windows: 2,
    gap: 1,
  });
  expect(seen).toEqual([[139], [141, 3]]);
  expect(panel.models[0]!.series.map(({ folds }) => folds.length)).toEqual([2, 1]);
  const local = await backtestPanel({ each: [naive] }, [flights, short], { horizon: 2, windows: 2, gap: 1 });
  expect(local.models[0]!.series).toEqual(panel.models[0]!.series);
});

test("behind a gap the steps right after the known values are not scored", async () => {
  const { models } = await backtestPanel({ each: [naive] }, [line], { horizon: 2, windows: 1, gap: 3 });
  const [fold] = models[0]!.series[0]!.folds;
  expect([fold!.trainLength, [...fold!.actual], [...fold!.mean]]).toEqual([25, [28, 29], [24, 24]]);
});

/** Goes on without learning again; `fits` remembers what it learned from. */
function observing(fits: Series[]): () => Forecaster {
  return () => {
    const inner = naive();
    return {
      name: "observing",
      fit: (series: Series) => {
        fits.push(series);
        return inner.fit(series);
      },
      observe: (series: Series) => inner.fit(series),
      predict: (options: PredictOptions) => inner.predict(options),
    };
  };
}

test("missing values count nowhere", () => {
  const fold = {
    trainLength: 3,
    times: ["4", "5"],
    actual: Float64Array.of(Number.NaN, 4),
    mean: Float64Array.of(9, 5),
    levels: [{ level: 80, lo: Float64Array.of(8, 4.5), hi: Float64Array.of(10, 6) }],
    mase: 1,
  };
  expect(scoreFolds([fold])).toMatchObject({ mae: 1, rmse: 1, coverage: [{ level: 80, share: 0 }] });
  expect(scoreEachStep([fold])[1]).toMatchObject({ step: 2, mae: 1, mase: 1 });
});

test("the scores of a fold are the metrics of its numbers, overall and step by step", async () => {
  const { models } = await backtestPanel({ each: [seasonalNaive] }, [flights], {
    horizon: 12,
    windows: 2,
    levels: [50],
  });
  const folds = models[0]!.series[0]!.folds;
  const flat = (of: (fold: (typeof folds)[number]) => Float64Array) => folds.flatMap((fold) => [...of(fold)]);
  const [actual, mean] = [flat((fold) => fold.actual), flat((fold) => fold.mean)];
  const levels = [0, 1, 2].map((k) => ({
    level: folds[0]!.levels[k]!.level,
    lo: flat((fold) => fold.levels[k]!.lo),
    hi: flat((fold) => fold.levels[k]!.hi),
  }));
  const { quantiles, probabilities } = intervalQuantiles(mean, levels);
  expect(models[0]!.crps).toBeCloseTo(crps(actual, quantiles, probabilities), 9);
  expect(models[0]!.mae).toBeCloseTo(mae(actual, mean), 9);
  const third = models[0]!.steps[2]!;
  const at = (values: number[]) => [values[2]!, values[14]!];
  expect(third.smape).toBeCloseTo(smape(at(actual), at(mean)), 9);
  expect(models[0]!.steps.reduce((sum, step) => sum + step.mase / 12, 0)).toBeCloseTo(models[0]!.mase, 9);
});

describe("a bad series does not end the run:", () => {
  const picky = (): Forecaster => ({
    ...naive(),
    name: "picky",
    fit: (series) =>
      series.id === "line"
        ? Promise.reject(new DataError(`picky: series "line" is too straight.`))
        : Promise.resolve(),
    predict: async ({ horizon }) => ({
      times: [],
      mean: new Float64Array(horizon),
      levels: levelsOf(horizon),
    }),
  });
  const levelsOf = (horizon: number) =>
    [80, 95].map((level) => ({ level, lo: new Float64Array(horizon), hi: new Float64Array(horizon) }));

  test("one too short for a fold is named with what it needs", async () => {
    const { leftOut, models } = await backtestPanel({ each: [naive] }, [tiny, line], {
      horizon: 4,
      windows: 1,
    });
    expect(leftOut).toEqual([
      { id: "tiny", reason: "a fold with horizon 4 needs at least 7 values, and it has 3." },
    ]);
    expect(models[0]!.series.map(({ id }) => id)).toEqual(["line"]);
  });

  test.each([
    ["one at a time", { each: [picky] }],
    ["together", { together: [() => eachSeries("picky", picky)] }],
  ])("one that a model fails on is left out of that model, %s", async (_, models) => {
    const result = await backtestPanel(models, [short, line, flights], { horizon: 1, windows: 1 });
    expect(result.models[0]!.leftOut).toEqual([
      { id: "line", reason: `picky: series "line" is too straight.` },
    ]);
    expect(result.models[0]!.series.map(({ id }) => id)).toEqual(["short", flights.id]);
  });

  test("a bug ends it", async () => {
    const broken = (): Forecaster => ({ ...naive(), fit: () => Promise.reject(new TypeError("bug")) });
    expect(await rejectionOf(backtestPanel({ each: [broken] }, [line], { horizon: 1 }), TypeError)).toBe(
      "bug",
    );
  });
});

test("without refit, a forecaster that can go on learns once", async () => {
  const [again, once]: Series[][] = [[], []];
  const options = { horizon: 3, windows: 3 };
  const all = await backtestPanel({ each: [observing(again!)] }, [line], options);
  const kept = await backtestPanel({ each: [observing(once!)] }, [line], { ...options, refit: false });
  expect([again!.length, once!.length]).toEqual([3, 1]);
  expect(kept.models[0]!.series).toEqual(all.models[0]!.series);
});

test("progress rises to the end", async () => {
  const seen: number[] = [];
  await backtestPanel({ each: [naive], together: [() => eachSeries("all", naive)] }, [line, flights], {
    horizon: 2,
    windows: 2,
    onProgress: ({ fraction }) => seen.push(fraction),
  });
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect([seen[0], seen.at(-1)]).toEqual([0, 1]);
});

test.each([
  ["no series", [], { horizon: 1 }, "at least one series"],
  ["a negative gap", [line], { horizon: 1, gap: -1 }, "gap: expected a whole number from 0"],
  ["a horizon of 0", [line], { horizon: 0 }, "horizon: expected"],
])("%s is refused", async (_, series, options, part) => {
  expect(await rejectionOf(backtestPanel({ each: [naive] }, series, options), ArgumentError)).toContain(part);
});

test("no model is refused, and an interruption ends it", async () => {
  expect(await rejectionOf(backtestPanel({}, [line], { horizon: 1 }), ArgumentError)).toContain(
    "at least one model",
  );
  const signal = AbortSignal.abort();
  const work = backtestPanel({ each: [naive] }, [line], { horizon: 1, signal });
  expect(await rejectionOf(work, AbortError)).toContain("interrupted");
});
