import { ArgumentError, DataError } from "@lookback/core";
import { lengthOf, type Sequence, sortedClasses } from "./sequences.js";

/** What a training set is made of. */
export interface TrainingShape {
  readonly classes: readonly string[];
  /** For each sequence the index of its class. */
  readonly targets: Int32Array;
  readonly channels: number;
  /** Steps of the longest sequence. */
  readonly longest: number;
}

/**
 * Checks sequences and labels to learn from.
 *
 * @throws ArgumentError for numbers that differ; DataError for no or uneven channels, an empty sequence, an infinite
 * value, or a single class.
 */
export function checkTraining(
  name: string,
  sequences: readonly Sequence[],
  labels: readonly string[],
): TrainingShape {
  if (sequences.length !== labels.length) {
    throw new ArgumentError(
      `${name}: expected one label for each sequence, got ${sequences.length} sequences and ${labels.length} labels.`,
    );
  }
  const channels = sequences[0]?.length ?? 0;
  checkSequences(name, sequences, channels);
  const classes = sortedClasses(labels);
  if (classes.length < 2) {
    throw new DataError(
      `${name}: expected sequences of at least 2 classes, got ${classes.length === 0 ? "no sequence" : `only "${classes[0]}"`}. There is nothing to tell apart.`,
    );
  }
  const index = new Map(classes.map((label, i) => [label, i]));
  return {
    classes,
    targets: Int32Array.from(labels, (label) => index.get(label)!),
    channels,
    longest: sequences.reduce((most, sequence) => Math.max(most, lengthOf(sequence)), 0),
  };
}

/** Checks that sequences have the channels that a classifier reads. @throws DataError that names the first that has not. */
export function checkSequences(name: string, sequences: readonly Sequence[], channels: number): void {
  for (const [i, sequence] of sequences.entries()) {
    const here = `${name}: sequence ${i + 1} of ${sequences.length}`;
    if (sequence.length !== channels || channels === 0) {
      throw new DataError(
        `${here} has ${sequence.length} channels, expected ${channels === 0 ? "at least 1" : channels}.`,
      );
    }
    const steps = lengthOf(sequence);
    if (steps === 0) throw new DataError(`${here} is empty. Leave it out, or give it at least one step.`);
    for (const [c, values] of sequence.entries()) {
      if (values.length !== steps) {
        throw new DataError(
          `${here} has ${values.length} steps in channel ${c + 1}, but ${steps} in its first. Channels go side by side: fill with NaN what was not measured.`,
        );
      }
      const bad = values.findIndex((value) => value === Infinity || value === -Infinity);
      if (bad >= 0) {
        throw new DataError(
          `${here} has an infinite value in channel ${c + 1} at step ${bad + 1}. Mark what is missing with NaN.`,
        );
      }
    }
  }
}

/** Over what mean and standard deviation are taken: a channel's over the training set, each sequence's own, or not at all. */
export type StandardisationKind = "channel" | "sequence" | "none";

/** A fitted standardisation: (x − mean[c]) / scale[c] for kind "channel". Plain JSON. */
export interface Standardisation {
  readonly kind: StandardisationKind;
  readonly means: readonly number[];
  readonly scales: readonly number[];
}

/** Learns the means and standard deviations of each channel over all steps that are not missing. */
export function fitStandardisation(
  kind: StandardisationKind,
  sequences: readonly Sequence[],
): Standardisation {
  const channels = kind === "channel" ? (sequences[0]?.length ?? 0) : 0;
  const moments = Array.from({ length: channels }, (_, c) =>
    momentsOf(sequences.map((sequence) => sequence[c]!)),
  );
  return { kind, means: moments.map(({ mean }) => mean), scales: moments.map(({ scale }) => scale) };
}

/** Mean and standard deviation (1 where it is 0) of what is not missing in some lines. */
function momentsOf(lines: readonly Float64Array[]): { mean: number; scale: number } {
  let [count, sum, squares] = [0, 0, 0];
  for (const line of lines) {
    for (const value of line) {
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
    }
  }
  const mean = count > 0 ? sum / count : 0;
  for (const line of lines) {
    for (const value of line) if (!Number.isNaN(value)) squares += (value - mean) ** 2;
  }
  const deviation = Math.sqrt(squares / Math.max(1, count));
  // a spread within the rounding of the values themselves is none
  return { mean, scale: deviation > 1e-12 * Math.abs(mean) ? deviation : 1 };
}

/**
 * A sequence as the models read it: standardised, and missing values interpolated on a straight line within their
 * channel (before the first and after the last known value: that value). A channel that is missing altogether is 0,
 * its mean after standardisation.
 */
export function prepare(sequence: Sequence, { kind, means, scales }: Standardisation): Float64Array[] {
  return sequence.map((line, c) => {
    const { mean, scale } =
      kind === "channel"
        ? { mean: means[c]!, scale: scales[c]! }
        : kind === "sequence"
          ? momentsOf([line])
          : { mean: 0, scale: 1 };
    return fillMissing(line.map((value) => (value - mean) / scale));
  });
}

/** Fills NaN in place. */
function fillMissing(line: Float64Array): Float64Array {
  let known = -1;
  for (let i = 0; i <= line.length; i++) {
    if (i < line.length && Number.isNaN(line[i]!)) continue;
    const [left, right] = [line[known], line[i]];
    for (let j = known + 1; j < i; j++) {
      const share = (j - known) / (i - known);
      line[j] =
        left === undefined ? (right ?? 0) : right === undefined ? left : left + (right - left) * share;
    }
    known = i;
  }
  return line;
}
