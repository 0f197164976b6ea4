import { engine } from "../engine/engine.js";
import type { Shape } from "../shape.js";
import { sizeOf } from "../shape.js";
import {
  around,
  binaryForward,
  expandForward,
  type ReduceName,
  reduceOne,
  scalarForward,
} from "./broadcast.js";
import { empty, full, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** Σ, extreme or product over `dims` (sorted, no doubles), kept with size 1. */
export function reduceForward(name: ReduceName, x: NDArray, dims: readonly number[]): NDArray {
  if (dims.length === x.shape.length && name === "sum") {
    return full(
      x.shape.map(() => 1),
      engine().kernels.sum(x.size, x.address),
    );
  }
  // Neighbouring dimensions at the end or the start are one long dimension to the kernel.
  const first = dims[0] ?? 0;
  if (dims.length > 1 && dims.at(-1)! - first === dims.length - 1) {
    const mid = sizeOf(x.shape.slice(first, first + dims.length));
    const folded = x.view([...x.shape.slice(0, first), mid, ...x.shape.slice(first + dims.length)]);
    const y = reduceOne(name, folded, first);
    return y.view(x.shape.map((n, i) => (dims.includes(i) ? 1 : n)));
  }
  return dims.reduce((out, dim) => reduceOne(name, out, dim), x);
}

export const dropDims = (shape: Shape, dims: readonly number[]) => shape.filter((_, i) => !dims.includes(i));

/** Sum or mean over some dimensions. */
export function sumOrMean(
  name: "sum" | "mean",
  x: NDArray,
  dims: readonly number[],
  keepDim: boolean,
): OpResult {
  const count = dims.reduce((product, dim) => product * x.shape[dim]!, 1);
  const summed = reduceForward("sum", x, dims);
  const y = name === "mean" ? scalarForward("mul", summed, 1 / count) : summed;
  return result(y.view(keepDim ? y.shape : dropDims(y.shape, dims)), (g) => {
    const scaled = name === "mean" ? scalarForward("mul", g, 1 / count) : g;
    return [expandForward(scaled.view(y.shape), x.shape)];
  });
}

/** Product over one dimension. ∂/∂x_i is the product of the others, also where some are 0. */
export function prod(x: NDArray, dim: number, keepDim: boolean): OpResult {
  const y = reduceOne("prod", x, dim);
  const { outer, mid, inner } = around(x.shape, dim);
  return result(y.view(keepDim ? y.shape : dropDims(y.shape, [dim])), (g) => {
    const dx = empty(x.shape);
    const [from, to, grad] = [x.data, dx.data, g.data];
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const at = (m: number) => (o * mid + m) * inner + i;
        let before = 1;
        for (let m = 0; m < mid; m++) {
          to[at(m)] = before;
          before *= from[at(m)]!;
        }
        let after = grad[o * inner + i]!;
        for (let m = mid - 1; m >= 0; m--) {
          to[at(m)]! *= after;
          after *= from[at(m)]!;
        }
      }
    }
    return [dx];
  });
}

/** Index (int32) of the largest or smallest element along a dimension. Passes no gradient. */
export function argReduce(max: boolean, x: NDArray, dim: number, keepDim: boolean): NDArray {
  const { outer, mid, inner } = around(x.shape, dim);
  const kept = x.shape.map((n, i) => (i === dim ? 1 : n));
  const y = empty(keepDim ? kept : dropDims(kept, [dim]), "int32");
  engine().kernels.argReduce(max ? 1 : 0, outer, mid, inner, x.address, y.address);
  return y;
}

/** Largest or smallest element along a dimension; the gradient goes to the element that `argReduce` names. */
export function extreme(name: "max" | "min", x: NDArray, dim: number, keepDim: boolean): OpResult {
  const { outer, mid, inner } = around(x.shape, dim);
  const indices = argReduce(name === "max", x, dim, keepDim);
  const y = reduceOne(name, x, dim);
  const values = y.view(keepDim ? y.shape : dropDims(y.shape, [dim]));
  return {
    outputs: [values, indices],
    backward: ([g]) => {
      const dx = zeros(x.shape);
      if (!g) return [dx];
      const [to, grad, index] = [dx.data, g.data, indices.data];
      for (let o = 0; o < outer; o++) {
        for (let i = 0; i < inner; i++)
          to[(o * mid + index[o * inner + i]!) * inner + i] = grad[o * inner + i]!;
      }
      return [dx];
    },
  };
}

/** Largest or smallest element of all; elements that tie for it share the gradient. */
export function extremeOfAll(name: "max" | "min", x: NDArray): OpResult {
  const y = reduceOne(name, x.view([x.size]), 0).view([]);
  return result(y, (g) => {
    const ties = binaryForward("eq", x, y);
    const share = g.data[0]! / engine().kernels.sum(ties.size, ties.address);
    return [scalarForward("mul", ties, share)];
  });
}

/** Softmax or log-softmax along a dimension. */
export function softmax(log: boolean, x: NDArray, dim: number): OpResult {
  const { outer, mid, inner } = around(x.shape, dim);
  const y = empty(x.shape);
  engine().kernels.softmax(log ? 1 : 0, outer, mid, inner, x.address, y.address);
  return result(y, (g) => {
    const dx = empty(x.shape);
    engine().kernels.softmaxBackward(log ? 1 : 0, outer, mid, inner, y.address, g.address, dx.address);
    return [dx];
  });
}
