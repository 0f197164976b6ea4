import { ArgumentError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import type { Classifier } from "../src/classify/classifier.js";
import { NearestNeighbor } from "../src/classify/nearest.js";
import { occlusionMap } from "../src/classify/occlusionMap.js";
import type { Sequence } from "../src/classify/sequences.js";
import { rejectionOf } from "./helpers.js";

/** Says "peak" with a probability of 0.9 while the value at step 30 is there and above 1, else with 0.3. */
const looksAtStep30: Classifier = {
  name: "at-30",
  classes: ["flat", "peak"],
  parameterCount: 0,
  fit: async () => {},
  predictProba: async (sequences: readonly Sequence[]) =>
    sequences.map(([values]) => (values![30]! > 1 ? Float64Array.of(0.1, 0.9) : Float64Array.of(0.7, 0.3))),
  predict: async () => [],
  save: () => new Uint8Array(),
};
const peak: Sequence = [Float64Array.from({ length: 60 }, (_, t) => (t === 30 ? 5 : 0))];

describe("occlusionMap", () => {
  test("is the drop of ln p where the classifier looks, and 0 a window's width away from it", async () => {
    const map = await occlusionMap(looksAtStep30, peak);
    expect(map).toHaveLength(60);
    expect(map[30]).toBeCloseTo(Math.log(0.9 / 0.3), 12);
    expect(Math.max(...map)).toBe(map[30]);
    expect(map[20]).toBeCloseTo(0, 12);
    expect(map[40]).toBeCloseTo(0, 12);
  });

  test("what speaks for one class speaks against another", async () => {
    const map = await occlusionMap(looksAtStep30, peak, "flat");
    expect(map[30]).toBeCloseTo(Math.log(0.1 / 0.7), 12);
  });

  test("works with sequences of two steps, and leaves the sequence as it was", async () => {
    const nearest = new NearestNeighbor();
    const short: Sequence = [Float64Array.of(1, 2)];
    await nearest.fit([short, [Float64Array.of(5, 6)]], ["a", "b"]);
    expect(await occlusionMap(nearest, short)).toHaveLength(2);
    expect(short).toEqual([Float64Array.of(1, 2)]);
  });

  test("an unknown class is refused", async () => {
    expect(await rejectionOf(occlusionMap(looksAtStep30, peak, "wave"), ArgumentError)).toContain(
      'knows no class "wave"',
    );
  });
});
