import { ArgumentError, DataError } from "@lookback/core";
import { z } from "zod";
import { MAX_HORIZON } from "./forecaster.js";
import { blocksFor } from "./networks/tcn.js";
import type { SeasonMethod } from "./preparation.js";
import type { Series } from "./series.js";

const whole = (low: number, high: number) => z.number().int().min(low).max(high);

/** The options, checked. Every default of one series is stated here, those of many in {@link GLOBAL_DEFAULTS}. */
export const neuralOptionsSchema = z.strictObject({
  /** The recurrent cell; `tcn`: dilated causal convolutions; `mlp`: only the head, over the whole window. */
  cell: z.enum(["lstm", "gru", "rnn", "tcn", "mlp"]).default("lstm"),
  /** Units of each layer. */
  hidden: whole(1, 4096).default(16),
  /** Layers on top of each other; of a tcn, residual blocks. Default 1; of a tcn, as many as see the whole window. */
  layers: whole(1, 16).optional(),
  /** Units of two hidden layers between the body and the forecast, which also see the window; 0 for none. */
  head: whole(0, 4096).default(0),
  /** Steps that the network sees. Default: 1¼ seasons (12 without a season), less for a short series. */
  lookback: whole(1, 100_000).optional(),
  /** Values that the network reads in one step; the lookback is rounded up to a multiple of it. */
  patch: whole(1, 10_000).optional(),
  /** Steps ahead that it is trained (direct) and judged for. Default: a season of up to 24 (12 without one), less for a short series. */
  horizon: whole(1, MAX_HORIZON).optional(),
  /** `direct`: one pass gives all steps. `recursive`: one pass gives one step, which is fed back for the next. */
  strategy: z.enum(["direct", "recursive"]).default("direct"),
  /** What the network says about each step: a point, quantiles, or a normal distribution. */
  output: z.enum(["point", "quantiles", "gaussian"]).default("point"),
  /** Loss of points. */
  loss: z.enum(["huber", "mae", "mse"]).default("huber"),
  /** Most passes over the training windows. Default 60, and with N > 256 windows 60·√(256/N), at least 6. */
  epochs: whole(1, 1_000_000).optional(),
  /** Learning rate of Adam at the start; it falls to 0 along half a cosine. */
  lr: z.number().positive().max(10).default(0.01),
  /** First seed of the ensemble; its members use seed, seed + 1, … */
  seed: whole(0, 2 ** 31).default(0),
  /** What brings windows to a common scale: one scale for all, or for each window how much it moves. */
  scaler: z.enum(["minmax", "standard", "window"]).default("standard"),
  /** Logarithms: "auto" takes them when all values are above 0 and none is tiny. */
  log: z.union([z.boolean(), z.literal("auto")]).default("auto"),
  /** How the season is dealt with, see `SeasonMethod`; "auto": "index" for seasons below 24 steps, else "inputs". */
  season: z.enum(["stl", "index", "inputs", "none", "auto"]).default("stl"),
  /** Season "index": how much a cycle ago counts for the seasonal effects beside the next one. */
  discount: z.number().positive().max(1).default(0.8),
  /**
   * Weight of the newest value in a window's level, the exponentially smoothed values; 1 takes the last value.
   * Default 1; where windows are padded 0.3, and with season "inputs" the plain mean of the last season.
   */
  level: z.number().positive().max(1).optional(),
  /** Whether the network is shown features of the whole past beside its window, where that is without its season. */
  context: z.boolean().default(false),
  /**
   * Whether windows may begin before their series and end with it, what is not there being masked: short series can
   * then be learned from. (With season "inputs", windows are whole where every series holds 1½ of them.)
   */
  pad: z.boolean().default(false),
  /** Scaler "window": errors count in units of the window's noise^(1 − weight): 0 is what MASE asks for, 1 what sMAPE does. */
  weight: z.number().min(0).max(1).default(1),
  /** Networks trained from different seeds; their median is the forecast. */
  ensemble: whole(1, 100).default(3),
  /**
   * Epochs without a better loss on the held-out values after which training stops; 0 trains all epochs. Default 0:
   * the few windows that a short series can hold out mislead more often than 60 epochs overfit.
   */
  patience: whole(0, 1_000_000).default(0),
  /** Largest norm of the gradient. */
  clip: z.number().positive().default(1),
});

/** What a neural forecaster accepts; all of it optional. */
export type NeuralOptions = z.input<typeof neuralOptionsSchema>;

/** The same with its defaults filled in. */
export type NeuralConfig = z.output<typeof neuralOptionsSchema>;

/**
 * What differs for one network over many series: more units and a hidden head, windows measured by how much they
 * move, seasonal effects as known at each time, features of each series' whole past. Chosen on training parts.
 */
export const GLOBAL_DEFAULTS = {
  hidden: 32,
  head: 256,
  lr: 0.001,
  scaler: "window",
  weight: 0.5,
  season: "auto",
  context: true,
  pad: true,
  loss: "mae",
} as const satisfies NeuralOptions;

/**
 * Fills in the defaults.
 *
 * @throws ArgumentError that names the option, what it accepts and what it got.
 */
export function neuralConfig(options: NeuralOptions): NeuralConfig {
  const parsed = neuralOptionsSchema.safeParse(options);
  if (parsed.success) {
    if (parsed.data.season === "stl" && (parsed.data.context || parsed.data.pad)) {
      throw new ArgumentError(
        'season: "stl" needs whole windows and knows no past at each time, so it does not go with context or pad. Use season "index".',
      );
    }
    return parsed.data;
  }
  const issue = parsed.error.issues[0]!;
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(neuralOptionsSchema.shape).join(", ");
    throw new ArgumentError(`neural: there is no option "${issue.keys[0]}". Known are ${known}.`);
  }
  const name = String(issue.path[0]);
  const got = (options as Record<string, unknown>)[name];
  throw new ArgumentError(`${name}: expected ${EXPECTED[name] ?? "another value"}, got ${show(got)}.`);
}

const EXPECTED: Readonly<Record<string, string>> = {
  cell: "lstm, gru, rnn, tcn or mlp",
  hidden: "a whole number from 1 to 4096",
  layers: "a whole number from 1 to 16",
  head: "a whole number from 0 to 4096",
  lookback: "a whole number from 1 to 100000",
  patch: "a whole number from 1 to 10000",
  horizon: `a whole number from 1 to ${MAX_HORIZON}`,
  strategy: "direct or recursive",
  output: "point, quantiles or gaussian",
  loss: "huber, mae or mse",
  epochs: "a whole number from 1 to 1000000",
  lr: "a number above 0, at most 10",
  seed: "a whole number of at least 0",
  scaler: "minmax, standard or window",
  log: "true, false or auto",
  season: "stl, index, inputs, none or auto",
  discount: "a number above 0, at most 1",
  level: "a number above 0, at most 1",
  context: "true or false",
  pad: "true or false",
  weight: "a number from 0 to 1",
  ensemble: "a whole number from 1 to 100",
  patience: "a whole number of at least 0",
  clip: "a number above 0",
};

function show(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : String(value);
}

/** Sizes of what a network reads and forecasts. */
export interface WindowSizes {
  readonly lookback: number;
  /** Values read in one step. */
  readonly patch: number;
  /** Steps that one pass gives: the horizon with strategy direct, 1 with recursive. */
  readonly outputs: number;
  /** Steps ahead that the forecast is judged for on held-out values. */
  readonly horizon: number;
  /** Values before a window's end at least: the lookback, or fewer where windows are padded. */
  readonly fewest: number;
}

/** Windows that training needs at least. */
export const FEWEST_WINDOWS = 4;

/**
 * The sizes asked for, or those that the season suggests and the longest series allows.
 *
 * @param seasonLength the longest season that is dealt with.
 * @throws DataError that says how many values are needed.
 */
export function windowSizes(
  series: readonly Series[],
  seasonLength: number,
  config: NeuralConfig,
): WindowSizes {
  const longest = series.reduce((best, one) => (one.values.length > best.values.length ? one : best));
  const rows = longest.values.length;
  const horizon = config.horizon ?? within(1, seasonLength > 1 ? Math.min(seasonLength, 24) : 12, rows / 4);
  const outputs = config.strategy === "direct" ? horizon : 1;
  const { lookback, patch } = config.pad
    ? paddedLookback(seasonLength, config)
    : wholeLookback(rows, outputs, seasonLength, config);
  const shortest = Math.min(...series.map(({ values }) => values.length));
  const inputs = seasonLength > 1 && seasonFor(config, seasonLength) === "inputs";
  const padded = config.pad && !(inputs && shortest >= 1.5 * lookback);
  const fewest = padded ? Math.min(lookback, Math.max(6, Math.min(seasonLength, 24))) : lookback;
  const needed = Math.max(8, fewest + (config.pad ? 1 : outputs) + FEWEST_WINDOWS - 1);
  if (rows >= needed) return { lookback, patch, outputs, horizon, fewest };
  throw new DataError(
    `${config.cell}: a lookback of ${lookback} and a horizon of ${horizon} need at least ${needed} values to train on, ` +
      `series "${longest.id}" has ${rows}. Add more of the past, or make lookback or horizon smaller.`,
  );
}

function wholeLookback(rows: number, outputs: number, seasonLength: number, config: NeuralConfig) {
  const patch = config.patch ?? 1;
  const wanted = seasonLength > 1 ? Math.ceil(1.25 * seasonLength) : 12;
  const lookback =
    config.lookback ?? within(2, wanted, Math.min(rows / 3, rows - outputs - FEWEST_WINDOWS + 1));
  return { lookback: patch * Math.ceil(lookback / patch), patch };
}

/** Two seasons, or two weeks of seasons of a day's hours; read a season, or half a longer one, at a time. */
function paddedLookback(seasonLength: number, config: NeuralConfig) {
  const seasonal = seasonLength > 1;
  const half = seasonLength > 8 && seasonLength < 24 && seasonLength % 2 === 0;
  const patch = config.patch ?? (seasonal ? (half ? seasonLength / 2 : seasonLength) : 6);
  const wanted = !seasonal
    ? 24
    : seasonLength >= 24 && seasonLength < 100
      ? 14 * seasonLength
      : 2 * seasonLength;
  return { lookback: patch * Math.ceil((config.lookback ?? wanted) / patch), patch };
}

/** Layers asked for, or 1; for a tcn, as many as its window needs. */
export function layersFor({ cell, layers }: NeuralConfig, steps: number): number {
  return layers ?? (cell === "tcn" ? blocksFor(steps) : 1);
}

/** The season's method, with "auto" decided. */
export function seasonFor({ season }: NeuralConfig, seasonLength: number): SeasonMethod {
  return season === "auto" ? (seasonLength < 24 ? "index" : "inputs") : season;
}

/** How many passes over `windows` windows: as asked for, or fewer the more there are. */
export function epochsFor(windows: number, config: NeuralConfig): number {
  return config.epochs ?? Math.max(6, Math.round(60 * Math.min(1, Math.sqrt(256 / windows))));
}

function within(low: number, wanted: number, most: number): number {
  return Math.max(low, Math.min(wanted, Math.floor(most)));
}
