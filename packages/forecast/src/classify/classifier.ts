import { ArgumentError } from "@lookback/core";
import type { FitOptions } from "../forecaster.js";
import type { Sequence } from "./sequences.js";

/** What every prediction accepts. */
export interface ClassifyOptions {
  /** Interrupts the prediction, which then throws an AbortError. Of use where it takes long. */
  readonly signal?: AbortSignal;
}

/**
 * Anything that learns from labelled sequences and says how likely each class is for others. Evaluation,
 * cross-validation and the rest are free functions over these methods. A new classifier passes the suite in
 * `test/classifier.conformance.ts`.
 */
export interface Classifier {
  /**
   * Short and lower case: minirocket, fcn, cnn, time-cnn, resnet, inception-time, lstm, gru, rnn, lstm-fcn,
   * nearest-euclidean, nearest-dtw, majority.
   */
  readonly name: string;
  /** The labels that it tells apart, in the order of its probabilities; empty before `fit`. */
  readonly classes: readonly string[];
  /** Numbers that it learned. */
  readonly parameterCount: number;
  /**
   * Learns from N sequences and their N labels. A second call starts anew.
   *
   * @throws DataError when they cannot be learned from, and says which sequence or class is in the way;
   *   AbortError once `signal` is aborted.
   */
  fit(sequences: readonly Sequence[], labels: readonly string[], options?: FitOptions): Promise<void>;
  /**
   * One row per sequence, in the order of `classes`, each adding up to 1.
   *
   * @throws ArgumentError before `fit`; DataError for sequences unlike those of the training.
   */
  predictProba(sequences: readonly Sequence[], options?: ClassifyOptions): Promise<Float64Array[]>;
  /** The class with the largest probability for each sequence; of equals the first. */
  predict(sequences: readonly Sequence[], options?: ClassifyOptions): Promise<string[]>;
  /** One safetensors file, nothing executable. @throws ArgumentError before `fit`. */
  save(): Uint8Array;
}

/** The class with the largest probability in each row; of equals the first. */
export function mostLikely(probabilities: readonly Float64Array[], classes: readonly string[]): string[] {
  return probabilities.map((row) => classes[row.indexOf(Math.max(...row))]!);
}

/** The error of a use before `fit`. */
export function classifierNotFitted(name: string): ArgumentError {
  return new ArgumentError(`${name}: it has learned nothing yet. Call fit(sequences, labels) first.`);
}
