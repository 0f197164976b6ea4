import { engine, writeInts } from "../engine/engine.js";
import { type Shape, sizeOf, stridesOf } from "../shape.js";
import { expandForward, gatherStrided, sumTo } from "./broadcast.js";
import { empty, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** Adds `g` to where `gatherStrided` read from. */
function scatterStrided(g: NDArray, into: NDArray, strides: readonly number[], offset = 0): void {
  if (g.size === 0) return;
  engine().kernels.addStrided(
    g.shape.length,
    writeInts(0, g.shape),
    g.address,
    into.address + offset * 4,
    writeInts(1, strides),
  );
}

/** Repeats dimensions of size 1, as broadcasting would. */
export function expand(x: NDArray, shape: Shape): OpResult {
  return result(expandForward(x, shape), (g) => [sumTo(g, x.shape)]);
}

export function permuteForward(x: NDArray, dims: readonly number[]): NDArray {
  const strides = stridesOf(x.shape);
  return gatherStrided(
    x,
    dims.map((d) => x.shape[d]!),
    dims.map((d) => strides[d]!),
  );
}

/** Dimensions in another order. */
export function permute(x: NDArray, dims: readonly number[]): OpResult {
  const inverse = dims.map((_, i) => dims.indexOf(i));
  return result(permuteForward(x, dims), (g) => [permuteForward(g, inverse)]);
}

/** The same elements as another shape: shares memory. */
export function reshape(x: NDArray, shape: Shape): OpResult {
  return result(x.view(shape), (g) => [g.view(x.shape)]);
}

/** What to keep of one dimension: `length` elements from `start` on, `step` apart. */
export interface Range {
  start: number;
  length: number;
  step: number;
}

/** A range of every dimension. */
export function slice(x: NDArray, ranges: readonly Range[]): OpResult {
  const shape = ranges.map((r) => r.length);
  const own = stridesOf(x.shape);
  const strides = own.map((s, d) => s * ranges[d]!.step);
  const offset = sizeOf(shape) === 0 ? 0 : own.reduce((sum, s, d) => sum + s * ranges[d]!.start, 0);
  // A run of one dimension is contiguous when those before it have size 1 and those after it are whole: share memory.
  const cut = ranges.findIndex((r, d) => r.length !== x.shape[d] || r.step !== 1);
  const contiguous =
    cut < 0 ||
    (ranges[cut]!.step === 1 &&
      sizeOf(shape.slice(0, cut)) === 1 &&
      ranges.slice(cut + 1).every((r, i) => r.length === x.shape[cut + 1 + i] && r.step === 1));
  const y = contiguous ? x.view(shape, offset) : gatherStrided(x, shape, strides, offset);
  return result(y, (g) => {
    const dx = zeros(x.shape);
    scatterStrided(g, dx, strides, offset);
    return [dx];
  });
}

/** The elements of some dimensions in reverse order. */
export function flip(x: NDArray, dims: readonly number[]): OpResult {
  const flipForward = (from: NDArray) => {
    const own = stridesOf(x.shape);
    const offset = dims.reduce((sum, d) => sum + (x.shape[d]! - 1) * own[d]!, 0);
    return gatherStrided(
      from,
      x.shape,
      own.map((s, i) => (dims.includes(i) ? -s : s)),
      x.size === 0 ? 0 : offset,
    );
  };
  return result(flipForward(x), (g) => [flipForward(g)]);
}

/** Arrays joined along a dimension. */
export function cat(parts: readonly NDArray[], dim: number): OpResult {
  const { kernels } = engine();
  const first = parts[0]!;
  const total = parts.reduce((sum, p) => sum + p.shape[dim]!, 0);
  const shape = first.shape.map((n, i) => (i === dim ? total : n));
  const y = empty(shape, first.dtype);
  const outer = sizeOf(shape.slice(0, dim));
  const row = total * sizeOf(shape.slice(dim + 1));
  let at = 0;
  const runs = parts.map((part) => {
    const run = { at, length: part.size / Math.max(1, outer) };
    at += run.length;
    return run;
  });
  parts.forEach((part, p) => {
    const { at: start, length } = runs[p]!;
    for (let o = 0; o < outer; o++) {
      kernels.copy(length, part.address + o * length * 4, y.address + (o * row + start) * 4);
    }
  });
  return result(y, (g, needs) =>
    parts.map((part, p) => {
      if (!needs[p]) return null;
      const { at: start, length } = runs[p]!;
      const dx = empty(part.shape);
      for (let o = 0; o < outer; o++) {
        kernels.copy(length, g.address + (o * row + start) * 4, dx.address + o * length * 4);
      }
      return dx;
    }),
  );
}
