import { DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { historyNeeded } from "../src/frame.js";
import { choosePreparation, isSeasonal, type Preparation, prepare } from "../src/preparation.js";
import { distance, flights, messageOf } from "./helpers.js";

const noise = Float64Array.from({ length: 120 }, (_, t) => 50 + ((t * 7919) % 101));
const wave = Float64Array.from(noise, (value, t) => value + 100 * Math.sin((2 * Math.PI * t) / 12));

const auto = { log: "auto", season: "stl" } as const;
const plain: Preparation = { log: true, unit: 1, season: "none", seasonLength: 1 };

describe("a season is found", () => {
  test.each([
    ["in the flights", flights.values, 12, true],
    ["in a noisy wave", wave, 12, true],
    ["not in noise", noise, 12, false],
    ["not in a straight line", noise.map((_, t) => t), 12, false],
    ["not in a constant", noise.map(() => 3), 12, false],
    ["not where there is none to look for", wave, 1, false],
  ])("%s", (_, values, seasonLength, expected) => {
    expect(isSeasonal(values, seasonLength)).toBe(expected);
  });
});

describe("logarithms are taken", () => {
  test.each([
    ["of positive values", flights.values, "auto", true],
    ["not when they are not wanted", flights.values, false, false],
    [
      "not of values with a 0 among them",
      flights.values.map((value, t) => (t === 9 ? 0 : value)),
      "auto",
      false,
    ],
    [
      "not of values with a tiny one among them",
      flights.values.map((value, t) => (t === 9 ? 0.01 : value)),
      "auto",
      false,
    ],
    ["of values that grow by any factor", noise.map((_, t) => 3 ** t), "auto", true],
  ] as const)("%s", (_, values, log, expected) => {
    expect(choosePreparation(values, 12, { log, season: "stl" }).log).toBe(expected);
  });
});

test("prepared values and the seasonal part give the values back", () => {
  const preparation = choosePreparation(flights.values, 12, auto);
  const { adjusted, seasonalAhead } = prepare(flights.values, preparation);
  const again = adjusted.slice(-12).map((value, month) => Math.exp(value + seasonalAhead(month + 1)));
  expect(distance(again, flights.values.slice(-12))).toBeLessThan(1e-9);
  expect(seasonalAhead(13)).toBe(seasonalAhead(1));
});

test("less than two seasons are prepared without a season", () => {
  expect(choosePreparation(flights.values.slice(0, 23), 12, auto)).toMatchObject({
    season: "none",
    seasonLength: 1,
  });
});

test("a forecast looks at twenty seasons at most, and at its window at least", () => {
  expect(historyNeeded({ ...plain, season: "stl", seasonLength: 12 }, 15)).toBe(240);
  expect(historyNeeded(plain, 15)).toBe(15);
});

test("a value without logarithm is named", () => {
  const values = Float64Array.of(3, 0, 1);
  expect(messageOf(() => prepare(values, plain), DataError)).toContain("value 2 of the series is 0");
});

test("plain values are divided by their mean size, so that series of any size look alike", () => {
  const { unit } = choosePreparation(Float64Array.of(-2, 0, 4), 1, auto);
  expect(unit).toBe(2);
  expect([...prepare(Float64Array.of(-2, 0, 4), { ...plain, log: false, unit }).adjusted]).toEqual([
    -1, 0, 2,
  ]);
  expect(choosePreparation(Float64Array.of(0, 0), 1, auto).unit).toBe(1);
});

test("a method that finds the season's size itself is used where there are two seasons, seen or not", () => {
  expect(choosePreparation(noise, 12, { log: "auto", season: "index" })).toMatchObject({
    season: "index",
    seasonLength: 12,
  });
  expect(choosePreparation(noise, 12, auto).season).toBe("none");
});
