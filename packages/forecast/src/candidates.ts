import { arima, mstlArima } from "./arima.js";
import { naive, seasonalNaive } from "./baselines.js";
import type { Forecaster } from "./forecaster.js";
import type { GlobalForecaster } from "./globalForecaster.js";
import { GlobalNeuralForecaster } from "./globalNeural.js";
import { mstlEts } from "./mstlEts.js";
import { NeuralForecaster } from "./neural.js";
import { dynamicTheta, theta } from "./theta.js";

/** What `auto` may choose from: a forecaster for each series, or one that learns from all of them together. */
export type Candidate =
  | {
      readonly name: string;
      readonly each: () => Forecaster;
      /** Whether it learns anew in every fold of the backtest. Default true. */
      readonly refit?: boolean;
    }
  | { readonly name: string; readonly together: () => GlobalForecaster; readonly refit?: boolean };

/** What the default candidates depend on. */
export interface CandidateTask {
  readonly horizon: number;
  readonly seed: number;
  /** Number of series. */
  readonly series: number;
  /** Values of the longest of them. */
  readonly longest: number;
}

/** The most series for which the seasonal ARIMA, 20 to 50 times as slow as the others, is among the candidates. */
const FEW_SERIES = 50;
/** Series from which on one network learns from all of them; each of fewer gets networks of its own. */
const SERIES_FOR_ONE_NETWORK = 4;
/** Values beyond which a network for one series takes minutes. */
const LONGEST_FOR_OWN_NETWORK = 5000;

/** The candidates that `auto` has by default: the statistical methods, and a network. */
export function defaultCandidates({ horizon, seed, series, longest }: CandidateTask): Candidate[] {
  const statistical: Candidate[] = [naive, seasonalNaive, theta, dynamicTheta, mstlEts, mstlArima].map(
    (each) => ({
      name: each().name,
      each,
    }),
  );
  if (series <= FEW_SERIES) statistical.push({ name: "arima", each: arima });
  return [...statistical, ...networks({ horizon, seed, series, longest })];
}

/** Networks learn once in a backtest: in its first fold, with the least of the past. */
function networks({ horizon, seed, series, longest }: CandidateTask): Candidate[] {
  if (series >= SERIES_FOR_ONE_NETWORK) {
    return [
      { name: "global-lstm", together: () => new GlobalNeuralForecaster({ horizon, seed }), refit: false },
    ];
  }
  if (longest > LONGEST_FOR_OWN_NETWORK) return [];
  return (["lstm", "gru"] as const).map((cell) => ({
    name: cell,
    each: () => new NeuralForecaster({ cell, horizon, seed }),
    refit: false,
  }));
}
