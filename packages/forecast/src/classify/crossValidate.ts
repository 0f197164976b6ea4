import { AbortError, ArgumentError, DataError, Generator, LookbackError } from "@lookback/core";
import { z } from "zod";
import { type FitProgress, throwIfAborted } from "../forecaster.js";
import { type ClassificationScores, classificationScores } from "./classificationMetrics.js";
import type { Classifier } from "./classifier.js";
import { checkOptions } from "./options.js";
import { pauser } from "./pause.js";
import { type Sequence, sortedClasses } from "./sequences.js";
import { classCounts } from "./trainTest.js";

/** How far a cross-validation has come. */
export interface CrossValidationProgress {
  readonly model: string;
  /** The fold at work, from 1. */
  readonly fold: number;
  readonly folds: number;
  /** Share of the whole that is done, 0 to 1. */
  readonly fraction: number;
  readonly fit?: FitProgress;
}

const optionsSchema = z.strictObject({
  /** Parts of the data, each tested once. Fewer where classes are small, see {@link stratifiedFolds}. Default: 5. */
  folds: z.number().int().min(2).max(1000).default(5),
  /** Decides which sequence is in which fold. Default: 0. */
  seed: z.number().int().min(0).default(0),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z
    .custom<(progress: CrossValidationProgress) => void>((value) => typeof value === "function")
    .optional(),
});

export type CrossValidationOptions = z.input<typeof optionsSchema>;

/** How one classifier did on sequences that it had not seen. Plain data. */
export interface CrossValidation {
  readonly name: string;
  readonly folds: number;
  /** For each sequence the fold that tested it, from 0; −1 for the one example of a class, which only trains. */
  readonly foldOf: readonly number[];
  readonly classes: readonly string[];
  /** For each sequence the probabilities that the model of its fold gave, in the order of `classes`; null where it was not tested. */
  readonly probabilities: readonly (Float64Array | null)[];
  /** Over all tested sequences together. */
  readonly scores: ClassificationScores;
  readonly accuracies: readonly number[];
  /** Wall-clock time of fitting and predicting in all folds. */
  readonly seconds: number;
}

/**
 * Deals sequences into folds so that every class is spread over them as evenly as can be: the sequences of a class,
 * in random order, go to one fold after another, and the next class goes on where it ended. A class of n ≥ 2 sequences is in the
 * training part of every fold; one of a single sequence is never tested (fold −1). Where the smallest class of two or
 * more has fewer sequences than there are folds, there are as many folds as it has, but not fewer than three.
 *
 * @throws ArgumentError for fewer than two folds; DataError where no class has two sequences.
 */
export function stratifiedFolds(labels: readonly string[], folds: number, seed: number): number[] {
  if (!Number.isInteger(folds) || folds < 2) {
    throw new ArgumentError(`folds: expected a whole number of at least 2, got ${folds}.`);
  }
  const classes = sortedClasses(labels);
  const counts = classCounts(labels, classes).filter((count) => count > 1);
  if (counts.length === 0) {
    throw new DataError(
      "Cross-validation needs a class with two examples or more; here every class has one. Add examples.",
    );
  }
  const tested = counts.reduce((sum, count) => sum + count, 0);
  const fold = Math.min(folds, tested, Math.max(3, Math.min(...counts)));
  const generator = new Generator(seed);
  const byClass = new Map<string, number[]>(classes.map((name) => [name, []]));
  for (const [i, label] of labels.entries()) byClass.get(label)!.push(i);
  const result = new Array<number>(labels.length).fill(-1);
  let next = 0;
  for (const members of byClass.values()) {
    if (members.length < 2) continue;
    for (const place of generator.randperm(members.length)) result[members[place]!] = next++ % fold;
  }
  return result;
}

/**
 * Stratified k-fold cross-validation: for every fold a classifier is made anew, fitted on the other folds and tested
 * on this one, so that each sequence is judged by a model that has not seen it.
 *
 * @example const { scores } = await crossValidate(() => new MiniRocketClassifier(), sequences, labels, { folds: 5 });
 * @throws ArgumentError for bad options; DataError when the data cannot be learned from; AbortError when interrupted.
 */
export async function crossValidate(
  make: () => Classifier,
  sequences: readonly Sequence[],
  labels: readonly string[],
  options: CrossValidationOptions = {},
): Promise<CrossValidation> {
  const {
    folds: wanted,
    seed,
    signal,
    onProgress,
  } = checkOptions("crossValidate", optionsSchema, options, {
    folds: "a whole number from 2 to 1000",
    seed: "a whole number of at least 0",
    signal: "an AbortSignal",
    onProgress: "a function",
  });
  if (sequences.length !== labels.length) {
    throw new ArgumentError(
      `crossValidate: expected one label for each sequence, got ${sequences.length} sequences and ${labels.length} labels.`,
    );
  }
  const foldOf = stratifiedFolds(labels, wanted, seed);
  const folds = Math.max(...foldOf) + 1;
  const classes = sortedClasses(labels);
  const probabilities = new Array<Float64Array | null>(labels.length).fill(null);
  const accuracies: number[] = [];
  const { name } = make();
  const pause = pauser(signal, `cross-validation of ${name}`);
  const started = performance.now();
  for (let fold = 0; fold < folds; fold++) {
    await pause();
    const report = (fit?: FitProgress) =>
      onProgress?.({
        model: name,
        fold: fold + 1,
        folds,
        fraction: (fold + (fit?.fraction ?? 0)) / folds,
        ...(fit ? { fit } : {}),
      });
    report();
    const training = indexesWhere(foldOf, (other) => other !== fold);
    const test = indexesWhere(foldOf, (other) => other === fold);
    const classifier = make();
    try {
      const interrupt = signal ? { signal } : {};
      await classifier.fit(pick(sequences, training), pick(labels, training), {
        onProgress: report,
        ...interrupt,
      });
      const rows = await classifier.predictProba(pick(sequences, test), interrupt);
      throwIfAborted(signal, name);
      for (const [i, row] of rows.entries())
        probabilities[test[i]!] = inOrder(row, classifier.classes, classes);
    } catch (error) {
      throw named(error, `cross-validation, fold ${fold + 1} of ${folds}`);
    }
    const right = test.filter(
      (i) => classes[probabilities[i]!.indexOf(Math.max(...probabilities[i]!))] === labels[i],
    );
    accuracies.push(right.length / test.length);
  }
  const seconds = (performance.now() - started) / 1000;
  const tested = indexesWhere(foldOf, (fold) => fold >= 0);
  const scores = classificationScores(
    pick(labels, tested),
    tested.map((i) => probabilities[i]!),
    classes,
  );
  return { name, folds, foldOf, classes, probabilities, scores, accuracies, seconds };
}

/** Probabilities in another order of the classes; 0 for those that the model does not know. */
export function inOrder(row: Float64Array, from: readonly string[], to: readonly string[]): Float64Array {
  return Float64Array.from(to, (name) => row[from.indexOf(name)] ?? 0);
}

function indexesWhere(foldOf: readonly number[], holds: (fold: number) => boolean): number[] {
  return foldOf.map((_, i) => i).filter((i) => holds(foldOf[i]!));
}

const pick = <T>(values: readonly T[], indexes: readonly number[]): T[] => indexes.map((i) => values[i]!);

/** The same error with the place in front, unless it is an interruption or a bug. */
function named(error: unknown, where: string): unknown {
  if (!(error instanceof LookbackError) || error instanceof AbortError) return error;
  const Kind = error instanceof ArgumentError ? ArgumentError : DataError;
  return new Kind(`${where}: ${error.message}`, { cause: error });
}
