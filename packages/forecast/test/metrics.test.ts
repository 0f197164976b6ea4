import { ArgumentError } from "@lookback/core";
import { expect, test } from "vitest";
import {
  coverage,
  crps,
  crpsNormal,
  intervalQuantiles,
  mae,
  mape,
  mase,
  maseScale,
  pinball,
  rmse,
  smape,
} from "../src/metrics.js";
import { levelToZ, normalCdf, normalQuantile } from "../src/normal.js";
import { classical } from "./classical.js";
import { golden, messageOf } from "./helpers.js";

const { actual, predicted, training, seasonLength, ...expected } = golden.metrics;

test.each([
  ["rmse", () => rmse(actual, predicted), expected.rmse],
  ["mae", () => mae(actual, predicted), expected.mae],
  ["mape", () => mape(actual, predicted), expected.mape],
  ["smape", () => smape(actual, predicted), expected.smape],
  ["mase", () => mase(actual, predicted, { training, seasonLength }), expected.mase],
  [
    "coverage",
    () =>
      coverage(
        actual,
        predicted.map((p) => p - 5),
        predicted.map((p) => p + 4),
      ),
    expected.coverage,
  ],
  ["pinball", () => pinball(actual, predicted, 0.9), expected.pinball90],
])("%s is what numpy computes", (_, compute, value) => {
  expect(compute()).toBeCloseTo(value, 12);
});

test("the normal quantile is what scipy computes", () => {
  for (const { p, z } of golden.normal)
    expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(1e-10 * (1 + Math.abs(z)));
  expect(levelToZ(95)).toBeCloseTo(1.959963984540054, 14);
  expect([normalCdf(-50), normalCdf(0), normalCdf(50)]).toEqual([0, 0.5, 1]);
});

test("mape is NaN where an actual value is 0", () => {
  expect(mape([0, 1], [1, 1])).toBeNaN();
});

test("smape counts 0 for a forecast of 0 that comes true, and 200 for the opposite sign", () => {
  expect(smape([0], [0])).toBe(0);
  expect(smape([1], [-1])).toBe(200);
});

test("mase falls back to one-step differences where the seasonal ones are 0 or there are none", () => {
  expect(maseScale([1, 2, 1, 2, 1, 2], 2)).toBe(1);
  expect(maseScale([1, 2, 4], 12)).toBe(1.5);
});

test("mase after a constant is 0 for a perfect forecast and infinite for another", () => {
  expect(mase([5], [5], { training: [5, 5, 5] })).toBe(0);
  expect(mase([6], [5], { training: [5, 5, 5] })).toBe(Number.POSITIVE_INFINITY);
});

test("pinball at 0.5 is half the mean absolute error", () => {
  expect(pinball(actual, predicted, 0.5)).toBeCloseTo(mae(actual, predicted) / 2, 12);
});

const [ys, mus, sigmas] = [
  [1.2, -0.7, 3.1],
  [1, 0.4, 1.5],
  [0.5, 2, 0.8],
];

test("crps of normal distributions is the integral that R computes", () => {
  expect(crpsNormal(ys, mus, sigmas)).toBeCloseTo(classical.crpsNormal![0]!, 9);
  expect(crpsNormal([3], [1], [0])).toBe(2);
});

test("crps of 999 quantiles is twice their mean pinball loss, as in R, and near the integral", () => {
  const probabilities = Array.from({ length: 999 }, (_, k) => (k + 0.5) / 999);
  const quantiles = probabilities.map((q) => ys.map((_, i) => mus[i]! + sigmas[i]! * normalQuantile(q)));
  expect(crps(ys, quantiles, probabilities)).toBeCloseTo(classical.crpsQuantiles![0]!, 10);
});

test("crps of a single quantile is the absolute error", () => {
  expect(crps(actual, [predicted], [0.5])).toBeCloseTo(mae(actual, predicted), 12);
});

test("intervals are quantiles on both sides of the median", () => {
  const { probabilities, quantiles } = intervalQuantiles(
    [5],
    [
      { level: 80, lo: [3], hi: [7] },
      { level: 95, lo: [1], hi: [9] },
    ],
  );
  expect(probabilities.map((q) => q.toFixed(3))).toEqual(["0.025", "0.100", "0.500", "0.900", "0.975"]);
  expect(quantiles.map((values) => values[0])).toEqual([1, 3, 5, 7, 9]);
});

test.each([
  [
    "different lengths",
    () => rmse([1, 2], [1]),
    "rmse: actual and predicted must have the same length, got 2 and 1",
  ],
  ["different lengths of an interval", () => coverage([1], [1], [1, 2]), "coverage"],
  ["no values", () => mae([], []), "mae: expected at least one value"],
  ["descending probabilities", () => crps([1], [[1], [1]], [0.9, 0.1]), "must ascend, got 0.9, 0.1"],
  ["a missing quantile", () => crps([1], [[1]], [0.1, 0.9]), "got 1 for 2"],
  ["a negative sigma", () => crpsNormal([1], [1], [-1]), "at least 0, got -1"],
  ["a quantile of 1", () => pinball([1], [1], 1), "between 0 and 1, got 1"],
])("%s are refused", (_, work, part) => {
  expect(messageOf(work, ArgumentError)).toContain(part);
});
