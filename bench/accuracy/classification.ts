// npx tsx bench/accuracy/classification.ts --data FOLDER [--set GunPoint,ECG200] [--model minirocket,fcn] [--seeds 5]
//   [--folds 0] [--out FILE]
// Accuracy on the official test parts of the UCR/UEA archive, and seconds, as medians over seeds 0 … N−1. FOLDER holds
// ucr/NAME_TRAIN.ts and ucr/NAME_TEST.ts, which do not ship with Lookback. --folds K also cross-validates on the
// training part (seed 0), as `lookback classify` does to choose; --out writes all runs as JSON.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { engineInfo } from "@lookback/core";
import {
  CLASSIFIERS,
  classificationScores,
  crossValidate,
  type LabelledSequences,
  makeClassifier,
  readTs,
} from "@lookback/forecast";
import { median, table } from "../measure.js";

const SETS = ["GunPoint", "ItalyPowerDemand", "ArrowHead", "ECG200", "BasicMotions", "JapaneseVowels"];

/** Published accuracies in per cent: Ismail Fawaz et al. 2019 and 2020, Dempster et al. 2020 and 2021, Bagnall et al. 2018. */
const PUBLISHED: Record<string, string> = {
  GunPoint: "Time-CNN 94.8, FCN 100, ResNet 99.1, InceptionTime 100, MiniRocket 99.3, 1NN-DTW 90.7",
  ItalyPowerDemand: "Time-CNN 95.4, FCN 96.3, ResNet 96.2, InceptionTime 96.5, MiniRocket 96.9, 1NN-DTW 95.0",
  ArrowHead: "Time-CNN 71.7, FCN 84.3, ResNet 83.8, InceptionTime 84.6, MiniRocket 86.3, 1NN-DTW 70.3",
  ECG200: "Time-CNN 81.6, FCN 88.8, ResNet 87.4, InceptionTime 93.0, MiniRocket 91.0, 1NN-DTW 77.0",
  BasicMotions: "ResNet 100, InceptionTime 100, 1NN-DTW 97.5",
  JapaneseVowels: "Time-CNN 95.6, FCN 99.3, ResNet 99.2, 1NN-DTW 94.9",
};

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "" },
    set: { type: "string", default: SETS.join() },
    model: { type: "string", default: CLASSIFIERS.join() },
    seeds: { type: "string", default: "5" },
    folds: { type: "string", default: "0" },
    out: { type: "string", default: "" },
  },
});

interface Run {
  readonly set: string;
  readonly model: string;
  readonly seed: number;
  readonly accuracy: number;
  readonly logLoss: number;
  readonly fitSeconds: number;
  readonly predictSeconds: number;
}

/** Classifiers in which nothing is drawn. */
const SEEDLESS = ["majority", "nearest-euclidean", "nearest-dtw"];

async function run(
  set: string,
  train: LabelledSequences,
  test: LabelledSequences,
  model: string,
  seed: number,
): Promise<Run> {
  const classifier = makeClassifier(model, { seed });
  const started = performance.now();
  await classifier.fit(train.sequences, train.labels, {
    onProgress: ({ fraction }) => progress(`${set}, ${model}, seed ${seed}: ${Math.floor(100 * fraction)} %`),
  });
  const fitted = performance.now();
  const probabilities = await classifier.predictProba(test.sequences);
  const predictSeconds = (performance.now() - fitted) / 1000;
  const { accuracy, logLoss } = classificationScores(test.labels, probabilities, classifier.classes);
  return { set, model, seed, accuracy, logLoss, fitSeconds: (fitted - started) / 1000, predictSeconds };
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

const percent = (share: number) => (100 * share).toFixed(1);
const runs: Run[] = [];
const validations: { set: string; model: string; accuracy: number; logLoss: number; seconds: number }[] = [];
for (const set of flags.set.split(",")) {
  const [trainFile, testFile] = ["TRAIN", "TEST"].map((part) => join(flags.data, "ucr", `${set}_${part}.ts`));
  if (!existsSync(trainFile!)) {
    console.log(`There is no ${trainFile}: name the folder that holds ucr/ with --data.`);
    process.exitCode = 1;
    continue;
  }
  const train = readTs(readFileSync(trainFile!, "utf8"), `${set}_TRAIN.ts`);
  const test = readTs(readFileSync(testFile!, "utf8"), `${set}_TEST.ts`);
  console.log(
    `\n${set}: ${train.labels.length} sequences to learn from, ${test.labels.length} to test, ${train.classes.length} classes, ${train.channels.length} channels. Published: ${PUBLISHED[set] ?? "–"}`,
  );
  const rows: string[][] = [];
  for (const model of flags.model.split(",")) {
    const own: Run[] = [];
    const seeds = SEEDLESS.includes(model) ? 1 : Number(flags.seeds);
    for (let seed = 0; seed < seeds; seed++) own.push(await run(set, train, test, model, seed));
    runs.push(...own);
    const accuracies = own.map(({ accuracy }) => accuracy);
    const cells = [
      model,
      percent(median(accuracies)),
      `${percent(Math.min(...accuracies))}–${percent(Math.max(...accuracies))}`,
      median(own.map(({ logLoss }) => logLoss)).toFixed(3),
      median(own.map(({ fitSeconds }) => fitSeconds)).toFixed(2),
      median(own.map(({ predictSeconds }) => predictSeconds)).toFixed(2),
    ];
    if (Number(flags.folds) > 1) {
      const { scores, seconds } = await crossValidate(
        () => makeClassifier(model),
        train.sequences,
        train.labels,
        {
          folds: Number(flags.folds),
          onProgress: ({ fraction }) =>
            progress(`${set}, ${model}, cross-validation: ${Math.floor(100 * fraction)} %`),
        },
      );
      validations.push({ set, model, accuracy: scores.accuracy, logLoss: scores.logLoss, seconds });
      cells.push(percent(scores.accuracy), scores.logLoss.toFixed(3), seconds.toFixed(1));
    }
    progress("");
    rows.push(cells);
    if (flags.out !== "") save(flags.out);
  }
  const head = ["model", "accuracy", "range", "log loss", "fit s", "predict s", "CV acc.", "CV loss", "CV s"];
  console.log(table(head.slice(0, rows[0]!.length), rows));
}

function save(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const made = { node: process.version, engine: engineInfo(), seeds: Number(flags.seeds) };
  writeFileSync(file, `${JSON.stringify({ made, runs, validations }, null, 1)}\n`);
}
