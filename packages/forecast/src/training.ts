import { type FitResult, fit, optim } from "@lookback/core";
import { type NetworkSizes, type SequenceNetwork, seededNetwork } from "./network.js";
import type { Output } from "./outputs.js";
import { Batches, type TrainingSet, wholeBatch } from "./windowPool.js";

/** How one network is to be trained. */
export interface TrainOptions {
  readonly sizes: NetworkSizes;
  readonly output: Output;
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
 * Trains one network: the output's loss, Adam, gradients clipped, the learning rate falling along half a cosine. With a
 * validation set, training stops when it gets no better and the best weights are kept.
 */
export async function trainNetwork(
  train: TrainingSet,
  validation: TrainingSet | undefined,
  options: TrainOptions,
): Promise<Trained> {
  const { sizes, output, seed, epochs, lr, clip, patience, signal, onEpoch, save, resume } = options;
  const network = seededNetwork(sizes, seed);
  const optimizer = new optim.Adam(network.parameters(), { lr });
  const batches = new Batches(train, seed);
  let epoch = resume?.epoch ?? 0;
  batches.epoch = epoch;
  const result = await fit(network, {
    data: batches,
    optimizer,
    lossFn: output.loss,
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
