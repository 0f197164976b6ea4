import { ArgumentError, DataError } from "@lookback/core";
import { z } from "zod";
import { MAX_HORIZON } from "./forecaster.js";
import type { Series } from "./series.js";

const whole = (low: number, high: number) => z.number().int().min(low).max(high);

/** The options, checked. Every default is stated here and nowhere else. */
export const neuralOptionsSchema = z.strictObject({
  /** The recurrent cell. */
  cell: z.enum(["lstm", "gru", "rnn"]).default("lstm"),
  /** Units of each recurrent layer. */
  hidden: whole(1, 4096).default(16),
  /** Recurrent layers on top of each other. */
  layers: whole(1, 16).default(1),
  /** Steps that the network sees. Default: 1¼ seasons (12 without a season), less for a short series. */
  lookback: whole(1, 100_000).optional(),
  /** Steps ahead that it is trained (direct) and judged for. Default: a season of up to 24 (12 without one), less for a short series. */
  horizon: whole(1, MAX_HORIZON).optional(),
  /** `direct`: one pass gives all steps. `recursive`: one pass gives one step, which is fed back for the next. */
  strategy: z.enum(["direct", "recursive"]).default("direct"),
  /** Most passes over the training windows. Default 60, and with N > 256 windows 60·√(256/N). */
  epochs: whole(1, 1_000_000).optional(),
  /** Learning rate of Adam at the start; it falls to 0 along half a cosine. */
  lr: z.number().positive().max(10).default(0.01),
  /** First seed of the ensemble; its members use seed, seed + 1, … */
  seed: whole(0, 2 ** 31).default(0),
  /** What brings windows to a common scale. */
  scaler: z.enum(["minmax", "standard"]).default("standard"),
  /** Logarithms: "auto" takes them when all values are above 0 and none is tiny. */
  log: z.union([z.boolean(), z.literal("auto")]).default("auto"),
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

/** What a {@link NeuralForecaster} accepts; all of it optional. */
export type NeuralOptions = z.input<typeof neuralOptionsSchema>;

/** The same with its defaults filled in. */
export type NeuralConfig = z.output<typeof neuralOptionsSchema>;

/**
 * Fills in the defaults.
 *
 * @throws ArgumentError that names the option, what it accepts and what it got.
 */
export function neuralConfig(options: NeuralOptions): NeuralConfig {
  const parsed = neuralOptionsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
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
  cell: "lstm, gru or rnn",
  hidden: "a whole number from 1 to 4096",
  layers: "a whole number from 1 to 16",
  lookback: "a whole number from 1 to 100000",
  horizon: `a whole number from 1 to ${MAX_HORIZON}`,
  strategy: "direct or recursive",
  epochs: "a whole number from 1 to 1000000",
  lr: "a number above 0, at most 10",
  seed: "a whole number of at least 0",
  scaler: "minmax or standard",
  log: "true, false or auto",
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
  /** Steps that one pass gives: the horizon with strategy direct, 1 with recursive. */
  readonly outputs: number;
  /** Steps ahead that the forecast is judged for on held-out values. */
  readonly horizon: number;
}

/** Windows that training needs at least. */
export const FEWEST_WINDOWS = 4;

/**
 * The sizes asked for, or those that the season suggests and the series allows.
 *
 * @throws DataError that says how many values are needed.
 */
export function windowSizes(series: Series, seasonLength: number, config: NeuralConfig): WindowSizes {
  const rows = series.values.length;
  const horizon = config.horizon ?? within(1, seasonLength > 1 ? Math.min(seasonLength, 24) : 12, rows / 4);
  const outputs = config.strategy === "direct" ? horizon : 1;
  const wanted = seasonLength > 1 ? Math.ceil(1.25 * seasonLength) : 12;
  const lookback =
    config.lookback ?? within(2, wanted, Math.min(rows / 3, rows - outputs - FEWEST_WINDOWS + 1));
  const needed = Math.max(8, lookback + outputs + FEWEST_WINDOWS - 1);
  if (rows >= needed) return { lookback, outputs, horizon };
  throw new DataError(
    `${config.cell}: a lookback of ${lookback} and a horizon of ${horizon} need at least ${needed} values to train on, ` +
      `series "${series.id}" has ${rows}. Add more of the past, or make lookback or horizon smaller.`,
  );
}

/** How many passes over `windows` windows: as asked for, or fewer the more there are. */
export function epochsFor(windows: number, config: NeuralConfig): number {
  return config.epochs ?? Math.max(4, Math.round(60 * Math.min(1, Math.sqrt(256 / windows))));
}

function within(low: number, wanted: number, most: number): number {
  return Math.max(low, Math.min(wanted, Math.floor(most)));
}
