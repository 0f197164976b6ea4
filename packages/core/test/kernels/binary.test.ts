import { describe, expect, it } from "vitest";
import { Binary } from "../../src/engine/kernels.js";
import { builds, random } from "./builds.js";

const inf = Number.POSITIVE_INFINITY;
const nan = Number.NaN;
const f = Math.fround;

/** Each operation as JavaScript computes it; NaN is kept by maximum and minimum as in PyTorch. */
const operations: Record<keyof typeof Binary, (a: number, b: number) => number> = {
  add: (a, b) => f(a + b),
  sub: (a, b) => f(a - b),
  mul: (a, b) => f(a * b),
  div: (a, b) => f(a / b),
  maximum: (a, b) => Math.max(a, b),
  minimum: (a, b) => Math.min(a, b),
  // C gives 1 for 1^NaN and (−1)^±∞ where JavaScript gives NaN
  pow: (a, b) => (a === 1 || (a === -1 && Math.abs(b) === inf) ? 1 : f(a ** b)),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  gt: (a, b) => Number(a > b),
  ge: (a, b) => Number(a >= b),
};
const names = Object.keys(operations) as (keyof typeof Binary)[];

const special = [
  0,
  -0,
  1,
  -1,
  2,
  -2,
  0.5,
  -0.5,
  3,
  -3,
  2.5,
  -2.5,
  1e30,
  -1e30,
  1e-40,
  16777217,
  inf,
  -inf,
  nan,
];

/** The same numbers; pow's last digit may differ, because Math.pow's own does. */
function expectSame(name: string, actual: Float32Array, expected: number[]): void {
  if (name !== "pow") expect([...actual]).toEqual(expected);
  expected.forEach((value, i) => {
    const close = Number.isFinite(value) && Math.abs(actual[i]! - value) <= Math.abs(value) * 1.2e-7;
    if (!close) expect(actual[i]).toBe(value);
  });
}

describe.each(builds)("binary, %s build", (_, bench) => {
  const { kernels } = bench;

  describe.each(names)("%s", (name) => {
    const op = Binary[name];
    const g = operations[name];

    it("gives JavaScript's float32 result for every pair of special values", () => {
      bench.reset();
      const a = special.flatMap((value) => special.map(() => f(value)));
      const b = special.flatMap(() => special.map(f));
      const y = bench.floats(a);
      kernels.binary(op, a.length, bench.floats(a), bench.floats(b), y);
      expectSame(
        name,
        bench.read(y, a.length),
        a.map((value, i) => g(value, b[i]!)),
      );
    });

    it("takes a number or a row on either side, at every length", () => {
      for (const n of [0, 1, 2, 3, 4, 5, 6, 7, 8, 11]) {
        bench.reset();
        const values = random(3 * n, 1, 4);
        const row = random(n, 2, 4);
        const s = f(1.5);
        const a = bench.floats(values);
        const b = bench.floats(row);
        const y = bench.floats(values);
        for (const reversed of [0, 1]) {
          const expected = (other: (i: number) => number) =>
            [...values].map((value, i) => (reversed ? g(other(i), value) : g(value, other(i))));
          kernels.binaryScalar(op, 3 * n, a, s, reversed, y);
          expectSame(
            name,
            bench.read(y, 3 * n),
            expected(() => s),
          );
          kernels.binaryRow(op, 3, n, a, b, reversed, y);
          expectSame(
            name,
            bench.read(y, 3 * n),
            expected((i) => row[i % n]!),
          );
        }
        kernels.binaryRow(op, 3, n, a, b, 0, a);
        expect(bench.read(a, 3 * n)).toEqual(
          (() => {
            kernels.binaryRow(op, 3, n, bench.floats(values), b, 0, y);
            return bench.read(y, 3 * n);
          })(),
        );
      }
    });

    it("broadcasts with any strides", () => {
      bench.reset();
      const shape = [2, 3, 1, 5];
      const values = random(60, 3, 4);
      const a = bench.floats(values);
      for (const [aStrides, bStrides] of [
        [
          [15, 5, 5, 1],
          [15, 5, 5, 1],
        ],
        [
          [15, 5, 5, 1],
          [0, 0, 0, 1],
        ],
        [
          [0, 1, 0, 0],
          [5, 0, 0, 1],
        ],
        [
          [1, 2, 0, 6],
          [0, 7, 1, 0],
        ],
        [
          [15, 5, 0, 1],
          [0, 0, 0, 0],
        ],
        [
          [0, 0, 0, 0],
          [3, 2, 9, 2],
        ],
      ] as const) {
        const y = bench.floats(new Float32Array(30));
        kernels.binaryStrided(
          op,
          4,
          bench.ints(shape),
          a,
          bench.ints(aStrides),
          a + 4,
          bench.ints(bStrides),
          y,
        );
        const expected = [];
        for (let i = 0; i < 2; i++) {
          for (let j = 0; j < 3; j++) {
            for (let l = 0; l < 5; l++) {
              const at = (strides: readonly number[]) => i * strides[0]! + j * strides[1]! + l * strides[3]!;
              expected.push(g(values[at(aStrides)]!, values[at(bStrides) + 1]!));
            }
          }
        }
        expectSame(name, bench.read(y, 30), expected);
      }
      const y = bench.floats([0]);
      kernels.binaryStrided(op, 0, 0, a, 0, a + 4, 0, y);
      expectSame(name, bench.read(y, 1), [g(values[0]!, values[1]!)]);
    });
  });
});
