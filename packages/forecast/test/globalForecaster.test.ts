import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { drift, naive, seasonalNaive } from "../src/baselines.js";
import type { FitProgress, Forecaster } from "../src/forecaster.js";
import { eachSeries, single } from "../src/globalForecaster.js";
import { seriesFromValues } from "../src/series.js";
import { forecasterConformance } from "./forecaster.conformance.js";
import { flights, rejectionOf } from "./helpers.js";

const short = seriesFromValues([3, 1, 4, 1, 5], { id: "short" });

forecasterConformance("drift as a global forecaster over one series", {
  make: () => single(() => eachSeries("drift", drift)),
  fewest: 3,
});

describe("one forecaster for each series", () => {
  test("forecasts each as it would alone, in their order", async () => {
    const both = eachSeries("seasonal-naive", seasonalNaive);
    await both.fit([flights, short]);
    const [first, second] = await both.predict({ horizon: 3 });
    const alone = seasonalNaive();
    await alone.fit(flights);
    expect(first).toEqual(await alone.predict({ horizon: 3 }));
    expect([...second!.mean]).toEqual([5, 5, 5]);
  });

  test("names the series that cannot be fitted, once", async () => {
    const bad = seriesFromValues([1, 2], { id: "tiny" });
    expect(await rejectionOf(eachSeries("naive", naive).fit([flights, bad]), DataError)).toBe(
      'naive: needs at least 3 values, series "tiny" has 2. Add more of the past.',
    );
    const failing = (): Forecaster => ({
      ...naive(),
      name: "failing",
      fit: () => Promise.reject(new DataError("failing: no.")),
    });
    expect(await rejectionOf(eachSeries("failing", failing).fit([flights, short]), DataError)).toBe(
      'series "passengers": failing: no.',
    );
  });

  test("reports progress over all series, and can be interrupted between them", async () => {
    const seen: FitProgress[] = [];
    const controller = new AbortController();
    const work = eachSeries("naive", naive).fit([flights, short, flights], {
      signal: controller.signal,
      onProgress: (progress) => {
        seen.push(progress);
        if (seen.length === 2) controller.abort();
      },
    });
    expect(await rejectionOf(work, AbortError)).toBe("naive: interrupted.");
    expect(seen.map(({ fraction, note }) => [fraction, note])).toEqual([
      [1 / 3, "passengers"],
      [2 / 3, "short"],
    ]);
  });

  test("without any series is refused", async () => {
    expect(await rejectionOf(eachSeries("naive", naive).fit([]), ArgumentError)).toBe(
      "naive: expected at least one series to learn from, got none.",
    );
  });

  test("cannot forecast before it is fitted", async () => {
    expect(await rejectionOf(eachSeries("naive", naive).predict({ horizon: 1 }), ArgumentError)).toContain(
      "Call fit(series) before predict()",
    );
  });
});
