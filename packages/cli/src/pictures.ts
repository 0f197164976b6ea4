import type { Forecast, Series } from "@lookback/forecast";
import type { ForecastRun, SeriesRun } from "./forecastRun.js";
import { messages } from "./messages.js";
import { backtestPlot } from "./plot/backtestPlot.js";
import { type ForecastPanel, forecastPlot, type Line, mostPanels } from "./plot/forecastPlot.js";
import { lossPlot } from "./plot/lossPlot.js";
import type { PlotOptions } from "./plot/theme.js";
import { overallVerdict, ownScore, rivalOf } from "./verdict.js";

export interface PictureOptions extends PlotOptions {
  /** The text under the title; the verdict when left out. */
  subtitle?: string | undefined;
}

const historyLine = ({ times, values }: Series): Line => ({ times, values });
const forecastLine = ({ times, mean }: Pick<Forecast, "times" | "mean">): Line => ({ times, values: mean });

/** The forecasts of a run with their past, as SVG. */
export function forecastPicture(run: ForecastRun, options: PictureOptions): string {
  const first = run.series[0]!;
  const alike = run.series.every((series) => series.model === first.model);
  return forecastPlot(
    {
      target: first.series.target,
      model: alike ? first.model : messages(options.lang).report.mixedModels,
      panels: run.series.slice(0, mostPanels).map((series) => panel(series, alike)),
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
export function lossPicture(run: SeriesRun, options: PictureOptions): string | null {
  if (!run.losses.some((loss) => loss > 0 && Number.isFinite(loss))) return null;
  return lossPlot({ training: run.losses, validation: [], subtitle: options.subtitle }, options);
}
