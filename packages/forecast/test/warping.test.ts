import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  resampled,
  squaredDistance,
  stepsOf,
  warpingBound,
  warpingDistance,
} from "../src/classify/warping.js";
import { classificationGolden } from "./classificationGolden.js";

const steps = (...channels: number[][]) => stepsOf(channels.map((channel) => Float64Array.from(channel)));

describe("dynamic time warping", () => {
  test.each(classificationGolden.dtw)("is that of its recurrence ($dtw)", ({ a, b, dtw }) => {
    expect(warpingDistance(steps(...a), steps(...b), a.length)).toBeCloseTo(dtw, 4);
    expect(warpingDistance(steps(...b), steps(...a), a.length)).toBeCloseTo(dtw, 4);
  });

  test("does not see a delay, and a band of 0 sees it as the Euclidean distance does", () => {
    const [a, b] = [steps([0, 0, 1, 2, 1, 0]), steps([0, 1, 2, 1, 0, 0])];
    expect(warpingDistance(a, b, 1)).toBe(0);
    expect(warpingDistance(a, b, 1, { band: 1 })).toBe(0);
    expect(warpingDistance(a, b, 1, { band: 0 })).toBe(4);
    expect(squaredDistance(a, b)).toBe(4);
  });

  test("a band is never narrower than the lengths differ", () => {
    const [a, b] = [steps([1, 2, 3]), steps([1, 2, 3, 3, 3, 3])];
    expect(warpingDistance(a, b, 1, { band: 0 })).toBe(0);
  });

  test("its bound is never above it, and a limit changes nothing but what exceeds it", () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 9 });
    fc.assert(
      fc.property(
        values,
        values,
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        (x, y, limit, band) => {
          const [a, b] = [steps(x), steps(y)];
          const exact = warpingDistance(a, b, 1, { band });
          expect(warpingBound(a, b, 1)).toBeLessThanOrEqual(warpingDistance(a, b, 1));
          expect(warpingDistance(a, b, 1)).toBeLessThanOrEqual(exact);
          const limited = warpingDistance(a, b, 1, { band, limit });
          if (exact <= limit) expect(limited).toBe(exact);
          else expect(limited).toBeGreaterThan(limit);
        },
      ),
    );
  });
});

test("resampling keeps both ends and goes on straight lines between steps", () => {
  const [channel] = resampled([Float64Array.of(0, 10, 30)], 5);
  expect(channel).toEqual(Float64Array.of(0, 5, 10, 20, 30));
  expect(resampled([Float64Array.of(7)], 3)).toEqual([Float64Array.of(7, 7, 7)]);
  expect(resampled([Float64Array.of(1, 2)], 1)).toEqual([Float64Array.of(1)]);
});
