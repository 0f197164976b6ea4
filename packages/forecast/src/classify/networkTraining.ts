import {
  AbortError,
  defaultGenerator,
  type FitResult,
  fit,
  Generator,
  manualSeed,
  nn,
  optim,
  type Tensor,
  tensor,
} from "@lookback/core";
import { ClassifierBatches, type Examples } from "./networkBatches.js";
import { batchSizeFor, epochsFor, labelSmoothingFor, lrFor, type NetworkConfig } from "./networkOptions.js";
import { type ClassifierNetwork, type NetworkSizes, seededClassifierNetwork } from "./networks.js";

/** What the training of one network is told beside its options. */
export interface TrainingTask {
  readonly examples: Examples;
  readonly config: NetworkConfig;
  readonly sizes: NetworkSizes;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onEpoch?: (epoch: number, epochs: number, loss: number) => void;
  /** Receives a checkpoint of this network's training when it is interrupted. */
  readonly save?: ((bytes: Uint8Array, epoch: number) => void | Promise<void>) | undefined;
  /** Goes on from such a checkpoint. */
  readonly resume?: { readonly bytes: Uint8Array; readonly epoch: number } | undefined;
}

/** A trained network, and how its training ended. */
export interface TrainedNetwork {
  readonly network: ClassifierNetwork;
  readonly reason: FitResult["reason"];
}

/** Trains one network with Adam on cross-entropy; see {@link NetworkConfig} for how. */
export async function trainClassifierNetwork(task: TrainingTask): Promise<TrainedNetwork> {
  const { config, sizes, seed, resume, save, signal } = task;
  const network = seededClassifierNetwork(sizes, seed);
  const optimizer = new optim.Adam(network.parameters(), { lr: lrFor(config) });
  const { learned, judged } = holdOut(task.examples, config.validation, config.seed);
  const exact = sizes.kind === "cnn-published";
  const common = { batchSize: batchSizeFor(config), exact, seed };
  const { jitter, scaling, window } = config;
  const varied = jitter > 0 || scaling > 0 || window < 1;
  const batches = new ClassifierBatches(learned, {
    ...common,
    shuffle: true,
    ...(varied ? { augmentation: { jitter, scaling, window } } : {}),
  });
  const validation = judged && new ClassifierBatches(judged, { ...common, shuffle: false });
  const epochs = epochsFor(learned.targets.length, config);
  let epoch = resume?.epoch ?? 0;
  batches.epoch = epoch;
  const weight = config.classWeights === "balanced" ? balance(learned.targets, sizes.classes) : null;
  const result = await fit(new WithLengths(network, [batches, ...(validation ? [validation] : [])]), {
    data: batches,
    optimizer,
    lossFn: new nn.CrossEntropyLoss({ weight, labelSmoothing: labelSmoothingFor(config) }),
    epochs,
    maxGradNorm: config.clip,
    ...schedulerFor(config, optimizer, epochs),
    ...(validation ? { validation, earlyStopping: { patience: config.patience } } : {}),
    ...(signal ? { signal } : {}),
    ...(save ? { checkpoint: { save: (bytes: Uint8Array) => save(bytes, epoch) } } : {}),
    ...(resume ? { resume: resume.bytes } : {}),
    onProgress: (progress) => {
      epoch = progress.epoch;
      task.onEpoch?.(progress.epoch, epochs, progress.loss);
    },
  });
  return { network, reason: result.reason };
}

/** Hands a network the lengths of its batch, which `fit` does not know of. */
class WithLengths extends nn.Module {
  readonly #sources: readonly ClassifierBatches[];

  constructor(
    readonly network: ClassifierNetwork,
    sources: readonly ClassifierBatches[],
  ) {
    super();
    this.#sources = sources;
  }

  override forward(x: Tensor): Tensor {
    const facts = this.#sources.map((source) => source.factsOf(x)).find((found) => found !== undefined)!;
    // dropout draws from the default generator, which others use while this waits its turn
    const before = defaultGenerator.getState();
    try {
      manualSeed(BigInt.asUintN(63, facts.seed));
      return this.network.forward(x, facts.lengths);
    } finally {
      defaultGenerator.setState(before);
    }
  }
}

function schedulerFor({ schedule }: NetworkConfig, optimizer: optim.Adam, epochs: number) {
  if (schedule === "cosine") return { scheduler: new optim.CosineAnnealingLR(optimizer, epochs) };
  if (schedule === "constant") return {};
  const patience = Math.max(1, Math.round(epochs / 10));
  return { scheduler: new optim.ReduceLROnPlateau(optimizer, { factor: 0.5, patience }) };
}

/** A weight for each class: N / (K · N_k). A class that is not there gets none. */
function balance(targets: Int32Array, classes: number): Tensor {
  const counts = new Float32Array(classes);
  for (const target of targets) counts[target]!++;
  return tensor(counts.map((count) => (count > 0 ? targets.length / (classes * count) : 0)));
}

/** Holds out a share of each class; of a class with one example nothing, and never all of it. */
export function holdOut(
  examples: Examples,
  share: number,
  seed: number,
): { learned: Examples; judged: Examples | undefined } {
  const { targets, sequences, steps } = examples;
  const byClass = new Map<number, number[]>();
  for (const row of new Generator(seed).randperm(targets.length)) {
    const target = targets[row]!;
    byClass.set(target, [...(byClass.get(target) ?? []), row]);
  }
  const held = [...byClass.values()].flatMap((rows) =>
    rows.slice(0, Math.min(rows.length - 1, Math.round(rows.length * share))),
  );
  if (held.length === 0) return { learned: examples, judged: undefined };
  const chosen = new Set(held);
  const part = (keep: (row: number) => boolean): Examples => {
    const rows = Array.from(targets.keys()).filter(keep);
    return {
      sequences: rows.map((row) => sequences[row]!),
      targets: Int32Array.from(rows, (row) => targets[row]!),
      steps,
    };
  };
  return { learned: part((row) => !chosen.has(row)), judged: part((row) => chosen.has(row)) };
}

/** The error of a training that was interrupted, told as what it is part of. */
export function interruptedTraining(
  name: string,
  member: number,
  members: number,
  saved: boolean,
): AbortError {
  return new AbortError(
    `${name}: interrupted while training network ${member} of ${members}.` +
      (saved ? " A checkpoint was saved; pass it as resume to go on." : ""),
  );
}
