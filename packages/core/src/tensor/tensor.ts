import { GradNode, isGradEnabled, persistentCopy } from "../autograd/graph.js";
import { engine } from "../engine/engine.js";
import { ArgumentError, ShapeError } from "../errors.js";
import type { BinaryName } from "../ops/broadcast.js";
import * as elementwise from "../ops/elementwise.js";
import * as indexing from "../ops/indexing.js";
import { matmul } from "../ops/matmul.js";
import * as movement from "../ops/movement.js";
import { clone, type DType, fromValues, type NDArray, type OpResult } from "../ops/ndarray.js";
import * as reduce from "../ops/reduce.js";
import * as statistics from "../ops/statistics.js";
import { formatShape, resolveDim, resolveReshape, type Shape, sameShape } from "../shape.js";
import {
  checkNotEmpty,
  resolveDims,
  resolveExpand,
  resolveFlatten,
  resolveNarrow,
  resolveOrder,
  resolveSlice,
  resolveSplit,
  type SliceRange,
} from "./arguments.js";
import { TensorBase } from "./base.js";

type Operand = Tensor | number;
type Dims = number | readonly number[];

/** Options of `var` and `std`. */
export interface VarianceOptions {
  /** Taken off the number of elements in the denominator: 1 is the unbiased estimate. Default 1. */
  correction?: number;
  /** Keeps reduced dimensions with size 1. Default false. */
  keepDim?: boolean;
}

/** How near two tensors have to be for `allclose`. */
export interface CloseOptions {
  /** Relative to the other's magnitude. Default 1e-5. */
  rtol?: number;
  /** Default 1e-8. */
  atol?: number;
  /** Whether NaN equals NaN. Default false. */
  equalNan?: boolean;
}

/**
 * An n-dimensional array of float32 (or int32, for indices) that remembers how it was made, so that `backward()` can
 * find gradients. Methods carry PyTorch's names. Tensors are contiguous: `reshape`, `squeeze` and runs of the first
 * dimension share memory, other movements copy. Arithmetic gives float32; movement keeps the type. A `dim` may be
 * negative, counted from the end; where it is left out, all dimensions are meant.
 *
 * One file, because a class cannot be split without a cycle of imports: every method is one line that checks its
 * arguments (arguments.ts) and runs an operation (ops/).
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * x.grad?.toArray(); // [[2, 4], [6, 8]]
 */
export class Tensor extends TensorBase {
  #grad: Tensor | null = null;

  /** ∂/∂this after `backward()`, for a leaf that requires it; null before. */
  get grad(): Tensor | null {
    return this.#grad;
  }
  set grad(value: Tensor | null) {
    this.#grad = value;
  }
  /** @internal Adds to `grad`, which outlives every scope. */
  override accumulateGrad(grad: NDArray): void {
    if (!this.#grad) this.#grad = new Tensor(persistentCopy(grad.view(this.shape)));
    else engine().kernels.axpy(grad.size, 1, grad.address, this.#grad.array.address);
  }

  /** The same elements without history: shares memory. */
  detach(): Tensor {
    return new Tensor(this.array);
  }
  /** A copy; gradients flow through. */
  clone(): Tensor {
    return run("clone", [this], () => ({ outputs: [clone(this.array)], backward: ([g]) => [g ?? null] }));
  }
  /** The elements as another type: to int32 by cutting off decimals (no gradient), to float32 as they are. */
  to(dtype: DType): Tensor {
    return dtype === this.dtype ? this : new Tensor(fromValues(this.array.data, this.shape, dtype));
  }
  /** Size of one dimension. */
  size(dim: number): number {
    return this.shape[resolveDim(dim, this.ndim, "size")] ?? 1;
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------
  // Two tensors broadcast by NumPy's rule; a ShapeError names both shapes when they do not.
  add(other: Operand): Tensor {
    return combine("add", this, other);
  }
  sub(other: Operand): Tensor {
    return combine("sub", this, other);
  }
  mul(other: Operand): Tensor {
    return combine("mul", this, other);
  }
  div(other: Operand): Tensor {
    return combine("div", this, other);
  }
  /** x^e. Not a number where x < 0 and e is no whole number. */
  pow(exponent: Operand): Tensor {
    return combine("pow", this, exponent);
  }
  /** The larger of each pair; a tie shares the gradient, NaN wins. */
  maximum(other: Operand): Tensor {
    return combine("maximum", this, other);
  }
  /** The smaller of each pair; a tie shares the gradient, NaN wins. */
  minimum(other: Operand): Tensor {
    return combine("minimum", this, other);
  }
  /** Comparisons give 1 where true and 0 where false, and pass no gradient. */
  eq(other: Operand): Tensor {
    return combine("eq", this, other);
  }
  ne(other: Operand): Tensor {
    return combine("ne", this, other);
  }
  lt(other: Operand): Tensor {
    return combine("lt", this, other);
  }
  le(other: Operand): Tensor {
    return combine("le", this, other);
  }
  gt(other: Operand): Tensor {
    return combine("gt", this, other);
  }
  ge(other: Operand): Tensor {
    return combine("ge", this, other);
  }
  /**
   * Matrix product: [M, K] × [K, N] → [M, N]; batches before the last two dims broadcast; a vector counts as a row on
   * the left and a column on the right, and that dim is dropped again.
   */
  matmul(other: Tensor): Tensor {
    return run("matmul", [this, other], () => matmul(floats(this), floats(other)));
  }

  // ---- functions of one variable -----------------------------------------------------------------------------
  neg(): Tensor {
    return map("neg", this);
  }
  abs(): Tensor {
    return map("abs", this);
  }
  /** −1, 0 or 1. */
  sign(): Tensor {
    return map("sign", this);
  }
  exp(): Tensor {
    return map("exp", this);
  }
  log(): Tensor {
    return map("log", this);
  }
  sqrt(): Tensor {
    return map("sqrt", this);
  }
  square(): Tensor {
    return map("square", this);
  }
  reciprocal(): Tensor {
    return map("reciprocal", this);
  }
  sigmoid(): Tensor {
    return map("sigmoid", this);
  }
  tanh(): Tensor {
    return map("tanh", this);
  }
  relu(): Tensor {
    return map("relu", this);
  }
  /** x above 0, negativeSlope·x below. */
  leakyRelu(negativeSlope = 0.01): Tensor {
    return map("leakyRelu", this, negativeSlope);
  }
  /** x above 0, alpha·(e^x − 1) below. */
  elu(alpha = 1): Tensor {
    return map("elu", this, alpha);
  }
  /** x·Φ(x), or its approximation by tanh. */
  gelu(approximate: "none" | "tanh" = "none"): Tensor {
    return map(approximate === "tanh" ? "geluTanh" : "gelu", this);
  }
  /** x·σ(x) */
  silu(): Tensor {
    return map("silu", this);
  }
  /** ln(1 + e^x) */
  softplus(): Tensor {
    return map("softplus", this);
  }
  /** ln σ(x) */
  logSigmoid(): Tensor {
    return map("logSigmoid", this);
  }
  /** Limited to [min, max]; the gradient passes where the element was within, bounds included. */
  clamp(min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY): Tensor {
    return run("clamp", [this], () => indexing.clamp(floats(this), min, max));
  }
  /** 1 where the element is not a number. `x.isnan().sum().item()` counts them. */
  isnan(): Tensor {
    return new Tensor(statistics.mask(this.array, Number.isNaN));
  }
  /** 1 where the element is neither infinite nor NaN. */
  isfinite(): Tensor {
    return new Tensor(statistics.mask(this.array, Number.isFinite));
  }
  /** `value` where the mask, which broadcasts, is not 0. */
  maskedFill(mask: Tensor, value: number): Tensor {
    const filled = new Tensor(fromValues([value], []));
    return run("maskedFill", [mask, filled, this], () =>
      indexing.where(floats(mask), filled.array, floats(this)),
    );
  }

  // ---- reductions --------------------------------------------------------------------------------------------
  /** Sum of all elements, or over some dimensions. */
  sum(dim?: Dims, keepDim = false): Tensor {
    const dims = resolveDims(dim, this.ndim, "sum");
    return run("sum", [this], () => reduce.sumOrMean("sum", floats(this), dims, keepDim));
  }
  mean(dim?: Dims, keepDim = false): Tensor {
    const dims = resolveDims(dim, this.ndim, "mean");
    return run("mean", [this], () => reduce.sumOrMean("mean", floats(this), dims, keepDim));
  }
  /** Product of all elements, or along one dimension. */
  prod(dim?: number, keepDim = false): Tensor {
    if (dim === undefined) return this.reshape([-1]).prod(0);
    const d = resolveDim(dim, this.ndim, "prod");
    return run("prod", [this], () => reduce.prod(floats(this), d, keepDim));
  }
  /** Largest element; along one dimension, the values and their int32 indices (the first of equals). */
  max(): Tensor;
  max(dim: number, keepDim?: boolean): [values: Tensor, indices: Tensor];
  max(dim?: number, keepDim = false): Tensor | [Tensor, Tensor] {
    return extreme("max", this, dim, keepDim);
  }
  /** Smallest element; along one dimension, the values and their int32 indices (the first of equals). */
  min(): Tensor;
  min(dim: number, keepDim?: boolean): [values: Tensor, indices: Tensor];
  min(dim?: number, keepDim = false): Tensor | [Tensor, Tensor] {
    return extreme("min", this, dim, keepDim);
  }
  /** int32 index of the largest element along a dimension; among all, in row-major order, without one. */
  argmax(dim?: number, keepDim = false): Tensor {
    return argExtreme("argmax", this, dim, keepDim);
  }
  /** int32 index of the smallest element along a dimension; among all, in row-major order, without one. */
  argmin(dim?: number, keepDim = false): Tensor {
    return argExtreme("argmin", this, dim, keepDim);
  }
  /** Σ(x − mean)² / (n − correction) */
  var(dim?: Dims, { correction = 1, keepDim = false }: VarianceOptions = {}): Tensor {
    const dims = resolveDims(dim, this.ndim, "var");
    return run("var", [this], () => statistics.variance(floats(this), dims, correction, keepDim, false));
  }
  /** √var */
  std(dim?: Dims, { correction = 1, keepDim = false }: VarianceOptions = {}): Tensor {
    const dims = resolveDims(dim, this.ndim, "std");
    return run("std", [this], () => statistics.variance(floats(this), dims, correction, keepDim, true));
  }
  /** (Σ|x|^p)^(1/p); p may be Infinity. */
  norm(p = 2, dim?: Dims, keepDim = false): Tensor {
    if (!(p > 0)) throw new ArgumentError(`norm: p must be a number above 0 or Infinity, got ${p}`);
    const dims = resolveDims(dim, this.ndim, "norm");
    return run("norm", [this], () => statistics.norm(floats(this), p, dims, keepDim));
  }
  /** ln Σ e^x, without overflow. */
  logSumExp(dim: Dims, keepDim = false): Tensor {
    const dims = resolveDims(dim, this.ndim, "logSumExp");
    return run("logSumExp", [this], () => statistics.logSumExp(floats(this), dims, keepDim));
  }
  /** Running sums along a dimension. */
  cumsum(dim: number): Tensor {
    const d = resolveDim(dim, this.ndim, "cumsum");
    return run("cumsum", [this], () => statistics.cumsum(floats(this), d));
  }
  /** e^x / Σ e^x along a dimension. */
  softmax(dim: number): Tensor {
    const d = resolveDim(dim, this.ndim, "softmax");
    return run("softmax", [this], () => reduce.softmax(false, floats(this), d));
  }
  /** x − ln Σ e^x along a dimension. */
  logSoftmax(dim: number): Tensor {
    const d = resolveDim(dim, this.ndim, "logSoftmax");
    return run("logSoftmax", [this], () => reduce.softmax(true, floats(this), d));
  }
  /** Whether both have one shape and the same elements. */
  equal(other: Tensor): boolean {
    return this.#agrees(other, (a, b) => a === b);
  }
  /** Whether |this − other| ≤ atol + rtol·|other| for every element. Shapes must be equal. */
  allclose(other: Tensor, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {}): boolean {
    return this.#agrees(
      other,
      (a, b) =>
        a === b ||
        (Number.isFinite(b) && Math.abs(a - b) <= atol + rtol * Math.abs(b)) ||
        (equalNan && Number.isNaN(a) && Number.isNaN(b)),
    );
  }
  #agrees(other: Tensor, same: (a: number, b: number) => boolean): boolean {
    const [a, b] = [this.array.data, other.array.data];
    return sameShape(this.shape, other.shape) && a.every((value, i) => same(value, b[i]!));
  }

  // ---- movement ----------------------------------------------------------------------------------------------
  /** The same elements in another shape; one size may be -1. */
  reshape(shape: Shape): Tensor {
    const to = resolveReshape(this.shape, shape);
    return run("reshape", [this], () => movement.reshape(this.array, to));
  }
  /** The same as `reshape`: every tensor is contiguous. */
  view(shape: Shape): Tensor {
    return this.reshape(shape);
  }
  /** Dims `startDim` to `endDim` made into one. */
  flatten(startDim = 0, endDim = -1): Tensor {
    return this.reshape(resolveFlatten(this.shape, startDim, endDim));
  }
  /** Dimensions in another order. */
  permute(dims: readonly number[]): Tensor {
    const order = resolveOrder(dims, this.ndim);
    return run("permute", [this], () => movement.permute(this.array, order));
  }
  /** Two dimensions exchanged. */
  transpose(dim0: number, dim1: number): Tensor {
    const [a, b] = [resolveDim(dim0, this.ndim, "transpose"), resolveDim(dim1, this.ndim, "transpose")];
    return this.permute(this.shape.map((_, i) => (i === a ? b : i === b ? a : i)));
  }
  /** The transpose of a matrix. */
  t(): Tensor {
    if (this.ndim > 2)
      throw new ShapeError(`t: expected at most 2 dims, got shape ${formatShape(this.shape)}`);
    return this.ndim < 2 ? this : this.transpose(0, 1);
  }
  /** The transpose of a matrix. */
  get T(): Tensor {
    return this.t();
  }
  /** `length` elements of a dimension from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    const ranges = resolveNarrow(this.shape, dim, start, length);
    return run("narrow", [this], () => movement.slice(this.array, ranges));
  }
  /**
   * NumPy's slicing, one argument for each dimension from the first on: null keeps it whole, a number picks one index
   * and drops the dimension, `[start, end?, step?]` keeps a range by Python's rules. What is not named is kept.
   *
   * @example
   * x.slice([1, -1]);             // x[1:-1]
   * x.slice(null, 0);             // x[:, 0]
   * x.slice(null, null, [null, null, 2]); // x[:, :, ::2]
   */
  slice(...ranges: SliceRange[]): Tensor {
    const kept = resolveSlice(this.shape, ranges);
    const y = run("slice", [this], () => movement.slice(this.array, kept.ranges));
    return sameShape(y.shape, kept.shape) ? y : y.reshape(kept.shape);
  }
  /** Drops one dimension by choosing an index of it. */
  select(dim: number, index: number): Tensor {
    const d = resolveDim(dim, this.ndim, "select");
    return this.narrow(d, index, 1).squeeze(d);
  }
  /** Whole rows of a dimension in the order of an int32 `index` [K]; rows may repeat. */
  indexSelect(dim: number, index: Tensor): Tensor {
    const d = resolveDim(dim, this.ndim, "indexSelect");
    return run("indexSelect", [this], () => indexing.indexSelect(this.array, d, index.array));
  }
  /** For each element of an int32 `index`, the element of this tensor at that index of `dim`, all else alike. */
  gather(dim: number, index: Tensor): Tensor {
    const d = resolveDim(dim, this.ndim, "gather");
    return run("gather", [this], () => indexing.gather(this.array, d, index.array));
  }
  /** Parts of `size` along a dimension, the last one maybe smaller; or of the sizes listed. */
  split(size: number | readonly number[], dim = 0): Tensor[] {
    const d = resolveDim(dim, this.ndim, "split");
    let at = 0;
    return resolveSplit(this.size(d), size, d).map((n) => this.narrow(d, (at += n) - n, n));
  }
  /** At most `chunks` parts of one size along a dimension, the last one maybe smaller. */
  chunk(chunks: number, dim = 0): Tensor[] {
    if (!Number.isInteger(chunks) || chunks < 1)
      throw new ArgumentError(`chunk: chunks must be a whole number of at least 1, got ${chunks}`);
    return this.split(Math.max(1, Math.ceil(this.size(dim) / chunks)), dim);
  }
  /** Drops a dimension of size 1, or all of them. */
  squeeze(dim?: number): Tensor {
    if (dim === undefined) return this.reshape(this.shape.filter((n) => n !== 1));
    const d = resolveDim(dim, this.ndim, "squeeze");
    return this.shape[d] === 1 ? this.reshape(this.shape.filter((_, i) => i !== d)) : this;
  }
  /** Adds a dimension of size 1. */
  unsqueeze(dim: number): Tensor {
    const d = resolveDim(dim, this.ndim + 1, "unsqueeze");
    return this.reshape([...this.shape.slice(0, d), 1, ...this.shape.slice(d)]);
  }
  /** Repeats dimensions of size 1 to a larger shape; -1 keeps a size. */
  expand(shape: Shape): Tensor {
    const to = resolveExpand(this.shape, shape);
    return run("expand", [this], () => movement.expand(this.array, to));
  }
  /** Elements in reverse order along some dimensions. */
  flip(dims: Dims): Tensor {
    const list = resolveDims(dims, this.ndim, "flip");
    return run("flip", [this], () => movement.flip(this.array, list));
  }
}

/**
 * Runs an operation and, when gradients are wanted, records how to go back through it.
 *
 * @internal
 */
export function apply(name: string, inputs: readonly Tensor[], run: () => OpResult): Tensor[] {
  const op = run();
  if (!isGradEnabled() || !inputs.some((input) => input.requiresGrad)) {
    return op.outputs.map((output) => new Tensor(output));
  }
  const node = new GradNode(
    name,
    op,
    inputs.map((input) => input.gradEdge),
  );
  return op.outputs.map((output, i) => new Tensor(output, output.dtype === "float32" ? node : null, i));
}

/** Whether an operation on these inputs will be differentiated. @internal */
export function wantsGrad(inputs: readonly Tensor[]): boolean {
  return isGradEnabled() && inputs.some((input) => input.requiresGrad);
}

/** int32 elements as float32, for arithmetic. @internal */
export function floats(x: Tensor): NDArray {
  return x.dtype === "float32" ? x.array : fromValues(x.array.data, x.shape);
}

function run(name: string, inputs: readonly Tensor[], op: () => OpResult): Tensor {
  return apply(name, inputs, op)[0]!;
}

function map(name: elementwise.UnaryName, x: Tensor, alpha = 0): Tensor {
  return run(name, [x], () => elementwise.unary(name, floats(x), alpha));
}

function combine(name: BinaryName, a: Tensor, b: Operand): Tensor {
  if (typeof b === "number") return run(name, [a], () => elementwise.binaryScalar(name, floats(a), b));
  return run(name, [a, b], () => elementwise.binary(name, floats(a), floats(b)));
}

function extreme(
  name: "max" | "min",
  x: Tensor,
  dim: number | undefined,
  keepDim: boolean,
): Tensor | [Tensor, Tensor] {
  const d = dim === undefined ? dim : resolveDim(dim, x.ndim, name);
  checkNotEmpty(x.shape, d, name);
  if (d === undefined) return run(name, [x], () => reduce.extremeOfAll(name, floats(x)));
  return apply(name, [x], () => reduce.extreme(name, floats(x), d, keepDim)) as [Tensor, Tensor];
}

function argExtreme(name: "argmax" | "argmin", x: Tensor, dim: number | undefined, keepDim: boolean): Tensor {
  const flat = dim === undefined ? floats(x).view([x.numel]) : floats(x);
  const d = resolveDim(dim ?? 0, flat.shape.length, name);
  checkNotEmpty(flat.shape, d, name);
  return new Tensor(reduce.argReduce(name === "argmax", flat, d, keepDim && dim !== undefined));
}
