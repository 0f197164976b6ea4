import { engine } from "../engine/engine.js";
import { ArgumentError } from "../errors.js";
import { around, binaryForward, scalarForward } from "./broadcast.js";
import { empty, full, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** mean (or sum) of (a − b)², both of one shape: one pass forward, one backward for each that wants a gradient. */
export function squaredError(a: NDArray, b: NDArray, mean: boolean): OpResult {
  const scale = mean ? 1 / a.size : 1;
  const y = full([], engine().kernels.sumSquaredDifference(a.size, a.address, b.address) * scale);
  return result(y, (g, needs) => {
    const slope = 2 * scale * g.data[0]!;
    const gradient = (from: NDArray, to: NDArray) => {
      const d = empty(a.shape);
      engine().kernels.scaledDifference(a.size, from.address, to.address, slope, d.address);
      return d;
    };
    return [needs[0] ? gradient(a, b) : null, needs[1] ? gradient(b, a) : null];
  });
}

/** y[i] = f(a[i] − b[i], i), both of one shape; `slope` is f′. */
export function ofDifference(
  a: NDArray,
  b: NDArray,
  f: (d: number, i: number) => number,
  slope: (d: number, i: number) => number,
): OpResult {
  const d = binaryForward("sub", a, b);
  const y = empty(a.shape);
  const [from, to] = [d.data, y.data];
  for (let i = 0; i < to.length; i++) to[i] = f(from[i]!, i);
  return result(y, (g, needs) => {
    const da = empty(a.shape);
    const [difference, grad, out] = [d.data, g.data, da.data];
    for (let i = 0; i < out.length; i++) out[i] = slope(difference[i]!, i) * grad[i]!;
    return [needs[0] ? da : null, needs[1] ? scalarForward("mul", da, -1) : null];
  });
}

/**
 * −(1 − ε)·w[y]·x[y] − ε/C·Σ_c w[c]·x[c] at every position, x [outer, C, inner] being log-probabilities (classes in
 * dimension `dim`), y the class that `target` names, ε `smoothing`; 0 where y is `ignoreIndex`. The mean divides by
 * Σ w[y] over the positions that are left.
 */
export function classLoss(
  x: NDArray,
  dim: number,
  target: NDArray,
  weight: NDArray | null,
  ignoreIndex: number,
  smoothing: number,
  reduction: "mean" | "sum" | "none",
  name: string,
): OpResult {
  const { mid: classes, inner } = around(x.shape, dim);
  const y = target.data.slice();
  const w = weight ? weight.data.slice() : new Float32Array(classes).fill(1);
  const spread = smoothing / classes;
  const each = (run: (position: number, y: number, first: number) => void) => {
    for (let p = 0; p < y.length; p++) {
      if (y[p] !== ignoreIndex) run(p, y[p]!, Math.floor(p / inner) * classes * inner + (p % inner));
    }
  };
  each((p, y) => {
    if (y < 0 || y >= classes) {
      throw new ArgumentError(
        `${name}: the target at position ${p} is ${y}, expected a class from 0 to ${classes - 1}${ignoreIndex < 0 ? "" : ` or ignoreIndex ${ignoreIndex}`}`,
      );
    }
  });
  const losses = zeros(target.shape);
  const [from, to] = [x.data, losses.data];
  let total = 0;
  let weights = 0;
  each((p, y, first) => {
    let loss = -(1 - smoothing) * w[y]! * from[first + y * inner]!;
    if (spread > 0) for (let c = 0; c < classes; c++) loss -= spread * w[c]! * from[first + c * inner]!;
    to[p] = loss;
    total += loss;
    weights += w[y]!;
  });
  const scale = reduction === "mean" ? 1 / weights : 1;
  const output = reduction === "none" ? losses : full([], reduction === "mean" ? total / weights : total);
  return result(output, (g) => {
    const dx = zeros(x.shape);
    const [grad, out] = [g.data, dx.data];
    each((p, y, first) => {
      const upstream = -(reduction === "none" ? grad[p]! : grad[0]! * scale);
      if (spread > 0) for (let c = 0; c < classes; c++) out[first + c * inner] = upstream * spread * w[c]!;
      out[first + y * inner]! += upstream * (1 - smoothing) * w[y]!;
    });
    return [dx];
  });
}
