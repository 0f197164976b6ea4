import { AbortError, ArgumentError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { MajorityClass } from "../src/classify/majority.js";
import { NearestNeighbor, warpingWork } from "../src/classify/nearest.js";
import type { Sequence } from "../src/classify/sequences.js";
import { classifierConformance } from "./classifier.conformance.js";
import { rejectionOf } from "./helpers.js";

classifierConformance("nearest-euclidean", { make: () => new NearestNeighbor({ distance: "euclidean" }) });
classifierConformance("nearest-dtw", { make: () => new NearestNeighbor() });
classifierConformance("nearest-dtw in a window", { make: () => new NearestNeighbor({ window: 0.1 }) });
classifierConformance("majority", { make: () => new MajorityClass(), learns: 0.3 });

const one = (...values: number[]): Sequence => [Float64Array.from(values)];

describe("the nearest neighbour", () => {
  const training = [one(0, 0, 5, 0, 0, 0), one(0, 0, 0, 0, 0, 0)];
  const late = one(0, 0, 0, 0, 5, 0);

  test("with warping a late peak is a peak; without, it is nearer to none; in a narrow window as well", async () => {
    const label = async (nearest: NearestNeighbor) => {
      await nearest.fit(training, ["peak", "flat"]);
      return (await nearest.predict([late]))[0];
    };
    expect(await label(new NearestNeighbor())).toBe("peak");
    expect(await label(new NearestNeighbor({ distance: "euclidean" }))).toBe("flat");
    expect(await label(new NearestNeighbor({ window: 0.1 }))).toBe("flat");
    expect(await label(new NearestNeighbor({ window: 0.5 }))).toBe("peak");
  });

  test("of several as near, the first decides", async () => {
    for (const distance of ["euclidean", "dtw"] as const) {
      const nearest = new NearestNeighbor({ distance });
      await nearest.fit([one(1, 2), one(5, 6), one(1, 2)], ["b", "x", "a"]);
      expect(await nearest.predict([one(1, 2)])).toEqual(["b"]);
    }
  });

  test("channels keep their own scales, so that a loud one outweighs a quiet one", async () => {
    const quiet = (loud: number, soft: number): Sequence => [
      Float64Array.of(loud, loud),
      Float64Array.of(soft, soft),
    ];
    const nearest = new NearestNeighbor();
    await nearest.fit([quiet(100, 1), quiet(200, 2)], ["a", "b"]);
    expect(await nearest.predict([quiet(110, 2)])).toEqual(["a"]);
  });

  test("a prediction can be interrupted", async () => {
    const nearest = new NearestNeighbor();
    await nearest.fit(training, ["peak", "flat"]);
    const stop = new AbortController();
    stop.abort();
    await rejectionOf(nearest.predictProba([late], { signal: stop.signal }), AbortError);
  });

  test("options are checked", () => {
    expect(() => new NearestNeighbor({ window: 2 })).toThrow(
      "nearest: window: expected a share from 0 to 1, got 2",
    );
    expect(() => new NearestNeighbor({ distance: "edit" as "dtw" })).toThrow(
      'expected "euclidean" or "dtw", got "edit"',
    );
    expect(() => new NearestNeighbor({ windw: 1 } as object)).toThrow(ArgumentError);
  });

  test("the work of warping is a step for each pair of steps, channels and sequences", () => {
    const two: Sequence = [new Float64Array(3), new Float64Array(3)];
    expect(warpingWork([two, two], [[new Float64Array(5), new Float64Array(5)]])).toBe(2 * 3 * 5 * 2);
  });
});

test("the majority's probabilities are the classes' shares", async () => {
  const majority = new MajorityClass();
  await majority.fit([one(1, 2), one(3, 4), one(5, 6), one(7, 8)], ["b", "a", "b", "b"]);
  expect(await majority.predictProba([one(9, 9)])).toEqual([Float64Array.of(0.25, 0.75)]);
  expect(await majority.predict([one(1, 2)])).toEqual(["b"]);
});
