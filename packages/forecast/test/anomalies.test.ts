import { ArgumentError, DataError } from "@lookback/core";
import { expect, test } from "vitest";
import { findAnomalies } from "../src/anomalies.js";
import { seasonalNaive } from "../src/baselines.js";
import { mstlEts } from "../src/mstlEts.js";
import { seriesFromValues } from "../src/series.js";
import { flights, rejectionOf } from "./helpers.js";

const spiked = { ...flights, values: flights.values.map((value, t) => (t === 120 ? value * 2 : value)) };

test("a value twice as large as it should be is the one found with the largest score", async () => {
  const { found, from, count, folds } = await findAnomalies(mstlEts, spiked, { level: 99 });
  const worst = found.toSorted((a, b) => b.score - a.score)[0]!;
  expect(worst).toMatchObject({ index: 120, time: "1959-01-01", actual: spiked.values[120], side: "above" });
  expect(worst.score).toBeGreaterThan(2);
  expect([from, count, folds.length]).toEqual([72, 72, 6]);
});

test("every value found lies outside of its interval, and every other inside", async () => {
  const { found, folds } = await findAnomalies(seasonalNaive, spiked, { level: 80 });
  const outside = new Set(found.map(({ index }) => index));
  for (const { trainLength, actual, levels } of folds) {
    for (const [i, y] of actual.entries()) {
      const { lo, hi } = levels[0]!;
      expect(outside.has(trainLength + i)).toBe(y < lo[i]! || y > hi[i]!);
    }
  }
  for (const { score, actual, lo, hi, side } of found) {
    expect(score).toBeGreaterThan(1);
    expect(side === "above" ? actual > hi : actual < lo).toBe(true);
  }
});

test("a forecaster's own intervals are used as they are on request", async () => {
  const own = await findAnomalies(seasonalNaive, spiked, { level: 90, calibrated: false });
  const [fold] = own.folds;
  const model = seasonalNaive();
  await model.fit({ ...spiked, times: spiked.times.slice(0, 72), values: spiked.values.subarray(0, 72) });
  const { levels } = await model.predict({ horizon: 12, levels: [90] });
  expect(fold!.levels).toEqual(levels);
});

test("a constant that jumps once is an anomaly without measure, and a missing value is none", async () => {
  const values = new Array(40).fill(3);
  values[30] = 4;
  const jump = { ...seriesFromValues(values, { seasonLength: 1 }) };
  const { found, count } = await findAnomalies(seasonalNaive, jump, { horizon: 1, calibrated: false });
  expect(found[0]).toMatchObject({ index: 30, side: "above", score: Number.POSITIVE_INFINITY });
  expect(count).toBe(20);
  const gap = { ...jump, values: jump.values.map((y, t) => (t === 30 ? Number.NaN : y)), missing: [30] };
  const without = await findAnomalies(seasonalNaive, gap, { horizon: 1 });
  expect([without.found.length, without.count]).toEqual([0, 19]);
});

test("a level of 100 and a series too short are refused", async () => {
  expect(await rejectionOf(findAnomalies(seasonalNaive, flights, { level: 100 }), ArgumentError)).toContain(
    "below 100",
  );
  const short = seriesFromValues([1, 2, 3], { seasonLength: 1 });
  expect(await rejectionOf(findAnomalies(seasonalNaive, short), DataError)).toContain("at least 4 rows");
});
