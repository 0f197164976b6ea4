import type { Fold } from "@lookback/forecast";

interface Folds {
  folds: readonly Fold[];
}

/** An error of the backtest: what came minus what was forecast. */
export interface Residual {
  time: string;
  /** Steps ahead that it was forecast, from 1. */
  step: number;
  value: number;
}

/** The errors of all origins, oldest first, without missing values. */
export function residualsOf({ folds }: Folds): Residual[] {
  return folds
    .flatMap(({ times, actual, mean }) =>
      times.map((time, i) => ({ time, step: i + 1, value: actual[i]! - mean[i]! })),
    )
    .filter(({ value }) => !Number.isNaN(value));
}

/**
 * Autocorrelation at the lags 1 … `lags`: rₖ = Σ (eₜ − ē)(eₜ₋ₖ − ē) / Σ (eₜ − ē)². Zeros for a constant.
 * Source: Box & Jenkins, Time Series Analysis, section 2.1.
 */
export function autocorrelation(values: readonly number[], lags: number): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const variance = centred.reduce((sum, value) => sum + value * value, 0);
  return Array.from({ length: Math.max(0, Math.min(lags, values.length - 1)) }, (_, i) => {
    let sum = 0;
    for (let t = i + 1; t < centred.length; t++) sum += centred[t]! * centred[t - i - 1]!;
    return variance > 0 ? sum / variance : 0;
  });
}

/** How many values lie in each of a few equal stretches, from the smallest value to the largest. */
export function histogram(values: readonly number[]): { lo: number; hi: number; count: number }[] {
  if (values.length === 0) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) return [{ lo: low - 0.5, hi: high + 0.5, count: values.length }];
  const bins = Math.max(5, Math.min(20, Math.ceil(Math.sqrt(values.length))));
  const width = (high - low) / bins;
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.floor((value - low) / width))]!++;
  return counts.map((count, i) => ({ lo: low + i * width, hi: low + (i + 1) * width, count }));
}

/** The mean absolute error at each step ahead, over all origins; NaN where every value is missing. */
export function errorBySteps({ folds }: Folds): number[] {
  const horizon = folds[0]?.mean.length ?? 0;
  return Array.from({ length: horizon }, (_, step) => {
    const errors = folds
      .map(({ actual, mean }) => Math.abs(actual[step]! - mean[step]!))
      .filter((error) => !Number.isNaN(error));
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  });
}
