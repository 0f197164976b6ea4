import { describe, expect, it } from "vitest";
import { fitStandardisation, prepare } from "../../src/classify/preparation.js";
import type { Sequence } from "../../src/classify/sequences.js";

const one = (...values: number[]): Sequence => [Float64Array.from(values)];
const none = fitStandardisation("none", []);
const filled = (...values: number[]) => [...prepare(one(...values), none)[0]!];
const NA = Number.NaN;

describe("prepare", () => {
  it("fills what is missing on a straight line between the neighbours, and with the nearest value at the ends", () => {
    expect(filled(1, NA, NA, 4)).toEqual([1, 2, 3, 4]);
    expect(filled(NA, NA, 5, 7, NA)).toEqual([5, 5, 5, 7, 7]);
    expect(filled(NA, 2)).toEqual([2, 2]);
    expect(filled(3)).toEqual([3]);
    expect(filled(NA, NA)).toEqual([0, 0]);
  });

  it("leaves the sequence that it was given as it was", () => {
    const given = one(1, NA, 3);
    prepare(given, none);
    expect(given[0]![1]).toBeNaN();
  });

  it("standardises each channel over all sequences, missing values left out", () => {
    const sequences: Sequence[] = [
      [Float64Array.of(1, 3), Float64Array.of(10, NA)],
      [Float64Array.of(5, 7, NA), Float64Array.of(10, 10, 10)],
    ];
    const fitted = fitStandardisation("channel", sequences);
    // mean 4 and variance 5 of 1, 3, 5, 7; a constant channel is only centred
    expect(fitted).toEqual({ kind: "channel", means: [4, 10], scales: [Math.sqrt(5), 1] });
    const [a, b] = prepare(sequences[0]!, fitted);
    expect(a![0]).toBeCloseTo(-3 / Math.sqrt(5), 14);
    expect([...b!]).toEqual([0, 0]);
  });

  it("puts a channel that is missing altogether at its mean", () => {
    const fitted = fitStandardisation("channel", [one(1, 3), one(NA, NA)]);
    expect([...prepare(one(NA, NA, NA), fitted)[0]!]).toEqual([0, 0, 0]);
    expect(fitStandardisation("channel", [one(NA)])).toEqual({ kind: "channel", means: [0], scales: [1] });
  });

  it("standardises a sequence by itself", () => {
    const own = fitStandardisation("sequence", [one(1, 2)]);
    expect([...prepare(one(2, 4, NA, 6), own)[0]!].map((v) => Number(v.toFixed(6)))).toEqual([
      -1.224745, 0, 0.612372, 1.224745,
    ]);
    expect([...prepare(one(8, 8), own)[0]!]).toEqual([0, 0]);
  });

  it("takes a spread within the values' rounding for none", () => {
    const fitted = fitStandardisation("channel", [one(1e9, 1e9 + 1e-6)]);
    expect(fitted.scales).toEqual([1]);
  });
});
