import type { Forecast, Series } from "@lookback/forecast";
import { errorBySteps, residualsOf } from "./diagnostics.js";
import type { ForecastRun, SeriesModelScore, SeriesRun } from "./forecastRun.js";
import { messages } from "./messages.js";
import { isBaseline } from "./models.js";
import { backtestPlot } from "./plot/backtestPlot.js";
import { type ForecastPanel, forecastPlot, type Line, mostPanels } from "./plot/forecastPlot.js";
import { gatesPlot } from "./plot/gatesPlot.js";
import { importancePlot } from "./plot/importancePlot.js";
import { lossPlot } from "./plot/lossPlot.js";
import { residualPlot } from "./plot/residualPlot.js";
import { spreadPlot } from "./plot/spreadPlot.js";
import type { PlotOptions } from "./plot/theme.js";
import { trustPlot } from "./plot/trustPlot.js";
import { reportTexts } from "./reportTexts.js";
import { overallVerdict, ownScore, rivalOf } from "./verdict.js";

export interface PictureOptions extends PlotOptions {
  /** The text under the title; the verdict when left out. */
  subtitle?: string | undefined;
}

const historyLine = ({ times, values }: Series): Line => ({ times, values });
const forecastLine = ({ times, mean }: Pick<Forecast, "times" | "mean">): Line => ({ times, values: mean });

/** The series that are drawn: all of a few; of many, some from the best forecast in the backtest to the worst. */
export function drawnSeries(series: readonly SeriesRun[], most = mostPanels): SeriesRun[] {
  if (series.length <= most) return [...series];
  const tested = series.filter((one) => Number.isFinite(ownScore(one)?.mase));
  if (tested.length < most) return series.slice(0, most);
  const ranked = tested.sort((a, b) => ownScore(a)!.mase - ownScore(b)!.mase);
  return Array.from({ length: most }, (_, i) => ranked[Math.round((i * (ranked.length - 1)) / (most - 1))]!);
}

/** The forecasts of a run with their past, as SVG. */
export function forecastPicture(run: ForecastRun, options: PictureOptions): string {
  const first = run.series[0]!;
  const alike = run.series.every((series) => series.model === first.model);
  return forecastPlot(
    {
      target: first.series.target,
      model: alike ? first.model : messages(options.lang).report.mixedModels,
      panels: drawnSeries(run.series).map((series) => panel(series, alike)),
      seriesCount: run.series.length,
      subtitle: options.subtitle ?? overallVerdict(run, options.lang),
    },
    options,
  );
}

function panel(run: SeriesRun, alike: boolean): ForecastPanel {
  return {
    id: run.series.id,
    history: historyLine(run.series),
    seasonLength: run.series.seasonLength,
    backtest: (ownScore(run)?.folds ?? []).map(forecastLine),
    forecast: forecastLine(run.forecast),
    bands: [...run.forecast.levels],
    // All panels share one legend, so where their models differ each shows every baseline.
    baselines: run.baselines
      .filter(({ name }) => !alike || name !== run.model)
      .map(({ name, forecast }) => ({ name, line: forecastLine(forecast) })),
  };
}

/** What the series' model and its rival said at each origin of the backtest; null when there was none. */
export function backtestPicture(run: SeriesRun, options: PictureOptions): string | null {
  const own = ownScore(run);
  if (own === undefined) return null;
  const rival = rivalOf(run);
  return backtestPlot(
    {
      target: run.series.target,
      actual: historyLine(run.series),
      models: [own, ...(rival ? [rival] : [])].map(({ name, folds }) => ({
        name,
        folds: folds.map(forecastLine),
      })),
      subtitle: options.subtitle,
    },
    options,
  );
}

/** The loss of the training, epoch by epoch; null when nothing was trained. */
export function lossPicture(run: ForecastRun, options: PictureOptions): string | null {
  const { losses } = run.model;
  if (!losses.some((loss) => loss > 0 && Number.isFinite(loss))) return null;
  return lossPlot({ training: losses, validation: [], subtitle: options.subtitle }, options);
}

/** Errors of one series' backtest over time, their autocorrelation and distribution; null with too few to tell. */
export function residualPicture(run: SeriesRun, options: PictureOptions): string | null {
  const own = ownScore(run);
  const residuals = own ? residualsOf(own) : [];
  if (residuals.length < 8 || residuals.every(({ value }) => value === 0)) return null;
  const model = messages(options.lang).modelName(run.model);
  return residualPlot({ model, residuals, seasonLength: run.series.seasonLength }, options);
}

/** Coverage beside what was promised, and the error at each step ahead, of one series; null without a backtest. */
export function trustPicture(run: SeriesRun, options: PictureOptions): string | null {
  const own = ownScore(run);
  if (own === undefined) return null;
  const values = own.folds.reduce(
    (sum, { actual }) => sum + actual.filter((y) => !Number.isNaN(y)).length,
    0,
  );
  const models = withBaselines(own, run.backtest!.models);
  return trustPlot(
    {
      coverage: own.coverage,
      values,
      models: models.map((m) => ({ name: m.name, errors: errorBySteps(m) })),
      scaled: false,
    },
    options,
  );
}

/** {@link trustPicture} over all series, its errors scaled by each series' own. */
export function overallTrustPicture(run: ForecastRun, options: PictureOptions): string | null {
  const scores = run.backtest?.models ?? [];
  const own = scores.find(({ name }) => name === run.model.name);
  if (own === undefined) return null;
  const values = own.series.flatMap(({ folds }) => folds).reduce((sum, { actual }) => sum + actual.length, 0);
  const models = withBaselines(own, scores);
  return trustPlot(
    {
      coverage: own.coverage,
      values,
      models: models.map(({ name, steps }) => ({ name, errors: steps.map(({ mase }) => mase) })),
      scaled: true,
    },
    options,
  );
}

/** The model and the baselines beside it. */
function withBaselines<Score extends { name: string }>(own: Score, models: readonly Score[]): Score[] {
  return [own, ...models.filter((model) => model !== own && isBaseline(model.name))];
}

/** How MASE is spread over many series, beside the best baseline's; null with few. */
export function spreadPicture(run: ForecastRun, options: PictureOptions): string | null {
  const maseOf = (score: SeriesModelScore | undefined) => score?.mase ?? Number.NaN;
  const own = run.series.map((one) => maseOf(ownScore(one))).filter(Number.isFinite);
  if (own.length < 12) return null;
  const baselines = (run.backtest?.models ?? []).filter(
    ({ name }) => name !== run.model.name && isBaseline(name),
  );
  const best = [...baselines].sort((a, b) => a.mase - b.mase)[0];
  return spreadPlot(
    {
      models: [
        { name: run.model.name, values: own },
        ...(best
          ? [{ name: best.name, values: best.series.map(({ mase }) => mase).filter(Number.isFinite) }]
          : []),
      ],
    },
    options,
  );
}

/** Which inputs the forecast leaned on; null when that was not measured. */
export function importancePicture(run: ForecastRun, options: PictureOptions): string | null {
  const { importance = [], network = "" } = run.model.explanation ?? {};
  if (importance.length === 0) return null;
  const { modelName } = messages(options.lang);
  const back = reportTexts(options.lang).stepsBack;
  return importancePlot(
    {
      model: modelName(network),
      inputs: importance
        .slice(0, 12)
        .map(({ input, percent }) => ({ name: typeof input === "number" ? back(input) : input, percent })),
      subtitle: options.subtitle,
    },
    options,
  );
}

/** The gates of the trained cell over time; null when it has none. */
export function gatesPicture(run: ForecastRun, options: PictureOptions): string | null {
  const { gates = null, network = "" } = run.model.explanation ?? {};
  return gates && gatesPlot({ ...gates, model: messages(options.lang).modelName(network) }, options);
}
