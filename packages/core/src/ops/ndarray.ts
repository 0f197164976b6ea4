import { engine } from "../engine/engine.js";
import { type Block, freedError } from "../engine/memory.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";

export type DType = "float32" | "int32";

/**
 * A contiguous, row-major array in the engine's memory: what the operations of this folder work on. No gradients
 * here; `Tensor` adds them. Several arrays may share a block.
 */
export class NDArray {
  readonly size: number;
  constructor(
    readonly block: Block,
    /** Elements between the start of the block and the first element. */
    readonly offset: number,
    readonly shape: Shape,
    readonly dtype: DType = "float32",
  ) {
    this.size = sizeOf(shape);
  }

  /** Byte address of the first element. */
  get address(): number {
    if (this.block.freed) throw freedError();
    return this.block.address + this.offset * 4;
  }

  /** The same memory seen as another shape, `offset` elements further on. */
  view(shape: Shape, offset = 0): NDArray {
    return new NDArray(this.block, this.offset + offset, shape, this.dtype);
  }

  /** The elements as they lie in memory. Read or write at once: the next allocation may detach this view. */
  get data(): Float32Array | Int32Array {
    const start = this.address >> 2;
    return this.dtype === "int32"
      ? engine().memory.i32.subarray(start, start + this.size)
      : engine().memory.f32.subarray(start, start + this.size);
  }
}

/** An array whose elements hold whatever was there before. */
export function empty(shape: Shape, dtype: DType = "float32"): NDArray {
  return new NDArray(engine().memory.allocate(Math.max(4, sizeOf(shape) * 4)), 0, shape, dtype);
}

export function full(shape: Shape, value: number, dtype: DType = "float32"): NDArray {
  const out = empty(shape, dtype);
  if (dtype === "int32") out.data.fill(value);
  else engine().kernels.fill(out.size, value, out.address);
  return out;
}

export function zeros(shape: Shape, dtype: DType = "float32"): NDArray {
  return full(shape, 0, dtype);
}

export function fromValues(values: ArrayLike<number>, shape: Shape, dtype: DType = "float32"): NDArray {
  checkShape(shape, "tensor");
  const out = empty(shape, dtype);
  out.data.set(values);
  return out;
}

/** A copy in memory of its own. */
export function clone(x: NDArray): NDArray {
  const out = empty(x.shape, x.dtype);
  engine().kernels.copy(x.size, x.address, out.address);
  return out;
}

/**
 * What an operation gives: its outputs, and how gradients flow back through it. Forward and backward of an operation
 * stand in one function; `backward` is a closure over what forward saved.
 */
export interface OpResult {
  outputs: NDArray[];
  /**
   * Gradients of the inputs from gradients of the outputs (null where an output was not used). `needs` says which
   * inputs want one; for the others the result may be null. May hand back a gradient it was given, but never write to it.
   */
  backward(grads: readonly (NDArray | null)[], needs: readonly boolean[]): (NDArray | null)[];
  /** Gives back at once what only backward could have read. Called when the graph is freed. */
  release?(): void;
}

/** An operation with one output. */
export function result(
  output: NDArray,
  backward: (grad: NDArray, needs: readonly boolean[]) => (NDArray | null)[],
): OpResult {
  return { outputs: [output], backward: (grads, needs) => backward(grads[0]!, needs) };
}
