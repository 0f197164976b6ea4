import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { stl } from "../src/stl.js";
import { distance, flights, golden, messageOf } from "./helpers.js";

describe.each(golden.stl)(
  "stl of $rows months of log flights, window $seasonalWindow (golden: R)",
  (expected) => {
    const { rows, seasonalWindow } = expected;
    const parts = stl(flights.values.slice(0, rows).map(Math.log), { seasonLength: 12, seasonalWindow });

    test.each(["seasonal", "trend", "remainder"] as const)("has R's %s part", (part) => {
      expect(distance(parts[part], expected[part])).toBeLessThan(1e-10);
    });
  },
);

test("the parts add up to the values", () => {
  const { trend, seasonal, remainder } = stl(flights.values, { seasonLength: 12 });
  const sum = trend.map((value, t) => value + seasonal[t]! + remainder[t]!);
  expect(distance(sum, flights.values)).toBeLessThan(1e-9);
});

test("a pure season on a straight line leaves next to nothing", () => {
  const values = Array.from({ length: 60 }, (_, t) => 3 + 0.5 * t + [5, -1, -4][t % 3]!);
  const { remainder, seasonal } = stl(values, { seasonLength: 3 });
  expect(distance(remainder, new Float64Array(60))).toBeLessThan(0.02);
  expect(seasonal[30]).toBeCloseTo(5, 2);
});

test("a constant has neither season nor remainder", () => {
  const { trend, seasonal } = stl(new Array(24).fill(7), { seasonLength: 12 });
  expect(distance(trend, new Float64Array(24).fill(7))).toBeLessThan(1e-12);
  expect(distance(seasonal, new Float64Array(24))).toBeLessThan(1e-12);
});

test.each([
  ["a season of 1", () => stl([1, 2, 3], { seasonLength: 1 }), ArgumentError, "seasonLength must be"],
  [
    "an even window",
    () => stl(new Array(24).fill(1), { seasonLength: 12, seasonalWindow: 8 }),
    ArgumentError,
    "seasonalWindow must be an odd number of at least 3, got 8",
  ],
  [
    "too few values",
    () => stl(new Array(23).fill(1), { seasonLength: 12 }),
    DataError,
    "a season of 12 needs at least 24 values, got 23",
  ],
] as const)("%s is refused", (_, work, kind, part) => {
  expect(messageOf(work, kind)).toContain(part);
});
