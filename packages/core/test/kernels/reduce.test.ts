import { describe, expect, it } from "vitest";
import { Reduce } from "../../src/engine/kernels.js";
import { builds, random } from "./builds.js";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;

const shapes: [outer: number, mid: number, inner: number][] = [
  [1, 1, 1],
  [1, 9, 1],
  [3, 4, 1],
  [5, 7, 1],
  [2, 3, 4],
  [3, 5, 6],
  [2, 8, 13],
  [0, 3, 2],
  [2, 6, 0],
];

const reductions: Record<keyof typeof Reduce, (values: number[]) => number> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  mean: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  max: (values) => Math.max(...values),
  min: (values) => Math.min(...values),
  prod: (values) => values.reduce((a, b) => a * b, 1),
};

/** The values along mid for every [outer, inner]. */
function lines(x: ArrayLike<number>, outer: number, mid: number, inner: number): number[][] {
  return Array.from({ length: outer * inner }, (_, at) => {
    const [o, i] = [Math.floor(at / inner), at % inner];
    return Array.from({ length: mid }, (_, m) => x[(o * mid + m) * inner + i]!);
  });
}

describe.each(builds)("reductions, %s build", (_, bench) => {
  const { kernels } = bench;

  it("sums are those of float64 at every length", () => {
    for (const n of [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 1000]) {
      bench.reset();
      const [a, b] = [random(n, 1), random(n, 2)];
      const [x, y] = [bench.floats(a), bench.floats(b)];
      expect(kernels.sum(n, x)).toBeCloseTo(
        a.reduce((s, v) => s + v, 0),
        10,
      );
      expect(kernels.sumSquares(n, x)).toBeCloseTo(
        a.reduce((s, v) => s + v * v, 0),
        10,
      );
      const difference = a.reduce((s, v, i) => s + Math.fround(v - b[i]!) ** 2, 0);
      expect(kernels.sumSquaredDifference(n, x, y)).toBeCloseTo(difference, 10);
    }
  });

  it("a long sum of small numbers loses nothing to float32", () => {
    bench.reset();
    const n = 1 << 20;
    const x = bench.floats(new Float32Array(n).fill(0.1));
    expect(kernels.sum(n, x) / n).toBeCloseTo(Math.fround(0.1), 14);
  });

  it("allFinite finds NaN and both infinities at every position", () => {
    for (const n of [1, 3, 4, 6, 9]) {
      bench.reset();
      const x = bench.floats(new Float32Array(n).fill(3e38));
      expect(kernels.allFinite(n, x)).toBe(1);
      for (const bad of [nan, inf, -inf]) {
        for (let i = 0; i < n; i++) {
          const values = new Float32Array(n);
          values[i] = bad;
          expect(kernels.allFinite(n, bench.floats(values))).toBe(0);
        }
      }
    }
    expect(kernels.allFinite(0, 2048)).toBe(1);
  });

  describe.each(Object.keys(reductions) as (keyof typeof Reduce)[])("reduce %s", (name) => {
    it.each(shapes)("over the middle of [%i, %i, %i]", (outer, mid, inner) => {
      bench.reset();
      const x = random(outer * mid * inner, 1, 2);
      const y = bench.floats(new Float32Array(outer * inner));
      kernels.reduce(Reduce[name], outer, mid, inner, bench.floats(x), y);
      const expected = lines(x, outer, mid, inner).map((values) => Math.fround(reductions[name](values)));
      bench.read(y, outer * inner).forEach((value, i) => {
        expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(2 ** -23 * Math.abs(expected[i]!));
      });
    });

    it("keeps NaN wherever it stands", () => {
      for (const inner of [1, 3]) {
        for (let m = 0; m < 7; m++) {
          bench.reset();
          const x = random(7 * inner, 1);
          x[m * inner] = nan;
          const y = bench.floats(new Float32Array(inner));
          kernels.reduce(Reduce[name], 1, 7, inner, bench.floats(x), y);
          expect([...bench.read(y, inner)].map(Number.isNaN)).toEqual([true, false, false].slice(0, inner));
        }
      }
    });
  });

  it("argReduce takes the first of equals and the first NaN", () => {
    for (const [values, largest, smallest] of [
      [[1, 3, 2, 3], 1, 0],
      [[2, 1, 1, 5], 3, 1],
      [[5], 0, 0],
      [[1, nan, 9, nan], 1, 1],
      [[nan, 1], 0, 0],
      [[-inf, -inf], 0, 0],
      [[inf, inf, -inf], 0, 2],
    ] as [number[], number, number][]) {
      for (const inner of [1, 3]) {
        bench.reset();
        const x = bench.floats(values.flatMap((value) => [value, 0, 0].slice(0, inner)));
        const y = bench.ints(new Int32Array(inner));
        kernels.argReduce(1, 1, values.length, inner, x, y);
        expect(bench.readInts(y, 1)[0]).toBe(largest);
        kernels.argReduce(0, 1, values.length, inner, x, y);
        expect(bench.readInts(y, 1)[0]).toBe(smallest);
      }
    }
  });

  it("addColumnSums adds to what is there", () => {
    for (const [rows, cols] of [
      [0, 3],
      [1, 1],
      [3, 5],
      [4, 4],
      [9, 7],
      [6, 24],
      [5, 1030],
      [100, 2],
    ] as const) {
      bench.reset();
      const x = random(rows * cols, 1);
      const old = random(cols, 2);
      const y = bench.floats(old);
      kernels.addColumnSums(rows, cols, bench.floats(x), y);
      const sums = cols && rows ? lines(x, 1, rows, cols).map(reductions.sum) : new Array(cols).fill(0);
      bench.read(y, cols).forEach((value, j) => {
        expect(value).toBe(Math.fround(old[j]! + sums[j]!));
      });
    }
  });

  it.each(shapes)(
    "softmax and log-softmax and their gradients over the middle of [%i, %i, %i]",
    (outer, mid, inner) => {
      const n = outer * mid * inner;
      const x = random(n, 1, 20);
      const dy = random(n, 2);
      for (const log of [0, 1]) {
        bench.reset();
        const [y, dx] = [bench.floats(x), bench.floats(dy)];
        kernels.softmax(log, outer, mid, inner, y, y);
        kernels.softmaxBackward(log, outer, mid, inner, y, dx, dx);
        const [values, gradients] = [bench.read(y, n), bench.read(dx, n)];
        for (let o = 0; o < outer; o++) {
          for (let i = 0; i < inner; i++) {
            const at = Array.from({ length: mid }, (_, m) => (o * mid + m) * inner + i);
            const peak = Math.max(...at.map((p) => x[p]!));
            const total = at.reduce((sum, p) => sum + Math.exp(x[p]! - peak), 0);
            const p = at.map((position) => Math.exp(x[position]! - peak) / total);
            const dot = at.reduce((sum, position, m) => sum + dy[position]! * (log ? 1 : p[m]!), 0);
            at.forEach((position, m) => {
              const expected = log ? Math.log(p[m]!) : p[m]!;
              // x − peak is rounded to float32, as in PyTorch
              expect(Math.abs(values[position]! - expected)).toBeLessThan(
                4e-6 * Math.abs(expected) + 1e-7 * log,
              );
              const gradient = log ? dy[position]! - p[m]! * dot : p[m]! * (dy[position]! - dot);
              expect(Math.abs(gradients[position]! - gradient)).toBeLessThan(2e-6);
            });
          }
        }
      }
    },
  );

  it("softmax of huge, masked and NaN scores is PyTorch's", () => {
    for (const [scores, expected] of [
      [
        [3e38, -3e38, 0],
        [1, 0, 0],
      ],
      [
        [-inf, 0, -inf],
        [0, 1, 0],
      ],
      [
        [-inf, -inf],
        [nan, nan],
      ],
      [
        [nan, 1],
        [nan, nan],
      ],
    ] as [number[], number[]][]) {
      for (const inner of [1, 2]) {
        bench.reset();
        const x = bench.floats(scores.flatMap((value) => (inner === 1 ? [value] : [value, 0])));
        kernels.softmax(0, 1, scores.length, inner, x, x);
        expect([...bench.read(x, scores.length * inner)].filter((_, i) => i % inner === 0)).toEqual(expected);
      }
    }
  });
});
