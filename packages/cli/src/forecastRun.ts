import type { EngineInfo } from "@lookback/core";
import type { Fold, Forecast, Panel, PanelBacktestResult, Scores, Series } from "@lookback/forecast";
import type { Explanation } from "./explain.js";

/** Everything that a run of `lookback forecast` found out: what the terminal, JSON, CSV, pictures and report show. */
export interface ForecastRun {
  /** The file as the user named it. */
  file: string;
  /** The command that does the same again. */
  command: string;
  /** When the run ended. */
  made: Date;
  /** Rows of the table, before it was split into series. */
  rows: number;
  settings: ForecastSettings;
  model: ModelFacts;
  /** How every model did over all series; null when none is long enough, or nothing was tested. */
  backtest: PanelBacktestResult | null;
  series: SeriesRun[];
  /** What was done to the table on the way to its series: what was left out, filled, masked. */
  panel: Panel;
  /** What a reader should know: gaps filled, a loss that diverged, a header that was missing. Sentences. */
  notes: string[];
  engine: EngineInfo;
  /** Names and versions: lookback, node. */
  versions: Record<string, string>;
  seconds: number;
}

export interface ForecastSettings {
  horizon: number;
  /** Levels of the intervals in per cent. */
  levels: number[];
  seed: number;
  /** The model that `--model` forced, or null when the backtest chose. */
  forced: string | null;
}

/** The model that makes the forecasts. */
export interface ModelFacts {
  name: string;
  /** Numbers that it learned; 0 for one that is computed from the series alone. */
  parameters: number;
  /** Steps that it looks back; null where that has no meaning. */
  lookback: number | null;
  /** Loss of its last training, epoch by epoch; empty when nothing was trained. */
  losses: number[];
  /** Whether it came from a file and was neither trained nor tested now. */
  saved: boolean;
  /** How it was chosen; null when it was forced. */
  decision: Decision | null;
  /** A look inside the network that forecasts, alone or with others; null where there is none, or no time for it. */
  explanation: Explanation | null;
}

/** How the model was chosen among others, by forecasts from the training part. */
export interface Decision {
  /** Best first. The weights of those that make the forecast together add up to 1. */
  candidates: { name: string; score: number; weight: number; seconds: number }[];
  /** What the score is: a metric's name. */
  metric: string;
  /** Forecasts of so many steps, from so many origins inside the training part, so many steps apart. */
  windows: number;
  horizon: number;
  step: number;
}

/** How one model did on one series. */
export interface SeriesModelScore extends Scores {
  name: string;
  folds: readonly Fold[];
}

/** How all models did on one series, in the same order as over all series. */
export interface SeriesBacktest {
  horizon: number;
  windows: number;
  models: SeriesModelScore[];
}

/** One series: its backtest, and the forecast for it. */
export interface SeriesRun {
  series: Series;
  /** Null when the series is too short for one. */
  backtest: SeriesBacktest | null;
  /** Name of the model that makes the forecast. */
  model: string;
  forecast: Forecast;
  /** Forecasts of naive, seasonal naive and drift beside it; none for series that are not drawn. */
  baselines: { name: string; forecast: Forecast }[];
}

/** Share of values inside the interval of a level; NaN when it was not asked for. */
export function coverageAt(score: Scores, level: number): number {
  return score.coverage.find((one) => one.level === level)?.share ?? Number.NaN;
}

/** Each series' part of a panel's backtest, in the order of the series; null for one that no model was scored on. */
export function seriesBacktests(
  result: PanelBacktestResult | null,
  series: readonly Series[],
): (SeriesBacktest | null)[] {
  if (result === null) return series.map(() => null);
  const byId = result.models.map(({ name, series: scored }) => ({
    name,
    scores: new Map(scored.map((score) => [score.id, score])),
  }));
  return series.map(({ id }) => {
    const models = byId.flatMap(({ name, scores }) => {
      const score = scores.get(id);
      return score ? [{ ...score, name }] : [];
    });
    if (models.length === 0) return null;
    return { horizon: result.horizon, windows: Math.max(...models.map((m) => m.folds.length)), models };
  });
}
