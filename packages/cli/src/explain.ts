import { AbortError, LookbackError, loadSafetensors } from "@lookback/core";
import {
  type GateHistory,
  type GlobalNeuralForecaster,
  type NeuralForecaster,
  permutationImportance,
  type Series,
} from "@lookback/forecast";
import { z } from "zod";

/** What a look inside a network shows. */
export interface Explanation {
  /** Name of the network, where it is one of several that forecast together. */
  network: string;
  /** Growth of the error, in per cent, when an input is shuffled: a lag's number or a covariate's name. Largest first. */
  importance: { input: number | string; percent: number }[];
  /** The gates of its cell over the last window; null for a network without gates. */
  gates: GateHistory | null;
  /** What was done to the values before it saw them; null when its file does not say. */
  transforms: Transforms | null;
}

/** What was done to values before a network saw them. */
export interface Transforms {
  /** Series of which logarithms were taken, of how many. */
  logs: number;
  series: number;
  /** How the season was dealt with: `stl`, `index`, `inputs` or `none`. */
  season: string;
  /** What brought windows to one scale: `standard`, `minmax` or `window`. */
  scaler: string;
}

/** More lags are not asked about one by one. */
const mostLags = 30;

/** Looks inside the network of one series: what it leaned on, its gates, its transforms. */
export async function explainNetwork(
  network: NeuralForecaster,
  series: Series,
  horizon: number,
  signal: AbortSignal,
): Promise<Explanation> {
  return {
    network: network.name,
    importance: await importanceOf(network, series, horizon, signal),
    gates: network.gates() ?? null,
    transforms: transformsOf(network.save()),
  };
}

/** Looks inside a network of many series: its gates on the first of them, and its transforms. */
export function explainGlobal(network: GlobalNeuralForecaster): Explanation {
  return {
    ...{ network: network.name, importance: [] },
    ...{ gates: network.gates() ?? null, transforms: transformsOf(network.save()) },
  };
}

/** Empty for a series that is too short to ask. */
async function importanceOf(
  network: NeuralForecaster,
  series: Series,
  horizon: number,
  signal: AbortSignal,
): Promise<Explanation["importance"]> {
  const seen = network.windows?.lookback ?? 12;
  try {
    const { lags, covariates } = await permutationImportance(network, series, {
      ...{ horizon, signal, lags: Math.min(seen, mostLags), origins: 8, repeats: 2 },
    });
    return [
      ...lags.map(({ lag, increase }) => ({ input: lag, percent: 100 * increase })),
      ...covariates.map(({ name, increase }) => ({ input: name, percent: 100 * increase })),
    ].sort((a, b) => b.percent - a.percent);
  } catch (error) {
    if (!(error instanceof LookbackError) || error instanceof AbortError) throw error;
    return [];
  }
}

const description = z.object({
  config: z.object({ scaler: z.string() }),
  series: z.array(z.object({ preparation: z.object({ log: z.boolean(), season: z.string() }) })).min(1),
});

/** What the file of a network says about the way its values were prepared. */
function transformsOf(file: Uint8Array): Transforms | null {
  const { metadata } = loadSafetensors(file, "the model");
  const parsed = description.safeParse(JSON.parse(metadata.lookback ?? "null"));
  if (!parsed.success) return null;
  const { config, series } = parsed.data;
  return {
    logs: series.filter(({ preparation }) => preparation.log).length,
    series: series.length,
    season: series[0]!.preparation.season,
    scaler: config.scaler,
  };
}
