import { loadSafetensors } from "@lookback/core";
import { type Classifier, loadClassifier } from "@lookback/forecast";
import { readSequences, type SequenceFlags, savedLayout } from "../classifyData.js";
import { classifyMessages } from "../classifyMessages.js";
import { engineSummary } from "../engine.js";
import type { Console } from "../io.js";
import { OutputFolder } from "../output.js";
import { predictionsCsv } from "./classifyOutput.js";

export interface PredictClassesFlags extends SequenceFlags {
  out: string;
}

/** Whether a model file is a classifier's. @throws FormatError when it is no model file at all. */
export function isClassifier(bytes: Uint8Array, file: string): boolean {
  return loadSafetensors(bytes, file).metadata.lookback?.includes('"format":"lookback-classifier"') === true;
}

/** Probabilities below this are worth a second look. */
const unsure = 0.6;

/** `lookback predict <model> <file>` with a classifier: the class of each sequence, with probabilities. */
export async function predictClasses(
  bytes: Uint8Array,
  modelFile: string,
  file: string,
  flags: PredictClassesFlags,
  console: Console,
): Promise<void> {
  const started = performance.now();
  const classifier: Classifier = loadClassifier(bytes, modelFile);
  const data = await readSequences(file, flags, console, {
    like: savedLayout(bytes, modelFile),
    unlabelled: true,
  });
  const folder = await OutputFolder.open(flags.out);
  const { classes } = classifier;
  const probabilities = await classifier.predictProba(data.sequences, { signal: console.io.signal });
  const rows = probabilities.map((row, i) => ({
    id: data.ids[i]!,
    ...(data.labels[i] === "" ? {} : { actual: data.labels[i]! }),
    predicted: classes[row.indexOf(Math.max(...row))]!,
    probabilities: row,
  }));
  const files = { csv: await folder.write("predictions.csv", predictionsCsv(rows, classes)) };
  const { terminal: text, percent } = classifyMessages(console.lang);
  console.print(text.predicted(file, rows.length, classifier.name));
  for (const name of classes) {
    const own = rows.filter(({ predicted }) => predicted === name);
    if (own.length === 0) continue;
    const mean = own.reduce((sum, row) => sum + Math.max(...row.probabilities), 0) / own.length;
    console.print(`  ${text.sure(name, own.length, percent(mean, 0))}`);
  }
  const doubtful = rows.filter((row) => Math.max(...row.probabilities) < unsure).length;
  if (doubtful > 0) console.print(text.unsure(doubtful));
  console.print(`\n${text.written}\n  ${files.csv}`);
  console.document({
    model: { name: classifier.name, parameters: classifier.parameterCount, file: modelFile },
    classes,
    predictions: rows.map(({ id, actual, predicted, probabilities: row }) => ({
      id,
      ...(actual === undefined ? {} : { actual }),
      predicted,
      probabilities: Object.fromEntries(classes.map((name, c) => [name, row[c]!])),
    })),
    files,
    engine: engineSummary(),
    notes: console.warnings,
    seconds: (performance.now() - started) / 1000,
  });
}
