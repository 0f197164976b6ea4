import { AbortError, ArgumentError, LookbackError } from "@lookback/core";
import { checkCount, checkGap, defaultWindows, foldOf, observing } from "./backtest.js";
import {
  checkHorizon,
  checkLevels,
  DEFAULT_LEVELS,
  type FitProgress,
  type Forecaster,
  throwIfAborted,
} from "./forecaster.js";
import { checkSome, type GlobalForecaster } from "./globalForecaster.js";
import { type Fold, type Scores, type StepScores, scoreEachStep, scoreFolds } from "./scores.js";
import { type Series, sliceSeries } from "./series.js";

/** The forecasters of a panel's backtest: made anew for each series, or learning from all of them together. */
export interface PanelModels {
  readonly each?: readonly (() => Forecaster)[];
  readonly together?: readonly (() => GlobalForecaster)[];
}

/** How far a panel's backtest has come. */
export interface PanelBacktestProgress {
  readonly model: string;
  /** Share of this model's part that is done, and of the whole; 0 to 1. */
  readonly modelFraction: number;
  readonly fraction: number;
  readonly fit?: FitProgress;
}

export interface PanelBacktestOptions {
  /** Steps ahead in every fold. */
  readonly horizon: number;
  /** Folds. Default: as many as half of the series can bear, at most 3 (see `defaultWindows`). */
  readonly windows?: number;
  /** Steps from one fold's origin to the next. Default: the horizon. */
  readonly step?: number;
  /** Steps between the last known value and the first that is scored. Default 0. */
  readonly gap?: number;
  /** Whether every fold fits anew. Default true; see `backtest`. */
  readonly refit?: boolean;
  /** Levels of the intervals in per cent; 80 and 95 are always among them. */
  readonly levels?: readonly number[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PanelBacktestProgress) => void;
}

/** A series that could not be forecast or scored, and why. */
export interface LeftOut {
  readonly id: string;
  readonly reason: string;
}

/** How one series was forecast. */
export interface SeriesScore extends Scores {
  readonly id: string;
  /** Its place in the panel, from 0. */
  readonly index: number;
  /** Oldest first. */
  readonly folds: readonly Fold[];
}

/** How one model did over all series. MASE is the mean over all folds of all series. */
export interface PanelScore extends Scores {
  readonly name: string;
  readonly steps: readonly StepScores[];
  /** Those that were scored, in the order of the panel. */
  readonly series: readonly SeriesScore[];
  /** Those on which this model failed. */
  readonly leftOut: readonly LeftOut[];
  readonly seconds: number;
}

export interface PanelBacktestResult {
  readonly horizon: number;
  readonly windows: number;
  readonly step: number;
  readonly gap: number;
  /** Those of `each`, then those of `together`. */
  readonly models: readonly PanelScore[];
  /** Series too short for a single fold. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * Rolling-origin backtest over many series: as `backtest`, with every series' origins counted from its own end. A
 * series too short for a fold takes no part in it; one that a model fails on is left out of that model's scores, named
 * with the reason, and the others go on.
 *
 * @example await backtestPanel({ each: [seasonalNaive, theta] }, panel, { horizon: 18 })
 * @throws ArgumentError for bad options or no series; AbortError when interrupted; and what a global forecaster throws
 * when no series of the panel is named in its message.
 */
export async function backtestPanel(
  models: PanelModels,
  series: readonly Series[],
  options: PanelBacktestOptions,
): Promise<PanelBacktestResult> {
  checkSome("backtestPanel", series);
  const plan = planFolds(series, options);
  const makers = [
    ...(models.each ?? []).map((make) => (report: Report) => runEach(make, series, plan, report)),
    ...(models.together ?? []).map((make) => (report: Report) => runTogether(make, series, plan, report)),
  ];
  if (makers.length === 0) throw new ArgumentError("backtestPanel: expected at least one model, got none.");
  const scores: PanelScore[] = [];
  for (const [index, run] of makers.entries()) {
    const report: Report = (model, modelFraction, fit) =>
      options.onProgress?.({
        model,
        modelFraction,
        fraction: (index + modelFraction) / makers.length,
        ...(fit ? { fit } : {}),
      });
    const started = performance.now();
    const { name, folds, leftOut } = await run(report);
    const all = folds.flat();
    scores.push({
      name: scores.some((other) => other.name === name) ? `${name}-${index + 1}` : name,
      ...scoreFolds(all),
      steps: scoreEachStep(all),
      series: series.flatMap(({ id }, i) =>
        folds[i]!.length > 0 ? [{ id, index: i, ...scoreFolds(folds[i]!), folds: folds[i]! }] : [],
      ),
      leftOut,
      seconds: (performance.now() - started) / 1000,
    });
  }
  const { horizon, windows, step, gap } = plan;
  return { horizon, windows, step, gap, models: scores, leftOut: plan.tooShort };
}

type Report = (model: string, modelFraction: number, fit?: FitProgress) => void;

/** Where the folds lie. */
interface FoldPlan {
  readonly horizon: number;
  readonly windows: number;
  readonly step: number;
  readonly gap: number;
  readonly refit: boolean;
  readonly levels: readonly number[];
  readonly signal: AbortSignal | undefined;
  readonly tooShort: readonly LeftOut[];
  /** Length of the training part in a fold (from 0, the oldest); undefined where the series cannot bear it. */
  trainLength(series: Series, fold: number): number | undefined;
}

/** Fewest values that a fold may be trained on. */
const FEWEST = 3;

function planFolds(series: readonly Series[], options: PanelBacktestOptions): FoldPlan {
  const horizon = checkHorizon(options.horizon);
  const gap = checkGap(options.gap);
  const bearable = series.map((one) => defaultWindows(one, horizon + gap, 3)).sort((a, b) => b - a);
  const windows = options.windows ?? bearable[bearable.length >> 1]!;
  const step = options.step ?? horizon;
  checkCount("windows", windows);
  checkCount("step", step);
  const needed = FEWEST + gap + horizon;
  return {
    horizon,
    windows,
    step,
    gap,
    refit: options.refit ?? true,
    levels: checkLevels([...(options.levels ?? []), ...DEFAULT_LEVELS]),
    signal: options.signal,
    tooShort: series
      .filter(({ values }) => values.length < needed)
      .map(({ id, values }) => ({
        id,
        reason: `a fold with horizon ${horizon} needs at least ${needed} values, and it has ${values.length}.`,
      })),
    trainLength(one, fold) {
      const length = one.values.length - horizon - gap - (windows - 1 - fold) * step;
      return length >= FEWEST ? length : undefined;
    },
  };
}

/** What a model forecast: for each series its folds, none where it was left out. */
interface Run {
  readonly name: string;
  readonly folds: Fold[][];
  readonly leftOut: LeftOut[];
}

async function runEach(
  make: () => Forecaster,
  series: readonly Series[],
  plan: FoldPlan,
  report: Report,
): Promise<Run> {
  const { name } = make();
  const leftOut: LeftOut[] = [];
  const folds: Fold[][] = [];
  let breath = performance.now();
  for (const [index, one] of series.entries()) {
    throwIfAborted(plan.signal, "backtest");
    report(name, index / series.length);
    try {
      folds.push(await runSeries(make, one, plan));
    } catch (error) {
      if (!(error instanceof LookbackError) || error instanceof AbortError) throw error;
      folds.push([]);
      leftOut.push({ id: one.id, reason: error.message });
    }
    if (performance.now() - breath > 50) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      breath = performance.now();
    }
  }
  return { name, folds, leftOut };
}

async function runSeries(make: () => Forecaster, series: Series, plan: FoldPlan): Promise<Fold[]> {
  const { horizon, gap, levels, windows, refit, signal } = plan;
  const folds: Fold[] = [];
  let forecaster = make();
  let learned = false;
  for (let fold = 0; fold < windows; fold++) {
    const trainLength = plan.trainLength(series, fold);
    if (trainLength === undefined) continue;
    const training = sliceSeries(series, 0, trainLength);
    if (!(learned && !refit && (await goesOn(forecaster, training)))) {
      forecaster = make();
      await forecaster.fit(training, signal ? { signal } : {});
      learned = true;
    }
    const forecast = await forecaster.predict({ horizon: horizon + gap, levels });
    folds.push(foldOf(series, trainLength, gap, forecast));
  }
  return folds;
}

/**
 * Whether the forecaster went on from newer values without learning again. It may not be able to: one that learned from
 * logarithms meets a 0.
 */
async function goesOn<Data>(forecaster: object, data: Data): Promise<boolean> {
  const able = observing<Data>(forecaster);
  if (!able) return false;
  try {
    await able.observe(data);
    return true;
  } catch (error) {
    if (error instanceof LookbackError) return false;
    throw error;
  }
}

async function runTogether(
  make: () => GlobalForecaster,
  series: readonly Series[],
  plan: FoldPlan,
  report: Report,
): Promise<Run> {
  const { horizon, gap, levels, windows, signal } = plan;
  let forecaster = make();
  const { name } = forecaster;
  const folds: Fold[][] = series.map(() => []);
  const leftOut = new Map<number, string>();
  /** The series that it has learned from, by their indexes. */
  let learned: string | undefined;
  for (let fold = 0; fold < windows; fold++) {
    throwIfAborted(signal, "backtest");
    let members = series.flatMap((one, index) => {
      const trainLength = leftOut.has(index) ? undefined : plan.trainLength(one, fold);
      return trainLength === undefined ? [] : [{ index, trainLength }];
    });
    while (members.length > 0) {
      const training = members.map(({ index, trainLength }) => sliceSeries(series[index]!, 0, trainLength));
      const key = members.map(({ index }) => index).join();
      try {
        if (!(learned === key && !plan.refit && (await goesOn(forecaster, training)))) {
          forecaster = make();
          const onProgress = (fit: FitProgress) => report(name, (fold + fit.fraction) / windows, fit);
          await forecaster.fit(training, { onProgress, ...(signal ? { signal } : {}) });
          learned = key;
        }
        const forecasts = await forecaster.predict({ horizon: horizon + gap, levels });
        for (const [i, { index, trainLength }] of members.entries()) {
          folds[index]!.push(foldOf(series[index]!, trainLength, gap, forecasts[i]!));
        }
        break;
      } catch (error) {
        if (!(error instanceof LookbackError) || error instanceof AbortError) throw error;
        const bad = members.find(({ index }) => error.message.includes(`"${series[index]!.id}"`));
        if (!bad) throw error;
        leftOut.set(bad.index, error.message);
        folds[bad.index] = [];
        members = members.filter((member) => member !== bad);
      }
    }
  }
  return { name, folds, leftOut: [...leftOut].map(([index, reason]) => ({ id: series[index]!.id, reason })) };
}
