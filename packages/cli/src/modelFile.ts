import { DataError, FormatError, loadSafetensors, saveSafetensors } from "@lookback/core";
import {
  type Forecast,
  type Forecaster,
  GlobalNeuralForecaster,
  loadAuto,
  NeuralForecaster,
  type PredictOptions,
  type Series,
} from "@lookback/forecast";
import { z } from "zod";
import { localModels } from "./models.js";

const format = "lookback-local";

const localFile = z.object({
  format: z.literal(format),
  version: z.literal(1),
  name: z.enum(Object.keys(localModels) as [string, ...string[]]),
  histories: z
    .array(
      z.object({
        id: z.string(),
        times: z.array(z.string()).min(1),
        /** null where the value is missing and masked. */
        values: z.array(z.number().nullable()).min(1),
        freq: z.string(),
        seasonLength: z.number().int().positive(),
        target: z.string(),
        timeName: z.string(),
      }),
    )
    .min(1),
});

/** A model that is computed from its series alone is its name and the values that it goes on from. */
export function saveLocal(name: string, series: readonly Series[]): Uint8Array {
  const content: z.input<typeof localFile> = {
    format,
    version: 1,
    name,
    histories: series.map(({ id, times, values, freq, seasonLength, target, timeName }) => ({
      ...{ id, times: [...times], freq, seasonLength, target, timeName },
      values: Array.from(values, (value) => (Number.isNaN(value) ? null : value)),
    })),
  };
  return saveSafetensors({}, { format: "pt", lookback: JSON.stringify(content) });
}

/** A model that was saved, ready to forecast after its series. */
export interface SavedModel {
  name: string;
  parameters: number;
  /** Steps that it was trained to forecast; null where that has no meaning. */
  horizon: number | null;
  /** The series that it was saved with. */
  histories: Series[];
  /** Goes on from newer values of some of those series, without training; `predict` then forecasts after these. */
  observe(series: readonly Series[]): Promise<void>;
  predict(options: PredictOptions): Promise<Forecast[]>;
}

/** Reads a model file of `lookback forecast`. @throws FormatError when it is damaged or of another kind. */
export async function loadModel(bytes: Uint8Array, file: string): Promise<SavedModel> {
  const { metadata } = loadSafetensors(bytes, file);
  const content = localFile.safeParse(parse(metadata.lookback));
  if (content.success) return savedLocal(content.data, file);
  if (metadata.lookback?.includes('"lookback-auto"')) return savedAuto(bytes, file);
  const network = networkFile.safeParse(parse(metadata.lookback));
  if (network.success && network.data.config.pad) return savedGlobal(bytes, file, network.data);
  return savedNetwork(NeuralForecaster.load(bytes, file), file);
}

/** What the command line needs to know of a network's file before its own reader checks it in full. */
const networkFile = z.object({
  format: z.literal("lookback-forecaster"),
  config: z.object({ pad: z.boolean() }),
  sizes: z.object({ horizon: z.number() }),
  series: z.array(z.object({ history: localFile.shape.histories.element })).min(1),
});

/** The series that a network's file goes on from; undefined for a file that is none, such as a checkpoint in mid-training. */
export function networkHistories(bytes: Uint8Array, file: string): Series[] | undefined {
  const content = networkFile.safeParse(parse(loadSafetensors(bytes, file).metadata.lookback));
  return content.success ? content.data.series.map(({ history }) => asSeries(history, file)) : undefined;
}

function savedNetwork(network: NeuralForecaster, file: string): SavedModel {
  const { history } = network;
  if (!history) throw new FormatError(`${file} holds no history to forecast from.`);
  return {
    name: network.name,
    parameters: network.parameterCount,
    horizon: network.windows?.horizon ?? null,
    histories: [history],
    observe: async (series) => network.observe(series[0]!),
    predict: async (options) => [await network.predict(options)],
  };
}

function savedGlobal(bytes: Uint8Array, file: string, content: z.output<typeof networkFile>): SavedModel {
  const network = GlobalNeuralForecaster.load(bytes, file);
  const histories = content.series.map(({ history }) => asSeries(history, file));
  return {
    name: network.name,
    parameters: network.parameterCount,
    horizon: content.sizes.horizon,
    histories,
    async observe(series) {
      if (series.length < histories.length) {
        const known = new Set(series.map(({ id }) => id));
        const gone = histories.filter(({ id }) => !known.has(id)).map(({ id }) => `"${id}"`);
        throw new DataError(
          `The model learned from ${histories.length} series together and needs all of them; the table lacks ${gone.slice(0, 5).join(", ")}${gone.length > 5 ? ", …" : ""}.`,
        );
      }
      network.observe(series);
    },
    predict: (options) => network.predict(options),
  };
}

async function savedAuto(bytes: Uint8Array, file: string): Promise<SavedModel> {
  const auto = await loadAuto(bytes, file);
  return {
    name: auto.name,
    parameters: 0,
    horizon: auto.decision.horizon,
    histories: [...auto.series],
    observe: (newer) => auto.observe(newer),
    predict: (options) => auto.predict(options),
  };
}

type History = z.output<typeof localFile>["histories"][number];

function asSeries(history: History, file: string): Series {
  const { values, ...rest } = history;
  if (history.times.length !== values.length) {
    throw new FormatError(
      `${file} is damaged: it holds ${history.times.length} times and ${values.length} values of "${history.id}".`,
    );
  }
  const missing = [...values.keys()].filter((i) => values[i] === null);
  const numbers = Float64Array.from(values, (value) => value ?? Number.NaN);
  return { ...rest, values: numbers, ...(missing.length > 0 && { missing }) };
}

async function savedLocal(
  { name, histories }: z.output<typeof localFile>,
  file: string,
): Promise<SavedModel> {
  const series = histories.map((history) => asSeries(history, file));
  let forecasters: Forecaster[] = [];
  const observe = async (newer: readonly Series[]) => {
    forecasters = newer.map(() => localModels[name]!());
    for (const [i, one] of newer.entries()) await forecasters[i]!.fit(one);
  };
  return {
    name,
    parameters: 0,
    horizon: null,
    histories: series,
    observe,
    async predict(options) {
      if (forecasters.length === 0) await observe(series);
      const forecasts: Forecast[] = [];
      for (const forecaster of forecasters) forecasts.push(await forecaster.predict(options));
      return forecasts;
    },
  };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}
