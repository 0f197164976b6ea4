import { describe, expect, it } from "vitest";
import { builds, random, sameBits } from "./builds.js";

/** Convolution's geometry in the order of the kernels, for runs of several samples, of one, tap by tap, and without columns. */
const geometries = {
  "runs of several samples": [4, 6, 2, 40, 38, 3, 1, 0, 1],
  "runs of one sample": [3, 4, 1, 400, 400, 3, 1, 4, 4],
  "few channels, tap by tap": [4, 4, 4, 40, 20, 3, 2, 1, 1],
  "one tap, no columns": [5, 3, 1, 300, 300, 1, 1, 0, 1],
};
const samples = 21;

describe.each(builds)("convolution over ranges of samples, %s build", (_, bench) => {
  const { kernels } = bench;

  it.each(Object.entries(geometries))("gives the same bits as over the whole batch: %s", (_name, sizes) => {
    bench.reset();
    const [longChannels, shortChannels, groups, length, outLength, kernel] = sizes as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const geometry = bench.ints(sizes);
    const run = kernels.convRun(geometry);
    const work = bench.bytes(kernels.convWorkBytes(geometry));
    const longSize = samples * longChannels * length;
    const shortSize = samples * shortChannels * outLength;
    const [long, short] = [bench.floats(random(longSize, 1)), bench.floats(random(shortSize, 2))];
    const weight = bench.floats(random((shortChannels * longChannels * kernel) / groups, 3));
    const bias = bench.floats(random(9, 4));
    const forward = (edges: number[]) => {
      const y = bench.floats(new Float32Array(shortSize));
      const x = bench.floats(new Float32Array(longSize));
      for (let i = 0; i + 1 < edges.length; i++) {
        kernels.convToShort(edges[i]!, edges[i + 1]!, geometry, long, weight, bias, y, work);
        kernels.convToLong(edges[i]!, edges[i + 1]!, geometry, short, weight, bias, x, work);
      }
      return [bench.read(y, shortSize), bench.read(x, longSize)] as const;
    };
    const [y, x] = forward([0, samples]);
    const [yInParts, xInParts] = forward([0, run, Math.min(samples, 2 * run), samples]);
    expect(sameBits(y, yInParts)).toBe(true);
    expect(sameBits(x, xInParts)).toBe(true);
  });

  it("sums channels range by range as all at once", () => {
    bench.reset();
    const x = bench.floats(random(2 * 5 * 7, 1));
    const [whole, parts] = [bench.floats(new Float32Array(5)), bench.floats(new Float32Array(5))];
    kernels.addChannelSums(2, 5, 7, 0, 5, x, whole);
    for (const [c0, c1] of [
      [0, 2],
      [2, 5],
    ] as const) {
      kernels.addChannelSums(2, 5, 7, c0, c1, x, parts);
    }
    expect(sameBits(bench.read(whole, 5), bench.read(parts, 5))).toBe(true);
  });
});
