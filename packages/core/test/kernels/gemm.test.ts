import { describe, expect, it } from "vitest";
import { gemm } from "../../src/reference/gemm.js";
import { builds, guard, random, sameBits } from "./builds.js";

/** m, n, k: every remainder of tiles (6 rows, 8 columns, 4 steps), every block boundary, empty and single. */
const sizes: [m: number, n: number, k: number][] = [
  [0, 3, 4],
  [3, 0, 4],
  [3, 4, 0],
  [1, 1, 1],
  [1, 24, 6],
  [1, 6, 24],
  [1, 77, 33],
  [1, 20, 300],
  [5, 27, 600],
  [2, 8, 4],
  [2, 41, 5],
  [3, 17, 7],
  [4, 9, 3],
  [5, 15, 2],
  [6, 8, 4],
  [7, 64, 11],
  [8, 63, 12],
  [9, 65, 13],
  [10, 16, 300],
  [11, 100, 31],
  [12, 64, 257],
  [13, 70, 256],
  [32, 256, 64],
  [24, 6, 112],
  [97, 513, 10],
  [100, 1030, 3],
  [193, 66, 515],
];

describe.each(builds)("gemm, %s build", (_, bench) => {
  const { kernels } = bench;

  describe.each([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ])("transA %i, transB %i", (transA, transB) => {
    it.each(sizes)("multiplies %i×%i over %i like three loops, and touches nothing around C", (m, n, k) => {
      for (const [padding, beta] of [
        [0, 0],
        [3, 1],
        [5, 0],
      ] as const) {
        const lda = (transA ? m : k) + padding;
        const ldb = (transB ? k : n) + padding;
        const ldc = n + padding;
        const a = random(lda * (transA ? k : m) || 1, 1);
        const b = random(ldb * (transB ? n : k) || 1, 2);
        const c = random(m * ldc, 3);
        for (let i = 0; i < m; i++) c.fill(guard, i * ldc + n, (i + 1) * ldc);
        const expected = Float64Array.from(c);
        gemm(!!transA, !!transB, m, n, k, a, lda, b, ldb, beta, expected, ldc);

        bench.reset();
        const at = bench.floats(c);
        // c's own rows are NaN where beta is 0: it must not be read
        if (!beta) {
          const view = new Float32Array(bench.memory.buffer, at, c.length);
          for (let i = 0; i < m; i++) view.fill(Number.NaN, i * ldc, i * ldc + n);
        }
        kernels.gemm(transA, transB, m, n, k, bench.floats(a), lda, bench.floats(b), ldb, beta, at, ldc);
        expectClose(bench.read(at, m * ldc), expected, k);
      }
    });
  });

  it.each(sizes)("gemmPacked gives the bits of gemm for %i×%i over %i", (m, n, k) => {
    for (const transB of [0, 1]) {
      bench.reset();
      const a = bench.floats(random(m * k || 1, 1));
      const b = bench.floats(random(k * n || 1, 2));
      const packed = bench.bytes(kernels.packedBytes(n, k));
      const ldb = transB ? k : n;
      kernels.pack(transB, n, k, b, ldb, packed);
      for (const beta of [0, 1]) {
        const c = random(m * n, 3);
        const one = bench.floats(c);
        const two = bench.floats(c);
        kernels.gemm(0, transB, m, n, k, a, k, b, ldb, beta, one, n);
        kernels.gemmPacked(m, n, k, a, k, packed, beta, two, n);
        expect(sameBits(bench.read(two, m * n), bench.read(one, m * n))).toBe(true);
      }
    }
  });

  it("a range of rows gives the same bits as the whole product", () => {
    const [m, n, k] = [23, 45, 300];
    bench.reset();
    const a = bench.floats(random(m * k, 1));
    const packed = bench.bytes(kernels.packedBytes(n, k));
    kernels.pack(0, n, k, bench.floats(random(k * n, 2)), n, packed);
    const whole = bench.floats(new Float32Array(m * n));
    kernels.gemmPacked(m, n, k, a, k, packed, 0, whole, n);
    for (let cut = 0; cut <= m; cut++) {
      const parts = bench.floats(new Float32Array(m * n));
      kernels.gemmPacked(cut, n, k, a, k, packed, 0, parts, n);
      kernels.gemmPacked(m - cut, n, k, a + 4 * cut * k, k, packed, 0, parts + 4 * cut * n, n);
      expect(sameBits(bench.read(parts, m * n), bench.read(whole, m * n))).toBe(true);
    }
  });

  it("passes NaN and infinity on", () => {
    bench.reset();
    const a = bench.floats([1, Number.NaN, 2, 3]);
    const b = bench.floats([1, 2, Number.POSITIVE_INFINITY, 4]);
    const c = bench.floats([0, 0, 0, 0]);
    kernels.gemm(0, 0, 2, 2, 2, a, 2, b, 2, 0, c, 2);
    expect([...bench.read(c, 4)]).toEqual([Number.NaN, Number.NaN, Number.POSITIVE_INFINITY, 16]);
  });
});

/** Sums of k products of numbers below 1: within the rounding of k float32 additions. */
function expectClose(actual: Float32Array, expected: ArrayLike<number>, k: number): void {
  const tolerance = 2 ** -23 * (4 + k);
  let worst = 0;
  for (let i = 0; i < actual.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }
  expect(worst).toBeLessThan(tolerance);
}
