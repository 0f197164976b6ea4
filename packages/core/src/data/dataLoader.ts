import { defaultGenerator, Generator } from "../engine/random.js";
import { ArgumentError } from "../errors.js";
import { fromValues } from "../ops/ndarray.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import type { Dataset } from "./dataset.js";

export interface DataLoaderOptions {
  /** Examples in a batch. Default 1. */
  batchSize?: number;
  /** A new order each epoch, PyTorch's for the same seed. Default false. */
  shuffle?: boolean;
  /** Leaves out a last batch that is not full. Default false. */
  dropLast?: boolean;
  /** Where the order is drawn from. Default: the generator that `manualSeed` sets, which each epoch draws a seed from. */
  generator?: Generator;
}

/**
 * Batches of a data set; each `for … of` over it is one epoch. Draws what PyTorch's DataLoader draws (with no workers):
 * an epoch takes a 64-bit number that goes unused, then, shuffled, a 64-bit seed of a generator whose randperm(N) is
 * the order; with a generator of your own the order comes from it directly, and one more randperm(N) is spent.
 *
 * `fit({ data: loader })` frees each batch after its step. In a loop of your own, `forEach` does the same; what
 * `for … of` makes lives until the garbage collector finds it.
 *
 * @throws ArgumentError if batchSize is no whole number of at least 1, or the data set is empty and to be shuffled.
 * @example
 * const loader = new DataLoader(new TensorDataset(x, y), { batchSize: 32, shuffle: true });
 * await fit(model, { data: loader, optimizer, lossFn, epochs: 10 });
 */
export class DataLoader<Batch> implements Iterable<Batch> {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly #generator: Generator | null;

  constructor(
    readonly dataset: Dataset<Batch>,
    { batchSize = 1, shuffle = false, dropLast = false, generator, ...left }: DataLoaderOptions = {},
  ) {
    refuseOptions("DataLoader", left, ["batchSize", "shuffle", "dropLast", "generator"]);
    this.batchSize = checkInteger(batchSize, 1, "DataLoader: batchSize");
    if (shuffle && dataset.length === 0)
      throw new ArgumentError("DataLoader: there is nothing to shuffle, the data set has no examples");
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.#generator = generator ?? null;
  }

  /** Number of batches in an epoch. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<Batch, undefined> {
    const order = this.#order();
    for (let i = 0; i < this.length; i++) {
      const indices = order.subarray(i * this.batchSize, (i + 1) * this.batchSize);
      yield this.dataset.batch(new Tensor(fromValues(indices, [indices.length], "int32")));
    }
    if (this.shuffle) this.#generator?.randperm(this.dataset.length);
  }

  /** Runs `work` on every batch of one epoch, each inside a `scope` that frees the batch and what is made of it. */
  forEach(work: (batch: Batch, index: number) => void): void {
    const batches = this[Symbol.iterator]();
    for (let i = 0; i < this.length; i++) {
      scope(() => {
        const next = batches.next();
        if (!next.done) work(next.value, i);
      });
    }
    batches.next();
  }

  #order(): Int32Array {
    const n = this.dataset.length;
    (this.#generator ?? defaultGenerator).random64();
    if (!this.shuffle) return Int32Array.from({ length: n }, (_, i) => i);
    return (this.#generator ?? new Generator(defaultGenerator.random64() & 0x7fffffffffffffffn)).randperm(n);
  }
}
