import { DataError, FormatError, loadSafetensors, saveSafetensors } from "@lookback/core";
import {
  drift,
  type Forecaster,
  NeuralForecaster,
  naive,
  type Series,
  seasonalNaive,
} from "@lookback/forecast";
import { z } from "zod";

/** Baselines by their names. */
export const baselines: Record<string, () => Forecaster> = { naive, "seasonal-naive": seasonalNaive, drift };

const baselineFile = z.object({
  format: z.literal("lookback-baseline"),
  version: z.literal(1),
  name: z.enum(["naive", "seasonal-naive", "drift"]),
  history: z.object({
    id: z.string(),
    times: z.array(z.string()).min(1),
    values: z.array(z.number()).min(1),
    freq: z.string(),
    seasonLength: z.number().int().positive(),
    target: z.string(),
    timeName: z.string(),
  }),
});

/** A baseline learns nothing, so its model file is its name and the values that it goes on from. */
export function saveBaseline(name: string, series: Series): Uint8Array {
  const { filled: _, ...history } = series;
  const content = {
    format: "lookback-baseline",
    version: 1,
    name,
    history: { ...history, values: [...series.values] },
  };
  return saveSafetensors({}, { format: "pt", lookback: JSON.stringify(content) });
}

/** A model that was saved, ready to forecast after a series. */
export interface SavedModel {
  forecaster: Forecaster;
  name: string;
  parameters: number;
  /** The values that it was saved with. */
  history: Series;
  /** Goes on from newer values, without training. */
  observe(series: Series): Promise<void>;
}

/** Reads a model file of `lookback forecast`. @throws FormatError when it is damaged or of another kind. */
export async function loadModel(bytes: Uint8Array, file: string): Promise<SavedModel> {
  const { metadata } = loadSafetensors(bytes, file);
  const content = baselineFile.safeParse(parse(metadata.lookback));
  if (!content.success) {
    const forecaster = NeuralForecaster.load(bytes, file);
    const { history } = forecaster;
    if (!history) throw new FormatError(`${file} holds no history to forecast from.`);
    return {
      forecaster,
      name: forecaster.name,
      parameters: forecaster.parameterCount,
      history,
      observe: async (series) => forecaster.observe(series),
    };
  }
  const { name, history } = content.data;
  if (history.times.length !== history.values.length) {
    throw new FormatError(
      `${file} is damaged: it holds ${history.times.length} times and ${history.values.length} values.`,
    );
  }
  const series: Series = { ...history, values: Float64Array.from(history.values) };
  const forecaster = baselines[name]!();
  await forecaster.fit(series);
  return {
    forecaster,
    name,
    parameters: 0,
    history: series,
    observe(newer) {
      if (newer.freq !== series.freq) {
        throw new DataError(
          `The model was made for ${series.freq} data, "${newer.id}" has frequency ${newer.freq}.`,
        );
      }
      return forecaster.fit(newer);
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
