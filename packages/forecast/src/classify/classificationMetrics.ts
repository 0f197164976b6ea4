import { ArgumentError } from "@lookback/core";

type Labels = readonly string[];
type Probabilities = readonly Float64Array[];

/** Probabilities are kept this far from 0 and 1 before their logarithm is taken: float64's machine epsilon, as in scikit-learn. */
const EPSILON = 2 ** -52;

/** The share of sequences that got their own label, 0 to 1. */
export function accuracy(actual: Labels, predicted: Labels): number {
  checkCounts("accuracy", actual, predicted);
  return actual.filter((label, i) => label === predicted[i]).length / actual.length;
}

/** Counts by class: `confusion[i][j]` sequences of class i were taken for class j. */
export function confusionMatrix(actual: Labels, predicted: Labels, classes: Labels): number[][] {
  checkCounts("confusionMatrix", actual, predicted);
  const places = placesOf(classes);
  const counts = classes.map(() => classes.map(() => 0));
  for (const [i, label] of actual.entries()) {
    const row = counts[placeOf("confusionMatrix", places, label)]!;
    row[placeOf("confusionMatrix", places, predicted[i]!)]!++;
  }
  return counts;
}

/**
 * The mean over classes of the share of the class that was recognised (recall), 0 to 1: what accuracy would be were
 * all classes equally frequent. Classes without a sequence do not count.
 * Source: Brodersen et al., "The balanced accuracy and its posterior distribution", ICPR 2010.
 */
export function balancedAccuracy(confusion: readonly (readonly number[])[]): number {
  const recalls = confusion
    .map((row, i) => row[i]! / row.reduce((sum, count) => sum + count, 0))
    .filter((recall) => !Number.isNaN(recall));
  return mean(recalls);
}

/**
 * The mean over classes of F₁ = 2·TP/(2·TP + FP + FN), 0 to 1. Classes that neither are nor are predicted do not count.
 * Source: Van Rijsbergen, Information Retrieval (1979); the unweighted mean is called macro F₁.
 */
export function macroF1(confusion: readonly (readonly number[])[]): number {
  const scores = confusion
    .map((row, i) => {
      const here = row.reduce((sum, count) => sum + count, 0);
      const taken = confusion.reduce((sum, other) => sum + other[i]!, 0);
      return (2 * row[i]!) / (here + taken);
    })
    .filter((score) => !Number.isNaN(score));
  return mean(scores);
}

/**
 * The mean of −ln p, where p is the probability that was given to the right class (kept 2⁻⁵² away from 0). ln C for a
 * classifier that gives C classes the same; 0 for one that is always right and certain.
 */
export function logLoss(actual: Labels, probabilities: Probabilities, classes: Labels): number {
  const targets = targetsOf("logLoss", actual, probabilities, classes);
  return mean(targets.map((target, i) => -Math.log(Math.max(EPSILON, probabilities[i]![target]!))));
}

/**
 * Area under the receiver operating characteristic: the chance that a sequence of the class gets a larger probability
 * of it than one of another class; equal probabilities count half. From ranks, (Σ ranks − n₁(n₁+1)/2)/(n₁·n₀), with
 * mid-ranks for equals. With more than two classes the mean over one class against the rest; classes that have no
 * sequence, or all of them, do not count; NaN when none does.
 * Source: Hanley & McNeil, Radiology 143 (1982).
 */
export function rocAuc(actual: Labels, probabilities: Probabilities, classes: Labels): number {
  const targets = targetsOf("rocAuc", actual, probabilities, classes);
  const areas = classes.map((_, c) =>
    areaUnder(
      probabilities.map((row) => row[c]!),
      targets.map((target) => target === c),
    ),
  );
  // of two classes the first's area is the second's, save for rounding
  const counted = (classes.length === 2 ? areas.slice(1) : areas).filter((area) => !Number.isNaN(area));
  return mean(counted);
}

function areaUnder(scores: readonly number[], positive: readonly boolean[]): number {
  const order = scores.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [ranks, positives] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let end = start;
    let inTie = 0;
    for (; end < order.length && scores[order[end]!] === scores[order[start]!]; end++) {
      if (positive[order[end]!]) inTie++;
    }
    ranks += (inTie * (start + 1 + end)) / 2;
    positives += inTie;
    start = end;
  }
  const pairs = positives * (scores.length - positives);
  return pairs === 0 ? Number.NaN : (ranks - (positives * (positives + 1)) / 2) / pairs;
}

/** Predictions of like confidence: how sure they were, and how often they were right. */
export interface CalibrationBin {
  /** Ends of the bin, lower end not included. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean of the largest probability. */
  readonly confidence: number;
  /** Share of right predictions. */
  readonly accuracy: number;
}

/**
 * How far probabilities can be believed: predictions are put into bins of equal width by their largest probability;
 * an honest classifier is right in 80 % of the cases where it says 80 %. Empty bins are left out.
 * Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, equations 2 and 3.
 */
export function calibrationCurve(
  actual: Labels,
  probabilities: Probabilities,
  classes: Labels,
  bins = 10,
): CalibrationBin[] {
  if (!Number.isInteger(bins) || bins < 1 || bins > 1000) {
    throw new ArgumentError(`calibrationCurve: bins: expected a whole number from 1 to 1000, got ${bins}.`);
  }
  const targets = targetsOf("calibrationCurve", actual, probabilities, classes);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, right: 0 }));
  for (const [i, row] of probabilities.entries()) {
    const confidence = Math.max(...row);
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]!;
    bin.count++;
    bin.confidence += confidence;
    if (row.indexOf(confidence) === targets[i]) bin.right++;
  }
  return sums
    .map(({ count, confidence, right }, i) => ({
      from: i / bins,
      to: (i + 1) / bins,
      count,
      confidence: confidence / count,
      accuracy: right / count,
    }))
    .filter(({ count }) => count > 0);
}

/**
 * Expected calibration error: Σ over bins of (share of predictions)·|accuracy − confidence|, 0 to 1; how far, on
 * average, the stated confidence is from the truth. Source: as {@link calibrationCurve}.
 */
export function expectedCalibrationError(curve: readonly CalibrationBin[]): number {
  const all = curve.reduce((sum, { count }) => sum + count, 0);
  return curve.reduce((sum, bin) => sum + (bin.count / all) * Math.abs(bin.accuracy - bin.confidence), 0);
}

/** All measures of one set of predictions. Plain data. */
export interface ClassificationScores {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  readonly logLoss: number;
  /** NaN when all sequences are of one class. */
  readonly rocAuc: number;
  readonly calibrationError: number;
  readonly confusion: readonly (readonly number[])[];
  readonly calibration: readonly CalibrationBin[];
}

/** Every measure of this file for probabilities whose columns are `classes`. @throws ArgumentError when they do not fit. */
export function classificationScores(
  actual: Labels,
  probabilities: Probabilities,
  classes: Labels,
): ClassificationScores {
  targetsOf("classificationScores", actual, probabilities, classes);
  const predicted = probabilities.map((row) => classes[row.indexOf(Math.max(...row))]!);
  const confusion = confusionMatrix(actual, predicted, classes);
  const calibration = calibrationCurve(actual, probabilities, classes);
  return {
    accuracy: accuracy(actual, predicted),
    balancedAccuracy: balancedAccuracy(confusion),
    macroF1: macroF1(confusion),
    logLoss: logLoss(actual, probabilities, classes),
    rocAuc: rocAuc(actual, probabilities, classes),
    calibrationError: expectedCalibrationError(calibration),
    confusion,
    calibration,
  };
}

/** The place of each label among the classes, after the counts and the probabilities were checked. */
function targetsOf(name: string, actual: Labels, probabilities: Probabilities, classes: Labels): number[] {
  checkCounts(name, actual, probabilities);
  for (const [i, row] of probabilities.entries()) {
    if (row.length !== classes.length || row.some(Number.isNaN)) {
      throw new ArgumentError(
        `${name}: expected ${classes.length} probabilities for each sequence, got ${row.length === classes.length ? "NaN" : row.length} at index ${i}.`,
      );
    }
  }
  const places = placesOf(classes);
  return actual.map((label) => placeOf(name, places, label));
}

const placesOf = (classes: Labels) => new Map(classes.map((name, place) => [name, place]));

function placeOf(name: string, places: ReadonlyMap<string, number>, label: string): number {
  const place = places.get(label);
  if (place !== undefined) return place;
  throw new ArgumentError(
    `${name}: the label "${label}" is not among the classes ${[...places.keys()].join(", ")}.`,
  );
}

function checkCounts(name: string, actual: ArrayLike<unknown>, predicted: ArrayLike<unknown>): void {
  if (actual.length !== predicted.length) {
    throw new ArgumentError(
      `${name}: expected one prediction for each label, got ${actual.length} labels and ${predicted.length} predictions.`,
    );
  }
  if (actual.length === 0) throw new ArgumentError(`${name}: expected at least one label, got none.`);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
