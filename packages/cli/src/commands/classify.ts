import { readFile } from "node:fs/promises";
import { AbortError, DataError, engineInfo } from "@lookback/core";
import {
  BASELINE_CLASSIFIERS,
  type Classifier,
  type CrossValidation,
  checkTestData,
  checkTrainingData,
  chooseClassifier,
  classificationScores,
  crossValidate,
  defaultBudget,
  fittingSeconds,
  isNetworkKind,
  type MakeClassifierOptions,
  makeClassifier,
  NetworkClassifier,
} from "@lookback/forecast";
import { layoutOf, readSequences, type SequenceFlags, withLayout } from "../classifyData.js";
import { looksOf } from "../classifyLooks.js";
import { classifyMessages } from "../classifyMessages.js";
import type { ClassifyRun, Judged, Labelled, Skipped } from "../classifyRun.js";
import { versions } from "../engine.js";
import { errorCode, InterruptedError, systemReason } from "../errors.js";
import type { Console } from "../io.js";
import { OutputFolder } from "../output.js";
import { Progress } from "../progress.js";
import { writeClassification } from "./classifyOutput.js";

export interface ClassifyFlags extends SequenceFlags {
  model: string;
  seed: number;
  epochs?: number;
  ensemble?: number;
  augment?: boolean;
  folds?: number;
  out: string;
  dpi: number;
  resume?: boolean;
}

const checkpointName = "checkpoint.safetensors";
/** Parts of the cross-validation. */
const defaultFolds = 5;
/** Estimated seconds from which on a baseline is left out. */
const longest = 120;

/** `lookback classify <train> [test]`: from labelled sequences to a trained, tested, explained classifier. */
export async function classify(
  file: string,
  testFile: string | undefined,
  flags: ClassifyFlags,
  console: Console,
  command: string,
): Promise<void> {
  const started = performance.now();
  const train = await readSequences(file, flags, console);
  for (const note of checkTrainingData(train)) console.warn(note);
  const test =
    testFile === undefined ? null : await readSequences(testFile, flags, console, { like: layoutOf(train) });
  if (test) checkTestData(train, test);
  const folder = await OutputFolder.open(flags.out);
  const progress = new Progress(console);
  const text = classifyMessages(console.lang).terminal;
  const { signal } = console.io;
  let kept = flags.resume === true;
  try {
    const validation = await validate(train, test !== null, flags, signal, (fraction, model, fold, folds) =>
      progress.update({ fraction: 0.7 * fraction, label: text.validating(model, fold, folds) }),
    );
    const { name } = validation;
    const classifier = makeClassifier(name, optionsOf(flags));
    const label = text.training(name);
    await classifier.fit(train.sequences, train.labels, {
      signal,
      onProgress: ({ fraction, loss }) => progress.update({ fraction: 0.7 + 0.2 * fraction, label, loss }),
      checkpoint: {
        async save(bytes) {
          await folder.write(checkpointName, bytes);
          kept = true;
        },
      },
      ...(flags.resume && isNetworkKind(name)
        ? { resume: await readCheckpoint(folder.file(checkpointName)) }
        : {}),
    });
    if (classifier instanceof NetworkClassifier) for (const note of classifier.warnings) console.warn(note);
    progress.update({ fraction: 0.9, label: text.testing(name) });
    const judged = test
      ? await judge(classifier, train, test, signal)
      : judgedByValidation(train, validation.models, name);
    progress.update({ fraction: 0.96, label: text.explaining });
    const looks = await looksOf(classifier, test ?? train, judged);
    progress.stop();
    const run: ClassifyRun = {
      file,
      testFile: testFile ?? null,
      command,
      made: new Date(),
      train,
      test,
      settings: {
        seed: flags.seed,
        forced: flags.model === "auto" ? null : name,
        ensemble: flags.ensemble ?? null,
        epochs: flags.epochs ?? null,
        augment: flags.augment === true,
      },
      validation,
      model: {
        name,
        parameters: classifier.parameterCount,
        bytes: withLayout(classifier.save(), layoutOf(train)),
      },
      judged,
      looks,
      notes: console.warnings,
      engine: engineInfo(),
      versions: versions(),
      seconds: (performance.now() - started) / 1000,
    };
    await writeClassification(run, folder, flags.dpi, console);
    await folder.remove(checkpointName);
  } catch (error) {
    if (!(error instanceof AbortError)) throw error;
    throw new InterruptedError(
      kept
        ? `Interrupted. What was trained so far is kept in ${flags.out}; go on with the same command and --resume:\n  ${command}${flags.resume ? "" : " --resume"}`
        : "Interrupted before there was anything to keep; nothing was written.",
    );
  } finally {
    progress.stop();
  }
}

function optionsOf(flags: ClassifyFlags): MakeClassifierOptions {
  return {
    seed: flags.seed,
    ...(flags.epochs === undefined ? {} : { epochs: flags.epochs }),
    ...(flags.ensemble === undefined ? {} : { ensemble: flags.ensemble }),
    ...(flags.augment ? { jitter: 0.05, scaling: 0.1, window: 0.9 } : {}),
  };
}

type Report = (fraction: number, model: string, fold: number, folds: number) => void;

interface Validated {
  name: string;
  models: CrossValidation[];
  skipped: Skipped[];
}

/** Chooses by cross-validation on the training part, or judges the forced model so; the baselines beside it. */
async function validate(
  train: Labelled,
  isTested: boolean,
  flags: ClassifyFlags,
  signal: AbortSignal,
  report: Report,
): Promise<Validated> {
  const { sequences, labels } = train;
  const { folds = defaultFolds, seed } = flags;
  const network = optionsOf(flags);
  const step = (from: number, to: number) => ({
    signal,
    onProgress: (done: { fraction: number; model: string; fold: number; folds: number }) =>
      report(from + (to - from) * done.fraction, done.model, done.fold, done.folds),
  });
  const models: CrossValidation[] = [];
  const skipped: Skipped[] = [];
  let name = flags.model;
  if (name === "auto") {
    const choice = await chooseClassifier(sequences, labels, { folds, seed, network, ...step(0, 0.85) });
    name = choice.name;
    models.push(...choice.results);
    skipped.push(...choice.skipped);
  } else {
    const make = () => makeClassifier(name, network);
    const seconds = fittingSeconds(name, sequences, { folds, network });
    // the test file judges the model, so a long cross-validation is only made when it is asked for
    if (isTested && flags.folds === undefined && seconds > defaultBudget(sequences)) {
      skipped.push({
        name,
        why: `its cross-validation would take about ${Math.ceil(seconds)} s; --folds ${folds} makes it all the same`,
        seconds,
      });
    } else models.push(await crossValidate(make, sequences, labels, { folds, seed, ...step(0, 0.85) }));
  }
  const baselines = BASELINE_CLASSIFIERS.filter((one) => models.every((model) => model.name !== one));
  for (const [i, baseline] of baselines.entries()) {
    if (skipped.some((other) => other.name === baseline)) continue;
    const seconds = fittingSeconds(baseline, sequences, { folds, network });
    if (seconds > longest) {
      skipped.push({ name: baseline, why: `it would take about ${Math.ceil(seconds)} s`, seconds });
      continue;
    }
    const share = 0.85 + (0.15 * i) / baselines.length;
    const make = () => makeClassifier(baseline);
    models.push(
      await crossValidate(make, sequences, labels, {
        folds,
        seed,
        ...step(share, share + 0.15 / baselines.length),
      }),
    );
  }
  return { name, models, skipped };
}

async function judge(
  classifier: Classifier,
  train: Labelled,
  test: Labelled,
  signal: AbortSignal,
): Promise<Judged> {
  const { classes } = classifier;
  const probabilities = await classifier.predictProba(test.sequences, { signal });
  const beside: { name: string; scores: Judged["scores"] }[] = [];
  for (const name of BASELINE_CLASSIFIERS) {
    if (name === classifier.name) continue;
    // one fold against another costs as much as the training part against a test part of its size
    const share = test.sequences.length / train.sequences.length;
    if (fittingSeconds(name, train.sequences, { folds: 1000, network: {} }) * share > longest) continue;
    const baseline = makeClassifier(name);
    await baseline.fit(train.sequences, train.labels, { signal });
    const rows = await baseline.predictProba(test.sequences, { signal });
    beside.push({ name, scores: classificationScores(test.labels, rows, baseline.classes) });
  }
  return {
    from: "test",
    classes,
    rows: probabilities.map((row, i) => ({
      id: test.ids[i]!,
      actual: test.labels[i]!,
      predicted: classes[row.indexOf(Math.max(...row))]!,
      probabilities: row,
    })),
    scores: classificationScores(test.labels, probabilities, classes),
    beside,
  };
}

/** Without a test file the cross-validation is the test: each sequence was judged by a model that had not seen it. */
function judgedByValidation(train: Labelled, models: readonly CrossValidation[], name: string): Judged {
  const own = models.find((model) => model.name === name)!;
  return {
    from: "cross-validation",
    classes: own.classes,
    rows: own.probabilities.flatMap((row, i) =>
      row === null
        ? []
        : [
            {
              id: train.ids[i]!,
              actual: train.labels[i]!,
              predicted: own.classes[row.indexOf(Math.max(...row))]!,
              probabilities: row,
            },
          ],
    ),
    scores: own.scores,
    beside: models.filter((model) => BASELINE_CLASSIFIERS.includes(model.name) && model !== own),
  };
}

async function readCheckpoint(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    const reason = errorCode(error) === "ENOENT" ? "there is none" : systemReason(error);
    throw new DataError(
      `--resume goes on from the checkpoint ${path}, but ${reason}. Run the command without --resume, or name the folder of the interrupted run with --out.`,
    );
  }
}
