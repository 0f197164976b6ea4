import { DataError, defaultGenerator, manualSeed, type nn, type Tensor } from "@lookback/core";
import { Cnn, Fcn, PublishedCnn, ResNet, type StepCounts, TimeCnn } from "./networksConvolutional.js";
import { InceptionTime } from "./networksInception.js";
import { LstmFcn, RecurrentNetwork } from "./networksRecurrent.js";

/** A network over padded batches: x [N, C, L] and the steps of each sequence → logits [N, K]. */
export interface ClassifierNetwork extends nn.Module {
  forward(x: Tensor, lengths?: StepCounts): Tensor;
}

/** What a network is built from. */
export interface NetworkSizes {
  readonly kind: NetworkKind;
  readonly channels: number;
  readonly classes: number;
  /** Steps of the longest training sequence. */
  readonly length: number;
  /** Recurrent networks: units and layers. */
  readonly hidden: number;
  readonly layers: number;
  /** The tutorial's published network: samples in every batch. */
  readonly batch: number;
}

interface Architecture {
  readonly build: (sizes: NetworkSizes) => ClassifierNetwork;
  /** Weights that grow with the sizes: the network has at least so many. */
  readonly weights: (sizes: NetworkSizes) => number;
  /** Fewest steps of the longest sequence; undefined where the network takes any length. */
  readonly fewest?: number;
}

const pooled = (Network: typeof Fcn | typeof ResNet | typeof InceptionTime): Architecture => ({
  build: ({ channels, classes }) => new Network(channels, classes),
  weights: ({ channels, classes }) => 64 * channels + 128 * classes,
});

const recurrent = (cell: "rnn" | "lstm" | "gru"): Architecture => ({
  build: ({ channels, classes, hidden, layers }) =>
    new RecurrentNetwork({ cell, channels, classes, hidden, layers }),
  weights: ({ channels, classes, hidden, layers }) => hidden * (channels + hidden * layers + classes),
});

const ARCHITECTURES = {
  cnn: {
    build: ({ channels, length, classes }) => new Cnn(channels, length, classes),
    weights: ({ channels, length, classes }) => 128 * channels + 50 * (128 * (length - 4) + classes),
    fewest: 5,
  },
  "cnn-published": {
    build: ({ channels, length, batch }) => new PublishedCnn(channels, length, batch),
    weights: ({ channels, length, batch }) => 128 * channels + batch * 50 * batch * 128 * (length - 4),
    fewest: 5,
  },
  "time-cnn": {
    build: ({ channels, length, classes }) => new TimeCnn(channels, length, classes),
    weights: ({ channels, length, classes }) => 42 * channels + 12 * classes * Math.floor(length / 9 - 4),
    fewest: 9,
  },
  fcn: pooled(Fcn),
  resnet: pooled(ResNet),
  "inception-time": pooled(InceptionTime),
  rnn: recurrent("rnn"),
  lstm: recurrent("lstm"),
  gru: recurrent("gru"),
  "lstm-fcn": {
    build: ({ channels, length, classes }) => new LstmFcn(channels, length, classes),
    weights: ({ channels, length, classes }) => 1024 * channels + 32 * length + 136 * classes,
    fewest: 1,
  },
} satisfies Record<string, Architecture>;

/** The networks there are. */
export type NetworkKind = keyof typeof ARCHITECTURES;

/** Their names, in the order of the documentation. */
export const NETWORK_KINDS = Object.keys(ARCHITECTURES) as [NetworkKind, ...NetworkKind[]];

const architecture = (kind: NetworkKind): Architecture => ARCHITECTURES[kind];

/** Whether a network can only read sequences of the length that it was built for (padded, or shortened to it). */
export function hasFixedLength(kind: NetworkKind): boolean {
  return architecture(kind).fewest !== undefined;
}

/** Checks that a network can be built. @throws DataError where sequences are too short or classes too many. */
export function checkSizes({ kind, length, classes }: NetworkSizes): void {
  const fewest = architecture(kind).fewest ?? 1;
  if (length < fewest) {
    throw new DataError(
      `${kind}: its kernels need sequences of at least ${fewest} steps, the longest here has ${length}. Use minirocket or a recurrent network.`,
    );
  }
  if (kind === "cnn-published" && classes !== 2) {
    throw new DataError(
      `cnn-published: the network as published has one output for each sample, which tells 2 classes apart; here are ${classes}. Use "cnn", its corrected form.`,
    );
  }
}

/** How many weights a network of these sizes has at least, without building it. */
export function fewestWeights(sizes: NetworkSizes): number {
  return architecture(sizes.kind).weights(sizes);
}

/** A network whose weights are drawn from `seed`, leaving the default generator as it was. */
export function seededClassifierNetwork(sizes: NetworkSizes, seed: number): ClassifierNetwork {
  const before = defaultGenerator.getState();
  try {
    manualSeed(seed);
    return architecture(sizes.kind).build(sizes);
  } finally {
    defaultGenerator.setState(before);
  }
}
