import { ArgumentError } from "@lookback/core";
import { backtest, checkCount, type ModelScore } from "./backtest.js";
import { type Forecaster, throwIfAborted } from "./forecaster.js";
import type { Series } from "./series.js";

/** What is compared: made from a seed, or, without chance, the same for every seed. */
export interface Contender {
  readonly name: string;
  readonly make: (seed: number) => Forecaster;
  /** Whether the seed changes anything; what does not draw random numbers runs once. Default true. */
  readonly random?: boolean;
}

/** Middle, least and most over the seeds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One line of a comparison. */
export interface Comparison {
  readonly name: string;
  /** Numbers learned; 0 for what learns none, or does not say. */
  readonly parameters: number;
  /** Wall-clock time of one seed's whole backtest. */
  readonly seconds: Spread;
  readonly mase: Spread;
  readonly smape: Spread;
  readonly rmse: Spread;
  /** Share of values inside the 95 % interval. */
  readonly coverage95: Spread;
  /** The scores of each seed. */
  readonly seeds: readonly { readonly seed: number; readonly score: ModelScore }[];
}

export interface CompareOptions {
  readonly horizon: number;
  readonly windows?: number;
  readonly step?: number;
  /** See `backtest`. Default true. */
  readonly refit?: boolean;
  /** Seeds 0 … seeds − 1. Default 5. */
  readonly seeds?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly fraction: number;
    readonly name: string;
    readonly seed: number;
  }) => void;
}

/**
 * Sets forecasters side by side on one series: each is backtested with every seed, and its line says how much it learns,
 * how long it takes, and how accurate it is from seed to seed.
 *
 * @example await compare([{ name: "gru", make: (seed) => new NeuralForecaster({ cell: "gru", seed }) }], series, { horizon: 12 })
 * @throws ArgumentError for bad options or two contenders of one name; DataError when the series is too short.
 */
export async function compare(
  contenders: readonly Contender[],
  series: Series,
  options: CompareOptions,
): Promise<Comparison[]> {
  const { seeds = 5, signal, onProgress, ...backtestOptions } = options;
  checkCount("seeds", seeds);
  const twice = contenders.find(({ name }, i) => contenders.findIndex((other) => other.name === name) < i);
  if (twice) throw new ArgumentError(`compare: there are two contenders named "${twice.name}".`);
  const work = contenders.map(({ random = true }) => (random ? seeds : 1));
  const total = work.reduce((sum, runs) => sum + runs, 0);
  let done = 0;
  const lines: Comparison[] = [];
  for (const [index, { name, make }] of contenders.entries()) {
    const runs: { seed: number; score: ModelScore }[] = [];
    let last: Forecaster | undefined;
    for (let seed = 0; seed < work[index]!; seed++) {
      throwIfAborted(signal, "compare");
      const factory = () => {
        last = make(seed);
        return last;
      };
      const { models } = await backtest([factory], series, {
        ...backtestOptions,
        ...(signal ? { signal } : {}),
        onProgress: ({ fraction }) => onProgress?.({ fraction: (done + fraction) / total, name, seed }),
      });
      done++;
      runs.push({ seed, score: models[0]! });
    }
    const spread = (of: (score: ModelScore) => number) => spreadOf(runs.map(({ score }) => of(score)));
    lines.push({
      name,
      parameters: parametersOf(last),
      seconds: spread((score) => score.seconds),
      mase: spread((score) => score.mase),
      smape: spread((score) => score.smape),
      rmse: spread((score) => score.rmse),
      coverage95: spread((score) => score.coverage95),
      seeds: runs,
    });
    onProgress?.({ fraction: done / total, name, seed: work[index]! - 1 });
  }
  return lines;
}

function parametersOf(forecaster: Forecaster | undefined): number {
  if (!forecaster || !("parameterCount" in forecaster)) return 0;
  return typeof forecaster.parameterCount === "number" ? forecaster.parameterCount : 0;
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return {
    median: (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2,
    least: sorted[0]!,
    most: sorted.at(-1)!,
  };
}
