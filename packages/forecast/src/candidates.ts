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
  /** Steps of their longest season. */
  readonly season: number;
}

/** The most series for which the seasonal ARIMA, 20 to 50 times as slow as the others, is among the candidates. */
const FEW_SERIES = 50;
/** Series from which on one network learns from all of them; each of fewer gets a network of its own, too. */
const SERIES_FOR_ONE_NETWORK = 4;
/** Values beyond which a network for one series takes minutes. */
const LONGEST_FOR_OWN_NETWORK = 5000;

/** The candidates that `auto` has by default: the statistical methods, and networks. */
export function defaultCandidates(task: CandidateTask): Candidate[] {
  const statistical: Candidate[] = [naive, seasonalNaive, theta, dynamicTheta, mstlEts, mstlArima].map(
    (each) => ({
      name: each().name,
      each,
    }),
  );
  if (task.series <= FEW_SERIES) statistical.push({ name: "arima", each: arima });
  // of hours, whether logarithms help differs from series to series
  if (task.season >= 24) statistical.push({ name: "mstl-ets-linear", each: () => mstlEts({ log: false }) });
  return [...statistical, ...networks(task)];
}

/** Networks learn once in a backtest: in its first fold, with the least of the past. */
function networks({ horizon, seed, series, longest }: CandidateTask): Candidate[] {
  const few = series < SERIES_FOR_ONE_NETWORK;
  // few windows can teach but a small network
  const size = few ? { hidden: 16, head: 0, lr: 0.01 } : {};
  const together = (cell: "lstm" | "gru" | "mlp"): Candidate => ({
    name: `global-${cell}`,
    together: () => new GlobalNeuralForecaster({ cell, horizon, seed, ...size }),
    refit: false,
  });
  // on the training parts of M3 and M4 the plain head over the window is the better one of the two
  if (!few) return [together("lstm"), together("mlp")];
  if (longest > LONGEST_FOR_OWN_NETWORK) return [];
  const own = () => new NeuralForecaster({ cell: "lstm", horizon, seed });
  return [{ name: "lstm", each: own, refit: false }, together("lstm"), together("gru")];
}
