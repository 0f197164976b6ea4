import { BASELINE_CLASSIFIERS, classCounts, lengthOf } from "@lookback/forecast";
import { classifyMessages } from "../classifyMessages.js";
import { classifyPictures } from "../classifyPictures.js";
import { classifyReport } from "../classifyReport.js";
import type { ClassifyRun, Labelled } from "../classifyRun.js";
import { classifyVerdict, joined } from "../classifyVerdict.js";
import { engineSummary } from "../engine.js";
import type { Console } from "../io.js";
import type { OutputFolder } from "../output.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { formatCells } from "../textTable.js";

/** Writes pictures, predictions, report and model, and says where they are. Everything is made before the first is written. */
export async function writeClassification(
  run: ClassifyRun,
  folder: OutputFolder,
  dpi: number,
  console: Console,
): Promise<void> {
  const { lang } = console;
  const content: Record<string, [name: string, bytes: string | Uint8Array]> = {};
  for (const [name, draw] of Object.entries(classifyPictures)) {
    const svg = draw(run, { lang });
    content[name] = [`${name}.png`, await renderPng(svg, dpi)];
    content[`${name}Svg`] = [`${name}.svg`, await withFont(svg)];
  }
  const { classes, rows } = run.judged;
  content.csv = ["predictions.csv", predictionsCsv(rows, classes)];
  content.report = ["report.html", await classifyReport(run, lang, folder.file("model.safetensors"))];
  content.model = ["model.safetensors", run.model.bytes];
  const files: Record<string, string> = {};
  for (const [key, [name, bytes]] of Object.entries(content)) files[key] = await folder.write(name, bytes);
  show(run, Object.values(files), console);
  console.document(classifyJson(run, files));
}

/** One row for each sequence: its label where it has one, the predicted class, the probability of each class. */
export function predictionsCsv(
  rows: readonly { id: string; actual?: string; predicted: string; probabilities: Float64Array }[],
  classes: readonly string[],
): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const labelled = rows.some(({ actual }) => actual !== undefined);
  const head = ["id", ...(labelled ? ["actual"] : []), "predicted", ...classes.map((name) => `p(${name})`)];
  const lines = rows.map(({ id, actual, predicted, probabilities }) =>
    [cell(id), ...(labelled ? [cell(actual ?? "")] : []), cell(predicted), ...probabilities].join(","),
  );
  return `${[head.map(cell).join(","), ...lines].join("\n")}\n`;
}

/** The document of `--json`: see the contract in the documentation of the command. */
export function classifyJson(run: ClassifyRun, files: Record<string, string>) {
  const { train, test, judged, model, validation } = run;
  const { scores } = judged;
  const figures = ({ accuracy, balancedAccuracy, macroF1, logLoss, rocAuc }: typeof scores) => ({
    accuracy,
    balancedAccuracy,
    macroF1,
    logLoss,
    rocAuc,
  });
  return {
    data: {
      file: run.file,
      testFile: run.testFile,
      train: train.sequences.length,
      test: test?.sequences.length ?? 0,
      classes: train.classes.length,
      channels: train.channels.length,
      length: Math.max(...train.sequences.map(lengthOf)),
      shortest: Math.min(...train.sequences.map(lengthOf)),
      channelNames: train.channels,
      counts: Object.fromEntries(
        train.classes.map((name, i) => [name, classCounts(train.labels, train.classes)[i]]),
      ),
    },
    model: { name: model.name, parameters: model.parameters, file: files.model },
    models: validation.models.map((result) => ({
      name: result.name,
      ...figures(result.scores),
      folds: result.folds,
      seconds: result.seconds,
    })),
    skipped: validation.skipped,
    test: {
      from: judged.from,
      sequences: judged.rows.length,
      ...figures(scores),
      calibrationError: scores.calibrationError,
      confusion: scores.confusion,
      labels: judged.classes,
      baselines: judged.beside.map(({ name, scores: own }) => ({ name, ...figures(own) })),
    },
    files,
    engine: engineSummary(),
    notes: run.notes,
    seed: run.settings.seed,
    seconds: run.seconds,
  };
}

function show(run: ClassifyRun, written: readonly string[], console: Console): void {
  const { lang } = console;
  const text = classifyMessages(lang).terminal;
  const { train, test, validation, judged, model } = run;
  console.print(dataLine(run.file, train, console));
  if (test && run.testFile) console.print(text.test(run.testFile, test.sequences.length));
  console.print(`\n${text.validated(validation.models[0]!.folds)}`);
  console.print(scoreTable(validation.models, console));
  for (const { name, why, seconds } of validation.skipped) console.print(text.left(name, why, seconds));
  if (judged.from === "test") {
    console.print(`\n${text.tested(judged.from, judged.rows.length)}`);
    console.print(scoreTable([{ name: model.name, scores: judged.scores }, ...judged.beside], console));
  } else console.print(`\n${text.tested(judged.from, judged.rows.length)}`);
  console.print(`\n${joined(classifyVerdict(run, lang), lang)}`);
  if (judged.classes.length <= 12) {
    const { classes, scores } = judged;
    const rows = scores.confusion.map((row, i) => [classes[i]!, ...row.map(String)]);
    console.print(`\n${formatCells([[text.is, ...classes], ...rows])}`);
  }
  console.print(`\n${text.written}`);
  for (const path of written) console.print(`  ${path}`);
}

/** What a file holds, in a line. */
function dataLine(file: string, data: Labelled, console: Console): string {
  const lengths = data.sequences.map(lengthOf);
  return classifyMessages(console.lang).terminal.data(
    file,
    data.sequences.length,
    data.classes.length,
    data.channels.length,
    Math.min(...lengths),
    Math.max(...lengths),
  );
}

type Scored = { name: string; scores: ClassifyRun["judged"]["scores"]; seconds?: number };

function scoreTable(models: readonly Scored[], console: Console): string {
  const { terminal, modelName, percent } = classifyMessages(console.lang);
  const { columns } = terminal;
  const timed = models.some(({ seconds }) => seconds !== undefined);
  const head = [columns.model, columns.accuracy, columns.balanced, columns.f1, columns.logLoss, columns.auc];
  const rows = [...models]
    .sort(
      (a, b) => Number(BASELINE_CLASSIFIERS.includes(a.name)) - Number(BASELINE_CLASSIFIERS.includes(b.name)),
    )
    .map(({ name, scores, seconds }) => [
      modelName(name),
      percent(scores.accuracy),
      percent(scores.balancedAccuracy),
      scores.macroF1.toFixed(3),
      scores.logLoss.toFixed(3),
      Number.isNaN(scores.rocAuc) ? "–" : scores.rocAuc.toFixed(3),
      ...(timed ? [(seconds ?? 0).toFixed(1)] : []),
    ]);
  return formatCells([[...head, ...(timed ? [columns.seconds] : [])], ...rows]);
}
