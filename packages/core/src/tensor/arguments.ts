import { ArgumentError, ShapeError } from "../errors.js";
import type { Range } from "../ops/movement.js";
import { formatShape, resolveDim, type Shape } from "../shape.js";

// What the arguments of Tensor's methods mean, checked against a shape before anything runs.

/** One dimension or several; all of them when left out. Sorted. */
export function resolveDims(
  dim: number | readonly number[] | undefined,
  ndim: number,
  what: string,
): number[] {
  if (dim === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const list = (typeof dim === "number" ? [dim] : dim).map((d) => resolveDim(d, ndim, what));
  if (new Set(list).size !== list.length)
    throw new ArgumentError(`${what}: a dim is named twice in ${formatShape(list)}`);
  return list.sort((a, b) => a - b);
}

export function resolveOrder(dims: readonly number[], ndim: number): number[] {
  const order = dims.map((d) => resolveDim(d, ndim, "permute"));
  if (order.length !== ndim || new Set(order).size !== ndim) {
    throw new ArgumentError(`permute: expected each of the ${ndim} dims once, got ${formatShape(dims)}`);
  }
  return order;
}

export function resolveExpand(from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  const shape = to.map((n, i) => (n === -1 ? (from[i - lead] ?? -1) : n));
  const fits =
    lead >= 0 && from.every((n, i) => n === shape[i + lead] || n === 1) && shape.every((n) => n >= 0);
  if (!fits) throw new ShapeError(`expand: ${formatShape(from)} cannot be repeated to ${formatShape(to)}`);
  return shape;
}

const whole = (shape: Shape): Range[] => shape.map((length) => ({ start: 0, length, step: 1 }));

export function resolveNarrow(shape: Shape, dim: number, start: number, length: number): Range[] {
  const d = resolveDim(dim, shape.length, "narrow");
  const size = shape[d] ?? 0;
  const first = start < 0 ? start + size : start;
  if (![first, length].every(Number.isInteger) || first < 0 || length < 0 || first + length > size) {
    throw new ArgumentError(
      `narrow: start ${start} and length ${length} do not lie within dim ${d} of ${formatShape(shape)}`,
    );
  }
  const ranges = whole(shape);
  if (ranges[d]) ranges[d] = { start: first, length, step: 1 };
  return ranges;
}

/**
 * One argument of `slice`: null keeps the whole dimension, a number picks one index and drops the dimension,
 * `[start, end?, step?]` keeps a range by Python's rules (null for an open side, negative counted from the end).
 */
export type SliceRange =
  | null
  | number
  | readonly [start: number | null, end?: number | null, step?: number | null];

/** The ranges that are kept, and the shape without the dimensions that a number picked from. */
export function resolveSlice(
  shape: Shape,
  given: readonly SliceRange[],
): { ranges: Range[]; shape: number[] } {
  if (given.length > shape.length) {
    throw new ArgumentError(
      `slice: ${given.length} ranges given for ${shape.length} dims (shape ${formatShape(shape)})`,
    );
  }
  const ranges = whole(shape);
  given.forEach((range, d) => {
    const size = shape[d]!;
    if (range === null) return;
    if (typeof range === "number") {
      const start = range < 0 ? range + size : range;
      if (!Number.isInteger(range) || start < 0 || start >= size) {
        throw new ArgumentError(
          `slice: index ${range} is out of range: dim ${d} of ${formatShape(shape)} has ${size} elements`,
        );
      }
      ranges[d] = { start, length: 1, step: 1 };
      return;
    }
    const step = range[2] ?? 1;
    const bound = (value: number) => Math.min(size, Math.max(0, value < 0 ? value + size : value));
    const [start, end] = [bound(range[0] ?? 0), bound(range[1] ?? size)];
    if (![start, end, step].every(Number.isInteger) || step < 1) {
      throw new ArgumentError(
        `slice: the range [${range.join(", ")}] of dim ${d} needs whole numbers and a step of at least 1; flip() reverses`,
      );
    }
    ranges[d] = { start, length: Math.max(0, Math.ceil((end - start) / step)), step };
  });
  return {
    ranges,
    shape: ranges.map((r) => r.length).filter((_, d) => typeof given[d] !== "number"),
  };
}

/** Sizes of the parts of `split`: all alike save the last, or as listed. */
export function resolveSplit(size: number, parts: number | readonly number[], dim: number): number[] {
  if (typeof parts !== "number") {
    if (!parts.every((n) => Number.isInteger(n) && n >= 0) || parts.reduce((a, b) => a + b, 0) !== size) {
      throw new ArgumentError(
        `split: sizes ${formatShape(parts)} must add up to ${size}, the size of dim ${dim}`,
      );
    }
    return [...parts];
  }
  if (!Number.isInteger(parts) || parts < 1)
    throw new ArgumentError(`split: the size of a part must be a whole number of at least 1, got ${parts}`);
  const count = Math.max(1, Math.ceil(size / parts));
  return Array.from({ length: count }, (_, i) => Math.min(parts, size - i * parts));
}

/** The shape with dims `start` to `end` made into one. */
export function resolveFlatten(shape: Shape, start: number, end: number): number[] {
  const [from, to] = [resolveDim(start, shape.length, "flatten"), resolveDim(end, shape.length, "flatten")];
  if (from > to) throw new ArgumentError(`flatten: startDim ${start} lies behind endDim ${end}`);
  const size = shape.slice(from, to + 1).reduce((a, b) => a * b, 1);
  return [...shape.slice(0, from), size, ...shape.slice(to + 1)];
}

/** Refuses an extreme of nothing. */
export function checkNotEmpty(shape: Shape, dim: number | undefined, what: string): void {
  const count = dim === undefined ? shape.reduce((a, b) => a * b, 1) : (shape[dim] ?? 1);
  if (count === 0) {
    throw new ShapeError(
      `${what}: there is nothing to choose from ${dim === undefined ? "" : `along dim ${dim} `}in shape ${formatShape(shape)}`,
    );
  }
}
