import { describe, expect, it } from "vitest";
import { Cell } from "../../src/engine/kernels.js";
import { type Bench, builds, random } from "./builds.js";

// The numbers themselves are held to PyTorch's by recurrentOptions.test.ts; here, what a caller relies on besides.

const sizes: [T: number, B: number, H: number, P: number][] = [
  [1, 1, 2, 1],
  [3, 1, 6, 2],
  [4, 5, 7, 3],
  [3, 9, 18, 5],
  [2, 13, 33, 8],
];

interface Options {
  reverse: number;
  batchSizes?: number[];
  ranges?: [number, number][];
  spoiledRow?: number;
}

/** Everything that forward and backward of a reset-before GRU write. */
function resetBefore(bench: Bench, [T, B, H]: (typeof sizes)[number], options: Options): Float32Array[] {
  const { kernels } = bench;
  const { reverse, batchSizes, ranges = [[0, B]], spoiledRow = -1 } = options;
  bench.reset();
  const whh = bench.floats(random(3 * H * H, 1, 1.5 / Math.sqrt(H)));
  const [packed, back] = [0, 1].map((backward) => {
    const to = bench.bytes(kernels.recurrentPackedBytes(Cell.gru, H, backward));
    kernels.recurrentPack(Cell.gru, H, backward, whh, to);
    return to;
  }) as [number, number];
  const inputs = random(T * B * 3 * H, 2, 2);
  if (spoiledRow >= 0) inputs[spoiledRow * 3 * H] = Number.NaN;
  const gates = bench.floats(inputs);
  const hs = bench.floats(random((T + 1) * B * H, 3));
  const q = bench.floats(new Float32Array(T * B * H).fill(99));
  const at = batchSizes ? bench.ints(batchSizes) : 0;
  const dy = bench.floats(random(T * B * H, 4));
  const dh = bench.floats(random(B * H, 5));
  const dgates = bench.floats(new Float32Array(T * B * 3 * H).fill(99));
  const dq = bench.floats(new Float32Array(B * H));
  for (const [b0, b1] of ranges)
    kernels.resetBeforeForward(T, B, b0, b1, H, reverse, gates, packed, hs, q, at);
  for (const [b0, b1] of ranges) {
    kernels.resetBeforeBackward(T, B, b0, b1, H, reverse, gates, back, hs, at, dy, dh, dgates, dq);
  }
  return [
    bench.read(hs, (T + 1) * B * H),
    bench.read(q, T * B * H),
    bench.read(dgates, T * B * 3 * H),
    bench.read(dh, B * H),
  ];
}

/** Everything that forward and backward of a projected LSTM write. */
function projected(bench: Bench, [T, B, H, P]: (typeof sizes)[number], options: Options): Float32Array[] {
  const { kernels } = bench;
  const { reverse, batchSizes, ranges = [[0, B]], spoiledRow = -1 } = options;
  bench.reset();
  const pack = (transpose: number, n: number, k: number, from: number, ld: number) => {
    const to = bench.bytes(kernels.packedBytes(n, k));
    kernels.pack(transpose, n, k, from, ld, to);
    return to;
  };
  const whh = bench.floats(random(4 * H * P, 1));
  const whr = bench.floats(random(P * H, 2));
  const forward = [pack(1, 4 * H, P, whh, P), pack(1, P, H, whr, H)] as const;
  const back = [pack(0, P, 4 * H, whh, P), pack(0, H, P, whr, H)] as const;
  const inputs = random(T * B * 4 * H, 3, 2);
  if (spoiledRow >= 0) inputs[spoiledRow * 4 * H] = Number.NaN;
  const gates = bench.floats(inputs);
  const hs = bench.floats(random((T + 1) * B * P, 4));
  const cs = bench.floats(random((T + 1) * B * H, 5));
  const [m, extra] = [bench.floats(new Float32Array(T * B * H)), bench.floats(new Float32Array(T * B * H))];
  const at = batchSizes ? bench.ints(batchSizes) : 0;
  const dy = bench.floats(random(T * B * P, 6));
  const [dh, dc] = [bench.floats(random(B * P, 7)), bench.floats(random(B * H, 8))];
  const dgates = bench.floats(new Float32Array(T * B * 4 * H).fill(99));
  const [dhs, dm] = [
    bench.floats(new Float32Array(T * B * P).fill(99)),
    bench.floats(new Float32Array(B * H)),
  ];
  for (const [b0, b1] of ranges) {
    // biome-ignore format: the kernel's arguments in the order of its declaration
    kernels.projectedForward(T, B, b0, b1, H, P, reverse, gates, ...forward, hs, cs, B * H, m, extra, at);
  }
  for (const [b0, b1] of ranges) {
    // biome-ignore format: the kernel's arguments in the order of its declaration
    kernels.projectedBackward(T, B, b0, b1, H, P, reverse, gates, ...back, cs, extra, at, dy, dh, dc, dgates, dhs, dm);
  }
  return [
    bench.read(hs, (T + 1) * B * P),
    bench.read(cs, (T + 1) * B * H),
    bench.read(m, T * B * H),
    bench.read(dgates, T * B * 4 * H),
    bench.read(dhs, T * B * P),
    bench.read(dh, B * P),
    bench.read(dc, B * H),
  ];
}

const variants = [
  ["reset-before GRU", resetBefore],
  ["projected LSTM", projected],
] as const;

describe.each(variants)("%s", (_, run) => {
  const benches = builds.map(([, bench]) => bench);

  it("gives the same numbers in both builds, but for rounding", () => {
    for (const size of sizes) {
      for (const reverse of [0, 1]) {
        const [first, ...others] = benches.map((bench) => run(bench, size, { reverse }));
        for (const other of others) {
          first!.forEach((values, i) => {
            values.forEach((value, j) => {
              expect(Math.abs(value - other[i]![j]!)).toBeLessThan(1e-4 * (1 + Math.abs(value)));
            });
          });
        }
      }
    }
  });

  it("gives the same bits when the batch is split into ranges of rows", () => {
    for (const bench of benches) {
      for (const batchSizes of [undefined, [13, 6]]) {
        const options = { reverse: 0, ...(batchSizes ? { batchSizes } : {}) };
        const size: (typeof sizes)[number] = [2, 13, 9, 4];
        const whole = run(bench, size, options);
        for (const cut of [1, 5, 6, 12]) {
          const ranges: [number, number][] = [
            [0, cut],
            [cut, 13],
          ];
          expect(run(bench, size, { ...options, ranges })).toEqual(whole);
        }
      }
    }
  });

  it("keeps a NaN in its row", () => {
    const [T, B, H, P] = [3, 4, 5, 2];
    for (const bench of benches) {
      const hs = run(bench, [T, B, H, P], { reverse: 0, spoiledRow: 1 })[0]!;
      const width = hs.length / (T + 1) / B;
      const spoiled = [0, 1, 2, 3].map((b) =>
        hs.subarray((T * B + b) * width, (T * B + b + 1) * width).some(Number.isNaN),
      );
      expect(spoiled).toEqual([false, true, false, false]);
    }
  });
});
