import { FormatError, LookbackError, loadSafetensors, saveSafetensors, type Tensor } from "@lookback/core";
import { z } from "zod";
import type { Spread } from "./calibration.js";
import { type Layout, networkFor } from "./layout.js";
import { type NetworkSizes, type SequenceNetwork, seededNetwork } from "./network.js";
import { TCN_KERNEL } from "./networks/tcn.js";
import { type NeuralConfig, neuralOptionsSchema, type WindowSizes } from "./neuralOptions.js";
import type { Preparation } from "./preparation.js";
import type { Series } from "./series.js";
import { parseJson } from "./trainingRun.js";
import { type FittedTransform, transformFromJSON } from "./transforms.js";

/** All that a fitted neural forecaster consists of. */
export interface ForecasterFile {
  readonly config: NeuralConfig;
  readonly sizes: WindowSizes;
  readonly layout: Layout;
  readonly scaler: FittedTransform;
  /** The members of the ensemble; none for a constant series. */
  readonly networks: readonly SequenceNetwork[];
  readonly spread: Spread;
  /** The series (their last values) from which forecasts go on, and how they are prepared. */
  readonly series: readonly { readonly preparation: Preparation; readonly history: Series }[];
}

const whole = z.number().int().positive();
const positive = z.number().positive();
const covariate = z.object({ name: z.string(), mean: z.number(), deviation: positive });
const numbersByName = z.record(z.string(), z.array(z.number()));
const schema = z.object({
  format: z.literal("lookback-forecaster"),
  version: z.literal(2),
  config: neuralOptionsSchema,
  sizes: z.object({ lookback: whole, patch: whole, outputs: whole, horizon: whole, fewest: whole }),
  layout: z.object({
    lookback: whole.max(1_000_000),
    patch: whole,
    outputs: whole.max(100_000),
    masked: z.boolean(),
    levelRate: z.number().min(0).max(1),
    scaled: z.boolean(),
    context: z.boolean(),
    seasonInputs: whole,
    past: z.array(covariate),
    future: z.array(covariate),
    statics: z.array(z.union([covariate, z.object({ name: z.string(), categories: z.array(z.string()) })])),
  }),
  scaler: z.unknown(),
  members: z.number().int().min(0).max(100),
  spread: z.object({
    sigma: z.array(z.number().min(0)).min(1),
    quantiles: z.array(z.number().min(0)).max(999),
  }),
  series: z
    .array(
      z.object({
        preparation: z.object({
          log: z.boolean(),
          unit: positive,
          season: z.enum(["stl", "index", "inputs", "none"]),
          seasonLength: whole,
        }),
        history: z.object({
          id: z.string(),
          times: z.array(z.string()).min(1),
          /** null where a value is missing. */
          values: z.array(z.number().nullable()),
          freq: z.string(),
          seasonLength: whole,
          target: z.string(),
          timeName: z.string(),
          past: numbersByName.optional(),
          future: numbersByName.optional(),
          statics: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
        }),
      }),
    )
    .min(1),
});
type Description = z.input<typeof schema>;
type HistoryJSON = Description["series"][number]["history"];

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
  const { config, sizes, layout, scaler, spread } = file;
  const description = {
    format: "lookback-forecaster",
    version: 2,
    config,
    sizes,
    layout,
    scaler: scaler.toJSON(),
    members: file.networks.length,
    spread,
    series: file.series.map(({ preparation, history }) => ({ preparation, history: historyToJSON(history) })),
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
  const { config, sizes, layout, scaler, members, spread, series } = parsed.data;
  for (const { history, preparation } of series) checkHistory(history, preparation, sizes, source);
  if (layout.lookback % layout.patch !== 0 || layout.outputs !== sizes.outputs) {
    throw new FormatError(`${source} is damaged: its sizes do not go together. Train the model again.`);
  }
  const network = networkFor(config, layout);
  return {
    config,
    sizes,
    layout,
    scaler: transformFromJSON(scaler),
    networks: Array.from({ length: members }, (_, index) => loadMember(network, tensors, index, source)),
    spread,
    series: series.map(({ preparation, history }) => ({ preparation, history: historyFromJSON(history) })),
  };
}

function historyToJSON({ filled: _, missing: __, ...history }: Series): HistoryJSON {
  const { past, future, statics, values, times, ...rest } = history;
  const plain = (columns: Readonly<Record<string, Float64Array>>) =>
    Object.fromEntries(Object.entries(columns).map(([name, numbers]) => [name, [...numbers]]));
  return {
    ...rest,
    times: [...times],
    values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
    ...(past && { past: plain(past) }),
    ...(future && { future: plain(future) }),
    ...(statics && { statics }),
  };
}

function historyFromJSON(history: HistoryJSON): Series {
  const { past, future, statics, values, ...rest } = history;
  const columns = (plain: Readonly<Record<string, number[]>>) =>
    Object.fromEntries(Object.entries(plain).map(([name, numbers]) => [name, Float64Array.from(numbers)]));
  const missing = values.flatMap((value, i) => (value === null ? [i] : []));
  return {
    ...rest,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
    ...(missing.length > 0 && { missing }),
    ...(past && { past: columns(past) }),
    ...(future && { future: columns(future) }),
    ...(statics && { statics }),
  };
}

function checkHistory(
  history: HistoryJSON,
  preparation: Preparation,
  sizes: WindowSizes,
  source: string,
): void {
  const { values, times, past = {}, future = {} } = history;
  const least = leastHistory(preparation, sizes);
  if (values.length < least || values.length !== times.length) {
    throw new FormatError(
      `${source} is damaged: it holds ${values.length} values and ${times.length} times of history, and needs ${least}.`,
    );
  }
  const short = Object.entries({ ...past, ...future }).find(([, numbers]) => numbers.length < values.length);
  if (short) {
    throw new FormatError(`${source} is damaged: its covariate "${short[0]}" is shorter than its values.`);
  }
}

/** Values that a forecast goes on from at least. */
export function leastHistory(
  { season, seasonLength }: Preparation,
  { lookback, fewest }: WindowSizes,
): number {
  return Math.max(fewest < lookback ? 1 : lookback, season === "stl" ? 2 * seasonLength : 0);
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
  for (const [key, shape] of Object.entries(shapesOf(sizes))) {
    if (tensors[prefix + key]?.shape.join("×") === shape.join("×")) continue;
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

/** Shapes of some weights, among which every size occurs. */
function shapesOf({ cell, hidden, layers, steps, channels, fixed, head, outputs }: NetworkSizes) {
  const inputs = channels + fixed;
  const row = steps * channels + fixed;
  const width = cell === "mlp" ? row : hidden + (head > 0 ? row : fixed);
  const last: Record<string, number[]> =
    head === 0
      ? { "head.weight": [outputs, width] }
      : { "head.0.weight": [head, width], "head.4.weight": [outputs, head] };
  if (cell === "mlp") return last;
  if (cell === "tcn") {
    return {
      "tcn.blocks.0.conv1.weight": [hidden, inputs, TCN_KERNEL],
      [`tcn.blocks.${layers - 1}.conv2.weight`]: [hidden, hidden, TCN_KERNEL],
      ...last,
    };
  }
  const gates = { lstm: 4, gru: 3, rnn: 1 }[cell];
  return {
    "rnn.weight_ih_l0": [gates * hidden, inputs],
    [`rnn.weight_hh_l${layers - 1}`]: [gates * hidden, hidden],
    ...last,
  };
}
