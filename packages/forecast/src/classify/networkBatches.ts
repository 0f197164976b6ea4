import { type Batch, Generator, type Tensor, tensor } from "@lookback/core";
import { type Augmentation, augment, resample } from "./augment.js";
import type { StepCounts } from "./networksConvolutional.js";
import { padBatch } from "./padding.js";

/** How sequences become batches. */
export interface BatchOptions {
  readonly batchSize: number;
  /** Whether every batch has exactly `batchSize` sequences, some of them twice if need be. */
  readonly exact: boolean;
  readonly seed: number;
  readonly augmentation?: Augmentation;
  /** In a new order each epoch. */
  readonly shuffle: boolean;
}

/** What a batch is beside its tensor. */
export interface BatchFacts {
  readonly lengths: StepCounts;
  /** A seed of its own, for what is drawn while it is trained on. */
  readonly seed: bigint;
}

/** Prepared sequences with the index of their classes. */
export interface Examples {
  /** Channels × steps each, without missing values. */
  readonly sequences: readonly (readonly Float64Array[])[];
  readonly targets: Int32Array;
  /** Steps that every batch has; 0: those of its longest sequence. */
  readonly steps: number;
}

/**
 * Batches of one epoch after the other: x [N, C, L] and the classes [N]. Sizes within an epoch differ by one at most.
 * Order and augmentation depend on seed and epoch alone, so that a resumed run sees the same.
 */
export class ClassifierBatches implements Iterable<Batch> {
  epoch = 0;
  readonly #facts = new WeakMap<Tensor, BatchFacts>();

  constructor(
    private readonly examples: Examples,
    private readonly options: BatchOptions,
  ) {}

  /** What is known of a batch that this made. */
  factsOf(x: Tensor): BatchFacts | undefined {
    return this.#facts.get(x);
  }

  *[Symbol.iterator](): Iterator<Batch> {
    const { examples, options } = this;
    const epochSeed = BigInt(options.seed) * 1_000_003n + BigInt(this.epoch++);
    const generator = new Generator(epochSeed);
    const rows = examples.targets.length;
    const order = options.shuffle ? generator.randperm(rows) : Int32Array.from({ length: rows }, (_, i) => i);
    for (const [index, chosen] of splitBatches(order, options).entries()) {
      const sequences = chosen.map((row) => {
        const sequence = examples.sequences[row]!;
        return options.augmentation ? augment(sequence, options.augmentation, generator) : sequence;
      });
      const { x, lengths } = padBatch(sequences, examples.steps);
      this.#facts.set(x, { lengths, seed: epochSeed * 1_000_003n + BigInt(index) });
      yield [x, tensor(Int32Array.from(chosen, (row) => examples.targets[row]!))];
    }
  }
}

function splitBatches(order: Int32Array, { batchSize, exact }: BatchOptions): number[][] {
  const count = Math.max(1, Math[exact ? "ceil" : "round"](order.length / batchSize));
  return Array.from({ length: count }, (_, i) => {
    if (exact) return Array.from({ length: batchSize }, (_, j) => order[(i * batchSize + j) % order.length]!);
    const [start, end] = [i, i + 1].map((b) => Math.round((b * order.length) / count));
    return [...order.subarray(start, end)];
  });
}

/** A sequence that is longer than a network of fixed length can read, squeezed to that length. */
export function squeeze(sequence: readonly Float64Array[], most: number): readonly Float64Array[] {
  if (sequence[0]!.length <= most) return sequence;
  return sequence.map((line) => resample(line, most));
}
