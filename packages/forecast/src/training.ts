import { type Batch, type FitResult, fit, Generator, nn, optim, type Tensor, tensor } from "@lookback/core";
import {
  encode,
  levelOf,
  type NetworkSizes,
  type SequenceNetwork,
  seededNetwork,
  type TrainingSet,
} from "./network.js";
import type { FittedTransform, Transform } from "./transforms.js";

/** Up to this many windows are one batch; more are shuffled into batches of half of it. */
const FULL_BATCH = 256;
/** Windows trained on at most: the newest. */
const MOST_WINDOWS = 20_000;

/** Windows of a series, and what follows each. */
export interface Pair {
  readonly window: Float64Array;
  readonly target: Float64Array;
}

/** All windows of a series in order of time, the newest {@link MOST_WINDOWS} of them. */
export function pairsOf(values: Float64Array, lookback: number, outputs: number): Pair[] {
  const count = values.length - lookback - outputs + 1;
  const first = Math.max(0, count - MOST_WINDOWS);
  return Array.from({ length: Math.max(0, count - first) }, (_, i) => {
    const middle = first + i + lookback;
    return {
      window: values.subarray(middle - lookback, middle),
      target: values.subarray(middle, middle + outputs),
    };
  });
}

/** Fits a scaler on windows and targets relative to the windows' levels. */
export function fitScaler(pairs: readonly Pair[], transform: Transform): FittedTransform {
  return transform.fit(
    pairs.flatMap(({ window, target }) => {
      const level = levelOf(window);
      return [...window, ...target].map((value) => value - level);
    }),
  );
}

/** Pairs in the form that a network learns from. */
export function trainingSet(pairs: readonly Pair[], scaler: FittedTransform): TrainingSet {
  const [lookback, outputs] = [pairs[0]?.window.length ?? 0, pairs[0]?.target.length ?? 0];
  const targets = new Float32Array(pairs.length * outputs);
  for (const [i, { window, target }] of pairs.entries()) {
    const level = levelOf(window);
    targets.set(scaler.apply(target.map((value) => value - level)), i * outputs);
  }
  const inputs = encode(
    pairs.map(({ window }) => window),
    scaler,
  );
  return { count: pairs.length, lookback, outputs, inputs, targets };
}

/** How one network is to be trained. */
export interface TrainOptions {
  readonly sizes: NetworkSizes;
  readonly seed: number;
  /** Epochs over which the learning rate falls to 0. */
  readonly epochs: number;
  /** Stop after this many of them. Default: all. */
  readonly stopAfter?: number;
  readonly lr: number;
  readonly clip: number;
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: (epoch: number, loss: number) => void;
  /** Receives a checkpoint of this network's training when it is interrupted. */
  readonly save?: (bytes: Uint8Array, epoch: number) => void | Promise<void>;
  /** Goes on from such a checkpoint. */
  readonly resume?: { readonly bytes: Uint8Array; readonly epoch: number } | undefined;
}

/** A trained network, and how its training ended. */
export interface Trained {
  readonly network: SequenceNetwork;
  /** Epochs after which it had the weights it has. */
  readonly bestEpoch: number;
  readonly reason: FitResult["reason"];
}

/**
 * Trains one network: Huber's loss (quadratic up to 1 standard deviation, linear beyond), Adam, gradients clipped, the
 * learning rate falling along half a cosine. With a validation set, training stops when it gets no
 * better and the best weights are kept.
 */
export async function trainNetwork(
  train: TrainingSet,
  validation: TrainingSet | undefined,
  options: TrainOptions,
): Promise<Trained> {
  const { sizes, seed, epochs, lr, clip, patience, signal, onEpoch, save, resume } = options;
  const network = seededNetwork(sizes, seed);
  const optimizer = new optim.Adam(network.parameters(), { lr });
  const batches = new Batches(train, seed);
  let epoch = resume?.epoch ?? 0;
  batches.epoch = epoch;
  const result = await fit(network, {
    data: batches,
    optimizer,
    lossFn: new nn.HuberLoss(),
    epochs: options.stopAfter ?? epochs,
    maxGradNorm: clip,
    scheduler: new optim.CosineAnnealingLR(optimizer, epochs),
    ...(validation ? { validation: [wholeBatch(validation)], earlyStopping: { patience } } : {}),
    ...(signal ? { signal } : {}),
    ...(save ? { checkpoint: { save: (bytes: Uint8Array) => save(bytes, epoch) } } : {}),
    ...(resume ? { resume: resume.bytes } : {}),
    onProgress: (progress) => {
      epoch = progress.epoch;
      onEpoch?.(progress.epoch, progress.loss);
    },
  });
  return { network, bestEpoch: Math.max(1, result.bestEpoch), reason: result.reason };
}

function wholeBatch({ count, lookback, outputs, inputs, targets }: TrainingSet): Batch {
  return [tensor(inputs, { shape: [lookback, count, 1] }), tensor(targets, { shape: [count, outputs] })];
}

/** Batches of one epoch after the other. The order depends on seed and epoch alone, so a resumed run sees the same. */
class Batches implements Iterable<Batch> {
  epoch = 0;
  private readonly whole: Batch | undefined;
  private readonly size: number;

  constructor(
    private readonly set: TrainingSet,
    private readonly seed: number,
  ) {
    this.whole = set.count <= FULL_BATCH ? wholeBatch(set) : undefined;
    this.size = FULL_BATCH / 2;
  }

  *[Symbol.iterator](): Iterator<Batch> {
    const epoch = this.epoch++;
    if (this.whole) {
      yield this.whole;
      return;
    }
    const { size, set } = this;
    const order = new Generator(BigInt(this.seed) * 1_000_003n + BigInt(epoch)).randperm(set.count);
    const inputs = new Float32Array(size * set.lookback);
    const targets = new Float32Array(size * set.outputs);
    // what does not fill a batch waits for the next epoch's order
    for (let start = 0; start + size <= set.count; start += size) {
      for (let i = 0; i < size; i++) {
        const pair = order[start + i]!;
        for (let t = 0; t < set.lookback; t++) inputs[t * size + i] = set.inputs[t * set.count + pair]!;
        const from = pair * set.outputs;
        targets.set(set.targets.subarray(from, from + set.outputs), i * set.outputs);
      }
      const batch: [Tensor, Tensor] = [
        tensor(inputs, { shape: [set.lookback, size, 1] }),
        tensor(targets, { shape: [size, set.outputs] }),
      ];
      yield batch;
    }
  }
}
