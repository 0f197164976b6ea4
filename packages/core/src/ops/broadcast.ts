import { engine, writeInts } from "../engine/engine.js";
import { Binary, Reduce } from "../engine/kernels.js";
import { broadcastShapes, broadcastStrides, type Shape, sameShape, sizeOf } from "../shape.js";
import { empty, type NDArray, zeros } from "./ndarray.js";

// What broadcasting needs, without gradients: combine, repeat, and sum over what was repeated.

export type BinaryName = keyof typeof Binary;
export type ReduceName = keyof typeof Reduce;

/** True when `shape`, leading 1s aside, is the tail of `of`: then it repeats row by row. */
function isTail(shape: Shape, of: Shape): boolean {
  let first = 0;
  while (first < shape.length && shape[first] === 1) first++;
  if (shape.length > of.length) return false;
  for (let i = 1; i <= shape.length - first; i++)
    if (shape[shape.length - i] !== of[of.length - i]) return false;
  return true;
}

/** a ∘ b with NumPy's broadcasting, without gradients. */
export function binaryForward(name: BinaryName, a: NDArray, b: NDArray): NDArray {
  const { kernels } = engine();
  const code = Binary[name];
  const shape = sameShape(a.shape, b.shape) ? a.shape : broadcastShapes(a.shape, b.shape, name);
  const y = empty(shape);
  if (y.size === 0) return y;
  if (a.size === y.size && b.size === y.size) kernels.binary(code, y.size, a.address, b.address, y.address);
  else if (b.size === 1) kernels.binaryScalar(code, y.size, a.address, b.data[0]!, 0, y.address);
  else if (a.size === 1) kernels.binaryScalar(code, y.size, b.address, a.data[0]!, 1, y.address);
  else if (a.size === y.size && isTail(b.shape, shape)) {
    kernels.binaryRow(code, y.size / b.size, b.size, a.address, b.address, 0, y.address);
  } else if (b.size === y.size && isTail(a.shape, shape)) {
    kernels.binaryRow(code, y.size / a.size, a.size, b.address, a.address, 1, y.address);
  } else {
    kernels.binaryStrided(
      code,
      shape.length,
      writeInts(0, shape),
      a.address,
      writeInts(1, broadcastStrides(a.shape, shape)),
      b.address,
      writeInts(2, broadcastStrides(b.shape, shape)),
      y.address,
    );
  }
  return y;
}

/** x ∘ s, or s ∘ x when `reversed`, without gradients. */
export function scalarForward(name: BinaryName, x: NDArray, s: number, reversed = false): NDArray {
  const y = empty(x.shape);
  engine().kernels.binaryScalar(Binary[name], x.size, x.address, s, reversed ? 1 : 0, y.address);
  return y;
}

/** cond ≠ 0 ? a : b, all of one shape, without gradients. */
export function whereForward(cond: NDArray, a: NDArray, b: NDArray): NDArray {
  const y = empty(a.shape);
  engine().kernels.where(y.size, cond.address, a.address, b.address, y.address);
  return y;
}

/** Reads `x` with any strides into a contiguous array of `shape`. */
export function gatherStrided(x: NDArray, shape: Shape, strides: readonly number[], offset = 0): NDArray {
  const y = empty(shape, x.dtype);
  if (y.size === 0) return y;
  engine().kernels.copyStrided(
    shape.length,
    writeInts(0, shape),
    x.address + offset * 4,
    writeInts(1, strides),
    y.address,
  );
  return y;
}

export function expandForward(x: NDArray, shape: Shape): NDArray {
  return gatherStrided(x, shape, broadcastStrides(x.shape, shape));
}

/** The shape around one dimension: x is [outer, mid, inner] with the dimension in the middle. */
export function around(shape: Shape, dim: number): { outer: number; mid: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, dim)), mid: shape[dim] ?? 1, inner: sizeOf(shape.slice(dim + 1)) };
}

/** The reduction of one dimension, which stays with size 1. */
export function reduceOne(name: ReduceName, x: NDArray, dim: number): NDArray {
  const { outer, mid, inner } = around(x.shape, dim);
  const y = empty(x.shape.map((n, i) => (i === dim ? 1 : n)));
  engine().kernels.reduce(Reduce[name], outer, mid, inner, x.address, y.address);
  return y;
}

/** Sums `g` over what broadcasting repeated, so that it gets `shape` again. */
export function sumTo(g: NDArray, shape: Shape): NDArray {
  if (sameShape(g.shape, shape)) return g;
  const size = sizeOf(shape);
  const lead = g.shape.length - shape.length;
  const tail = g.shape.slice(lead);
  if (sameShape(tail, shape)) {
    const out = zeros(shape);
    engine().kernels.addColumnSums(g.size / Math.max(1, size), size, g.address, out.address);
    return out;
  }
  let out = g;
  for (let dim = 0; dim < g.shape.length; dim++) {
    const kept = dim < lead ? 1 : shape[dim - lead]!;
    if (kept === 1 && g.shape[dim] !== 1) out = reduceOne("sum", out, dim);
  }
  return out.view(shape);
}
