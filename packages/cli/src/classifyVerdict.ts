import { classifyMessages } from "./classifyMessages.js";
import type { ClassifyRun, Judged } from "./classifyRun.js";
import type { Lang } from "./messages.js";

/** Judged sequences below which each of them weighs visibly. */
const few = 50;

/** What the test says about the model, in plain sentences. */
export function classifyVerdict(run: ClassifyRun, lang: Lang): string[] {
  const text = classifyMessages(lang).verdict;
  const { judged, model } = run;
  const all = judged.rows.length;
  const { accuracy, calibrationError } = judged.scores;
  return [
    text.right(model.name, Math.round(accuracy * all), all, judged.from),
    comparison(judged, lang),
    ...mistake(judged, lang),
    text.trust(calibrationError),
    ...(all < few ? [text.small(all)] : []),
  ].filter((sentence) => sentence !== "");
}

/** The sentences as one text. */
export function joined(sentences: readonly string[], lang: Lang): string {
  return sentences.map((one) => one.charAt(0).toUpperCase() + one.slice(1)).join(lang === "zh" ? "" : " ");
}

/** The best nearest neighbour among the baselines, if any. */
export function rivalOf(judged: Judged): Judged["beside"][number] | undefined {
  return judged.beside
    .filter(({ name }) => name !== "majority")
    .reduce<Judged["beside"][number] | undefined>(
      (best, one) => (best && best.scores.accuracy >= one.scores.accuracy ? best : one),
      undefined,
    );
}

/**
 * Beside the nearest neighbour and the majority class. A difference counts when the errors of the one exceed those of
 * the other by more than √(sum of both), one standard deviation of their difference were both equally good.
 */
function comparison(judged: Judged, lang: Lang): string {
  const text = classifyMessages(lang).verdict;
  const all = judged.rows.length;
  const errors = (accuracy: number) => Math.round((1 - accuracy) * all);
  const own = errors(judged.scores.accuracy);
  const majority = judged.beside.find(({ name }) => name === "majority")?.scores.accuracy;
  if (majority !== undefined && own >= errors(majority)) return text.nothing(majority);
  const rival = rivalOf(judged);
  if (!rival) return "";
  const theirs = errors(rival.scores.accuracy);
  const clear = Math.abs(theirs - own) > Math.sqrt(theirs + own);
  if (!clear) return text.chance(rival.name, rival.scores.accuracy);
  if (own > theirs) return text.loses(rival.name, rival.scores.accuracy);
  return majority === undefined
    ? text.beats(rival.name, rival.scores.accuracy)
    : text.beatsBoth(rival.name, rival.scores.accuracy, majority);
}

/** The pair of classes that is confused most, where it happened more than once. */
function mistake({ classes, scores }: Judged, lang: Lang): string[] {
  let [most, actual, predicted] = [1, -1, -1];
  for (const [i, row] of scores.confusion.entries()) {
    for (const [j, count] of row.entries())
      if (i !== j && count > most) [most, actual, predicted] = [count, i, j];
  }
  return actual < 0
    ? []
    : [classifyMessages(lang).verdict.confused(classes[actual]!, classes[predicted]!, most)];
}
