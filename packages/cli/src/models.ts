import {
  arima,
  drift,
  dynamicTheta,
  type Forecaster,
  mstlArima,
  mstlEts,
  naive,
  seasonalNaive,
  theta,
} from "@lookback/forecast";

/** Models that are computed from each series alone, by their names. */
export const localModels: Readonly<Record<string, () => Forecaster>> = {
  "mstl-ets": mstlEts,
  arima,
  "mstl-arima": mstlArima,
  theta,
  "dynamic-theta": dynamicTheta,
  "seasonal-naive": seasonalNaive,
  naive,
  drift,
};

const baselineNames: readonly string[] = ["naive", "seasonal-naive", "drift"];

/** Baselines: what every other model has to beat. */
export const baselineModels: Readonly<Record<string, () => Forecaster>> = Object.fromEntries(
  baselineNames.map((name) => [name, localModels[name]!]),
);

/** Models that learn by gradients. */
export const networkNames = ["lstm", "gru", "rnn", "tcn", "mlp"] as const;
export type NetworkName = (typeof networkNames)[number];

/** Every name that `--model` takes. */
export const modelNames: readonly string[] = ["auto", ...networkNames, ...Object.keys(localModels)];

export const isBaseline = (name: string): boolean => baselineNames.includes(name);

/** Whether a model learns by gradients: for each series, or (`global-…`) one for all. */
export const isNetwork = (name: string): boolean => isNetworkName(name.replace(/^global-/, ""));

export function isNetworkName(name: string): name is NetworkName {
  return (networkNames as readonly string[]).includes(name);
}
