import { AbortError, ArgumentError } from "@lookback/core";
import type { Series } from "./series.js";

/** How far a fit has come. */
export interface FitProgress {
  /** 0 to 1. */
  readonly fraction: number;
  /** Epoch and loss, where the forecaster trains in epochs. */
  readonly epoch?: number;
  readonly epochs?: number;
  readonly loss?: number;
  /** What is going on, in a few words. */
  readonly note?: string;
}

/** What every fit accepts. */
export interface FitOptions {
  /** Interrupts the fit, which then throws an AbortError. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FitProgress) => void;
  /** Receives what an interrupted fit needs to go on, before the AbortError. Only called by forecasters that train for long. */
  readonly checkpoint?: { save(bytes: Uint8Array): void | Promise<void> };
  /** Goes on from such a checkpoint: the result has the bits that it would have had without the interruption. */
  readonly resume?: Uint8Array;
}

/** An interval that should hold the value in `level` per cent of the cases. */
export interface Interval {
  /** Per cent, above 0 and below 100. */
  readonly level: number;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** What a forecaster says about the steps after its series. */
export interface Forecast {
  readonly times: readonly string[];
  readonly mean: Float64Array;
  /** In ascending order of level, each inside the next. */
  readonly levels: readonly Interval[];
}

/** What is to be forecast. */
export interface PredictOptions {
  /** Steps ahead, a whole number from 1. */
  readonly horizon: number;
  /** Levels of the intervals in per cent. Default [80, 95]. */
  readonly levels?: readonly number[];
}

/**
 * Anything that learns from one series and forecasts the steps after it. `backtest` and the rest are free functions
 * over these two methods. A new forecaster passes the suite in `test/forecaster.conformance.ts`.
 */
export interface Forecaster {
  /** Short and lower case, `seasonal-naive`. */
  readonly name: string;
  /** Learns from the whole series. A second call starts anew. */
  fit(series: Series, options?: FitOptions): Promise<void>;
  /** @throws ArgumentError before `fit`, and for a bad horizon or level. */
  predict(options: PredictOptions): Promise<Forecast>;
}

/** The levels of the intervals when none are asked for, in per cent. */
export const DEFAULT_LEVELS: readonly number[] = [80, 95];

/** The longest horizon accepted. */
export const MAX_HORIZON = 100_000;

/** Checks a horizon. @throws ArgumentError unless it is a whole number from 1 to {@link MAX_HORIZON}. */
export function checkHorizon(horizon: number): number {
  if (Number.isInteger(horizon) && horizon >= 1 && horizon <= MAX_HORIZON) return horizon;
  throw new ArgumentError(`horizon: expected a whole number from 1 to ${MAX_HORIZON}, got ${horizon}.`);
}

/** Checks levels and puts them in ascending order, each once. @throws ArgumentError unless all lie between 0 and 100. */
export function checkLevels(levels: readonly number[] = DEFAULT_LEVELS): number[] {
  for (const level of levels) {
    if (level > 0 && level < 1) {
      throw new ArgumentError(`levels: they are per cent: write ${level * 100} for ${level}.`);
    }
    if (!(level > 0 && level < 100)) {
      throw new ArgumentError(
        `levels: expected per cent above 0 and below 100, such as 80 and 95, got ${level}.`,
      );
    }
  }
  return [...new Set(levels)].sort((a, b) => a - b);
}

/** The error of a `predict` before `fit`. */
export function notFitted(name: string): ArgumentError {
  return new ArgumentError(`${name}: nothing to forecast from yet. Call fit(series) before predict().`);
}

/** @throws AbortError once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted) throw new AbortError(`${what}: interrupted.`);
}
