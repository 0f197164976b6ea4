import { ArgumentError, FormatError, Generator } from "@lookback/core";
import { z } from "zod";
import { backtest, checkCount } from "./backtest.js";
import { checkHorizon, throwIfAborted } from "./forecaster.js";
import { NeuralForecaster } from "./neural.js";
import { type NeuralOptions, neuralConfig } from "./neuralOptions.js";
import type { Series } from "./series.js";

/** What may be tried for each option of a neural forecaster. */
export type TuneSpace = Readonly<Record<string, readonly (number | string | boolean)[]>>;

/** The space searched by default: lookback in seasons, units, layers, learning rate, and what is done to the values. */
export function defaultSpace({ seasonLength, values }: Series): TuneSpace {
  const season = seasonLength > 1 ? seasonLength : 12;
  const most = Math.max(2, Math.floor(values.length / 4));
  const lookbacks = [0.5, 1, 1.25, 2].map((seasons) =>
    Math.min(most, Math.max(2, Math.ceil(seasons * season))),
  );
  return {
    cell: ["lstm", "gru"],
    lookback: [...new Set(lookbacks)],
    hidden: [8, 16, 32],
    layers: [1, 2],
    lr: [0.003, 0.01, 0.03],
    scaler: ["standard", "minmax"],
    log: ["auto", false],
  };
}

/** One configuration to be tried: plain data, to be handed to a worker. */
export interface TuneJob {
  /** Number of the configuration. */
  readonly id: number;
  readonly options: Readonly<Record<string, number | string | boolean>>;
  readonly epochs: number;
  readonly horizon: number;
  readonly windows: number;
  readonly seed: number;
}

/** What came of a job. */
export interface TuneResult {
  readonly id: number;
  /** Mean MASE over the backtest's folds; null when the configuration cannot be trained. */
  readonly score: number | null;
  readonly seconds: number;
  /** Why there is no score. */
  readonly reason?: string;
}

export interface TuneOptions {
  readonly horizon: number;
  /** Default: {@link defaultSpace}. */
  readonly space?: TuneSpace;
  /** Configurations in the first round, drawn from the space without repeats. Default 27. */
  readonly trials?: number;
  /** Of how many configurations one goes on to the next round, with so many times the epochs. Default 3. */
  readonly reduction?: number;
  /** Epochs in the last round. Default 60. */
  readonly epochs?: number;
  /** Folds of the backtest that judges. Default 3. */
  readonly windows?: number;
  /** Seed of the draw and of the networks. Default 0. */
  readonly seed?: number;
  /** Works a round's jobs off, in any order, and calls `done` after each; on worker threads, say. Default: one after the other, here. */
  readonly run?: (jobs: readonly TuneJob[], done: (result: TuneResult) => void) => Promise<void>;
  /** A search that was interrupted, to go on with: what `onState` received last. */
  readonly resume?: unknown;
  /** Receives the state of the search after every job, as plain data. */
  readonly onState?: (state: TuneState) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { readonly fraction: number; readonly best: number | null }) => void;
}

const value = z.union([z.number(), z.string(), z.boolean()]);
const stateSchema = z.object({
  format: z.literal("lookback-tune"),
  version: z.literal(1),
  /** What the search was asked for: another one cannot go on with it. */
  task: z.string(),
  configurations: z.array(z.record(z.string(), value)),
  rounds: z.array(
    z.object({
      epochs: z.number().int().positive(),
      ids: z.array(z.number().int().min(0)),
      results: z.array(
        z.object({
          id: z.number().int().min(0),
          score: z.number().nullable(),
          seconds: z.number(),
          reason: z.string().optional(),
        }),
      ),
    }),
  ),
});

/** A search as plain data: all configurations, and what came of them in each round. */
export type TuneState = z.infer<typeof stateSchema>;

/** What a search came to. */
export interface TuneOutcome {
  /** The best configuration of the last round. */
  readonly options: NeuralOptions;
  readonly score: number;
  /** All of the last round, best first. */
  readonly finalists: readonly {
    readonly options: NeuralOptions;
    readonly score: number;
    readonly seconds: number;
  }[];
  /** How much each option mattered in the first round, most first. */
  readonly importance: readonly OptionImportance[];
  readonly state: TuneState;
}

/** How much of the scores' variance one option explains. */
export interface OptionImportance {
  readonly option: string;
  /** η² = Σ n(v)·(mean(v) − mean)² / Σ (x − mean)² over the values v, of the logarithms x of the scores; 0 to 1. */
  readonly explained: number;
  /** Median score of each value. */
  readonly values: readonly {
    readonly value: number | string | boolean;
    readonly score: number;
    readonly count: number;
  }[];
}

/**
 * Searches the options of a neural forecaster by successive halving: many configurations are trained for a few epochs
 * each, the best third of them for three times as many, and so on to the last round. Each is judged by the backtest of
 * the series given, so give the training part only.
 * Source: Jamieson & Talwalkar, AISTATS 2016; Li et al., "Hyperband", J. Machine Learning Research 18 (2018).
 *
 * @example const { options } = await tune(series, { horizon: 12 }); new NeuralForecaster(options);
 * @throws ArgumentError for bad options or a space with an unknown option; FormatError for a foreign state to go on with;
 * AbortError when interrupted.
 */
export async function tune(series: Series, options: TuneOptions): Promise<TuneOutcome> {
  const plan = planSearch(series, options);
  const state = options.resume === undefined ? begin(plan) : goOnWith(options.resume, plan);
  const run = options.run ?? ((jobs, done) => runHere(series, jobs, done, options.signal));
  const total = plan.counts.reduce((sum, count) => sum + count, 0);
  for (const [index, count] of plan.counts.entries()) {
    const ids =
      index === 0 ? state.configurations.map((_, id) => id) : best(state.rounds[index - 1]!).slice(0, count);
    if (!state.rounds[index]) state.rounds.push({ epochs: plan.epochs[index]!, ids, results: [] });
    const round = state.rounds[index]!;
    const jobs = round.ids
      .filter((id) => !round.results.some((result) => result.id === id))
      .map(
        (id): TuneJob => ({
          id,
          options: state.configurations[id]!,
          epochs: round.epochs,
          ...{ horizon: plan.horizon, windows: plan.windows, seed: plan.seed },
        }),
      );
    throwIfAborted(options.signal, "tune");
    await run(jobs, (result) => {
      round.results.push(result);
      options.onState?.(structuredClone(state));
      const done = state.rounds.reduce((sum, { results }) => sum + results.length, 0);
      options.onProgress?.({ fraction: Math.min(1, done / total), best: bestScore(round) });
    });
    throwIfAborted(options.signal, "tune");
  }
  return outcome(state);
}

/** Backtests one configuration: what a worker does with a job. */
export async function runTuneJob(series: Series, job: TuneJob, signal?: AbortSignal): Promise<TuneResult> {
  const { id, horizon, windows, seed, epochs } = job;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const make = () =>
    new NeuralForecaster({ ...(job.options as NeuralOptions), horizon, seed, epochs, ensemble: 1 });
  try {
    const { models } = await backtest([make], series, {
      ...{ horizon, windows, refit: false },
      ...(signal ? { signal } : {}),
    });
    const { mase } = models[0]!;
    return { id, score: Number.isFinite(mase) ? mase : null, seconds: seconds() };
  } catch (error) {
    if (!(error instanceof Error) || error.name === "AbortError" || !KNOWN.has(error.name)) throw error;
    return { id, score: null, seconds: seconds(), reason: error.message };
  }
}

/** Errors that tell of a configuration that does not suit the series. */
const KNOWN = new Set(["ArgumentError", "DataError"]);

async function runHere(
  series: Series,
  jobs: readonly TuneJob[],
  done: (result: TuneResult) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const job of jobs) done(await runTuneJob(series, job, signal));
}

interface SearchPlan {
  readonly horizon: number;
  readonly windows: number;
  readonly seed: number;
  readonly space: TuneSpace;
  /** Configurations in each round. */
  readonly counts: readonly number[];
  readonly epochs: readonly number[];
  /** Tells searches apart. */
  readonly task: string;
}

function planSearch(series: Series, options: TuneOptions): SearchPlan {
  const { trials = 27, reduction = 3, epochs = 60, windows = 3, seed = 0 } = options;
  const space = options.space ?? defaultSpace(series);
  const horizon = checkHorizon(options.horizon);
  for (const [name, count] of Object.entries({ trials, epochs, windows })) checkCount(name, count);
  if (!Number.isInteger(reduction) || reduction < 2) {
    throw new ArgumentError(`tune: reduction must be a whole number from 2, got ${reduction}.`);
  }
  const size = Object.entries(space).reduce((product, [name, values]) => {
    if (values.length === 0) throw new ArgumentError(`tune: the space has no values for "${name}".`);
    for (const value of values) neuralConfig({ [name]: value });
    return product * values.length;
  }, 1);
  const counts = [Math.min(trials, size)];
  while (counts.at(-1)! >= reduction) counts.push(Math.floor(counts.at(-1)! / reduction));
  const rounds = counts.map((_, i) => Math.max(1, Math.round(epochs / reduction ** (counts.length - 1 - i))));
  const task = JSON.stringify({
    id: series.id,
    rows: series.values.length,
    horizon,
    windows,
    seed,
    space,
    counts,
    epochs,
  });
  return { horizon, windows, seed, space, counts, epochs: rounds, task };
}

function begin(plan: SearchPlan): TuneState {
  return {
    format: "lookback-tune",
    version: 1,
    task: plan.task,
    configurations: drawConfigurations(plan),
    rounds: [],
  };
}

/** Draws without repeats: numbers of cells of the space, in a random order. */
function drawConfigurations({
  space,
  counts,
  seed,
}: SearchPlan): Record<string, number | string | boolean>[] {
  const entries = Object.entries(space);
  const size = entries.reduce((product, [, values]) => product * values.length, 1);
  const generator = new Generator(seed);
  const cells = new Set<number>();
  if (size <= 100_000) for (const cell of generator.randperm(size).subarray(0, counts[0])) cells.add(cell);
  // of a larger space, one cell of each of so many equal stretches: again no cell twice
  else
    for (let i = 0; i < counts[0]!; i++)
      cells.add(Math.floor(((i + (generator.randperm(1000)[0]! + 0.5) / 1000) * size) / counts[0]!));
  return [...cells].map((cell) => {
    let rest = cell;
    return Object.fromEntries(
      entries.map(([name, values]) => {
        const value = values[rest % values.length]!;
        rest = Math.floor(rest / values.length);
        return [name, value];
      }),
    );
  });
}

function goOnWith(resume: unknown, plan: SearchPlan): TuneState {
  const parsed = stateSchema.safeParse(resume);
  if (!parsed.success) {
    throw new FormatError(`tune: the search to go on with is damaged: ${parsed.error.issues[0]!.message}.`);
  }
  const state = parsed.data;
  const fits = state.rounds.every(({ ids, results }) =>
    [...ids, ...results.map(({ id }) => id)].every((id) => id < state.configurations.length),
  );
  if (state.task !== plan.task || !fits) {
    throw new FormatError(
      "tune: the search to go on with was for another series, horizon or space. Start anew, or ask for the same.",
    );
  }
  return state;
}

type Round = TuneState["rounds"][number];

/** Numbers of the configurations that have a score, best first; of equals, the first drawn. */
function best({ results }: Round): number[] {
  return results
    .filter(({ score }) => score !== null)
    .sort((a, b) => a.score! - b.score! || a.id - b.id)
    .map(({ id }) => id);
}

function bestScore(round: Round): number | null {
  const [id] = best(round);
  return round.results.find((result) => result.id === id)?.score ?? null;
}

function outcome(state: TuneState): TuneOutcome {
  const last = state.rounds.findLast((round) => best(round).length > 0);
  if (!last) {
    const reason = state.rounds[0]?.results.find((result) => result.reason)?.reason;
    throw new ArgumentError(
      `tune: no configuration could be trained.${reason ? ` The first one said: ${reason}` : ""}`,
    );
  }
  const finalists = best(last).map((id) => {
    const { score, seconds } = last.results.find((result) => result.id === id)!;
    return { options: state.configurations[id] as NeuralOptions, score: score!, seconds };
  });
  return {
    options: finalists[0]!.options,
    score: finalists[0]!.score,
    finalists,
    importance: optionImportance(state),
    state,
  };
}

/** How much each option mattered, from the first round's scores. */
export function optionImportance({ configurations, rounds }: TuneState): OptionImportance[] {
  const scored = (rounds[0]?.results ?? []).flatMap(({ id, score }) =>
    score === null ? [] : [{ options: configurations[id]!, score, x: Math.log(Math.max(score, 1e-12)) }],
  );
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const center = mean(scored.map(({ x }) => x));
  const total = scored.reduce((sum, { x }) => sum + (x - center) ** 2, 0);
  return Object.keys(configurations[0] ?? {})
    .map((option): OptionImportance => {
      const values = [...new Set(scored.map(({ options }) => options[option]!))];
      const groups = values.map((value) => scored.filter(({ options }) => options[option] === value));
      const between = groups.reduce(
        (sum, group) => sum + group.length * (mean(group.map(({ x }) => x)) - center) ** 2,
        0,
      );
      return {
        option,
        explained: total > 0 ? between / total : 0,
        values: groups.map((group, i) => {
          const scores = group.map(({ score }) => score).sort((a, b) => a - b);
          return { value: values[i]!, score: scores[scores.length >> 1]!, count: group.length };
        }),
      };
    })
    .sort((a, b) => b.explained - a.explained);
}
