import { describe, expect, test } from "vitest";
import { baselines, drift, naive, seasonalNaive } from "../src/baselines.js";
import { seriesFromValues } from "../src/series.js";
import { forecasterConformance } from "./forecaster.conformance.js";
import { distance, flights, golden } from "./helpers.js";

for (const make of baselines()) forecasterConformance(make().name, { make, fewest: 3 });

describe("on the flights, points and intervals are what numpy and scipy compute", () => {
  test.each(baselines().map((make) => [make().name, make] as const))("%s", async (name, make) => {
    const forecaster = make();
    await forecaster.fit(flights);
    const { mean, levels } = await forecaster.predict({ horizon: 30 });
    const expected = golden.flights[name]!;
    expect(distance(mean, expected.mean)).toBeLessThan(1e-9);
    expect(distance(levels[0]!.lo, expected.lo80)).toBeLessThan(1e-9);
    expect(distance(levels[0]!.hi, expected.hi80)).toBeLessThan(1e-9);
    expect(distance(levels[1]!.lo, expected.lo95)).toBeLessThan(1e-9);
    expect(distance(levels[1]!.hi, expected.hi95)).toBeLessThan(1e-9);
  });
});

test("without two values of a season, seasonal naive is naive", async () => {
  const short = seriesFromValues([3, 1, 4, 1, 5], { seasonLength: 12 });
  const [seasonal, plain] = [seasonalNaive(), naive()];
  await seasonal.fit(short);
  await plain.fit(short);
  expect(await seasonal.predict({ horizon: 4 })).toEqual(await plain.predict({ horizon: 4 }));
});

test("a straight line is what drift expects, with no doubt", async () => {
  const line = seriesFromValues([2, 4, 6, 8]);
  const forecaster = drift();
  await forecaster.fit(line);
  const { mean, levels } = await forecaster.predict({ horizon: 2, levels: [95] });
  expect([...mean]).toEqual([10, 12]);
  expect([...levels[0]!.hi]).toEqual([10, 12]);
});
