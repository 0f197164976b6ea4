import { describe, expect, it } from "vitest";
import { type Golden, readGolden } from "../../../../golden/read.js";
import { fitKernels, KERNELS, spreadDilations, transformer } from "../../src/classify/miniRocketKernels.js";

interface Case {
  kind: string;
  length: number;
  features: number | number[];
  dilations: number[];
  counts: number[];
  biases: number[];
  x: number[][];
}

const { cases } = readGolden<Golden<Case>>("classifiers");
const of = (kind: string) => cases.filter((one) => one.kind === kind);
const lines = (x: number[][]) => x.map((line) => Float64Array.from(line));

describe("MiniRocket's kernels", () => {
  it.each(of("minirocketSizes"))(
    "spread over the published dilations ($length steps, $features features)",
    (one) => {
      const { dilations, featuresPerDilation } = spreadDilations(one.length, one.features as number);
      expect(dilations).toEqual(one.dilations);
      expect(featuresPerDilation).toEqual(one.counts);
    },
  );

  it("have one dilation, 1, where a kernel does not fit", () => {
    expect(spreadDilations(3, 840)).toEqual({ dilations: [1], featuresPerDilation: [10] });
    expect(spreadDilations(1, 840)).toEqual({ dilations: [1], featuresPerDilation: [10] });
  });

  it("take their biases from quantiles of what they give on a training sequence", () => {
    const [one] = of("minirocketBiases");
    const { biases } = fitKernels([lines(one!.x)], { features: one!.features as number, seed: 3 });
    expect(biases.length).toBe(one!.biases.length);
    for (const [i, bias] of biases.entries()) expect(bias).toBeCloseTo(one!.biases[i]!, 4);
  });

  it.each(of("minirocketFeatures"))(
    "give the share of positions above each bias ($x.length channels)",
    (one) => {
      const channels = Array.from({ length: one.dilations.length * KERNELS }, () => one.x.map((_, c) => c));
      const kernels = {
        dilations: one.dilations,
        featuresPerDilation: one.counts,
        channels,
        biases: Float32Array.from(one.biases),
      };
      const expected = one.features as number[];
      const features = new Float32Array(expected.length);
      // room for a longer sequence than the one at hand
      transformer(kernels, one.x.length, 64)(lines(one.x), features);
      for (const [i, feature] of features.entries()) expect(feature).toBeCloseTo(expected[i]!, 6);
    },
  );

  it("read only the channels that they drew, at most 9 of many", () => {
    const sequence = Array.from({ length: 20 }, (_, c) =>
      Float64Array.from({ length: 30 }, (_, t) => Math.sin(c + t)),
    );
    const kernels = fitKernels([sequence], { features: 840, seed: 0 });
    const sizes = kernels.channels.map((chosen) => chosen.length);
    expect(Math.min(...sizes)).toBe(1);
    expect(Math.max(...sizes)).toBeGreaterThan(4);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(9);
    for (const chosen of kernels.channels) expect(new Set(chosen).size).toBe(chosen.length);
    const transform = transformer(kernels, 20, 30);
    const [before, after] = [
      new Float32Array(kernels.biases.length),
      new Float32Array(kernels.biases.length),
    ];
    transform(sequence, before);
    transform(
      sequence.map((line, c) => (c === 7 ? line.map((value) => -value) : line)),
      after,
    );
    let at = 0;
    let changed = 0;
    for (const [q, chosen] of kernels.channels.entries()) {
      for (let i = kernels.featuresPerDilation[Math.floor(q / KERNELS)]!; i > 0; i--, at++) {
        if (before[at] === after[at]) continue;
        changed++;
        expect(chosen).toContain(7);
      }
    }
    expect(changed).toBeGreaterThan(10);
  });

  it("draw the same for the same seed and others for another", () => {
    const sequences = Array.from({ length: 5 }, (_, n) => [
      Float64Array.from({ length: 30 }, (_, t) => Math.sin(n * t)),
    ]);
    const [a, b, c] = [1, 1, 2].map((seed) => fitKernels(sequences, { features: 840, seed }).biases);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });
});
