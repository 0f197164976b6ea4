import { engineSummary } from "../engine.js";
import { coverageAt, type ForecastRun, type SeriesRun } from "../forecastRun.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import type { OutputFolder } from "../output.js";
import { forecastPicture } from "../pictures.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { forecastReport } from "../report.js";
import type { ModelFile } from "../runModel.js";
import { plainTime, rangeOf } from "../tableSeries.js";
import { formatCells } from "../textTable.js";
import { decisionSentence, overallVerdict, ownScore, showMase, verdict } from "../verdict.js";
import { forecastCsv, seriesCsv } from "./forecastCsv.js";

/** Steps of the forecast that the terminal shows. */
const shownSteps = 24;
/** Series that the terminal names. */
const shownSeries = 5;

/**
 * Writes pictures and table, and report and model unless the model was there before, and says where they are.
 * Everything is made before the first file is written.
 */
export async function writeForecast(
  run: ForecastRun,
  models: readonly ModelFile[],
  folder: OutputFolder,
  dpi: number,
  console: Console,
  existingModel?: string,
): Promise<void> {
  const svg = forecastPicture(run, { lang: console.lang });
  const png = await renderPng(svg, dpi);
  const withGlyphs = await withFont(svg);
  const paths = models.map(({ name }) => folder.file(name));
  const report = existingModel === undefined ? await forecastReport(run, console.lang, paths[0]) : null;
  const files: Record<string, string> = {
    png: await folder.write("forecast.png", png),
    svg: await folder.write("forecast.svg", withGlyphs),
    csv: await folder.write("forecast.csv", forecastCsv(run)),
  };
  const several = run.series.length + run.panel.skipped.length > 1;
  if (several) files.series = await folder.write("series.csv", seriesCsv(run));
  if (report !== null) files.report = await folder.write("report.html", report);
  for (const { name, bytes } of models) await folder.write(name, bytes);
  showForecast(run, [...Object.values(files), ...shorter(paths)], console);
  console.document(forecastJson(run, files, existingModel === undefined ? paths : [existingModel]));
}

/** Of many paths the first few. */
function shorter(paths: readonly string[]): string[] {
  return paths.length <= 5 ? [...paths] : [...paths.slice(0, 3), `… (${paths.length})`];
}

/** The document of `--json`: see the contract in the documentation of the command. */
export function forecastJson(run: ForecastRun, files: Record<string, string>, models: readonly string[]) {
  const first = run.series[0]!;
  const { backtest, panel, model } = run;
  const [from, to] = rangeOf(run.series.map(({ series }) => series));
  return {
    data: {
      file: run.file,
      series: run.series.length,
      rows: run.rows,
      freq: first.series.freq,
      seasonLength: first.series.seasonLength,
      target: first.series.target,
      time: first.series.timeName,
      from: plainTime(from),
      to: plainTime(to),
      layout: panel.layout,
      frequencies: panel.frequencies,
      skipped: panel.skipped,
      repairs: panel.repairs,
      covariates: { past: panel.past, future: panel.future, static: Object.keys(first.series.statics ?? {}) },
    },
    backtest: backtest && {
      horizon: backtest.horizon,
      windows: backtest.windows,
      step: backtest.step,
      models: backtest.models.map((score) => ({
        name: score.name,
        ...{ mase: score.mase, rmse: score.rmse, mae: score.mae, mape: score.mape, smape: score.smape },
        crps: score.crps,
        coverage80: coverageAt(score, 80),
        coverage95: coverageAt(score, 95),
        seconds: score.seconds,
        series: score.series.length,
        leftOut: score.leftOut,
      })),
    },
    model: {
      name: model.name,
      parameters: model.parameters,
      lookback: model.lookback,
      file: models[0],
      ...(models.length > 1 ? { files: models } : {}),
      ...(model.decision ? { decision: model.decision } : {}),
    },
    forecast: run.series.flatMap(({ series, forecast }) =>
      forecast.times.map((time, i) => ({
        id: series.id,
        time: plainTime(time),
        mean: forecast.mean[i]!,
        ...Object.fromEntries(
          forecast.levels.flatMap(({ level, lo, hi }) => [
            [`lo${level}`, lo[i]!],
            [`hi${level}`, hi[i]!],
          ]),
        ),
      })),
    ),
    files,
    engine: engineSummary(),
    notes: run.notes,
    seed: run.settings.seed,
    seconds: run.seconds,
  };
}

function showForecast(run: ForecastRun, written: readonly string[], console: Console): void {
  const { lang } = console;
  const text = messages(lang).terminal;
  const { series } = run.series[0]!;
  const freq = messages(lang).frequency(series.freq);
  const [from, to] = rangeOf(run.series.map((one) => one.series)).map(plainTime) as [string, string];
  console.print(
    text.data(run.file, run.rows, run.series.length, series.target, freq, from, to, series.seasonLength),
  );
  if (run.backtest) {
    console.print(`\n${text.backtest(run.backtest.windows, run.backtest.horizon)}`);
    console.print(scoreTable(run, console));
  }
  const decision = decisionSentence(run, lang);
  if (decision !== null) console.print(`\n${decision}`);
  if (run.series.length === 1) showSeries(run.series[0]!, run, console);
  else showMany(run, console);
  console.print(`\n${text.written}`);
  for (const path of written) console.print(`  ${path}`);
}

function showSeries(one: SeriesRun, run: ForecastRun, console: Console): void {
  const { lang } = console;
  const text = messages(lang).terminal;
  console.print(`\n${verdict(one, run.settings.forced, lang, run.model.saved)}`);
  console.print(`\n${text.forecast}`);
  const { forecast } = one;
  const head = [text.time, text.mean, ...forecast.levels.map(({ level }) => text.interval(level))];
  const places = decimals(forecast.mean);
  const rows = forecast.times
    .slice(0, shownSteps)
    .map((time, i) => [
      plainTime(time),
      forecast.mean[i]!.toFixed(places),
      ...forecast.levels.map(({ lo, hi }) => `${lo[i]!.toFixed(places)} – ${hi[i]!.toFixed(places)}`),
    ]);
  console.print(formatCells([head, ...rows]));
  if (forecast.times.length > shownSteps) console.print(text.andMore(forecast.times.length - shownSteps));
}

/** The verdict over all series, and those that were forecast worst. */
function showMany(run: ForecastRun, console: Console): void {
  const { lang } = console;
  const text = messages(lang).terminal;
  console.print(`\n${overallVerdict(run, lang)}`);
  const judged = run.series.filter((one) => Number.isFinite(ownScore(one)?.mase));
  if (judged.length < 2) return;
  const worst = judged.sort((a, b) => ownScore(b)!.mase - ownScore(a)!.mase).slice(0, shownSeries);
  const named = worst.map((one) => `${one.series.id} (${showMase(ownScore(one)!.mase)})`);
  console.print(text.worst(named, lang === "zh" ? "，" : ", "));
}

function scoreTable(run: ForecastRun, console: Console): string {
  const { columns } = messages(console.lang).terminal;
  const name = messages(console.lang).modelName;
  const head = [
    columns.model,
    columns.mase,
    columns.rmse,
    columns.mae,
    columns.smape,
    columns.inside(80),
    columns.inside(95),
    columns.seconds,
  ];
  const share = (value: number) => (Number.isFinite(value) ? `${Math.round(value * 100)} %` : "–");
  const figure = (value: number) => (Number.isFinite(value) ? value.toPrecision(4) : "–");
  const rows = run.backtest!.models.map((m) => [
    name(m.name),
    Number.isFinite(m.mase) ? m.mase.toFixed(3) : "–",
    figure(m.rmse),
    figure(m.mae),
    figure(m.smape),
    share(coverageAt(m, 80)),
    share(coverageAt(m, 95)),
    m.seconds.toFixed(2),
  ]);
  return formatCells([head, ...rows]);
}

/** Decimals that leave about four significant digits. */
function decimals(values: ArrayLike<number>): number {
  const largest = Math.max(...Array.from(values, Math.abs));
  if (!(largest > 0)) return 0;
  return Math.max(0, Math.min(6, 3 - Math.floor(Math.log10(largest))));
}
