import { tensor } from "@lookback/core";
import { z } from "zod";
import {
  type ClassifierFile,
  classesSchema,
  damaged,
  readDescription,
  readFloats,
  standardisationSchema,
  writeClassifier,
} from "./fileParts.js";
import { KERNELS, type MiniRocketKernels } from "./miniRocketKernels.js";
import { type MiniRocketConfig, miniRocketOptionsSchema } from "./miniRocketOptions.js";
import type { Standardisation } from "./preparation.js";
import type { LinearClassifier } from "./ridge.js";

/** All that a fitted MiniRocket classifier consists of. */
export interface MiniRocketState {
  readonly config: MiniRocketConfig;
  readonly classes: readonly string[];
  readonly standardisation: Standardisation;
  readonly channels: number;
  readonly kernels: MiniRocketKernels;
  readonly linear: LinearClassifier;
}

const count = z.number().int().positive();
const schema = z.object({
  config: miniRocketOptionsSchema,
  classes: classesSchema,
  standardisation: standardisationSchema,
  channels: count,
  dilations: z.array(count).min(1),
  featuresPerDilation: z.array(count),
  /** The channels that each combination of dilation and kernel adds up. */
  combinations: z.array(z.array(z.number().int().min(0)).min(1)),
  sharpness: z.number().positive(),
  alpha: z.number().positive(),
});

/** Arrays `biases` [P], `weights` [K, P] and `intercepts` [K], and a description. */
export function writeMiniRocket(state: MiniRocketState): Uint8Array {
  const { kernels, linear, config, classes, standardisation, channels } = state;
  const { dilations, featuresPerDilation, channels: combinations, biases } = kernels;
  const { weights, intercepts, sharpness, alpha } = linear;
  const description: z.input<typeof schema> = {
    config,
    classes: [...classes],
    standardisation: {
      kind: standardisation.kind,
      means: [...standardisation.means],
      scales: [...standardisation.scales],
    },
    channels,
    dilations: [...dilations],
    featuresPerDilation: [...featuresPerDilation],
    combinations: combinations.map((chosen) => [...chosen]),
    sharpness,
    alpha,
  };
  return writeClassifier("minirocket", description, {
    biases: tensor(biases),
    weights: tensor(weights, { shape: [classes.length, biases.length] }),
    intercepts: tensor(intercepts),
  });
}

/** Reads what {@link writeMiniRocket} wrote. @throws FormatError when it contradicts itself. */
export function readMiniRocket(file: ClassifierFile): MiniRocketState {
  const { config, classes, standardisation, channels, sharpness, alpha, ...sizes } = readDescription(
    file,
    schema,
  );
  const { dilations, featuresPerDilation, combinations } = sizes;
  const fits =
    featuresPerDilation.length === dilations.length &&
    combinations.length === dilations.length * KERNELS &&
    combinations.every((chosen) => chosen.every((channel) => channel < channels)) &&
    standardisation.means.length === channels &&
    standardisation.scales.length === channels;
  if (!fits) throw damaged(file, "its dilations, kernels and channels do not fit each other");
  const features = KERNELS * featuresPerDilation.reduce((a, b) => a + b);
  const biases = readFloats(file, "biases", [features]);
  const weights = readFloats(file, "weights", [classes.length, features]);
  const intercepts = readFloats(file, "intercepts", [classes.length]);
  return {
    config,
    classes,
    standardisation,
    channels,
    kernels: { dilations, featuresPerDilation, channels: combinations, biases },
    linear: { weights, intercepts, sharpness, alpha },
  };
}
