import { describe, expect, it } from "vitest";
import { Unary } from "../../src/engine/kernels.js";
import { sigmoid } from "../../src/reference/math.js";
import { builds } from "./builds.js";

const inf = Number.POSITIVE_INFINITY;

/**
 * Every how manieth of the 2³² float32 numbers is tried. LOOKBACK_STRIDE=1 tries them all, in some 20 minutes a build.
 * 997 is prime, so that every part of the mantissa is met.
 */
const stride = Number(globalThis.process?.env.LOOKBACK_STRIDE ?? 997);
const chunk = 1 << 16;

const functions = [
  { name: "exp", f: Math.exp, ends: [0, inf] },
  { name: "tanh", f: Math.tanh, ends: [-1, 1] },
  { name: "sigmoid", f: sigmoid, ends: [0, 1] },
] as const;

const scalar = new DataView(new ArrayBuffer(8));

/** The distance of two float32 numbers in steps of one number, or of a float32 from a real in the real's last place. */
function ulps(actual: number, expected: number): number {
  const rounded = Math.fround(expected);
  if (Math.abs(actual) === inf && actual === rounded) return 0;
  scalar.setFloat32(0, rounded);
  scalar.setFloat32(4, actual);
  const [a, b] = [scalar.getInt32(4), scalar.getInt32(0)];
  if (!Number.isFinite(actual) || !Number.isFinite(rounded)) return Math.abs(a - b);
  const exponent = Math.max((b >>> 23) & 255, 1);
  return Math.abs(actual - expected) / 2 ** (exponent - 150);
}

describe.each(builds)("exp, tanh and sigmoid, %s build", (_, bench) => {
  const { kernels } = bench;

  it.each(functions)(
    "$name is within 2 ulp over the whole range, and NaN only for NaN",
    ({ name, f }) => {
      bench.reset();
      const x = bench.bytes(4 * chunk);
      const y = bench.bytes(4 * chunk);
      const bits = new Uint32Array(bench.memory.buffer, x, chunk);
      const values = new Float32Array(bench.memory.buffer, x, chunk);
      const results = new Float32Array(bench.memory.buffer, y, chunk);
      let worst = 0;
      let at = 0;
      for (let pattern = 0; pattern < 2 ** 32; ) {
        let n = 0;
        for (; n < chunk && pattern < 2 ** 32; n++, pattern += stride) bits[n] = pattern;
        kernels.unary(Unary[name], n, x, 0, y);
        for (let i = 0; i < n; i++) {
          const value = values[i]!;
          const result = results[i]!;
          if (Number.isNaN(value) !== Number.isNaN(result)) expect.fail(`${name}(${value}) is ${result}`);
          if (Number.isNaN(value)) continue;
          const error = ulps(result, f(value));
          if (error > worst) {
            worst = error;
            at = value;
          }
        }
      }
      if (stride === 1) console.log(`${name}: ${worst} ulp at ${at}`);
      expect(worst, `at ${at}`).toBeLessThanOrEqual(2);
    },
    stride === 1 ? 3_600_000 : 60_000,
  );

  it.each(functions)("$name is exact at the ends and keeps the sign of zero", ({ name, ends, f }) => {
    bench.reset();
    const x = bench.floats([-inf, inf, 0, -0, Number.NaN, 1e-45, -1e-45]);
    kernels.unary(Unary[name], 7, x, 0, x);
    const expected = [
      ...ends,
      f(0),
      f(-0),
      Number.NaN,
      Math.fround(f(2 ** -149)),
      Math.fround(f(-(2 ** -149))),
    ];
    bench.read(x, 7).forEach((value, i) => {
      expect(value).toBe(expected[i]);
    });
  });
});
