import { ArgumentError, ShapeError } from "../errors.js";
import { formatShape } from "../shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** What a DataLoader draws batches from: anything that has a size and makes a batch of the examples named. */
export interface Dataset<Batch> {
  /** Number of examples. */
  readonly length: number;
  /** The examples at these indices (int32 [B]), in this order, as one batch. */
  batch(indices: Tensor): Batch;
}

/**
 * Tensors that run together: example i is row i of each. [N, …], [N, …], … → batches [B, …], [B, …], …
 *
 * @throws ShapeError if the first sizes differ; ArgumentError without tensors.
 * @example
 * const data = new TensorDataset(x, y); // x [N, T, I], y [N, O]
 * data.get(0);                          // [x[0], y[0]]
 */
export class TensorDataset<Tensors extends readonly Tensor[]>
  implements Dataset<{ [K in keyof Tensors]: Tensor }>
{
  readonly tensors: Tensors;
  readonly length: number;

  constructor(...tensors: Tensors) {
    const [first] = tensors;
    if (!first) throw new ArgumentError("TensorDataset: expected at least one tensor, got none");
    for (const t of tensors) {
      if (t.ndim === 0 || t.shape[0] !== first.shape[0]) {
        throw new ShapeError(
          `TensorDataset: all tensors need the same number of rows (dim 0), got shapes ${tensors.map((x) => formatShape(x.shape)).join(" and ")}`,
        );
      }
    }
    this.tensors = tensors;
    this.length = first.shape[0]!;
  }

  /** One example, without the batch dimension. */
  get(index: number): { [K in keyof Tensors]: Tensor } {
    return this.#each((t) => t.select(0, index));
  }

  batch(indices: Tensor): { [K in keyof Tensors]: Tensor } {
    const rows = indices.toTypedArray();
    const [start, count] = [rows[0] ?? 0, rows.length];
    // A run of rows shares memory with the tensor; any other choice copies.
    const run = rows.every((row, i) => row === start + i) && start >= 0 && start + count <= this.length;
    return this.#each((t) => (run ? t.narrow(0, start, count) : t.indexSelect(0, indices)));
  }

  #each(f: (t: Tensor) => Tensor) {
    return this.tensors.map(f) as unknown as { [K in keyof Tensors]: Tensor };
  }
}
