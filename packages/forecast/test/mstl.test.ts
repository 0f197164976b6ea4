import { ArgumentError, DataError } from "@lookback/core";
import { expect, test } from "vitest";
import { deseasonalise, mstl, seasonLengthsOf } from "../src/mstl.js";
import { stl } from "../src/stl.js";
import { classical, relativeDistance } from "./classical.js";
import { distance, flights, messageOf } from "./helpers.js";

test("two seasons are what R's stl in turn makes of them", () => {
  const { seasonal, trend } = mstl(classical.multi!, { seasonLengths: [4, 12] });
  expect(relativeDistance(seasonal[0]!, classical["mstl 4"]!)).toBeLessThan(1e-9);
  expect(relativeDistance(seasonal[1]!, classical["mstl 12"]!)).toBeLessThan(1e-9);
  expect(relativeDistance(trend, classical["mstl trend"]!)).toBeLessThan(1e-9);
});

test("one season is stl, and the parts add up to the values", () => {
  const parts = mstl(flights.values, { seasonLengths: [12] });
  const one = stl(flights.values, { seasonLength: 12, seasonalWindow: 11 });
  expect(distance(parts.seasonal[0]!, one.seasonal)).toBe(0);
  const sum = parts.trend.map((x, t) => x + parts.seasonal[0]![t]! + parts.remainder[t]!);
  expect(distance(sum, flights.values)).toBeLessThan(1e-9);
});

test("a day of hours is looked at for a week too, where two weeks are there", () => {
  const values = new Float64Array(336);
  expect(seasonLengthsOf({ seasonLength: 24, values })).toEqual([24, 168]);
  expect(seasonLengthsOf({ seasonLength: 24, values: values.subarray(1) })).toEqual([24]);
  expect(seasonLengthsOf({ seasonLength: 12, values })).toEqual([12]);
  expect(seasonLengthsOf({ seasonLength: 1, values })).toEqual([]);
});

test("values that do not repeat keep what is no season, and those ahead get none", () => {
  const noise = Float64Array.from({ length: 100 }, (_, t) => (t * 7919) % 101);
  const { adjusted, ahead } = deseasonalise(noise, [12]);
  expect(adjusted).toBe(noise);
  expect(ahead(3)).toBe(0);
});

test("the season ahead is the last one again, whatever the phase the values end in", () => {
  const values = Float64Array.from({ length: 41 }, (_, t) => t + [0, 9, 4, -3][t % 4]!);
  const { adjusted, ahead } = deseasonalise(values, [4]);
  for (let step = 0; step < 9; step++) {
    const expected = adjusted[40]! + step + 1 + ahead(step);
    expect(expected).toBeCloseTo(41 + step + [0, 9, 4, -3][(41 + step) % 4]!, 0);
  }
});

test.each([
  [
    "seasons out of order",
    () => mstl(new Array(99).fill(1), { seasonLengths: [12, 4] }),
    ArgumentError,
    "[12, 4]",
  ],
  ["no seasons", () => mstl([1], { seasonLengths: [] }), ArgumentError, "ascending order, got []"],
  [
    "windows for other seasons",
    () => mstl(new Array(99).fill(1), { seasonLengths: [4], seasonalWindows: [7, 7] }),
    ArgumentError,
    "got 2 for 1",
  ],
  [
    "too few values",
    () => mstl(new Array(23).fill(1), { seasonLengths: [12] }),
    DataError,
    "at least 24 values, got 23",
  ],
] as const)("%s are refused", (_, work, kind, part) => {
  expect(messageOf(work, kind)).toContain(part);
});
