import {
  type BackwardOptions,
  backward,
  type GradEdge,
  GradNode,
  isGradEnabled,
  persistentCopy,
  seedGradient,
} from "../autograd/graph.js";
import { engine } from "../engine/engine.js";
import { ArgumentError, LookbackError, ShapeError } from "../errors.js";
import type { BinaryName } from "../ops/broadcast.js";
import * as elementwise from "../ops/elementwise.js";
import { matmul } from "../ops/matmul.js";
import * as movement from "../ops/movement.js";
import { clone, type DType, fromValues, type NDArray, type OpResult } from "../ops/ndarray.js";
import * as reduce from "../ops/reduce.js";
import { formatShape, resolveDim, resolveReshape, type Shape } from "../shape.js";

/** Numbers in nested arrays, as deep as the tensor has dimensions. */
export type NestedArray = number | NestedArray[];

/**
 * An n-dimensional array of float32 (or int32, for indices) that remembers how it was made, so that `backward()` can
 * find gradients. Methods carry PyTorch's names. Tensors are contiguous; `reshape`, `squeeze` and `narrow` of the
 * first dimension share memory, other movements copy.
 *
 * @example
 * const x = tensor([[1, 2], [3, 4]], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * x.grad?.toArray(); // [[2, 4], [6, 8]]
 */
export class Tensor {
  #grad: Tensor | null = null;
  #requiresGrad = false;
  /** @internal What made this tensor, when gradients are wanted. */
  readonly gradNode: GradNode | null;
  /** @internal Which output of `gradNode` this is. */
  readonly outputIndex: number;

  constructor(
    /** @internal The elements. */
    public array: NDArray,
    gradNode: GradNode | null = null,
    outputIndex = 0,
  ) {
    this.gradNode = gradNode;
    this.outputIndex = outputIndex;
  }

  get shape(): Shape {
    return this.array.shape;
  }
  get dtype(): DType {
    return this.array.dtype;
  }
  /** Number of dimensions. */
  get ndim(): number {
    return this.array.shape.length;
  }
  /** Number of elements. */
  get numel(): number {
    return this.array.size;
  }
  /** ∂/∂this after `backward()`, for a leaf that requires it; null before. */
  get grad(): Tensor | null {
    return this.#grad;
  }
  set grad(value: Tensor | null) {
    this.#grad = value;
  }
  /** Whether gradients flow to or through this tensor. */
  get requiresGrad(): boolean {
    return this.#requiresGrad || this.gradNode !== null;
  }
  set requiresGrad(value: boolean) {
    if (this.gradNode) {
      throw new LookbackError(
        "requiresGrad can be set on leaf tensors only; use detach() to cut this one from its graph.",
      );
    }
    if (value && this.dtype !== "float32")
      throw new ArgumentError("requiresGrad: only float32 tensors have gradients, this one is int32");
    this.#requiresGrad = value;
  }
  get isLeaf(): boolean {
    return this.gradNode === null;
  }

  /** @internal Where gradients of this tensor go. */
  get gradEdge(): GradEdge | null {
    if (this.gradNode) return { node: this.gradNode, output: this.outputIndex };
    return this.#requiresGrad ? { leaf: this } : null;
  }

  /** @internal Adds to `grad`, which outlives every scope. */
  accumulateGrad(grad: NDArray): void {
    if (!this.#grad) this.#grad = new Tensor(persistentCopy(grad.view(this.shape)));
    else engine().kernels.axpy(grad.size, 1, grad.address, this.#grad.array.address);
  }

  /** Computes the gradient of this tensor with respect to every leaf that it depends on, and adds it to their `grad`. */
  backward(gradient?: Tensor | null, options: BackwardOptions = {}): void {
    if (!this.requiresGrad) {
      throw new LookbackError(
        "backward: this tensor does not depend on any tensor with requiresGrad, so there is nothing to differentiate.",
      );
    }
    engine().memory.scope(
      () => {
        const seed = seedGradient(this.array, gradient?.array ?? null);
        if (this.gradNode) backward(this.gradNode, this.outputIndex, seed, options);
        else this.accumulateGrad(seed);
      },
      () => [],
    );
  }

  /** The same elements without history: shares memory. */
  detach(): Tensor {
    return new Tensor(this.array);
  }
  /** A copy; gradients flow through. */
  clone(): Tensor {
    return apply("clone", [this], () => ({
      outputs: [clone(this.array)],
      backward: ([g]) => [g ?? null],
    }))[0]!;
  }

  // ---- reading -----------------------------------------------------------------------------------------------
  /** The one element as a number. */
  item(): number {
    if (this.numel !== 1)
      throw new ShapeError(
        `item: the tensor has shape ${formatShape(this.shape)}, expected exactly one element`,
      );
    return this.array.data[0]!;
  }
  /** A copy of the elements in row-major order. */
  toTypedArray(): Float32Array | Int32Array {
    return this.array.data.slice();
  }
  /** The elements as nested arrays; a number for a scalar. */
  toArray(): NestedArray {
    const flat = this.array.data;
    let at = 0;
    const nest = (dim: number): NestedArray =>
      dim === this.ndim ? flat[at++]! : Array.from({ length: this.shape[dim]! }, () => nest(dim + 1));
    return nest(0);
  }
  /** Copies the elements of another tensor of this shape (or numbers) into this one, in place. Leaves only. */
  copy_(source: Tensor | ArrayLike<number>): this {
    const values = source instanceof Tensor ? source.array.data : source;
    if (values.length !== this.numel) {
      throw new ShapeError(
        `copy_: ${values.length} elements given, expected ${this.numel} (shape ${formatShape(this.shape)})`,
      );
    }
    this.array.data.set(values);
    this.array.block.version++;
    return this;
  }

  // ---- arithmetic --------------------------------------------------------------------------------------------
  add(other: Tensor | number): Tensor {
    return combine("add", this, other);
  }
  sub(other: Tensor | number): Tensor {
    return combine("sub", this, other);
  }
  mul(other: Tensor | number): Tensor {
    return combine("mul", this, other);
  }
  div(other: Tensor | number): Tensor {
    return combine("div", this, other);
  }
  pow(exponent: Tensor | number): Tensor {
    return combine("pow", this, exponent);
  }
  maximum(other: Tensor | number): Tensor {
    return combine("maximum", this, other);
  }
  minimum(other: Tensor | number): Tensor {
    return combine("minimum", this, other);
  }
  /** Comparisons give 1 where true and 0 where false. */
  eq(other: Tensor | number): Tensor {
    return combine("eq", this, other);
  }
  ne(other: Tensor | number): Tensor {
    return combine("ne", this, other);
  }
  lt(other: Tensor | number): Tensor {
    return combine("lt", this, other);
  }
  le(other: Tensor | number): Tensor {
    return combine("le", this, other);
  }
  gt(other: Tensor | number): Tensor {
    return combine("gt", this, other);
  }
  ge(other: Tensor | number): Tensor {
    return combine("ge", this, other);
  }
  neg(): Tensor {
    return map("neg", this);
  }
  abs(): Tensor {
    return map("abs", this);
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
  sign(): Tensor {
    return map("sign", this);
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
  /** Matrix product with PyTorch's rules for vectors and batches. */
  matmul(other: Tensor): Tensor {
    return apply("matmul", [this, other], () => matmul(this.array, other.array))[0]!;
  }

  // ---- reductions --------------------------------------------------------------------------------------------
  /** Sum of all elements, or over some dimensions. */
  sum(dim?: number | readonly number[], keepDim = false): Tensor {
    const dims = resolveDims(dim, this.ndim, "sum");
    return apply("sum", [this], () => reduce.sumOrMean("sum", floats(this), dims, keepDim))[0]!;
  }
  mean(dim?: number | readonly number[], keepDim = false): Tensor {
    const dims = resolveDims(dim, this.ndim, "mean");
    return apply("mean", [this], () => reduce.sumOrMean("mean", floats(this), dims, keepDim))[0]!;
  }
  softmax(dim: number): Tensor {
    return apply("softmax", [this], () =>
      reduce.softmax(false, this.array, resolveDim(dim, this.ndim, "softmax")),
    )[0]!;
  }
  logSoftmax(dim: number): Tensor {
    return apply("logSoftmax", [this], () =>
      reduce.softmax(true, this.array, resolveDim(dim, this.ndim, "logSoftmax")),
    )[0]!;
  }

  // ---- movement ----------------------------------------------------------------------------------------------
  /** The same elements in another shape; one size may be -1. */
  reshape(shape: Shape): Tensor {
    return apply("reshape", [this], () =>
      movement.reshape(this.array, resolveReshape(this.shape, shape)),
    )[0]!;
  }
  permute(dims: readonly number[]): Tensor {
    const order = dims.map((d) => resolveDim(d, this.ndim, "permute"));
    if (order.length !== this.ndim || new Set(order).size !== this.ndim) {
      throw new ArgumentError(
        `permute: expected each of the ${this.ndim} dims once, got ${formatShape(dims)}`,
      );
    }
    return apply("permute", [this], () => movement.permute(this.array, order))[0]!;
  }
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
  /** `length` elements of a dimension from `start` on. */
  narrow(dim: number, start: number, length: number): Tensor {
    const d = resolveDim(dim, this.ndim, "narrow");
    const size = this.shape[d] ?? 0;
    const first = start < 0 ? start + size : start;
    if (![first, length].every(Number.isInteger) || first < 0 || length < 0 || first + length > size) {
      throw new ArgumentError(
        `narrow: start ${start} and length ${length} do not lie within dim ${d} of ${formatShape(this.shape)}`,
      );
    }
    return apply("narrow", [this], () => movement.slice(this.array, d, first, length))[0]!;
  }
  /** Drops one dimension by choosing an index of it. */
  select(dim: number, index: number): Tensor {
    const d = resolveDim(dim, this.ndim, "select");
    return this.narrow(d, index, 1).squeeze(d);
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
    const lead = shape.length - this.ndim;
    const to = shape.map((n, i) => (n === -1 ? (this.shape[i - lead] ?? -1) : n));
    const fits =
      lead >= 0 && this.shape.every((n, i) => n === to[i + lead] || n === 1) && to.every((n) => n >= 0);
    if (!fits)
      throw new ShapeError(`expand: ${formatShape(this.shape)} cannot be repeated to ${formatShape(shape)}`);
    return apply("expand", [this], () => movement.expand(this.array, to))[0]!;
  }
  flip(dims: number | readonly number[]): Tensor {
    const list = resolveDims(dims, this.ndim, "flip");
    return apply("flip", [this], () => movement.flip(this.array, list))[0]!;
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

function map(name: elementwise.UnaryName, x: Tensor): Tensor {
  return apply(name, [x], () => elementwise.unary(name, floats(x)))[0]!;
}

function combine(name: BinaryName, a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === "number") return apply(name, [a], () => elementwise.binaryScalar(name, floats(a), b))[0]!;
  return apply(name, [a, b], () => elementwise.binary(name, floats(a), floats(b)))[0]!;
}

function resolveDims(dim: number | readonly number[] | undefined, ndim: number, what: string): number[] {
  if (dim === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const list = (typeof dim === "number" ? [dim] : dim).map((d) => resolveDim(d, ndim, what));
  if (new Set(list).size !== list.length)
    throw new ArgumentError(`${what}: a dim is named twice in ${formatShape(list)}`);
  return list.sort((a, b) => a - b);
}
