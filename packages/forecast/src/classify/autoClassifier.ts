import { DataError } from "@lookback/core";
import { z } from "zod";
import { type CrossValidation, type CrossValidationProgress, crossValidate } from "./crossValidate.js";
import { fittingSeconds } from "./fittingTime.js";
import { CLASSIFIERS, type MakeClassifierOptions, makeClassifier } from "./makeClassifier.js";
import { checkOptions } from "./options.js";
import { lengthOf, type Sequence } from "./sequences.js";

/**
 * What is chosen from, the default first. The others are of kinds that win somewhere: warping for shapes that come early
 * or late, convolutions of one length and of several, memory beside convolution.
 */
export const AUTO_CANDIDATES: readonly string[] = [
  "minirocket",
  "nearest-dtw",
  "fcn",
  "inception-time",
  "lstm-fcn",
];

const optionsSchema = z.strictObject({
  /** Names of classifiers, the default first. Default: {@link AUTO_CANDIDATES}. */
  candidates: z
    .array(z.enum(CLASSIFIERS as [string, ...string[]]))
    .min(1)
    .optional(),
  /** Options of the networks among them. */
  network: z.custom<MakeClassifierOptions>().optional(),
  /** Folds of the cross-validation. Default: 5. */
  folds: z.number().int().min(2).max(1000).default(5),
  seed: z.number().int().min(0).default(0),
  /** Estimated seconds that the cross-validations of the candidates beside the first may take together. Default: {@link defaultBudget}. */
  budget: z.number().min(0).optional(),
  signal: z.instanceof(AbortSignal).optional(),
  onProgress: z
    .custom<(progress: CrossValidationProgress) => void>((value) => typeof value === "function")
    .optional(),
});

export type ChooseClassifierOptions = z.input<typeof optionsSchema>;

/** A candidate that was not tried. */
export interface SkippedCandidate {
  readonly name: string;
  readonly why: string;
  /** How long it would have taken, where that is the reason; null where it cannot be fitted to these data. */
  readonly seconds: number | null;
}

/** What {@link chooseClassifier} found. Plain data. */
export interface ClassifierChoice {
  /** The classifier to use. */
  readonly name: string;
  /** Every candidate that was tried. */
  readonly results: readonly CrossValidation[];
  /** Candidates that were not: they would have taken too long, or cannot be fitted to these data. */
  readonly skipped: readonly SkippedCandidate[];
  /** Estimated seconds that there were for all but the first. */
  readonly budget: number;
}

/** A minute, and a second more for each two thousand values to learn from. */
export function defaultBudget(sequences: readonly Sequence[]): number {
  const values = sequences.reduce((sum, sequence) => sum + sequence.length * lengthOf(sequence), 0);
  return 60 + values / 2000;
}

/**
 * Chooses a classifier by stratified cross-validation on the training part: the first candidate, unless another is
 * better by more than chance would make it. Both are judged on the same sequences, so what counts are those on which
 * only one of them is right: with b for the other and c for the first, b − c must exceed √(b + c), one standard
 * deviation of b − c were both equally good. Sources: McNemar, Psychometrika 12 (1947); the rule of one standard error,
 * Breiman et al., Classification and Regression Trees (1984).
 *
 * Candidates whose estimated time does not fit into what is left of the budget are left out. The estimate is made from
 * the sizes of the data, not by the clock, so the choice is the same on every machine.
 *
 * @example const { name } = await chooseClassifier(sequences, labels); // "minirocket"
 * @throws ArgumentError for bad options; DataError when no candidate can learn from the data; AbortError when interrupted.
 */
export async function chooseClassifier(
  sequences: readonly Sequence[],
  labels: readonly string[],
  options: ChooseClassifierOptions = {},
): Promise<ClassifierChoice> {
  const config = checkOptions("chooseClassifier", optionsSchema, options, {
    candidates: `names among ${CLASSIFIERS.join(", ")}`,
    network: "options of networks",
    folds: "a whole number from 2 to 1000",
    seed: "a whole number of at least 0",
    budget: "seconds, at least 0",
    signal: "an AbortSignal",
    onProgress: "a function",
  });
  const { folds, seed, signal, onProgress, network = {} } = config;
  const candidates = config.candidates ?? AUTO_CANDIDATES;
  const budget = config.budget ?? defaultBudget(sequences);
  const { planned, skipped } = plan(candidates, sequences, {
    folds,
    budget,
    network,
  });
  const total = planned.reduce((sum, { seconds }) => sum + seconds, 0);
  const results: CrossValidation[] = [];
  let done = 0;
  for (const { name, seconds } of planned) {
    const report = (step: CrossValidationProgress) =>
      onProgress?.({ ...step, fraction: (done + step.fraction * seconds) / total });
    const make = () => makeClassifier(name, { ...network, seed });
    try {
      const interrupt = signal ? { signal } : {};
      results.push(
        await crossValidate(make, sequences, labels, { folds, seed, onProgress: report, ...interrupt }),
      );
    } catch (error) {
      // a network whose kernels are longer than these sequences is no reason to do without the others
      if (!(error instanceof DataError) || planned.length === 1) throw error;
      skipped.push({ name, seconds: null, why: error.message });
    }
    done += seconds;
  }
  const [first, ...others] = results;
  if (!first)
    throw new DataError(`None of ${candidates.join(", ")} can learn from these data: ${skipped[0]!.why}`);
  const better = others.filter((other) => isBetter(other, first, labels));
  const best = better.sort(
    (a, b) => b.scores.accuracy - a.scores.accuracy || a.scores.logLoss - b.scores.logLoss,
  )[0];
  return { name: (best ?? first).name, results, skipped, budget };
}

/** The first candidate, and in their order those that fit into the budget. */
function plan(
  candidates: readonly string[],
  sequences: readonly Sequence[],
  task: { folds: number; budget: number; network: MakeClassifierOptions },
) {
  const planned: { name: string; seconds: number }[] = [];
  const skipped: SkippedCandidate[] = [];
  let left = task.budget;
  for (const [i, name] of candidates.entries()) {
    const seconds = fittingSeconds(name, sequences, task);
    if (i > 0 && seconds > left) {
      const why = `its cross-validation would take about ${Math.ceil(seconds)} s, of a budget of ${Math.round(task.budget)} s`;
      skipped.push({ name, seconds, why });
      continue;
    }
    if (i > 0) left -= seconds;
    planned.push({ name, seconds });
  }
  return { planned, skipped };
}

/** Whether `other` is right so much more often than `first` on the same sequences that it is hardly chance. */
function isBetter(other: CrossValidation, first: CrossValidation, labels: readonly string[]): boolean {
  let [onlyOther, onlyFirst] = [0, 0];
  for (const [i, label] of labels.entries()) {
    const [a, b] = [rightAt(other, i, label), rightAt(first, i, label)];
    if (a && !b) onlyOther++;
    if (b && !a) onlyFirst++;
  }
  return onlyOther - onlyFirst > Math.sqrt(onlyOther + onlyFirst);
}

function rightAt({ probabilities, classes }: CrossValidation, index: number, label: string): boolean {
  const row = probabilities[index];
  return !!row && classes[row.indexOf(Math.max(...row))] === label;
}
