import { LookbackError, type Tensor } from "@lookback/core";
import { z } from "zod";
import {
  type ClassifierFile,
  classesSchema,
  damaged,
  readDescription,
  standardisationSchema,
  writeClassifier,
} from "./fileParts.js";
import { type NetworkConfig, networkOptionsSchema } from "./networkOptions.js";
import {
  type ClassifierNetwork,
  fewestWeights,
  type NetworkSizes,
  seededClassifierNetwork,
} from "./networks.js";
import type { Standardisation } from "./preparation.js";

/** All that a fitted network classifier consists of. */
export interface NetworkState {
  readonly config: NetworkConfig;
  readonly classes: readonly string[];
  readonly standardisation: Standardisation;
  readonly sizes: NetworkSizes;
  /** The networks whose probabilities are averaged. */
  readonly members: readonly ClassifierNetwork[];
}

const count = z.number().int().positive();
const schema = z.object({
  config: networkOptionsSchema,
  classes: classesSchema,
  standardisation: standardisationSchema,
  channels: count,
  /** Steps of the longest training sequence. */
  length: count,
  /** Samples in every batch of the tutorial's published network. */
  batch: count,
});

/** Arrays `members.0.conv1.weight` … under PyTorch's names, and a description. */
export function writeNetwork({ config, classes, standardisation, sizes, members }: NetworkState): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [index, network] of members.entries()) {
    for (const [key, value] of Object.entries(network.stateDict())) tensors[memberKey(index, key)] = value;
  }
  const description: z.input<typeof schema> = {
    config,
    classes: [...classes],
    standardisation: {
      kind: standardisation.kind,
      means: [...standardisation.means],
      scales: [...standardisation.scales],
    },
    channels: sizes.channels,
    length: sizes.length,
    batch: sizes.batch,
  };
  return writeClassifier("network", description, tensors);
}

const memberKey = (index: number, key: string) => `members.${index}.${key}`;

/** Reads what {@link writeNetwork} wrote. @throws FormatError when it contradicts itself. */
export function readNetwork(file: ClassifierFile): NetworkState {
  const { config, classes, standardisation, channels, length, batch } = readDescription(file, schema);
  const fitted = standardisation.kind === "channel" ? channels : 0;
  if (standardisation.means.length !== fitted || standardisation.scales.length !== fitted) {
    throw damaged(file, `its standardisation is not that of ${channels} channels`);
  }
  const { kind, hidden, layers } = config;
  const sizes: NetworkSizes = { kind, channels, length, classes: classes.length, hidden, layers, batch };
  const members = Array.from({ length: config.ensemble }, (_, index) => loadMember(file, sizes, index));
  return { config, classes, standardisation, sizes, members };
}

function loadMember(file: ClassifierFile, sizes: NetworkSizes, index: number): ClassifierNetwork {
  const prefix = memberKey(index, "");
  const own = Object.entries(file.tensors).filter(([key]) => key.startsWith(prefix));
  const held = own.reduce((sum, [, value]) => sum + value.numel, 0);
  // looked at before anything is allocated, so that a mistyped size cannot ask for all memory
  if (held < fewestWeights(sizes)) {
    throw damaged(file, `the weights of network ${index + 1} are missing or do not fit its description`);
  }
  const network = seededClassifierNetwork(sizes, 0);
  try {
    network.loadStateDict(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
  } catch (error) {
    if (!(error instanceof LookbackError)) throw error;
    throw damaged(file, `network ${index + 1} does not fit its description (${error.message})`);
  }
  return network.eval() as ClassifierNetwork;
}
