import { FormatError, LookbackError, loadSafetensors, saveSafetensors, type Tensor } from "@lookback/core";
import { z } from "zod";
import { type NetworkSizes, type SequenceNetwork, seededNetwork } from "./network.js";
import { type NeuralConfig, neuralOptionsSchema, type WindowSizes } from "./neuralOptions.js";
import type { Preparation } from "./preparation.js";
import type { Series } from "./series.js";
import { parseJson } from "./trainingRun.js";
import { type FittedTransform, transformFromJSON } from "./transforms.js";

/** All that a fitted neural forecaster consists of. */
export interface ForecasterFile {
  readonly config: NeuralConfig;
  readonly preparation: Preparation;
  readonly sizes: WindowSizes;
  readonly network: NetworkSizes;
  readonly scaler: FittedTransform;
  /** The members of the ensemble; none for a constant series. */
  readonly networks: readonly SequenceNetwork[];
  /** σ(h) of the forecast's errors, step by step. */
  readonly spread: readonly number[];
  /** The last values of the series, from which forecasts go on. */
  readonly history: Series;
}

const whole = z.number().int().positive();
const schema = z.object({
  format: z.literal("lookback-forecaster"),
  version: z.literal(1),
  config: neuralOptionsSchema,
  preparation: z.object({ log: z.boolean(), seasonLength: whole }),
  sizes: z.object({ lookback: whole, outputs: whole, horizon: whole }),
  scaler: z.unknown(),
  members: z.number().int().min(0).max(100),
  spread: z.array(z.number().min(0)).min(1),
  history: z.object({
    id: z.string(),
    times: z.array(z.string()).min(1),
    values: z.array(z.number()),
    freq: z.string(),
    seasonLength: whole,
    target: z.string(),
    timeName: z.string(),
  }),
});

/**
 * One safetensors file: tensors `members.0.rnn.weight_ih_l0` … under PyTorch's names, and under the metadata key
 * `lookback` the JSON of everything else.
 */
export function writeForecasterFile(file: ForecasterFile): Uint8Array {
  const tensors: Record<string, Tensor> = {};
  for (const [index, network] of file.networks.entries()) {
    for (const [key, value] of Object.entries(network.stateDict()))
      tensors[`members.${index}.${key}`] = value;
  }
  const { filled: _, ...history } = file.history;
  const description: z.input<typeof schema> = {
    format: "lookback-forecaster",
    version: 1,
    config: file.config,
    preparation: file.preparation,
    sizes: file.sizes,
    scaler: file.scaler.toJSON(),
    members: file.networks.length,
    spread: [...file.spread],
    history: { ...history, times: [...history.times], values: [...history.values] },
  };
  return saveSafetensors(tensors, { format: "pt", lookback: JSON.stringify(description) });
}

/** Reads what {@link writeForecasterFile} wrote. @throws FormatError when the file is damaged, or of another kind. */
export function readForecasterFile(bytes: Uint8Array, source: string): ForecasterFile {
  const { tensors, metadata } = loadSafetensors(bytes, source);
  if (metadata.lookback === undefined) {
    throw new FormatError(
      `${source} holds tensors but no forecaster: it was not written by Lookback's forecast. Pass a model file that was.`,
    );
  }
  const parsed = schema.safeParse(parseJson(metadata.lookback));
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const place = issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
    throw new FormatError(
      `${source} is not a forecaster that this version of Lookback can read: ${issue.message}${place}. Train the model again.`,
    );
  }
  const { config, preparation, sizes, scaler, members, spread, history } = parsed.data;
  const { lookback, outputs } = sizes;
  const least = Math.max(lookback, preparation.seasonLength === 1 ? 0 : 2 * preparation.seasonLength);
  if (history.values.length < least || history.values.length !== history.times.length) {
    throw new FormatError(
      `${source} is damaged: it holds ${history.values.length} values and ${history.times.length} times of history, and needs ${least}.`,
    );
  }
  const network: NetworkSizes = { cell: config.cell, hidden: config.hidden, layers: config.layers, outputs };
  const networks = Array.from({ length: members }, (_, index) => loadMember(network, tensors, index, source));
  return {
    config,
    preparation,
    sizes,
    network,
    scaler: transformFromJSON(scaler),
    networks,
    spread,
    history: { ...history, values: Float64Array.from(history.values) },
  };
}

function loadMember(
  sizes: NetworkSizes,
  tensors: Readonly<Record<string, Tensor>>,
  index: number,
  source: string,
): SequenceNetwork {
  const prefix = `members.${index}.`;
  const own = Object.entries(tensors).filter(([key]) => key.startsWith(prefix));
  // looked at before anything is allocated, so that a mistyped size cannot ask for all memory
  const shapes = [
    tensors[`${prefix}head.weight`],
    tensors[`${prefix}rnn.weight_hh_l${sizes.layers - 1}`],
  ].map((found) => found?.shape.join("×"));
  const gates = { lstm: 4, gru: 3, rnn: 1 }[sizes.cell];
  if (
    shapes[0] !== `${sizes.outputs}×${sizes.hidden}` ||
    shapes[1] !== `${gates * sizes.hidden}×${sizes.hidden}`
  ) {
    throw new FormatError(
      `${source} is damaged: the weights of network ${index + 1} are missing or do not fit their description.`,
    );
  }
  const network = seededNetwork(sizes, 0);
  try {
    network.loadStateDict(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
  } catch (error) {
    if (!(error instanceof LookbackError)) throw error;
    throw new FormatError(
      `${source} is damaged: network ${index + 1} does not fit its description. ${error.message}`,
      {
        cause: error,
      },
    );
  }
  return network;
}
