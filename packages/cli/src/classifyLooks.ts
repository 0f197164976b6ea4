import { activationMap, type Classifier, hasActivationMap, occlusionMap } from "@lookback/forecast";
import type { Judged, Labelled, Look } from "./classifyRun.js";

/** Sequences that are explained: two of each class, or one where there are many. */
const inAll = 12;

/**
 * Explains a few of the judged sequences: of each class the one that the model was surest of and was right about, and
 * where there is room one that it took for another class, if there is any, else the next surest.
 */
export async function looksOf(classifier: Classifier, data: Labelled, judged: Judged): Promise<Look[]> {
  const explain = hasActivationMap(classifier) ? activationMap : occlusionMap;
  const kind = hasActivationMap(classifier) ? "activation" : "occlusion";
  const places = new Map(data.ids.map((id, i) => [id, i]));
  const eachClass = judged.classes.length > inAll / 2 ? 1 : 2;
  const chosen = judged.classes.flatMap((name) => {
    const own = judged.rows.filter((row) => row.actual === name);
    const sure = own
      .filter((row) => row.predicted === name)
      .sort((a, b) => Math.max(...b.probabilities) - Math.max(...a.probabilities));
    const wrong = own.filter((row) => row.predicted !== name);
    return [...sure.slice(0, 1), ...wrong.slice(0, 1), ...sure.slice(1)].slice(0, eachClass);
  });
  const looks: Look[] = [];
  for (const { id, actual } of chosen.slice(0, inAll)) {
    const sequence = data.sequences[places.get(id)!]!;
    const [predicted] = await classifier.predict([sequence]);
    looks.push({
      id,
      actual,
      predicted: predicted!,
      sequence,
      kind,
      map: await explain(classifier, sequence, predicted),
    });
  }
  return looks;
}
