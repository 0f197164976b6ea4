import { DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { choosePreparation, historyNeeded, isSeasonal, prepare } from "../src/preparation.js";
import { distance, flights, messageOf } from "./helpers.js";

const noise = Float64Array.from({ length: 120 }, (_, t) => 50 + ((t * 7919) % 101));
const wave = Float64Array.from(noise, (value, t) => value + 100 * Math.sin((2 * Math.PI * t) / 12));

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
    expect(choosePreparation(values, 12, log).log).toBe(expected);
  });
});

test("prepared values and the seasonal part give the values back", () => {
  const preparation = choosePreparation(flights.values, 12, "auto");
  const { adjusted, seasonalAhead } = prepare(flights.values, preparation);
  const again = adjusted.slice(-12).map((value, month) => Math.exp(value + seasonalAhead(month + 1)));
  expect(distance(again, flights.values.slice(-12))).toBeLessThan(1e-9);
  expect(seasonalAhead(13)).toBe(seasonalAhead(1));
});

test("less than two seasons are prepared without a season", () => {
  expect(choosePreparation(flights.values.slice(0, 23), 12, "auto").seasonLength).toBe(1);
});

test("a forecast looks at twenty seasons at most, and at its window at least", () => {
  expect(historyNeeded({ log: true, seasonLength: 12 }, 15)).toBe(240);
  expect(historyNeeded({ log: true, seasonLength: 1 }, 15)).toBe(15);
});

test("a value without logarithm is named", () => {
  const values = Float64Array.of(3, 0, 1);
  expect(messageOf(() => prepare(values, { log: true, seasonLength: 1 }), DataError)).toContain(
    "value 2 of the series is 0",
  );
});
