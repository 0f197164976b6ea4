import { DataError } from "@lookback/core";
import { backtestPanel, defaultWindows, type PanelBacktestResult, type Series } from "@lookback/forecast";
import { type ModelFacts, type SeriesRun, seriesBacktests } from "./forecastRun.js";
import { baselineModels, localModels } from "./models.js";
import { drawnSeries } from "./pictures.js";
import type { Checkpoints, ModelFile, RunModel } from "./runModel.js";
import { localModel } from "./runModel.js";

/** How the series of a run are to be forecast. */
export interface ForecastTask {
  series: readonly Series[];
  horizon: number;
  levels: number[];
  /** Origins of the backtest, or undefined for as many as the series bear. */
  windows: number | undefined;
  /** Whether `model` was asked for; else the best of it and the baselines in the backtest makes the forecast. */
  forced: boolean;
  model: RunModel;
  signal: AbortSignal;
  checkpoints: Checkpoints;
  progress(fraction: number, stage: Stage, loss?: number): void;
  /** Receives sentences that a reader should know. */
  warn(sentence: string): void;
}

/** What is going on: the final training, the backtest, or the look inside the model. */
export interface Stage {
  kind: "fit" | "backtest" | "explain";
  model: string;
}

/** What came of it. */
export interface ForecastResult {
  model: ModelFacts;
  files: ModelFile[];
  backtest: PanelBacktestResult | null;
  series: SeriesRun[];
}

/** Of more series than this, only those that are drawn get the baselines' forecasts beside their own. */
const aFew = 50;
/** Of more series than this, a choice is backtested from one origin. */
const many = 200;
/** Levels of the backtest beside those asked for, so that coverage can be drawn as a line. */
const drawnLevels = [50, 90];

/**
 * Trains, backtests beside the baselines, chooses the model with the least MASE (unless one was asked for), and
 * forecasts with it. The final training comes first, because that is what an interruption should not lose.
 */
export async function runForecast(task: ForecastTask): Promise<ForecastResult> {
  const { horizon, levels } = task;
  const { series, losses, model } = await train(task);
  const backtest = await test(task, series);
  // auto has the baselines among its candidates: it has chosen already
  const chosen = task.forced || model.decision ? model.name : leastMase(backtest, model.name);
  const final = chosen === model.name ? model : localModel(chosen, localModels[chosen]!);
  if (final !== model) await final.fit(series, { signal: task.signal, checkpoints: task.checkpoints });
  task.progress(0.99, { kind: "explain", model: final.name });
  const explanation = await final.explain(series, horizon, task.signal);
  const forecasts = await final.predict({ horizon, levels });
  const backtests = seriesBacktests(backtest, series);
  const runs = series.map(
    (one, i): SeriesRun => ({
      series: one,
      backtest: backtests[i]!,
      model: final.name,
      forecast: forecasts[i]!,
      baselines: [],
    }),
  );
  for (const one of runs.length <= aFew ? runs : drawnSeries(runs)) {
    one.baselines = await baselineForecasts(one.series, horizon, levels);
  }
  return {
    model: {
      name: final.name,
      parameters: final.parameters,
      lookback: final.lookback,
      losses: final === model ? losses : [],
      saved: false,
      decision: final.decision,
      explanation,
    },
    files: final.files(),
    backtest,
    series: runs,
  };
}

/** Forecasts of naive, seasonal naive and drift. */
export async function baselineForecasts(series: Series, horizon: number, levels: readonly number[]) {
  const forecasts: SeriesRun["baselines"] = [];
  for (const [name, make] of Object.entries(baselineModels)) {
    const forecaster = make();
    await forecaster.fit(series);
    forecasts.push({ name, forecast: await forecaster.predict({ horizon, levels }) });
  }
  return forecasts;
}

async function train(task: ForecastTask) {
  const { model, signal, checkpoints } = task;
  const losses: number[] = [];
  const leftOut = await model.fit(task.series, {
    signal,
    checkpoints,
    onProgress({ fraction, epoch, loss }) {
      if (epoch === 1) losses.length = 0;
      if (loss !== undefined) losses.push(loss);
      task.progress(fraction * fitShare(task), { kind: "fit", model: model.name }, loss);
    },
  });
  for (const warning of model.warnings) task.warn(warning);
  for (const { reason } of leftOut.slice(0, 5)) task.warn(reason);
  const ids = new Set(leftOut.map(({ id }) => id));
  const series = task.series.filter(({ id }) => !ids.has(id));
  if (series.length === 0) throw new DataError(`No series could be forecast: ${leftOut[0]!.reason}`);
  return { model, losses, series };
}

/** Share of the work that the final training is: about as long as one fold of the backtest. */
function fitShare({ series, horizon, windows }: ForecastTask): number {
  return 1 / (1 + (windows ?? defaultWindows(series[0]!, horizon)));
}

/** Backtests on as many origins as asked for, or on as many as the series bear; null when they bear none. */
async function test(task: ForecastTask, series: readonly Series[]): Promise<PanelBacktestResult | null> {
  const { horizon, signal } = task;
  const only = series.length === 1 ? series[0]! : undefined;
  const choice = task.model.decision !== null;
  const windows = task.windows ?? defaultOrigins(series, horizon, choice);
  if (only && task.windows !== undefined) checkWindows(only, horizon, task.windows);
  const share = fitShare(task);
  const baselines = Object.entries(baselineModels).filter(([name]) => name !== task.model.name);
  const { each = [], together = [] } = task.model.again;
  const models = { each: [...each, ...baselines.map(([, make]) => make)], together };
  const result = await backtestPanel(models, series, {
    horizon,
    ...(windows === undefined ? {} : { windows }),
    levels: [...new Set([...task.levels, ...drawnLevels])],
    signal,
    refit: task.model.refit,
    onProgress({ model, modelFraction, fit }) {
      // The model takes all the time; the baselines take none worth showing.
      if (model !== task.model.name) return;
      task.progress(share + (1 - share) * modelFraction, { kind: "backtest", model }, fit?.loss);
    },
  });
  const own = result.models.find(({ name }) => name === task.model.name)!;
  if (own.series.length > 0) return { ...result, models: [own, ...result.models.filter((m) => m !== own)] };
  const reason = own.leftOut[0]?.reason ?? result.leftOut[0]?.reason ?? "";
  task.warn(
    `No series is long enough for a backtest with horizon ${horizon}, so nothing is known about how good this forecast is. ${reason}`,
  );
  return null;
}

/** Fewer for a choice, which looks back itself at each origin; undefined leaves several series to `backtestPanel`. */
function defaultOrigins(series: readonly Series[], horizon: number, choice: boolean): number | undefined {
  if (series.length === 1) return defaultWindows(series[0]!, horizon, choice ? 3 : 4);
  return choice && series.length > many ? 1 : undefined;
}

/** @throws DataError when a series cannot bear the origins that were asked for. */
function checkWindows({ id, values }: Series, horizon: number, windows: number): void {
  const needed = horizon * windows + 3;
  if (values.length >= needed) return;
  throw new DataError(
    `${windows} origins with a horizon of ${horizon} need at least ${needed} values, series "${id}" has ${values.length}. Ask for fewer with --windows, or for fewer steps with --horizon.`,
  );
}

/** The model with the least MASE; the one that was trained when nothing is known, or when it is as good as the best. */
function leastMase(result: PanelBacktestResult | null, trained: string): string {
  if (!result) return trained;
  const best = result.models.reduce((a, b) => (b.mase < a.mase ? b : a));
  return Number.isFinite(best.mase) ? best.name : trained;
}
