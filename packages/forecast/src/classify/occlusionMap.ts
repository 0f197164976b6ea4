import { ArgumentError } from "@lookback/core";
import type { Classifier } from "./classifier.js";
import { lengthOf, type Sequence } from "./sequences.js";

/** Share of a sequence that is covered at a time, and how many places the cover is put in. */
const COVER = 0.1;
const PLACES = 48;
/** Probabilities below this are as good as none; without a floor one certain mistake would outshine all else. */
const FLOOR = 1e-3;

/**
 * What a classifier looked at, whatever its kind: a window of a tenth of the sequence is covered (its values are
 * missing in all channels, so that the classifier bridges them on a straight line), and moved along. Where that lowers
 * the class's probability p, something there spoke for the class:
 *
 *     map[t] = mean over the windows that cover t of ln p − ln p(covered)
 *
 * Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, on images.
 *
 * @param label the class to explain. Default: the one that the classifier predicts.
 * @returns one number for each step: above 0 speaks for the class, below 0 against it.
 * @throws ArgumentError for a label that the classifier does not know.
 * @example const map = await occlusionMap(classifier, sequence); // draw it over the sequence
 */
export async function occlusionMap(
  classifier: Classifier,
  sequence: Sequence,
  label?: string,
): Promise<Float64Array> {
  const length = lengthOf(sequence);
  const width = Math.min(length - 1, Math.max(2, Math.round(length * COVER)));
  const last = length - width;
  const starts = [
    ...new Set(Array.from({ length: PLACES }, (_, i) => Math.round((i * last) / (PLACES - 1)))),
  ];
  const covered = starts.map((start) =>
    sequence.map((values) => values.slice().fill(Number.NaN, start, start + width)),
  );
  const [whole, ...rows] = await classifier.predictProba([sequence, ...covered]);
  const index = label === undefined ? whole!.indexOf(Math.max(...whole!)) : classifier.classes.indexOf(label);
  if (index < 0) {
    throw new ArgumentError(
      `occlusionMap: ${classifier.name} knows no class "${label}". Its classes are ${classifier.classes.join(", ")}.`,
    );
  }
  const logarithm = (row: Float64Array) => Math.log(Math.max(FLOOR, row[index]!));
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  for (const [i, start] of starts.entries()) {
    const effect = logarithm(whole!) - logarithm(rows[i]!);
    for (let t = start; t < start + width; t++) {
      sums[t] = sums[t]! + effect;
      counts[t] = counts[t]! + 1;
    }
  }
  return sums.map((sum, t) => (counts[t]! > 0 ? sum / counts[t]! : 0));
}
