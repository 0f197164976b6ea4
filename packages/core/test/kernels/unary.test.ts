import { describe, expect, it } from "vitest";
import { Unary } from "../../src/engine/kernels.js";
import { unary as reference, type Scalar } from "../../src/reference/math.js";
import { builds, random } from "./builds.js";

const inf = Number.POSITIVE_INFINITY;
const tiny = 2 ** -149;
/** Values where functions change their form, and where float32 ends. */
const edges = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  20,
  -20,
  88.8,
  -88.8,
  1e-20,
  -1e-20,
  tiny,
  -tiny,
  3e38,
  -3e38,
  inf,
  -inf,
  Number.NaN,
];

interface Row {
  op: keyof typeof Unary;
  alpha?: number;
  /** Largest distance from the float64 value in units in the last place, and of the derivative. */
  ulp: number;
  slopeUlp: number;
  /** Arguments: within ± this, or positive only. */
  scale?: number;
  positive?: boolean;
  /** Edges at which float32's way of computing gives NaN or PyTorch differs from the reference. */
  skip?: number[];
}

const table: Row[] = [
  { op: "neg", ulp: 0, slopeUlp: 0 },
  { op: "abs", ulp: 0, slopeUlp: 0 },
  { op: "exp", ulp: 2, slopeUlp: 3, scale: 80 },
  { op: "log", ulp: 1, slopeUlp: 1, positive: true },
  { op: "sqrt", ulp: 1, slopeUlp: 2, positive: true },
  { op: "square", ulp: 1, slopeUlp: 1 },
  { op: "reciprocal", ulp: 1, slopeUlp: 4 },
  { op: "sigmoid", ulp: 2, slopeUlp: inf, scale: 100 },
  { op: "tanh", ulp: 2, slopeUlp: inf },
  { op: "relu", ulp: 0, slopeUlp: 0 },
  { op: "leakyRelu", alpha: 0.01, ulp: 1, slopeUlp: 1 },
  { op: "elu", alpha: 1.5, ulp: 3, slopeUlp: 3 },
  { op: "gelu", ulp: 1, slopeUlp: inf, skip: [-inf, inf] },
  { op: "silu", ulp: 3, slopeUlp: inf, skip: [-inf, inf] },
  { op: "softplus", ulp: 1, slopeUlp: 3, scale: 100 },
  { op: "sign", ulp: 0, slopeUlp: 0, skip: [Number.NaN] },
  { op: "pow", alpha: 2, ulp: 1, slopeUlp: 1 },
  { op: "pow", alpha: 3, ulp: 2, slopeUlp: 3 },
  { op: "pow", alpha: 0, ulp: 0, slopeUlp: 0 },
  { op: "pow", alpha: -1, ulp: 1, slopeUlp: 3 },
  { op: "pow", alpha: 0.5, ulp: 1, slopeUlp: 2, positive: true, skip: [-inf] },
  { op: "pow", alpha: 1.7, ulp: 1, slopeUlp: 2, positive: true },
  { op: "pow", alpha: -2.5, ulp: 1, slopeUlp: 2, positive: true },
  { op: "geluTanh", ulp: 1, slopeUlp: inf, skip: [-inf, inf] },
  { op: "logSigmoid", ulp: 1, slopeUlp: 3, scale: 100 },
];

describe.each(builds)("unary, %s build", (_, bench) => {
  const { kernels } = bench;

  /** y and dx for these x. */
  function run(row: Row, x: Float32Array, dy: Float32Array) {
    bench.reset();
    const [from, to, grad, back] = [x, x, dy, dy].map((values) => bench.floats(values)) as [
      number,
      number,
      number,
      number,
    ];
    kernels.unary(Unary[row.op], x.length, from, row.alpha ?? 0, to);
    kernels.unaryBackward(Unary[row.op], x.length, from, to, grad, row.alpha ?? 0, back);
    return { y: bench.read(to, x.length), dx: bench.read(back, x.length) };
  }

  describe.each(table)("$op, parameter $alpha", (row) => {
    const { f, d } = reference[row.op] as Scalar;
    const alpha = Math.fround(row.alpha ?? 0);

    it("is within its units in the last place of the float64 function, and so is its derivative", () => {
      const x = random(4003, 1, row.scale ?? 12).map((value) => (row.positive ? Math.abs(value) : value));
      const dy = random(4003, 2);
      const { y, dx } = run(row, x, dy);
      const worst = { y: 0, dx: 0, slopeError: 0 };
      x.forEach((value, i) => {
        worst.y = Math.max(worst.y, ulpDistance(y[i]!, f(value, alpha)));
        worst.dx = Math.max(worst.dx, ulpDistance(dx[i]!, dy[i]! * d(value, alpha)));
        worst.slopeError = Math.max(worst.slopeError, Math.abs(dx[i]! - dy[i]! * d(value, alpha)));
      });
      expect(worst.y).toBeLessThanOrEqual(row.ulp);
      expect(worst.dx).toBeLessThanOrEqual(row.slopeUlp);
      if (row.slopeUlp === inf) expect(worst.slopeError).toBeLessThan(2e-6);
    });

    it("has the float64 derivative's finite differences", () => {
      for (const value of [0.3, 1.1, 2.9, ...(row.positive ? [] : [-0.3, -1.1, -2.9])]) {
        const step = 1e-5;
        const difference = (f(value + step, alpha) - f(value - step, alpha)) / (2 * step);
        const { dx } = run(row, Float32Array.of(value), Float32Array.of(1));
        expect(Math.abs(dx[0]! - difference)).toBeLessThan(2e-5 * (1 + Math.abs(difference)));
      }
    });

    it("agrees at the edges", () => {
      const x = Float32Array.from(
        edges.filter((value) => !row.skip?.some((other) => Object.is(other, value))),
      );
      const { y } = run(row, x, x);
      x.forEach((value, i) => {
        const expected = f(value, alpha);
        if (!(ulpDistance(y[i]!, expected) <= Math.max(row.ulp, 1)))
          expect.fail(`${row.op}(${value}) is ${y[i]}, not ${expected}`);
      });
    });

    it("has PyTorch's derivative where two pieces meet", () => {
      if (row.positive || !Number.isFinite(d(0, alpha))) return;
      const { dx } = run(row, Float32Array.of(0, -0), Float32Array.of(3, 3));
      for (const value of dx) expect(Math.abs(value)).toBe(Math.fround(Math.abs(3 * d(0, alpha))));
    });

    it("gives a value the same bits at every position, and in place", () => {
      const x = random(7, 3, row.scale ?? 4).map((value) => (row.positive ? Math.abs(value) : value));
      const dy = random(7, 4);
      const whole = run(row, x, dy);
      for (let i = 0; i < 7; i++) {
        for (let n = 1; n + i <= 7; n++) {
          const part = run(row, x.slice(i, i + n), dy.slice(i, i + n));
          expect(part.y).toEqual(whole.y.slice(i, i + n));
          expect(part.dx).toEqual(whole.dx.slice(i, i + n));
        }
      }
      bench.reset();
      const at = bench.floats(x);
      kernels.unary(Unary[row.op], 7, at, row.alpha ?? 0, at);
      expect(bench.read(at, 7)).toEqual(whole.y);
    });
  });
});

/** How many float32 numbers `actual` is away from the real number `expected`; NaN only matches NaN. */
function ulpDistance(actual: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Number.isNaN(actual) || Number.isNaN(expected))
    return Number.isNaN(actual) && Number.isNaN(rounded) ? 0 : inf;
  if (actual === rounded) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(actual))
    return ordinal(actual) - ordinal(rounded) > 0 ? 1 : 1;
  const size = Math.abs(rounded);
  const unit = Math.max(2 ** (Math.floor(Math.log2(size)) - 23), tiny);
  return Math.abs(actual - expected) / unit;
}

const buffer = new DataView(new ArrayBuffer(4));
function ordinal(value: number): number {
  buffer.setFloat32(0, value);
  const bits = buffer.getInt32(0);
  return bits < 0 ? -(bits & 0x7fffffff) : bits;
}
