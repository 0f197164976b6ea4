// Tells two kinds of movement apart: reads labelled recordings from a table, lets cross-validation choose a classifier,
// tests it on recordings that it has not seen, and asks what it looked at.
import {
  chooseClassifier,
  classificationScores,
  makeClassifier,
  occlusionMap,
  sequencesFromTable,
  tableFromRows,
} from "@lookback/forecast";

/** A sensor's readings, a row for each: a recording of a "knock" has a short swing somewhere, of a "push" a long one. */
function recordings(from: number, count: number) {
  return Array.from({ length: count }, (_, i) => {
    const label = i % 2 === 0 ? "knock" : "push";
    const width = label === "knock" ? 2 : 6;
    const start = 15 + (((from + i) * 7) % 30);
    return Array.from({ length: 64 }, (_, t) => ({
      id: from + i,
      time: t / 100,
      x: Math.exp(-(((t - start) / width) ** 2)) + 0.1 * Math.sin((from + i) * 12.9898 + t * 78.233),
      label,
    }));
  }).flat();
}

export async function run() {
  const training = sequencesFromTable(tableFromRows(recordings(0, 30)));
  const test = sequencesFromTable(tableFromRows(recordings(100, 20)));

  const { name, results } = await chooseClassifier(training.sequences, training.labels, {
    candidates: ["minirocket", "nearest-dtw"],
  });
  const classifier = makeClassifier(name);
  await classifier.fit(training.sequences, training.labels);

  const probabilities = await classifier.predictProba(test.sequences);
  const { accuracy, logLoss } = classificationScores(test.labels, probabilities, classifier.classes);

  const map = await occlusionMap(classifier, test.sequences[0]!);
  return {
    name,
    candidates: results.length,
    accuracy,
    logLoss,
    mostImportantStep: map.indexOf(Math.max(...map)),
  };
}
