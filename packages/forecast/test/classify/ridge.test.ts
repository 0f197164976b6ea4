import { AbortError, Generator } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { type Golden, readGolden } from "../../../../golden/read.js";
import { calibrate, softmax } from "../../src/classify/calibrate.js";
import { fitRidge, scoresOf } from "../../src/classify/ridge.js";
import { conjugateGradients } from "../../src/classify/ridgeLarge.js";
import { invertShifted, tridiagonalise } from "../../src/classify/tridiagonal.js";

interface Case {
  kind: string;
  rows: number;
  columns: number;
  classes: number;
  x: number[];
  targets: number[];
  alpha: number;
  weights: number[];
  intercepts: number[];
  sharpness: number;
}

const cases = readGolden<Golden<Case>>("classifiers").cases.filter(({ kind }) => kind === "ridge");
const dataOf = ({ rows, columns, classes, x, targets }: Case) => ({
  features: Float32Array.from(x),
  rows,
  columns,
  targets: Int32Array.from(targets),
  classes,
});

describe("the ridge classifier", () => {
  it.each(cases)(
    "chooses alpha as refitting without each row does ($rows rows, $columns columns)",
    async (one) => {
      const { alpha, weights, intercepts, sharpness } = await fitRidge(dataOf(one), { seed: 0 });
      expect(alpha).toBeCloseTo(one.alpha, 10);
      for (const [i, weight] of weights.entries()) expect(weight).toBeCloseTo(one.weights[i]!, 5);
      for (const [k, intercept] of intercepts.entries()) expect(intercept).toBeCloseTo(one.intercepts[k]!, 5);
      expect(Math.abs(sharpness / one.sharpness - 1)).toBeLessThan(2e-3);
    },
  );

  it("scores a row by weights and intercepts", () => {
    const linear = {
      weights: Float32Array.of(1, 2, 3, -1, 0, 1),
      intercepts: Float32Array.of(0.5, -0.5),
      sharpness: 1,
      alpha: 1,
    };
    expect([...scoresOf(linear, Float32Array.of(1, 1, 2))]).toEqual([9.5, 0.5]);
  });

  it("finds by conjugate gradients what solving the equations gives", async () => {
    const [rows, columns, alpha] = [30, 50, 2];
    const features = new Generator(1).normal(new Float32Array(rows * columns));
    for (let j = 0; j < columns; j++) {
      let mean = 0;
      for (let i = 0; i < rows; i++) mean += features[i * columns + j]! / rows;
      for (let i = 0; i < rows; i++) features[i * columns + j]! -= mean;
    }
    const y = Float64Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? 1 : -1));
    const [solution] = await conjugateGradients(features, rows, columns, [y], alpha, async () => {});
    const mean = y.reduce((a, b) => a + b) / rows;
    for (let i = 0; i < rows; i++) {
      let left = alpha * solution![i]!;
      for (let k = 0; k < rows; k++) {
        for (let j = 0; j < columns; j++) {
          left += features[i * columns + j]! * features[k * columns + j]! * solution![k]!;
        }
      }
      expect(left).toBeCloseTo(y[i]! - mean, 3);
    }
  });

  it("learns from more rows than it can invert a matrix of", async () => {
    const [rows, columns] = [850, 20];
    const features = new Generator(2).normal(new Float32Array(rows * columns));
    const targets = Int32Array.from({ length: rows }, (_, i) => i % 2);
    for (let i = 0; i < rows; i++) features[i * columns]! += 3 * targets[i]!;
    const copy = features.slice();
    const linear = await fitRidge({ features, rows, columns, targets, classes: 2 }, { seed: 0 });
    let right = 0;
    for (let i = 0; i < rows; i++) {
      const [a, b] = scoresOf(linear, copy.subarray(i * columns, (i + 1) * columns));
      if (Number(b! > a!) === targets[i]) right++;
    }
    expect(right / rows).toBeGreaterThan(0.9);
  });

  it("stops when it is told to", async () => {
    await expect(fitRidge(dataOf(cases[0]!), { seed: 0, signal: AbortSignal.abort() })).rejects.toThrow(
      AbortError,
    );
  });
});

describe("tridiagonalise and invertShifted", () => {
  it.each([1, 2, 3, 8])("invert a symmetric matrix of %i rows for any shift", (n) => {
    const generator = new Generator(n);
    const root = generator.normal(new Float32Array(n * n));
    const a = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = 0;
      for (let k = 0; k < n; k++) sum += root[i * n + k]! * root[j * n + k]!;
      return sum;
    });
    const columns = [Float64Array.from({ length: n }, (_, i) => i + 1)];
    for (const alpha of [0.5, 100]) {
      const { diagonal, products } = invertShifted(tridiagonalise(a.slice(), n), alpha, columns)!;
      for (let i = 0; i < n; i++) {
        let back = alpha * products[0]![i]!;
        for (let j = 0; j < n; j++) back += a[i * n + j]! * products[0]![j]!;
        expect(back).toBeCloseTo(i + 1, 10);
        const unit = Float64Array.from({ length: n }, (_, j) => Number(i === j));
        const { products: own } = invertShifted(tridiagonalise(a.slice(), n), alpha, [unit])!;
        expect(diagonal[i]).toBeCloseTo(own[0]![i]!, 12);
      }
    }
  });

  it("refuse a matrix that is not positive definite", () => {
    expect(invertShifted(tridiagonalise(Float64Array.of(1, 2, 2, 1), 2), 0.1, [])).toBeUndefined();
  });
});

describe("calibrate", () => {
  it("asks for no certainty where scores separate everything", () => {
    const scores = [Float64Array.of(1, -1, 1), Float64Array.of(-1, 1, -1)];
    const sharpness = calibrate(scores, Int32Array.of(0, 1, 0));
    // 1 − 1/(3 + 2) is what each target keeps
    expect(softmax([1, -1], sharpness)[0]).toBeCloseTo(0.8, 3);
  });

  it("makes scores that say nothing say nothing", () => {
    const scores = [Float64Array.of(1, 1, -1, -1), Float64Array.of(-1, -1, 1, 1)];
    expect(softmax([1, -1], calibrate(scores, Int32Array.of(0, 1, 0, 1)))[0]).toBeCloseTo(0.5, 1);
  });
});
