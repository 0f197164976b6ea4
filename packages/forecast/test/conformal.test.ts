import { ArgumentError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { naive, seasonalNaive } from "../src/baselines.js";
import { applyCalibration, calibrate, conformal } from "../src/conformal.js";
import type { Forecast } from "../src/forecaster.js";
import type { Fold } from "../src/scores.js";
import { seriesFromValues } from "../src/series.js";
import { theta } from "../src/theta.js";
import { forecasterConformance } from "./forecaster.conformance.js";
import { messageOf } from "./helpers.js";

forecasterConformance("conformal", { make: () => conformal(seasonalNaive), fewest: 3 });

/** A fold whose 80 % interval is mean ± 1, with these errors. */
const fold = (errors: number[], mean = 0): Fold => ({
  trainLength: 10,
  times: errors.map(String),
  actual: Float64Array.from(errors, (error) => mean + error),
  mean: new Float64Array(errors.length).fill(mean),
  levels: [
    {
      level: 80,
      lo: new Float64Array(errors.length).fill(mean - 1),
      hi: new Float64Array(errors.length).fill(mean + 1),
    },
  ],
  mase: 1,
});
const forecast = (mean: number, half: number): Forecast => ({
  times: ["1", "2"],
  mean: Float64Array.of(mean, mean),
  levels: [
    {
      level: 80,
      lo: Float64Array.of(mean - half, mean - half),
      hi: Float64Array.of(mean + half, mean + half),
    },
  ],
});

describe("the factor is the finite-sample quantile of the scores", () => {
  test.each([
    // ⌈(9+1)·0.8⌉ = the 8th of 9
    ["of 9", [1, -2, 3, -4, 5, -6, 7, -8, 9], 8],
    // ⌈(4+1)·0.8⌉ = the 4th of 4
    ["of 4", [4, -1, 3, 2], 4],
  ])("%s", (_, errors, expected) => {
    expect(calibrate([fold(errors)], { by: "all" }).levels[0]!.factors).toEqual([expected]);
  });

  test("of too few, the largest is stretched as the normal's quantiles are", () => {
    // one score stands for the level 1/2 of |z|: 0.6745; 80 per cent are 1.2816
    expect(calibrate([fold([3])], { by: "all" }).levels[0]!.factors[0]).toBeCloseTo(
      (3 * 1.2815516) / 0.6744898,
      5,
    );
  });

  test("of each step on its own", () => {
    const folds = Array.from({ length: 9 }, (_, i) => fold([i + 1, 10 * (i + 1)]));
    expect(calibrate(folds, { by: "step" }).levels[0]!.factors).toEqual([8, 80]);
  });

  test("drawn towards 1 by a prior", () => {
    const folds = Array.from({ length: 3 }, () => fold([16]));
    expect(calibrate(folds, { by: "all", prior: 1 }).levels[0]!.factors[0]).toBeCloseTo(
      calibrate(folds, { by: "all" }).levels[0]!.factors[0]! ** 0.75,
      12,
    );
  });

  test("without missing values, and 1 where no interval has a width", () => {
    expect(calibrate([fold([1, Number.NaN, 2, 3, 4])], { by: "all" }).levels[0]!.factors).toEqual([4]);
    const flat = { ...fold([0]), levels: [{ level: 80, lo: Float64Array.of(0), hi: Float64Array.of(0) }] };
    expect(calibrate([flat], { by: "all" }).levels[0]!.factors).toEqual([1]);
  });
});

test("intervals are stretched on both sides, by logarithms where everything is positive", () => {
  const plain = applyCalibration(forecast(0, 2), { log: false, levels: [{ level: 80, factors: [3] }] });
  expect([plain.levels[0]!.lo[1], plain.levels[0]!.hi[1]]).toEqual([-6, 6]);
  const positive = applyCalibration(forecast(4, 2), { log: true, levels: [{ level: 80, factors: [2] }] });
  expect([positive.levels[0]!.lo[0], positive.levels[0]!.hi[0]]).toEqual([1, 9]);
});

test("a folds' backtest on values of the model's own kind covers what it promises", async () => {
  // a random walk with known steps, forecast by intervals of half the width that they need
  let [state, level] = [1, 0];
  const uniform = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const walk = Array.from({ length: 400 }, () => (level += uniform() + uniform() + uniform() - 1.5));
  const narrow = () => {
    const inner = naive();
    return {
      ...inner,
      fit: inner.fit,
      predict: async (options: { horizon: number; levels?: readonly number[] }) => {
        const { levels, mean, times } = await inner.predict(options);
        return {
          times,
          mean,
          levels: levels.map((one) => ({
            ...one,
            lo: one.lo.map((x, i) => (x + mean[i]!) / 2),
            hi: one.hi.map((x, i) => (x + mean[i]!) / 2),
          })),
        };
      },
    };
  };
  const model = conformal(narrow, { horizon: 6, windows: 60 });
  const own = narrow();
  await model.fit(seriesFromValues(walk));
  await own.fit(seriesFromValues(walk));
  const width = ({ levels }: Forecast) => levels[0]!.hi[5]! - levels[0]!.lo[5]!;
  const factor = width(await model.predict({ horizon: 6 })) / width(await own.predict({ horizon: 6 }));
  expect(factor).toBeGreaterThan(1.6);
  expect(factor).toBeLessThan(2.6);
});

test("a series too short for a backtest keeps the forecaster's own intervals", async () => {
  const series = seriesFromValues([3, 5, 4]);
  const [calibrated, own] = [conformal(theta), theta()];
  await calibrated.fit(series);
  await own.fit(series);
  expect(await calibrated.predict({ horizon: 2 })).toEqual(await own.predict({ horizon: 2 }));
});

test("no folds are refused", () => {
  expect(messageOf(() => calibrate([]), ArgumentError)).toContain("at least one fold");
});
