import { describe, expect, test } from "vitest";
import { digits, exponent, median, ratio, spread, table } from "./measure.js";

describe("medians and ranges", () => {
  test("the median of an even count lies between the two middle values", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
  });

  test("a spread names the smallest and the largest value", () => {
    expect(spread([5, 1, 3])).toEqual({ median: 3, low: 1, high: 5 });
  });
});

describe("ratios", () => {
  test("a ratio is that of the medians, and its range that of the rounds", () => {
    expect(ratio([10, 20, 30], [1, 4, 5])).toEqual({ median: 5, low: 5, high: 10 });
  });

  test("a round that one side sat out does not count", () => {
    expect(ratio([10, undefined, 40], [2, 1, 4])).toEqual({ median: 25 / 3, low: 5, high: 10 });
    expect(ratio([10, undefined], [undefined, 2])).toBeNull();
  });
});

test("the exponent of a power law is found, and of a noisy one nearly", () => {
  const x = [1, 2, 4, 8, 16];
  expect(
    exponent(
      x,
      x.map((v) => 3 * v ** 1.5),
    ),
  ).toBeCloseTo(1.5, 12);
  expect(
    exponent(
      x,
      x.map((v, i) => v ** 2 * (i % 2 === 0 ? 1.05 : 0.95)),
    ),
  ).toBeCloseTo(2, 1);
});

test("numbers are written with three significant digits", () => {
  expect([0.061656, 2.4767, 84, 1234.5].map(digits)).toEqual(["0.0617", "2.48", "84", "1230"]);
});

test("a table's columns are as wide as their widest cell", () => {
  expect(
    table(
      ["a", "work"],
      [
        ["1", "x"],
        ["long", "y"],
      ],
    ),
  ).toBe(["| a    | work |", "|------|------|", "| 1    | x    |", "| long | y    |"].join("\n"));
});
