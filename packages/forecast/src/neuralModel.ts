import { ArgumentError, DataError } from "@lookback/core";
import { halfWidth, measureSpread, randomWalkSpread, type Spread } from "./calibration.js";
import {
  checkHorizon,
  checkLevels,
  type FitOptions,
  type Forecast,
  type PredictOptions,
  throwIfAborted,
} from "./forecaster.js";
import { type Ahead, forecastAhead, type Model } from "./forecasting.js";
import { type Frame, historyNeeded, makeFrame } from "./frame.js";
import { type ForecasterFile, leastHistory } from "./modelFile.js";
import type { NeuralConfig } from "./neuralOptions.js";
import { outputOf } from "./outputs.js";
import { frameOptions, type Plan, planTraining } from "./plan.js";
import { fromPrepared, type Preparation } from "./preparation.js";
import { futureTimes, type Series, sliceSeries } from "./series.js";
import { runPlan } from "./trainingRun.js";

/** A fitted neural forecaster over one or many series, ready to forecast. */
export interface FittedNeural extends ForecasterFile {
  /** What went wrong without stopping the fit, in sentences. */
  readonly notes: readonly string[];
  readonly model: Model;
  readonly frames: readonly Frame[];
}

/**
 * Trains on one or many series: see `NeuralOptions` for what, and `runPlan` for how.
 *
 * @throws DataError when all are too short, or one is not finite; AbortError when interrupted; FormatError for a
 * foreign checkpoint.
 */
export async function fitNeural(
  name: string,
  series: readonly Series[],
  config: NeuralConfig,
  options: FitOptions,
): Promise<FittedNeural> {
  throwIfAborted(options.signal, name);
  for (const one of series) checkValues(name, one);
  const plan = planTraining(series, config);
  const { layout, sizes } = plan;
  const common = {
    config,
    sizes,
    layout,
    scaler: plan.full.train.scaler,
    series: series.map((one, i) => {
      const preparation = plan.preparations[i]!;
      return { preparation, history: lastOf(one, preparation, sizes.lookback) };
    }),
  };
  if (plan.constant) {
    return ready({
      ...common,
      networks: [],
      spread: { sigma: new Array(sizes.horizon).fill(0), quantiles: [] },
    });
  }
  const { head, full, diverged } = await runPlan(plan, config, series, options);
  const notes =
    diverged === 0
      ? []
      : [
          `${name}: the loss of ${diverged} of ${head.length + full.length} networks stopped being a finite number; ` +
            `their last good weights were kept. Try a smaller lr (it was ${config.lr}) or clip (${config.clip}).`,
        ];
  return ready({ ...common, networks: full, spread: spreadOf(plan, head) }, notes);
}

function spreadOf(plan: Plan, networks: Model["networks"]): Spread {
  const { layout, output, frames, heldOut, sizes } = plan;
  const model = plan.head && { networks, layout, output, scaler: plan.head.train.scaler };
  const measured = model && measureSpread(model, frames, heldOut, sizes.horizon);
  return measured ?? randomWalkSpread(frames, layout, sizes.horizon);
}

/** What a file holds, with all that forecasting needs. */
export function ready(file: ForecasterFile, notes: readonly string[] = []): FittedNeural {
  const { config, layout, networks, scaler, series } = file;
  return {
    ...file,
    notes,
    model: { layout, networks, scaler, output: outputOf(config.output, config.loss) },
    frames: series.map(({ history, preparation }) =>
      makeFrame(history, preparation, frameOptions(config, layout)),
    ),
  };
}

/** The same model, going on from other series, each prepared as the one whose place it takes. */
export function goOn(name: string, fitted: FittedNeural, series: readonly Series[]): FittedNeural {
  const { sizes, layout } = fitted;
  const next = series.map((one, i) => {
    const { preparation, history } = fitted.series[i]!;
    const needed = leastHistory(preparation, sizes);
    checkValues(name, one);
    if (one.freq !== history.freq) {
      throw new DataError(
        `${name}: the model was trained on ${history.freq} data, series "${one.id}" has frequency ${one.freq}.`,
      );
    }
    if (one.values.length < needed) {
      throw new DataError(
        `${name}: the model needs the last ${needed} values to go on from, series "${one.id}" has ${one.values.length}.`,
      );
    }
    for (const kind of ["past", "future"] as const) {
      const lacking = layout[kind].find((covariate) => !one[kind]?.[covariate.name]);
      if (lacking) {
        throw new DataError(
          `${name}: the model was trained with covariate "${lacking.name}", which series "${one.id}" lacks. Add it.`,
        );
      }
    }
    return { preparation, history: lastOf(one, preparation, sizes.lookback) };
  });
  return ready({ ...fitted, series: next }, fitted.notes);
}

/** One forecast per series. */
export function predictNeural(name: string, fitted: FittedNeural, options: PredictOptions): Forecast[] {
  const horizon = checkHorizon(options.horizon);
  const levels = checkLevels(options.levels);
  const { frames, model } = fitted;
  for (const { series } of frames) checkFuture(name, series, fitted, horizon);
  const ahead = forecastAhead(
    model,
    frames.map((frame) => ({ frame, end: frame.z.length })),
    horizon,
  );
  return frames.map((frame, i) => toForecast(name, frame, ahead[i]!, levels, fitted.spread));
}

function toForecast(
  name: string,
  { series, preparation }: Frame,
  { center, down, up }: Ahead,
  levels: readonly number[],
  spread: Spread,
): Forecast {
  const back = (value: number) => fromPrepared(value, preparation);
  const intervals = levels.map((level) => ({
    level,
    lo: center.map((value, step) => back(value - down[step]! * halfWidth(spread, level, step))),
    hi: center.map((value, step) => back(value + up[step]! * halfWidth(spread, level, step))),
  }));
  const mean = center.map(back);
  for (const values of [mean, ...intervals.map(({ hi }) => hi)]) {
    const step = values.findIndex((value) => !Number.isFinite(value));
    if (step < 0) continue;
    throw new DataError(
      `${name}: ${step + 1} steps ahead the forecast exceeds the largest number there is. ` +
        `Use a shorter horizon${preparation.log ? ", or leave logarithms out with log: false" : ""}.`,
    );
  }
  return { times: futureTimes(series, mean.length), mean, levels: intervals };
}

/**
 * What the model forecasts for each value of a series from index `from` on, one step ahead, knowing the actual values
 * before it.
 *
 * @throws ArgumentError when `from` has too few values before it.
 */
export function oneStepAhead(
  { config, layout, sizes, model, series: [first] }: FittedNeural,
  series: Series,
  from?: number,
): { from: number; mean: Float64Array } {
  const { preparation } = first!;
  const seasons = preparation.season === "none" ? 2 : 2 * preparation.seasonLength;
  const least = Math.max(sizes.fewest, seasons);
  const start = from ?? least;
  const { length } = series.values;
  if (!Number.isInteger(start) || start < least || start > length) {
    throw new ArgumentError(
      `oneStep: from must be a whole number from ${least} (values needed before it) to ${length}, got ${start}.`,
    );
  }
  const frame = makeFrame(series, preparation, frameOptions(config, layout));
  const origins = Array.from({ length: length - start }, (_, i) => ({ frame, end: start + i }));
  const ahead = forecastAhead(model, origins, 1);
  return {
    from: start,
    mean: Float64Array.from(ahead, ({ center }) => fromPrepared(center[0]!, preparation)),
  };
}

/** The last values of a series: as many as a forecast looks at. With season "index" or features of the past, all. */
function lastOf(series: Series, preparation: Preparation, lookback: number): Series {
  const { length } = series.values;
  const count = historyNeeded(preparation, lookback);
  const kept =
    preparation.season === "index" ? series : sliceSeries(series, Math.max(0, length - count), length);
  return { ...kept, values: kept.values.slice() };
}

function checkValues(name: string, series: Series): void {
  const missing = new Set(series.missing);
  const bad = series.values.findIndex((value, t) => !Number.isFinite(value) && !missing.has(t));
  if (bad >= 0) {
    throw new DataError(
      `${name}: expected finite values, series "${series.id}" has ${series.values[bad]} at ${series.times[bad]}.`,
    );
  }
  if (missing.size > 0 && series.values.length - missing.size < 2) {
    throw new DataError(
      `${name}: series "${series.id}" has fewer than 2 values that are not missing. Leave it out.`,
    );
  }
}

function checkFuture(name: string, series: Series, { layout }: FittedNeural, horizon: number): void {
  for (const covariate of layout.future) {
    const known = series.future![covariate.name]!.length - series.values.length;
    if (known >= horizon) continue;
    throw new DataError(
      `${name}: covariate "${covariate.name}" of series "${series.id}" is known for ${known} of the ${horizon} steps ahead. ` +
        "Add its coming values, or use a shorter horizon.",
    );
  }
}
