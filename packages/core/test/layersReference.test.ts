import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { init, manualSeed, nn, rand, type Tensor } from "../src/index.js";
import { normalise, normaliseBackward } from "../src/reference/norm.js";
import { avgPool, maxPool, pooledLength } from "../src/reference/pool.js";

const drawn = (shape: readonly number[]): Tensor => rand(shape).mul(2).sub(1).detach();

function learned(shape: readonly number[]): Tensor {
  const x = drawn(shape);
  x.requiresGrad = true;
  return x;
}

function expectClose(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  expected.forEach((value, i) => {
    if (!(Math.abs(actual[i]! - value) <= 4e-6 * largest))
      expect.fail(`${what}[${i}] is ${actual[i]}, expected ${value}`);
  });
}

const gradient = (x: Tensor) => x.grad!.toTypedArray();

/** Lengths around the SIMD width. */
const sizes = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 16, 33);

const poolings = fc
  .record({
    L: sizes,
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 6 }),
    padding: fc.integer({ min: 0, max: 2 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    ceilMode: fc.boolean(),
  })
  .filter((p) => p.padding <= p.kernel / 2);

describe.each([false, true])(
  "layers agree with their float64 definitions, deterministic %s",
  (deterministic) => {
    beforeAll(async () => void (await init({ deterministic })));
    afterAll(async () => void (await init()));

    it("MaxPool1d, with its indices and gradient", () => {
      fc.assert(
        fc.property(
          poolings.filter((p) => pooledLength(p) > 0),
          (p) => {
            manualSeed(1);
            const x = learned([2, 3, p.L]);
            const { L: _, kernel, ...options } = p;
            const layer = new nn.MaxPool1d(kernel, { ...options, returnIndices: true });
            const [y, indices] = layer.forward(x);
            const dy = drawn(y.shape);
            y.backward(dy);
            const [xs, dys] = [[...x.toTypedArray()], dy.toTypedArray()];
            const where = Array.from({ length: 6 }, (_, n) =>
              maxPool(p, xs.slice(n * p.L, (n + 1) * p.L)),
            ).flat();
            expect([...indices.toTypedArray()]).toEqual(where);
            const T = pooledLength(p);
            const at = (i: number) => Math.floor(i / T) * p.L + where[i]!;
            const dx = xs.map(() => 0);
            where.forEach((position, i) => {
              expect(y.toTypedArray()[i]).toBe(position < 0 ? -Infinity : xs[at(i)]);
              if (position >= 0) dx[at(i)]! += dys[i]!;
            });
            expectClose(gradient(x), dx, "dx");
          },
        ),
        { numRuns: 200, seed: 1 },
      );
    });

    it("AvgPool1d and its gradient", () => {
      fc.assert(
        fc.property(
          poolings.map((p) => ({ ...p, dilation: 1 })).filter((p) => pooledLength(p) > 0),
          fc.boolean(),
          (p, countIncludePad) => {
            manualSeed(1);
            const x = learned([2, 3, p.L]);
            const { kernel, stride, padding, ceilMode } = p;
            const y = new nn.AvgPool1d(kernel, { stride, padding, ceilMode, countIncludePad }).forward(x);
            const dy = drawn(y.shape);
            y.backward(dy);
            const [xs, dys] = [x.toTypedArray(), dy.toTypedArray()];
            const [weights, T] = [avgPool(p, countIncludePad), pooledLength(p)];
            const dx = Array.from(xs, () => 0);
            const expected = Array.from(dys, (d, i) =>
              weights[i % T]!.reduce((sum, w, j) => {
                const at = Math.floor(i / T) * p.L + j;
                dx[at]! += w * d;
                return sum + w * xs[at]!;
              }, 0),
            );
            expectClose(y.toTypedArray(), expected, "y");
            expectClose(gradient(x), dx, "dx");
          },
        ),
        { numRuns: 200, seed: 2 },
      );
    });

    /** Checks a layer with a weight and a bias. `together` lists the elements that are normalised together; `unit` says which weight an element has. */
    function checkNorm(
      layer: nn.LayerNorm | nn.BatchNorm1d,
      shape: number[],
      together: number[][],
      unit: (i: number) => number,
    ) {
      const [x, weight, bias] = [learned(shape), learned(layer.weight!.shape), learned(layer.bias!.shape)];
      const y = (Object.assign(layer, { weight, bias }) as nn.Module).forward(x) as Tensor;
      const dy = drawn(shape);
      y.backward(dy);
      const [xs, w, b, d] = [x, weight, bias, dy].map((t) => [...t.toTypedArray()]) as [
        number[],
        number[],
        number[],
        number[],
      ];
      const [ys, dx] = [xs.map(() => 0), xs.map(() => 0)];
      const [dw, db] = [w.map(() => 0), w.map(() => 0)];
      for (const group of together) {
        const values = group.map((i) => xs[i]!);
        const scaled = normalise(values, layer.eps);
        const back = normaliseBackward(
          values,
          group.map((i) => d[i]! * w[unit(i)]!),
          layer.eps,
        );
        group.forEach((i, j) => {
          ys[i] = scaled[j]! * w[unit(i)]! + b[unit(i)]!;
          dx[i] = back[j]!;
          dw[unit(i)]! += d[i]! * scaled[j]!;
          db[unit(i)]! += d[i]!;
        });
      }
      expectClose(y.toTypedArray(), ys, "y");
      expectClose(gradient(x), dx, "dx");
      expectClose(gradient(weight), dw, "dWeight");
      expectClose(gradient(bias), db, "dBias");
    }

    it("BatchNorm1d and its gradients", () => {
      fc.assert(
        fc.property(fc.constantFrom(2, 3, 17), sizes, fc.option(sizes), (N, C, L) => {
          manualSeed(1);
          const l = L ?? 1;
          const elements = Array.from({ length: N * C * l }, (_, i) => i);
          const channel = (i: number) => Math.floor(i / l) % C;
          const together = Array.from({ length: C }, (_, c) => elements.filter((i) => channel(i) === c));
          checkNorm(new nn.BatchNorm1d(C, { eps: 1e-3 }), L === null ? [N, C] : [N, C, L], together, channel);
        }),
        { numRuns: 60, seed: 3 },
      );
    });

    it("LayerNorm and its gradients", () => {
      fc.assert(
        fc.property(fc.constantFrom(1, 3, 17), sizes, (rows, cols) => {
          manualSeed(1);
          const together = Array.from({ length: rows }, (_, r) =>
            Array.from({ length: cols }, (_, c) => r * cols + c),
          );
          checkNorm(new nn.LayerNorm(cols, { eps: 1e-3 }), [rows, cols], together, (i) => i % cols);
        }),
        { numRuns: 60, seed: 4 },
      );
    });
  },
);
