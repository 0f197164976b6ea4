import { ArgumentError, saveSafetensors } from "@lookback/core";
import { type Lang, messages } from "../messages.js";
import { median, sweepPlot } from "../plot/sweepPlot.js";
import { tutorialPlot } from "../plot/tutorialPlot.js";
import {
  lagRmse,
  prepareTutorial,
  type TutorialData,
  type TutorialRun,
  type TutorialSetting,
  trainTutorial,
} from "./experiment.js";
import { type Naive, TutorialWords } from "./summary.js";
import { bestPoint, prepareSweep, runSweep, type SweepPoint, sweepSeeds } from "./sweep.js";

export interface TutorialOptions extends TutorialSetting {
  /** One run each; at least one. */
  seeds: number[];
  /** Values of look_back to compare, or null. */
  sweep: number[] | null;
  /** Dots per inch that the caller draws the pictures at. */
  dpi: number;
  lang: Lang;
  /** Steps a season, for seasonal naive: 12 by default, as in the tutorial's months; 1 means none. */
  seasonLength?: number;
}

export interface TutorialHooks {
  signal?: AbortSignal;
  /** A line for the terminal, while it trains. */
  print(line: string): void;
  /** After every epoch. `fraction` is of all the work, 0 to 1. */
  progress(fraction: number, epoch: number, epochs: number, loss: number): void;
}

export interface TutorialRunJson {
  seed: number;
  /** Keyed by epoch: the first, every 100th and the last. */
  losses: Record<string, number>;
  trainRmse: number;
  testRmse: number;
  seconds: number;
  /** Whether training stopped at a loss that was not finite. */
  diverged: boolean;
}

/** What `lookback tutorial --json` prints. */
export interface TutorialJson {
  target: string;
  cell: string;
  lookBack: number;
  hidden: number;
  layers: number;
  epochs: number;
  lr: number;
  layout: string;
  scaler: string;
  windows: { train: number; test: number };
  parameters: number;
  runs: TutorialRunJson[];
  /** Over the runs. */
  testRmse: { median: number; min: number; max: number };
  /** Seed of the run in the picture, the CSV and the model file: the one at the median. */
  shownSeed: number;
  persistence: { testRmse: number };
  /** With a `seasonLength` of 1 there is no season, and this is persistence. */
  seasonalNaive: { testRmse: number; seasonLength: number };
  sweep?: { seeds: number[]; points: SweepPoint[]; best: { lookBack: number; testRmse: number } };
}

export interface TutorialResult {
  json: TutorialJson;
  pictures: { name: string; svg: string }[];
  /** time, actual, fitted, predicted: a line for every row. */
  csv: string;
  /** safetensors, under the names that the tutorial's module has in PyTorch. */
  modelBytes: Uint8Array;
  /** What the terminal says at the end. */
  summary: string[];
}

/**
 * The tutorial's section 4 on any single series: trains once for each seed, predicts all windows one step ahead, and
 * sets the error beside those of repeating the last value and the last season.
 *
 * @throws DataError when there are too few rows or a value is not finite; AbortError when the signal says so.
 */
export async function runTutorial(
  options: TutorialOptions,
  values: ArrayLike<number>,
  times: readonly string[],
  target: string,
  hooks: TutorialHooks,
): Promise<TutorialResult> {
  const { seeds, sweep, lang } = options;
  if (seeds.length === 0) throw new ArgumentError("tutorial: there are no seeds; give at least one.");
  if (times.length !== values.length) {
    throw new ArgumentError(`tutorial: ${values.length} values cannot have ${times.length} times.`);
  }
  const data = prepareTutorial(values, options);
  const swept = sweep?.length ? prepareSweep(values, options, sweep, data.test) : [];
  const naive = naiveOf(data, options.seasonLength ?? 12, times);
  const words = new TutorialWords(options, data, naive, lang);
  const sweptSeeds = sweepSeeds(seeds);
  const train = trainer(options, hooks, [
    ...seeds.map(() => data),
    ...swept.flatMap((entry) => sweptSeeds.map(() => entry)),
  ]);

  const runs: TutorialRun[] = [];
  for (const seed of seeds) {
    const alone = seeds.length === 1;
    const run = await train(data, seed, (epoch, loss) => {
      if (alone && (epoch % 100 === 0 || epoch === options.epochs)) hooks.print(words.epoch(epoch, loss));
    });
    if (!alone) hooks.print(words.run(run));
    runs.push(run);
  }
  const points = swept.length > 0 ? await runSweep(swept, sweptSeeds, train) : null;

  const shown = atMedian(runs);
  const parameters = shown.net.parameterCount();
  const pictures = [
    { name: "tutorial", svg: picture(data, shown, times, target, lang, words.subtitle(shown)) },
  ];
  if (points) {
    const subtitle = messages(lang).tutorial.sweepSubtitle(
      options.cell,
      sweptSeeds.length,
      options.layout,
      data.test,
    );
    const svg = sweepPlot({ points: rmsesOf(points), ...naive, cell: options.cell, subtitle }, { lang });
    pictures.push({ name: "sweep", svg });
  }
  return {
    json: jsonOf(options, data, runs, shown, naive, target, points, sweptSeeds),
    pictures,
    csv: csvOf(data, shown, times),
    modelBytes: modelOf(options, data, shown, target),
    summary: words.summary(runs, parameters, points),
  };
}

/** Trains one run after another and reports how much of all of them is done. */
function trainer(setting: TutorialSetting, hooks: TutorialHooks, planned: readonly TutorialData[]) {
  // Time goes with the steps of a sequence where there is one for each value of a window.
  const cost = (data: TutorialData) => (setting.layout === "batch" ? data.lookBack : 1);
  const total = planned.reduce((sum, data) => sum + cost(data), 0);
  let before = 0;
  return async (data: TutorialData, seed: number, onEpoch?: (epoch: number, loss: number) => void) => {
    const { epochs } = setting;
    const run = await trainTutorial(data, { ...setting, lookBack: data.lookBack }, seed, {
      signal: hooks.signal,
      onEpoch(epoch, loss) {
        hooks.progress((before + (cost(data) * epoch) / epochs) / total, epoch, epochs, loss);
        onEpoch?.(epoch, loss);
      },
    });
    before += cost(data);
    return run;
  };
}

function naiveOf(data: TutorialData, seasonLength: number, times: readonly string[]): Naive {
  // As in the seasonal naive forecaster: a season that does not fit is none.
  const season = seasonLength <= data.train + data.lookBack ? seasonLength : 1;
  const months = times.slice(0, 2).map((time) => /^(\d{4})-(\d{2})(-\d{2})?$/.exec(time));
  const [first, second] = months.map((match) => match && Number(match[1]) * 12 + Number(match[2]));
  return {
    persistence: lagRmse(data, 1),
    seasonalNaive: lagRmse(data, season),
    season,
    monthly: typeof first === "number" && second === first + 1 && (season === 12 || season === 1),
  };
}

/** The run whose test error is at the median; of an even number, the better of the middle two. */
function atMedian(runs: readonly TutorialRun[]): TutorialRun {
  return [...runs].sort((a, b) => a.testRmse - b.testRmse)[(runs.length - 1) >> 1]!;
}

const rmsesOf = (points: readonly SweepPoint[]) =>
  points.map(({ lookBack, testRmse }) => ({ lookBack, rmse: testRmse }));

function picture(
  data: TutorialData,
  { predicted }: TutorialRun,
  times: readonly string[],
  target: string,
  lang: Lang,
  subtitle: string,
): string {
  const { actual, train: trainCount, lookBack } = data;
  return tutorialPlot(
    { target, times: times.slice(lookBack), actual, predicted, trainCount, subtitle },
    { lang },
  );
}

function jsonOf(
  options: TutorialOptions,
  data: TutorialData,
  runs: readonly TutorialRun[],
  shown: TutorialRun,
  naive: Naive,
  target: string,
  points: SweepPoint[] | null,
  sweptSeeds: number[],
): TutorialJson {
  const { cell, lookBack, hidden, layers, epochs, lr, layout, scaler } = options;
  const tests = runs.map((run) => run.testRmse);
  const best = points && bestPoint(points);
  return {
    target,
    cell,
    lookBack,
    hidden,
    layers,
    epochs,
    lr,
    layout,
    scaler,
    windows: { train: data.train, test: data.test },
    parameters: shown.net.parameterCount(),
    runs: runs.map(({ seed, losses, trainRmse, testRmse, seconds, diverged }) => {
      return { seed, losses: keptLosses(losses), trainRmse, testRmse, seconds, diverged };
    }),
    testRmse: { median: median(tests), min: Math.min(...tests), max: Math.max(...tests) },
    shownSeed: shown.seed,
    persistence: { testRmse: naive.persistence },
    seasonalNaive: { testRmse: naive.seasonalNaive, seasonLength: naive.season },
    ...(points && best
      ? { sweep: { seeds: sweptSeeds, points, best: { lookBack: best.lookBack, testRmse: best.median } } }
      : {}),
  };
}

function keptLosses(losses: readonly number[]): Record<string, number> {
  const kept = losses.map((loss, i) => [i + 1, loss] as const);
  return Object.fromEntries(
    kept.filter(([epoch]) => epoch === 1 || epoch % 100 === 0 || epoch === losses.length),
  );
}

function csvOf(data: TutorialData, { predicted }: TutorialRun, times: readonly string[]): string {
  const lines = times.map((time, row) => {
    const window = row - data.lookBack;
    const made = window < 0 ? "" : predicted[window];
    const [fitted, ahead] = window < data.train ? [made, ""] : ["", made];
    return `${time},${data.values[row]},${fitted},${ahead}\n`;
  });
  return `time,actual,fitted,predicted\n${lines.join("")}`;
}

function modelOf(
  options: TutorialOptions,
  data: TutorialData,
  { net, seed }: TutorialRun,
  target: string,
): Uint8Array {
  const { cell, lookBack, hidden, layers, layout, epochs, lr } = options;
  const scaler = data.scaler.toJSON();
  const description = { target, cell, lookBack, hidden, layers, layout, epochs, lr, seed, scaler };
  return saveSafetensors(net.torchState(), { format: "pt", tutorial: JSON.stringify(description) });
}
