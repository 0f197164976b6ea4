import { describe, expect, it } from "vitest";
import { builds, random } from "./builds.js";

const lengths = [0, 1, 2, 3, 4, 5, 7, 8, 13, 64, 65];

describe.each(builds)("moving arrays, %s build", (_, bench) => {
  const { kernels } = bench;

  it("fill, copy, axpy, where and broadcastRow work at every length and write nothing else", () => {
    for (const n of lengths) {
      bench.reset();
      const values = random(n, 1);
      const others = random(n, 2);
      const x = bench.floats(values);
      const y = bench.floats(others);
      kernels.axpy(n, 2, x, y);
      expect(bench.read(y, n)).toEqual(others.map((value, i) => 2 * values[i]! + value));
      kernels.copy(n, x, y);
      expect(bench.read(y, n)).toEqual(values);
      kernels.fill(n, 2.5, y);
      expect(bench.read(y, n)).toEqual(new Float32Array(n).fill(2.5));
      const cond = bench.floats(values.map((_, i) => [0, 1, -0, Number.NaN][i % 4]!));
      kernels.where(n, cond, x, bench.floats(others), y);
      expect(bench.read(y, n)).toEqual(values.map((value, i) => (i % 2 ? value : others[i]!)));
      const rows = bench.floats(new Float32Array(3 * n));
      kernels.broadcastRow(3, n, x, rows);
      expect([...bench.read(rows, 3 * n)]).toEqual([...values, ...values, ...values]);
    }
  });

  /** shape, strides, and where the first element lies in the source. */
  const views: [shape: number[], strides: number[], first: number][] = [
    [[], [], 0],
    [[5], [1], 2],
    [[5], [-1], 9],
    [[5], [0], 3],
    [[3, 4], [4, 1], 0],
    [[4, 3], [1, 4], 0],
    [[17, 9], [1, 17], 3],
    [[8, 12], [1, 8], 0],
    [[2, 3, 4], [1, 8, 2], 5],
    [[2, 3, 4], [0, -5, 1], 20],
    [[2, 0, 4], [1, 1, 1], 0],
    [[2, 2, 2, 2, 3], [1, 2, 4, 8, 16], 0],
    [[3, 1, 5], [7, 0, 0], 1],
  ];

  it.each(views)(
    "copyStrided reads shape %j with strides %j, addStrided is its transpose",
    (shape, strides, first) => {
      bench.reset();
      const values = random(200, 1);
      const source = bench.floats(values);
      const offsets = shape.reduce<number[]>(
        (all, size, d) => all.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides[d]!)),
        [first],
      );
      const n = offsets.length;
      const y = bench.floats(new Float32Array(n));
      const [shapeAt, stridesAt] = [bench.ints(shape), bench.ints(strides)];
      kernels.copyStrided(shape.length, shapeAt, source + 4 * first, stridesAt, y);
      expect([...bench.read(y, n)]).toEqual(offsets.map((at) => values[at]));

      const added = random(n, 2);
      const expected = Float64Array.from(values);
      offsets.forEach((at, i) => {
        expected[at]! += added[i]!;
      });
      kernels.addStrided(shape.length, shapeAt, bench.floats(added), source + 4 * first, stridesAt);
      bench.read(source, 200).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5);
      });
    },
  );

  it("copyStrided keeps the bits of integers", () => {
    bench.reset();
    const ints = [0x7f800001, -1, 5, 0x7fc12345, -2147483648, 7];
    const y = bench.ints(new Int32Array(6));
    kernels.copyStrided(2, bench.ints([3, 2]), bench.ints(ints), bench.ints([1, 3]), y);
    expect([...bench.readInts(y, 6)]).toEqual([ints[0], ints[3], ints[1], ints[4], ints[2], ints[5]]);
  });
});
