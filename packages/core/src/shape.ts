import { ArgumentError, ShapeError } from "./errors.js";

/** Sizes of a tensor's dimensions, outermost first. A scalar has none. */
export type Shape = readonly number[];

/** How many elements a shape holds: the product of its sizes, 1 for a scalar. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** `[24, 32, 3]` */
export function formatShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Elements between neighbours along each dimension of a contiguous tensor. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** The shape that two shapes broadcast to, by NumPy's rule: aligned at the right, sizes equal or one of them 1. */
export function broadcastShapes(a: Shape, b: Shape, what: string): number[] {
  const ndim = Math.max(a.length, b.length);
  const out = new Array<number>(ndim);
  for (let i = 1; i <= ndim; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        `${what}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: sizes ${m} and ${n} at dim ${ndim - i} are neither equal nor 1`,
      );
    }
    out[ndim - i] = m === 1 ? n : m;
  }
  return out;
}

/** Strides that read a contiguous tensor of `shape` as if it had the (broadcast) shape `to`: 0 where it repeats. */
export function broadcastStrides(shape: Shape, to: Shape): number[] {
  const own = stridesOf(shape);
  return to.map((_, i) => {
    const j = i - (to.length - shape.length);
    return j < 0 || shape[j] === 1 ? 0 : own[j]!;
  });
}

/** Turns a possibly negative dimension into an index, as PyTorch does: -1 is the last. */
export function resolveDim(dim: number, ndim: number, what: string): number {
  const limit = Math.max(ndim, 1);
  if (!Number.isInteger(dim) || dim < -limit || dim >= limit) {
    throw new ArgumentError(`${what}: dim must be a whole number from ${-limit} to ${limit - 1}, got ${dim}`);
  }
  return dim < 0 ? dim + limit : dim;
}

/** Checks the sizes of a new tensor. */
export function checkShape(shape: Shape, what: string): void {
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0) {
      throw new ShapeError(`${what}: sizes must be whole numbers of at least 0, got ${formatShape(shape)}`);
    }
  }
}

/** Fills in a single -1 so that the new shape holds as many elements as the old one. */
export function resolveReshape(from: Shape, to: Shape): number[] {
  const size = sizeOf(from);
  const free = to.indexOf(-1);
  const known = to.reduce((product, n, i) => (i === free ? product : product * n), 1);
  const out = to.map((n, i) => (i === free ? size / known : n));
  if (out.some((n) => !Number.isInteger(n) || n < 0) || sizeOf(out) !== size) {
    throw new ShapeError(
      `reshape: ${formatShape(from)} holds ${size} elements, which do not fit ${formatShape(to)}`,
    );
  }
  return out;
}

/** A whole number of at least `min`, or an error that names the option. */
export function checkInteger(value: number, min: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new ArgumentError(`${what} must be a whole number of at least ${min}, got ${value}`);
  }
  return value;
}
