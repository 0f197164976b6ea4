import { z } from "zod";
import { NETWORK_KINDS, type NetworkKind } from "./networks.js";
import { checkOptions } from "./options.js";

const whole = (low: number, high: number) => z.number().int().min(low).max(high);
const share = (high: number) => z.number().min(0).max(high);

/** The options, checked. Every default is stated here and nowhere else. */
export const networkOptionsSchema = z.strictObject({
  /** The network. */
  kind: z.enum(NETWORK_KINDS).default("fcn"),
  /**
   * Most passes over the training sequences. Default: as many as make 400 updates (time-cnn: 3000), at least 20 and at
   * most 500.
   */
  epochs: whole(1, 1_000_000).optional(),
  /** Sequences in a batch. Default 16; of cnn-published 4, as its weights grow with the square. */
  batchSize: whole(1, 100_000).optional(),
  /** Learning rate of Adam at the start. Default 0.001; of recurrent networks and time-cnn 0.01. */
  lr: z.number().positive().max(10).optional(),
  /**
   * How the learning rate falls: along half a cosine to 0, by half whenever the loss has not got better for a tenth of
   * the epochs, or not at all.
   */
  schedule: z.enum(["cosine", "plateau", "constant"]).default("cosine"),
  /** Share of each class that is held out to judge by; 0 trains on everything. */
  validation: share(0.5).default(0),
  /** Epochs without a better loss on what is held out after which training stops. The best weights are kept. */
  patience: whole(1, 1_000_000).default(20),
  /** `balanced`: an example of class k counts N / (K · N_k), so that rare classes weigh as much as common ones. */
  classWeights: z.enum(["none", "balanced"]).default("none"),
  /** Share of each target that is spread over all classes. Default 0; of cnn 0.1. */
  labelSmoothing: share(0.9).optional(),
  /** Augmentation: standard deviation of normal noise added to each value, in units of the standardised values. */
  jitter: share(10).default(0),
  /** Augmentation: each channel is multiplied by a factor drawn around 1 with this standard deviation. */
  scaling: share(1).default(0),
  /** Augmentation: a random window as long as this share of the sequence, or longer, is stretched to its length; 1 is off. */
  window: z.number().min(0.1).max(1).default(1),
  /** What takes means off and divides by standard deviations: each channel's over the training set, each sequence's own, or nothing. */
  standardise: z.enum(["channel", "sequence", "none"]).default("channel"),
  /** Units of each recurrent layer. */
  hidden: whole(1, 4096).default(64),
  /** Recurrent layers on top of each other. */
  layers: whole(1, 16).default(1),
  /** Largest norm of the gradient. */
  clip: z.number().positive().default(5),
  /** Networks trained from different seeds, whose probabilities are averaged (InceptionTime is published as five). */
  ensemble: whole(1, 100).default(1),
  /** First seed of the ensemble; its members use seed, seed + 1, … */
  seed: whole(0, 2 ** 31).default(0),
});

/** What a network classifier accepts; all of it optional. */
export type NetworkOptions = z.input<typeof networkOptionsSchema>;

/** The same with its defaults filled in. */
export type NetworkConfig = z.output<typeof networkOptionsSchema>;

/**
 * Fills in the defaults.
 *
 * @throws ArgumentError that names the option, what it accepts and what it got.
 */
export function networkConfig(options: NetworkOptions): NetworkConfig {
  return checkOptions(options.kind ?? "network", networkOptionsSchema, options, EXPECTED);
}

const EXPECTED: Readonly<Record<string, string>> = {
  kind: NETWORK_KINDS.join(", "),
  epochs: "a whole number from 1 to 1000000",
  batchSize: "a whole number from 1 to 100000",
  lr: "a number above 0, at most 10",
  schedule: "cosine, plateau or constant",
  validation: "a share from 0 to 0.5",
  patience: "a whole number of at least 1",
  classWeights: "none or balanced",
  labelSmoothing: "a share from 0 to 0.9",
  jitter: "a number from 0 to 10",
  scaling: "a number from 0 to 1",
  window: "a share from 0.1 to 1",
  standardise: "channel, sequence or none",
  hidden: "a whole number from 1 to 4096",
  layers: "a whole number from 1 to 16",
  clip: "a number above 0",
  ensemble: "a whole number from 1 to 100",
  seed: "a whole number of at least 0",
};

/** What one network's training differs in from the others', found by cross-validation on training parts of the UCR archive. */
interface Habits {
  readonly batchSize: number;
  readonly lr: number;
  /** Steps of the optimizer that suffice for small sets. */
  readonly updates: number;
  readonly labelSmoothing: number;
}

const COMMON: Habits = { batchSize: 16, lr: 0.001, updates: 400, labelSmoothing: 0 };
const RECURRENT: Habits = { ...COMMON, lr: 0.01 };

const HABITS: Readonly<Record<NetworkKind, Habits>> = {
  cnn: { ...COMMON, labelSmoothing: 0.1 },
  // its weights grow with the square of the batch
  "cnn-published": { ...COMMON, batchSize: 4 },
  // a thousand weights, which learn slowly and cost little
  "time-cnn": { ...COMMON, lr: 0.01, updates: 3000 },
  fcn: COMMON,
  resnet: COMMON,
  "inception-time": COMMON,
  rnn: RECURRENT,
  lstm: RECURRENT,
  gru: RECURRENT,
  "lstm-fcn": COMMON,
};

/** Sequences in a batch. */
export function batchSizeFor({ kind, batchSize }: NetworkConfig): number {
  return batchSize ?? HABITS[kind].batchSize;
}

/** How many passes over `rows` sequences: as asked for, or as many as make some hundred updates, within 20 to 500. */
export function epochsFor(rows: number, config: NetworkConfig): number {
  const perEpoch = Math.max(1, Math.round(rows / batchSizeFor(config)));
  const wanted = Math.round(HABITS[config.kind].updates / perEpoch);
  return config.epochs ?? Math.min(500, Math.max(20, wanted));
}

/** The learning rate to start with. */
export function lrFor({ kind, lr }: NetworkConfig): number {
  return lr ?? HABITS[kind].lr;
}

/** Share of each target that is spread over all classes. */
export function labelSmoothingFor({ kind, labelSmoothing }: NetworkConfig): number {
  return labelSmoothing ?? HABITS[kind].labelSmoothing;
}
