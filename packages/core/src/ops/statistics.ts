import { engine } from "../engine/engine.js";
import { Unary } from "../engine/kernels.js";
import { around, binaryForward, expandForward, scalarForward } from "./broadcast.js";
import { unary } from "./elementwise.js";
import { empty, type NDArray, type OpResult, result } from "./ndarray.js";
import { dropDims, reduceForward } from "./reduce.js";

// Reductions made of several passes. `dims` are sorted and without doubles.

const mul = (a: NDArray, b: NDArray) => binaryForward("mul", a, b);

const outcome = (kept: NDArray, dims: readonly number[], keepDim: boolean) =>
  kept.view(keepDim ? kept.shape : dropDims(kept.shape, dims));

/** A new array from the elements of others that have its shape. */
function each(like: NDArray, f: (i: number) => number): NDArray {
  const y = empty(like.shape);
  const to = y.data;
  for (let i = 0; i < to.length; i++) to[i] = f(i);
  return y;
}

/** Σ (x − mean)² / (n − correction) over `dims`; with `root` its square root, whose slope at 0 is taken as 0. */
export function variance(
  x: NDArray,
  dims: readonly number[],
  correction: number,
  keepDim: boolean,
  root: boolean,
): OpResult {
  const n = dims.reduce((product, d) => product * x.shape[d]!, 1);
  const mean = scalarForward("div", reduceForward("sum", x, dims), n);
  const centred = binaryForward("sub", x, mean);
  const squares = reduceForward("sum", unary("square", centred).outputs[0]!, dims);
  const kept = scalarForward("div", squares, Math.max(0, n - correction));
  if (root) engine().kernels.unary(Unary.sqrt, kept.size, kept.address, 0, kept.address);
  return result(outcome(kept, dims, keepDim), (g) => {
    const slope = scalarForward("mul", g.view(kept.shape), 2 / Math.max(0, n - correction));
    if (root) {
      const [grad, y] = [slope.data, kept.data];
      for (let i = 0; i < grad.length; i++) grad[i] = y[i] === 0 ? 0 : grad[i]! / (2 * y[i]!);
    }
    return [mul(centred, slope)];
  });
}

/** (Σ |x|^p)^(1/p) over `dims`; the largest magnitude for p = ∞. At 0 the gradient is 0. */
export function norm(x: NDArray, p: number, dims: readonly number[], keepDim: boolean): OpResult {
  const size = unary("abs", x).outputs[0]!;
  if (p === Number.POSITIVE_INFINITY) {
    const kept = reduceForward("max", size, dims);
    return result(outcome(kept, dims, keepDim), (g) => {
      const largest = binaryForward("eq", size, kept);
      const share = binaryForward("div", g.view(kept.shape), reduceForward("sum", largest, dims));
      return [mul(mul(largest, unary("sign", x).outputs[0]!), share)];
    });
  }
  const powers = p === 1 ? size : p === 2 ? unary("square", x).outputs[0]! : scalarForward("pow", size, p);
  const sum = reduceForward("sum", powers, dims);
  const kept = p === 1 ? sum : p === 2 ? unary("sqrt", sum).outputs[0]! : scalarForward("pow", sum, 1 / p);
  return result(outcome(kept, dims, keepDim), (g) => {
    // ∂/∂x = sign(x)·(|x|/y)^(p−1)
    const wide = expandForward(kept, x.shape);
    const [from, y] = [x.data, wide.data];
    const slope = each(x, (i) => {
      if (from[i] === 0 || y[i] === 0) return 0;
      return p === 2 ? from[i]! / y[i]! : Math.sign(from[i]!) * (Math.abs(from[i]!) / y[i]!) ** (p - 1);
    });
    return [mul(slope, g.view(kept.shape))];
  });
}

/** ln Σ e^x over `dims`, shifted by the largest element so that nothing overflows. */
export function logSumExp(x: NDArray, dims: readonly number[], keepDim: boolean): OpResult {
  const largest = reduceForward("max", x, dims);
  const values = largest.data;
  // An infinite maximum would make ∞ − ∞ of the shift.
  for (let i = 0; i < values.length; i++)
    if (Math.abs(values[i]!) === Number.POSITIVE_INFINITY) values[i] = 0;
  const shifted = unary("exp", binaryForward("sub", x, largest)).outputs[0]!;
  const kept = binaryForward("add", unary("log", reduceForward("sum", shifted, dims)).outputs[0]!, largest);
  return result(outcome(kept, dims, keepDim), (g) => {
    const share = unary("exp", binaryForward("sub", x, kept)).outputs[0]!;
    return [mul(share, g.view(kept.shape))];
  });
}

/** Running sums along a dimension, accumulated in float64; `reverse` from the end. */
function runningSum(x: NDArray, dim: number, reverse: boolean): NDArray {
  const { outer, mid, inner } = around(x.shape, dim);
  const y = empty(x.shape);
  const [from, to] = [x.data, y.data];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let m = 0; m < mid; m++) {
        const at = (o * mid + (reverse ? mid - 1 - m : m)) * inner + i;
        sum += from[at]!;
        to[at] = sum;
      }
    }
  }
  return y;
}

/** y[k] = x[0] + … + x[k] along a dimension. */
export function cumsum(x: NDArray, dim: number): OpResult {
  return result(runningSum(x, dim, false), (g) => [runningSum(g, dim, true)]);
}

/** 1 where `test` holds and 0 elsewhere, without gradients. */
export function mask(x: NDArray, test: (value: number) => boolean): NDArray {
  const from = x.data;
  return each(x, (i) => (test(from[i]!) ? 1 : 0));
}
