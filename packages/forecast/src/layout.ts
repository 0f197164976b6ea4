import { PAST_FEATURES } from "./context.js";
import type { NetworkSizes } from "./network.js";
import { layersFor, type NeuralConfig, seasonFor, type WindowSizes } from "./neuralOptions.js";
import { outputOf } from "./outputs.js";
import type { Series } from "./series.js";

/** Pairs of sine and cosine that tell the position in a season. */
export const HARMONICS = 3;

/** Weight of the newest value in the level of windows without their season. */
const SMOOTHED = 0.3;

/** A covariate, and how it is brought to a common scale: (x − mean)/deviation over all series. */
export interface Covariate {
  readonly name: string;
  readonly mean: number;
  readonly deviation: number;
}

/** What stays the same in a series: a number, brought to a common scale, or one of several texts. */
export type StaticInput = Covariate | { readonly name: string; readonly categories: readonly string[] };

/** What a window's row holds. */
export interface Layout {
  readonly lookback: number;
  /** Values that the network reads in one step. */
  readonly patch: number;
  /** Steps ahead that one pass gives. */
  readonly outputs: number;
  /** Whether each value comes with a 1, or 0 for one that is missing or before the series' start. */
  readonly masked: boolean;
  /** Weight of the newest value in a window's level, the exponentially smoothed values; 1: the last value; 0: the mean of the last season. */
  readonly levelRate: number;
  /** Whether windows are divided by how much they move (see `unitsOf`). */
  readonly scaled: boolean;
  readonly context: boolean;
  /** Season whose position is told; 1 for none. */
  readonly seasonInputs: number;
  readonly past: readonly Covariate[];
  readonly future: readonly Covariate[];
  readonly statics: readonly StaticInput[];
}

/** Numbers a step, and numbers that hold for the whole window. */
export function rowSizes(layout: Layout): { steps: number; channels: number; fixed: number; row: number } {
  const { lookback, patch, outputs, masked, past, future, statics } = layout;
  const steps = lookback / patch;
  const channels = patch * (1 + (masked ? 1 : 0) + past.length + future.length);
  const fixed =
    (layout.scaled ? 1 : 0) +
    (layout.context ? PAST_FEATURES : 0) +
    (layout.seasonInputs > 1 ? 2 * HARMONICS : 0) +
    outputs * future.length +
    statics.reduce((sum, one) => sum + ("categories" in one ? one.categories.length : 1), 0);
  return { steps, channels, fixed, row: steps * channels + fixed };
}

/** The sizes of the networks that options and a layout ask for. */
export function networkFor(config: NeuralConfig, layout: Layout): NetworkSizes {
  const { steps, channels, fixed } = rowSizes(layout);
  const { cell, hidden, head } = config;
  const outputs = layout.outputs * outputOf(config.output, config.loss).width;
  return { cell, hidden, layers: layersFor(config, steps), steps, channels, fixed, head, outputs };
}

/** The layout of windows over some series. */
export function layoutFor(
  series: readonly Series[],
  { lookback, patch, outputs, fewest }: WindowSizes,
  seasonLength: number,
  config: NeuralConfig,
): Layout {
  const inputs = seasonLength > 1 && seasonFor(config, seasonLength) === "inputs";
  return {
    lookback,
    patch,
    outputs,
    masked: fewest < lookback || series.some(({ values }) => values.some(Number.isNaN)),
    levelRate: config.level ?? (inputs ? 0 : config.pad ? SMOOTHED : 1),
    scaled: config.scaler === "window",
    context: config.context && !inputs,
    seasonInputs: inputs ? seasonLength : 1,
    past: covariatesOf(series, "past"),
    future: covariatesOf(series, "future"),
    statics: staticsOf(series),
  };
}

/** Covariates that all series have; those that only some have cannot be relied on. */
function covariatesOf(series: readonly Series[], kind: "past" | "future"): Covariate[] {
  return sharedNames(series.map((one) => one[kind])).map((name) => {
    // only what lies beside the values: what lies beyond is not always there
    const numbers = series.map((one) => one[kind]![name]!.subarray(0, one.values.length));
    return { name, ...scaleOf(numbers) };
  });
}

function staticsOf(series: readonly Series[]): StaticInput[] {
  if (series.length === 1) return [];
  return sharedNames(series.map(({ statics }) => statics)).map((name) => {
    const values = series.map(({ statics }) => statics![name]!);
    if (values.every((value) => typeof value === "number")) return { name, ...scaleOf([values]) };
    return { name, categories: [...new Set(values.map(String))].sort() };
  });
}

function sharedNames(records: readonly (Readonly<Record<string, unknown>> | undefined)[]): string[] {
  const [first, ...rest] = records;
  return Object.keys(first ?? {}).filter((name) => rest.every((record) => record && name in record));
}

function scaleOf(parts: readonly ArrayLike<number>[]): { mean: number; deviation: number } {
  let [count, mean, squares] = [0, 0, 0];
  for (const values of parts) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (Number.isNaN(value)) continue;
      count++;
      const off = value - mean;
      mean += off / count;
      squares += off * (value - mean);
    }
  }
  const deviation = Math.sqrt(squares / Math.max(1, count));
  return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 1 };
}
