import type { BacktestResult, ModelScore } from "@lookback/forecast";
import { engineSummary } from "../engine.js";
import type { ForecastRun, SeriesRun } from "../forecastRun.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import type { OutputFolder } from "../output.js";
import { forecastPicture } from "../pictures.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { forecastReport } from "../report.js";
import { formatCells } from "../textTable.js";
import { verdict } from "../verdict.js";

/** Steps of the forecast that the terminal shows. */
const shownSteps = 24;

/**
 * Writes pictures and table, and report and model unless the model was there before, and says where they are.
 * Everything is made before the first file is written.
 */
export async function writeForecast(
  run: ForecastRun,
  folder: OutputFolder,
  dpi: number,
  console: Console,
  existingModel?: string,
): Promise<void> {
  const svg = forecastPicture(run, { lang: console.lang });
  const png = await renderPng(svg, dpi);
  const withGlyphs = await withFont(svg);
  const models = existingModel === undefined ? modelFileNames(run.series) : [];
  const paths = models.map((name) => folder.file(name));
  const report = existingModel === undefined ? await forecastReport(run, console.lang, paths[0]) : null;
  const files: Record<string, string> = {
    png: await folder.write("forecast.png", png),
    svg: await folder.write("forecast.svg", withGlyphs),
    csv: await folder.write("forecast.csv", forecastCsv(run)),
  };
  if (report !== null) files.report = await folder.write("report.html", report);
  for (const [i, name] of models.entries()) await folder.write(name, run.series[i]!.modelBytes);
  showForecast(run, [...Object.values(files), ...paths], console);
  console.document(forecastJson(run, files, existingModel === undefined ? paths : [existingModel]));
}

/** `model.safetensors`, or one file for each series with an id fit for a file name. */
function modelFileNames(series: readonly SeriesRun[]): string[] {
  if (series.length === 1) return ["model.safetensors"];
  return series.map(({ series: { id } }, i) => {
    const safe = id.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 60);
    return `models/${i + 1}-${safe}.safetensors`;
  });
}

/** One row for each step of each series. */
export function forecastCsv(run: ForecastRun): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const head = [
    "id",
    "time",
    "mean",
    ...run.settings.levels.flatMap((level) => [`lo${level}`, `hi${level}`]),
  ];
  const lines = run.series.flatMap(({ series, forecast }) =>
    forecast.times.map((time, i) =>
      [
        cell(series.id),
        cell(time),
        forecast.mean[i]!,
        ...forecast.levels.flatMap(({ lo, hi }) => [lo[i]!, hi[i]!]),
      ].join(","),
    ),
  );
  return `${[head.map(cell).join(","), ...lines].join("\n")}\n`;
}

const figures = ["mase", "rmse", "mae", "mape", "smape", "coverage80", "coverage95", "seconds"] as const;

/** Scores of all series together: the mean of each figure (of seconds, the sum), over the series that have a backtest. */
function overall(results: readonly BacktestResult[]): Record<string, number | string>[] {
  const names = [...new Set(results.flatMap(({ models }) => models.map(({ name }) => name)))];
  return names.map((name) => {
    const scores = results.flatMap(({ models }) => models.filter((m) => m.name === name));
    const mean = (figure: (typeof figures)[number]) => {
      const sum = scores.reduce((total, score) => total + score[figure], 0);
      return figure === "seconds" ? sum : sum / scores.length;
    };
    return { name, ...Object.fromEntries(figures.map((figure) => [figure, mean(figure)])) };
  });
}

/** The document of `--json`: see the contract in the documentation of the command. */
export function forecastJson(run: ForecastRun, files: Record<string, string>, models: readonly string[]) {
  const first = run.series[0]!;
  const results = run.series.flatMap(({ backtest }) => (backtest ? [backtest] : []));
  const names = [...new Set(run.series.map(({ model }) => model))];
  return {
    data: {
      file: run.file,
      series: run.series.length,
      rows: run.rows,
      freq: first.series.freq,
      seasonLength: first.series.seasonLength,
      target: first.series.target,
      time: first.series.timeName,
      from: first.series.times[0],
      to: first.series.times.at(-1),
    },
    backtest:
      results.length === 0
        ? null
        : {
            horizon: results[0]!.horizon,
            windows: results[0]!.windows,
            step: results[0]!.step,
            models: overall(results),
          },
    model: {
      name: names.length === 1 ? names[0] : "several",
      parameters: first.parameters,
      lookback: first.lookback,
      file: models[0],
      ...(models.length > 1 ? { files: models } : {}),
    },
    forecast: run.series.flatMap(({ series, forecast }) =>
      forecast.times.map((time, i) => ({
        id: series.id,
        time,
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
  const first = run.series[0]!;
  const { series } = first;
  const freq = messages(lang).frequency(series.freq);
  const times = series.times;
  console.print(
    text.data(
      run.file,
      run.rows,
      run.series.length,
      series.target,
      freq,
      times[0]!,
      times.at(-1)!,
      series.seasonLength,
    ),
  );
  if (run.series.length === 1) showSeries(first, run, console);
  else {
    for (const one of run.series.slice(0, 10)) {
      console.print(`\n${one.series.id}`);
      console.print(verdict(one, run.settings.forced, run.settings.network, lang));
    }
  }
  console.print(`\n${text.written}`);
  for (const path of written) console.print(`  ${path}`);
}

function showSeries(one: SeriesRun, run: ForecastRun, console: Console): void {
  const { lang } = console;
  const text = messages(lang).terminal;
  if (one.backtest) {
    console.print(`\n${text.backtest(one.backtest.windows, one.backtest.horizon)}`);
    console.print(scoreTable(one.backtest.models, console));
  }
  console.print(`\n${verdict(one, run.settings.forced, run.settings.network, lang)}`);
  console.print(`\n${text.forecast}`);
  const { forecast } = one;
  const head = [text.time, text.mean, ...forecast.levels.map(({ level }) => text.interval(level))];
  const places = decimals(forecast.mean);
  const rows = forecast.times
    .slice(0, shownSteps)
    .map((time, i) => [
      time,
      forecast.mean[i]!.toFixed(places),
      ...forecast.levels.map(({ lo, hi }) => `${lo[i]!.toFixed(places)} – ${hi[i]!.toFixed(places)}`),
    ]);
  console.print(formatCells([head, ...rows]));
  if (forecast.times.length > shownSteps) console.print(text.andMore(forecast.times.length - shownSteps));
}

function scoreTable(models: readonly ModelScore[], console: Console): string {
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
  const share = (value: number) => `${Math.round(value * 100)} %`;
  const figure = (value: number) => (Number.isFinite(value) ? value.toPrecision(4) : "–");
  const rows = models.map((m) => [
    name(m.name),
    Number.isFinite(m.mase) ? m.mase.toFixed(3) : "–",
    figure(m.rmse),
    figure(m.mae),
    figure(m.smape),
    share(m.coverage80),
    share(m.coverage95),
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
