import { defaultGenerator, type Generator } from "../engine/random.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { cat as catArrays } from "../ops/movement.js";
import { type DType, empty, fromValues, full } from "../ops/ndarray.js";
import { refuseOptions } from "../options.js";
import { checkInteger, checkShape, formatShape, resolveDim, type Shape, sizeOf } from "../shape.js";
import type { NestedArray } from "./base.js";
import { apply, Tensor } from "./tensor.js";

export interface TensorOptions {
  /** Whether `backward()` shall leave a gradient here. Default false. */
  requiresGrad?: boolean;
  /** Default float32. */
  dtype?: DType;
}

export interface RandomOptions extends TensorOptions {
  /** Where the random numbers come from. Default: the generator that `manualSeed` sets. */
  generator?: Generator;
}

function finish(what: string, x: Tensor, options: TensorOptions, own: readonly string[] = []): Tensor {
  refuseOptions(what, options, ["requiresGrad", "dtype", ...own]);
  if (options.requiresGrad) x.requiresGrad = true;
  return x;
}

/**
 * A tensor from numbers: nested arrays, or a typed array with an optional shape. An Int32Array gives int32.
 *
 * @throws ShapeError if nested arrays are uneven, or the numbers do not fill the shape.
 * @example tensor([[1, 2, 3], [4, 5, 6]]); tensor(new Float32Array(6), { shape: [2, 3] });
 */
export function tensor(
  values: NestedArray | ArrayLike<number>,
  options: TensorOptions & { shape?: Shape } = {},
): Tensor {
  const dtype = options.dtype ?? (values instanceof Int32Array ? "int32" : "float32");
  if (typeof values !== "number" && ArrayBuffer.isView(values)) {
    const flat = values as ArrayLike<number>;
    const shape = options.shape ?? [flat.length];
    if (sizeOf(shape) !== flat.length) {
      throw new ShapeError(`tensor: ${flat.length} numbers do not fill shape ${formatShape(shape)}`);
    }
    return finish("tensor", new Tensor(fromValues(flat, shape, dtype)), options, ["shape"]);
  }
  const found: number[] = [];
  for (let level: unknown = values; Array.isArray(level); level = level[0]) found.push(level.length);
  const flat: number[] = [];
  flatten(values as NestedArray, found, 0, flat);
  const shape = options.shape ?? found;
  if (sizeOf(shape) !== flat.length) {
    throw new ShapeError(`tensor: ${flat.length} numbers do not fill shape ${formatShape(shape)}`);
  }
  return finish("tensor", new Tensor(fromValues(flat, shape, dtype)), options, ["shape"]);
}

function flatten(values: NestedArray, shape: Shape, depth: number, out: number[]): void {
  if (depth === shape.length) {
    if (typeof values !== "number") {
      throw new ShapeError(
        `tensor: expected numbers at depth ${depth}, got ${Array.isArray(values) ? "an array" : typeof values}`,
      );
    }
    out.push(values);
    return;
  }
  if (!Array.isArray(values) || values.length !== shape[depth]) {
    const got = Array.isArray(values) ? `${values.length} elements` : typeof values;
    throw new ShapeError(
      `tensor: nested arrays must be even: expected ${shape[depth]} elements at depth ${depth}, got ${got}`,
    );
  }
  for (const value of values) flatten(value, shape, depth + 1, out);
}

/** A tensor of zeros. @example zeros([2, 3], { requiresGrad: true }) */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  checkShape(shape, "zeros");
  return finish("zeros", new Tensor(full(shape, 0, options.dtype)), options);
}

/** A tensor of ones. @example ones([2, 3]) */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  checkShape(shape, "ones");
  return finish("ones", new Tensor(full(shape, 1, options.dtype)), options);
}

/** A tensor of one value. @example full([2, 3], 0.5) */
function fullTensor(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  checkShape(shape, "full");
  return finish("full", new Tensor(full(shape, value, options.dtype)), options);
}

export { fullTensor as full };

/**
 * Numbers from `start` up to (not including) `end`. With one argument, from 0.
 *
 * @throws ArgumentError if a bound is not finite or the step is 0.
 * @example arange(3); // 0, 1, 2
 */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  const [from, to] = end === undefined ? [0, start] : [start, end];
  if (!Number.isFinite(from) || !Number.isFinite(to) || !Number.isFinite(step) || step === 0) {
    throw new ArgumentError(
      `arange: expected finite bounds and a step other than 0, got ${from}, ${to}, ${step}`,
    );
  }
  const values = Array.from(
    { length: Math.max(0, Math.ceil((to - from) / step)) },
    (_, i) => from + i * step,
  );
  return finish("arange", new Tensor(fromValues(values, [values.length], options.dtype)), options);
}

/** Uniform on [0, 1), drawn as PyTorch draws. @example rand([2, 3], { generator: new Generator(0) }) */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  checkShape(shape, "rand");
  const out = empty(shape);
  (options.generator ?? defaultGenerator).uniform(out.data as Float32Array);
  return finish("rand", new Tensor(out), options, ["generator"]);
}

/** Standard normal, drawn as PyTorch draws. @example randn([2, 3]) */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  checkShape(shape, "randn");
  const out = empty(shape);
  (options.generator ?? defaultGenerator).normal(out.data as Float32Array);
  return finish("randn", new Tensor(out), options, ["generator"]);
}

/**
 * Tensors joined along a dimension that exists; all other sizes must agree.
 *
 * @throws ShapeError if they do not; ArgumentError without tensors.
 * @example cat([rand([2, 3]), rand([4, 3])]).shape // [6, 3]
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  const first = tensors[0];
  if (!first) throw new ArgumentError("cat: expected at least one tensor, got none");
  const d = resolveDim(dim, first.ndim, "cat");
  for (const t of tensors) {
    if (
      t.ndim !== first.ndim ||
      t.dtype !== first.dtype ||
      t.shape.some((n, i) => i !== d && n !== first.shape[i])
    ) {
      throw new ShapeError(
        `cat: ${formatShape(t.shape)} (${t.dtype}) does not join ${formatShape(first.shape)} (${first.dtype}) along dim ${d}: all other sizes must agree`,
      );
    }
  }
  return apply("cat", tensors, () =>
    catArrays(
      tensors.map((t) => t.array),
      d,
    ),
  )[0]!;
}

/**
 * Tensors of one shape joined along a new dimension.
 *
 * @throws ShapeError if the shapes differ.
 * @example stack([rand([3]), rand([3])]).shape // [2, 3]
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  return cat(
    tensors.map((t) => t.unsqueeze(dim)),
    dim,
  );
}

/** Zeros of a tensor's shape and type. */
export function zerosLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return zeros(x.shape, { dtype: x.dtype, ...options });
}

/** Ones of a tensor's shape and type. */
export function onesLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return ones(x.shape, { dtype: x.dtype, ...options });
}

/** The identity matrix [n, n]. */
export function eye(n: number, options: TensorOptions = {}): Tensor {
  const size = checkInteger(n, 0, "eye: n");
  const out = full([size, size], 0, options.dtype);
  for (let i = 0; i < size; i++) out.data[i * size + i] = 1;
  return finish("eye", new Tensor(out), options);
}

/** `steps` numbers from `start` to `end`, both included, evenly apart. */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  const n = checkInteger(steps, 0, "linspace: steps");
  const gap = n > 1 ? (end - start) / (n - 1) : 0;
  // The second half counts back from the end, so that both ends are exact.
  const values = Array.from({ length: n }, (_, i) => (i < n / 2 ? start + i * gap : end - (n - 1 - i) * gap));
  return finish("linspace", new Tensor(fromValues(values, [n], options.dtype)), options);
}

/** Whole numbers from `low` up to (not including) `high`, int32, drawn as PyTorch draws. */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  { generator = defaultGenerator }: { generator?: Generator } = {},
): Tensor {
  checkShape(shape, "randint");
  const out = empty(shape, "int32");
  generator.randint(out.data, low, high);
  return new Tensor(out);
}

/** The numbers 0 … n−1 in random order, int32, drawn as PyTorch draws. */
export function randperm(
  n: number,
  { generator = defaultGenerator }: { generator?: Generator } = {},
): Tensor {
  return new Tensor(fromValues(generator.randperm(n), [n], "int32"));
}
