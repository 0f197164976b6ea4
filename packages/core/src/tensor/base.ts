import {
  type BackwardOptions,
  backward,
  type GradEdge,
  type GradLeaf,
  type GradNode,
  seedGradient,
} from "../autograd/graph.js";
import { engine } from "../engine/engine.js";
import { ArgumentError, LookbackError, ShapeError } from "../errors.js";
import type { DType, NDArray } from "../ops/ndarray.js";
import { formatShape, type Shape } from "../shape.js";
import { formatTensor } from "./print.js";

/** Numbers in nested arrays, as deep as the tensor has dimensions. */
export type NestedArray = number | readonly NestedArray[];

/** What a tensor is, apart from its operations: elements, the place in the graph, and ways to read it. */
export abstract class TensorBase implements GradLeaf {
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

  /** @internal Adds to `grad`, which outlives every scope. */
  abstract accumulateGrad(grad: NDArray): void;

  /** Sizes of the dimensions, outermost first. */
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

  /** Whether gradients flow to or through this tensor. Can be set on leaves of float32. */
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
  /** Whether no recorded operation made this tensor. */
  get isLeaf(): boolean {
    return this.gradNode === null;
  }

  /** @internal Where gradients of this tensor go. */
  get gradEdge(): GradEdge | null {
    if (this.gradNode) return { node: this.gradNode, output: this.outputIndex };
    return this.#requiresGrad ? { leaf: this } : null;
  }

  /**
   * Computes the gradient of this tensor with respect to every leaf that it depends on, and adds it to their `grad`.
   * A tensor of one element starts from 1, any other from `gradient`, of its shape. The graph is freed as it is gone
   * through, unless `retainGraph`.
   *
   * @throws LookbackError if nothing here requires a gradient; ShapeError if `gradient` is missing or of another shape.
   * @example const x = tensor([3], { requiresGrad: true }); x.square().backward(); x.grad?.item(); // 6
   */
  backward(gradient?: TensorBase | null, options: BackwardOptions = {}): void {
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

  /** The one element as a number. Throws a ShapeError when there is not exactly one. */
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
  /**
   * The elements as nested arrays; a number for a scalar.
   *
   * @example tensor([[1, 2], [3, 4]]).toArray<number[][]>()[1][0]; // 3
   */
  toArray<Nested extends NestedArray = NestedArray>(): Nested {
    const flat = this.array.data;
    let at = 0;
    const nest = (dim: number): NestedArray =>
      dim === this.ndim ? flat[at++]! : Array.from({ length: this.shape[dim]! }, () => nest(dim + 1));
    return nest(0) as Nested;
  }
  /** Copies the elements of another tensor of this shape (or numbers) into this one, in place. Leaves only. */
  copy_(source: TensorBase | ArrayLike<number>): this {
    const values = source instanceof TensorBase ? source.array.data : source;
    if (values.length !== this.numel) {
      throw new ShapeError(
        `copy_: ${values.length} elements given, expected ${this.numel} (shape ${formatShape(this.shape)})`,
      );
    }
    this.array.data.set(values);
    this.array.block.version++;
    return this;
  }

  /**
   * As PyTorch prints tensors: four decimals, columns aligned, an ellipsis where there are more than 1000 elements.
   *
   * @example String(tensor([[1, 2.5], [3, 4]])); // "tensor([[1.0000, 2.5000],\n        [3.0000, 4.0000]])"
   */
  toString(): string {
    const notes = this.gradNode
      ? [`gradFn=<${this.gradNode.name}>`]
      : this.requiresGrad
        ? ["requiresGrad=true"]
        : [];
    if (this.array.block.freed) return `tensor(freed with its scope, shape=${formatShape(this.shape)})`;
    return formatTensor(this.array, notes);
  }
  /** What `console.log` shows in Node. @internal */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
