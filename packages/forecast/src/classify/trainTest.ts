import { DataError } from "@lookback/core";
import { firstFew, quoted } from "../suggest.js";
import { type LabelledSequences, lengthOf } from "./sequences.js";

/** Counts of the labels, in the order of `classes`. */
export function classCounts(labels: readonly string[], classes: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return classes.map((name) => counts.get(name) ?? 0);
}

/**
 * Checks that labelled sequences can be learned from: at least two classes, every sequence at least two steps long.
 *
 * @returns sentences that a reader of the result should know: classes with one example or none.
 * @throws DataError naming the sequence or class in the way.
 */
export function checkTrainingData({ sequences, labels, classes, source }: LabelledSequences): string[] {
  const counts = classCounts(labels, classes);
  const present = classes.filter((_, i) => counts[i]! > 0);
  if (present.length < 2) {
    throw new DataError(
      `${source}: all ${sequences.length} sequences have the label "${labels[0] ?? ""}". There is nothing to tell apart; at least two classes are needed.`,
    );
  }
  checkLengths(sequences.map(lengthOf), source);
  if (present.length === sequences.length) {
    throw new DataError(
      `${source}: every sequence has a label of its own (${firstFew(present)}). A class needs two examples or more; is this the column of labels?`,
    );
  }
  const notes: string[] = [];
  const once = classes.filter((_, i) => counts[i] === 1);
  if (once.length > 0) {
    const places = once.map((name) => `"${name}" (sequence ${labels.indexOf(name) + 1})`);
    notes.push(
      `${source}: ${once.length === 1 ? "a class has" : `${once.length} classes have`} one example only: ${firstFew(places)}. ` +
        "It is learned from, but never tested in the cross-validation.",
    );
  }
  const absent = classes.filter((_, i) => counts[i] === 0);
  if (absent.length > 0) {
    notes.push(
      `${source}: the header names ${quoted(absent)}, but no sequence has that label, so it is never predicted.`,
    );
  }
  return notes;
}

/**
 * Checks that sequences can be judged by a classifier of the training part: the same channels, no label that it has
 * not seen.
 *
 * @throws DataError naming the sequence.
 */
export function checkTestData(training: LabelledSequences, test: LabelledSequences): void {
  const [trained, tested] = [training.sequences[0]!.length, test.sequences[0]!.length];
  if (trained !== tested) {
    throw new DataError(
      `${test.source} has sequences of ${tested} ${tested === 1 ? "channel" : "channels"}, ${training.source} of ${trained}. Both need the same.`,
    );
  }
  checkLengths(test.sequences.map(lengthOf), test.source);
  const known = new Set(training.labels);
  const strange = test.labels.findIndex((label) => !known.has(label));
  if (strange < 0) return;
  throw new DataError(
    `${test.source}: sequence ${strange + 1} has the label "${test.labels[strange]}", which no sequence of ${training.source} has ` +
      `(${quoted(training.classes.filter((name) => known.has(name)))}). Add examples of it to the training part, or leave it out of the test.`,
  );
}

function checkLengths(lengths: readonly number[], source: string): void {
  const short = lengths.findIndex((length) => length < 2);
  if (short < 0) return;
  throw new DataError(
    `${source}: sequence ${short + 1} has ${lengths[short] === 1 ? "one step" : "no steps"}; a sequence needs at least two.`,
  );
}
