import { ArgumentError } from "@lookback/core";
import { expect, test } from "vitest";
import { blendForecasts, blendWeights } from "../src/blend.js";
import type { Forecast } from "../src/forecaster.js";
import { messageOf } from "./helpers.js";

const rounded = (values: ArrayLike<number>) => Array.from(values, (value) => Number(value.toFixed(6)));

test("weights fall with the power of the error, in units of the median one", () => {
  // errors 1 and 2 and 4: relative 0.5, 1, 2; with power 1: 2 : 1 : 0.5
  const [weights] = blendWeights([[[1, 2, 4]]], 3, { power: 1, prior: 0 });
  expect(rounded(weights!)).toEqual(rounded([2 / 3.5, 1 / 3.5, 0.5 / 3.5]));
});

test("few folds are drawn towards what all series say together", () => {
  // series 1 prefers the first by 2 : 1, series 2 the second; together they say 1.25 : 1.25
  const errors = [[[1, 2]], [[2, 1]]];
  const [trusting] = blendWeights(errors, 2, { power: 1, prior: 0 });
  const [drawn] = blendWeights(errors, 2, { power: 1, prior: 1 });
  expect(rounded(trusting!)).toEqual(rounded([2 / 3, 1 / 3]));
  expect(rounded(drawn!)).toEqual(rounded([Math.SQRT2 / (1 + Math.SQRT2), 1 / (1 + Math.SQRT2)]));
});

test("a series without folds gets what the others say, and equal weights when nobody says anything", () => {
  const [, without] = blendWeights([[[1, 2]], []], 2, { power: 1, prior: 0 });
  expect(rounded(without!)).toEqual(rounded([2 / 3, 1 / 3]));
  expect(rounded(blendWeights([[]], 2)[0]!)).toEqual([0.5, 0.5]);
});

test("constants, which every forecaster hits, tell nothing", () => {
  expect(rounded(blendWeights([[[0, 0, 0]]], 3)[0]!)).toEqual(rounded([1 / 3, 1 / 3, 1 / 3]));
});

test("small weights and forecasters that cannot be used get nothing, and the rest shares it", () => {
  const [weights] = blendWeights([[[1, 1, 9]]], 3, { power: 3, prior: 0 });
  expect(rounded(weights!)).toEqual([0.5, 0.5, 0]);
  const [usable] = blendWeights([[[1, 1, 1]]], 3, {}, (_, c) => c !== 0);
  expect(rounded(usable!)).toEqual([0, 0.5, 0.5]);
});

const forecast = (mean: number, half: number, level = 80): Forecast => ({
  times: ["1"],
  mean: Float64Array.of(mean),
  levels: [{ level, lo: Float64Array.of(mean - half), hi: Float64Array.of(mean + half) }],
});

test("points and the ends of intervals are averaged", () => {
  const { mean, levels } = blendForecasts([forecast(10, 2), undefined, forecast(20, 6)], [0.75, 0, 0.25]);
  expect([mean[0], levels[0]!.lo[0], levels[0]!.hi[0]]).toEqual([12.5, 9.5, 15.5]);
});

test.each([
  ["nothing with a weight", [undefined], "above 0, got none"],
  ["other levels", [forecast(1, 1), forecast(1, 1, 95)], "the same levels"],
])("%s is refused", (_, forecasts, part) => {
  expect(messageOf(() => blendForecasts(forecasts, [0.5, 0.5]), ArgumentError)).toContain(part);
});
