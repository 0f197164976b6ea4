import { AbortError, DataError, loadSafetensors } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { type Golden, readGolden } from "../../../golden/read.js";
import { prepareTutorial, TutorialNet, type TutorialSetting } from "../src/tutorial/experiment.js";
import { passengerMonths, passengers } from "../src/tutorial/passengers.js";
import { runTutorial, type TutorialHooks, type TutorialOptions } from "../src/tutorial/tutorial.js";

const published: TutorialSetting = {
  cell: "lstm",
  lookBack: 3,
  hidden: 6,
  layers: 2,
  epochs: 1000,
  lr: 0.1,
  layout: "sequence",
  scaler: "all",
};
const tenSeeds = Array.from({ length: 10 }, (_, seed) => seed);

async function run(
  options: Partial<TutorialOptions> = {},
  values: ArrayLike<number> = passengers,
  hooks: Partial<TutorialHooks> = {},
) {
  const printed: string[] = [];
  const progress: number[] = [];
  const times =
    values === passengers ? passengerMonths : Array.from({ length: values.length }, (_, i) => String(i + 1));
  const result = await runTutorial(
    { ...published, seeds: [0], sweep: null, dpi: 400, lang: "en", ...options },
    values,
    times,
    "passengers",
    {
      print: (line) => printed.push(line),
      progress: (fraction) => progress.push(fraction),
      ...hooks,
    },
  );
  return { ...result, printed, progress, words: result.summary.join("\n") };
}

/** A short training, for what does not depend on its end. */
const short = { epochs: 3 };
const wave = (count: number) => Array.from({ length: count }, (_, i) => 10 + 3 * Math.sin(i) + i / 10);

describe("the tutorial as published", () => {
  test("has a median test error over seeds 0 to 9 in PyTorch's range, and some seeds beat persistence while others do not", async () => {
    const { json, words } = await run({ seeds: tenSeeds });
    expect(json.windows).toEqual({ train: 112, test: 29 });
    expect(json.runs.map((one) => one.seed)).toEqual(tenSeeds);
    expect(json.testRmse.median).toBeGreaterThan(40.1);
    expect(json.testRmse.median).toBeLessThan(69.3);
    expect(json.persistence.testRmse).toBeCloseTo(52.4914, 3);
    expect(json.seasonalNaive.testRmse).toBeCloseTo(46.0816, 3);
    expect(json.testRmse.min).toBeLessThan(json.persistence.testRmse);
    expect(json.testRmse.max).toBeGreaterThan(json.persistence.testRmse);
    expect(words).toMatch(/persistence \(repeat last month\) +52\.5\n/);
    expect(words).toMatch(/seasonal naive \(same month last year\) +46\.1\n/);
    expect(words).toMatch(/^What that means: .* the median run \(.*"repeat last month" \(52\.5\)/m);
  });

  test.each(["rnn", "gru", "lstm"] as const)("follows PyTorch's first losses with %s", async (cell) => {
    const { cases } =
      readGolden<Golden<{ cell: string; seed: number; parameters: number; losses: Record<string, number> }>>(
        "tutorial",
      );
    const { json } = await run({ cell, epochs: 20, seeds: [1] });
    const golden = cases.find((one) => one.cell === cell && one.seed === 1)!;
    expect(json.parameters).toBe(golden.parameters);
    const { losses } = json.runs[0]!;
    expect(Math.abs(losses[1]! / golden.losses[1]! - 1)).toBeLessThan(1e-4);
    expect(Math.abs(losses[20]! / golden.losses[20]! - 1)).toBeLessThan(0.01);
  });

  test("prints the loss every 100 epochs and keeps it for the JSON", async () => {
    const { json, printed, progress } = await run({ epochs: 250 });
    expect(Object.keys(json.runs[0]!.losses)).toEqual(["1", "100", "200", "250"]);
    expect(printed.map((line) => line.split(",")[0])).toEqual(["Epoch: 100", "Epoch: 200", "Epoch: 250"]);
    expect(printed[0]).toMatch(/^Epoch: 100, Loss: 0\.00\d+$/);
    expect(progress).toHaveLength(250);
    expect(progress.at(-1)).toBe(1);
  });

  test("explains both layouts, the one that it used first", async () => {
    const sequence = await run(short);
    expect(sequence.words).toMatch(/^Layout "sequence" \[112, 1, 3\]/m);
    expect(sequence.words).toMatch(/^The other layout, --layout batch: \[112, 3, 1\]/m);
    const batch = await run({ ...short, layout: "batch" });
    expect(batch.words).toMatch(/^Layout "batch" \[112, 3, 1\]/m);
    expect(batch.json.parameters).toBe(559);
  });

  test("gives the same numbers again for the same seed", async () => {
    const [first, second] = [await run({ epochs: 50 }), await run({ epochs: 50 })];
    expect(second.csv).toBe(first.csv);
    expect(second.modelBytes).toEqual(first.modelBytes);
  });
});

describe("the layouts", () => {
  test.each(["sequence", "batch"] as const)("%s: a window's prediction", (layout) => {
    const data = prepareTutorial(passengers, { ...published, layout });
    const net = new TutorialNet({ ...published, layout });
    const all = net.forward(data.inputs).toTypedArray();
    const alone = net.forward(data.inputs.narrow(0, 140, 1)).toTypedArray();
    expect(all).toHaveLength(141);
    // The state runs on from window to window in a sequence, and starts anew in a batch.
    const same = Math.abs(alone[0]! - all[140]!) < 1e-6;
    expect(same).toBe(layout === "batch");
  });
});

describe("the scaler", () => {
  test("sees all rows, or those of the training windows", () => {
    const all = prepareTutorial(passengers, published);
    const train = prepareTutorial(passengers, { ...published, scaler: "train" });
    expect(Array.from(all.scaler.apply([104, 622]))).toEqual([0, 1]);
    expect(Array.from(train.scaler.apply([104, Math.max(...passengers.slice(0, 115))]))).toEqual([0, 1]);
    expect(Math.max(...passengers.slice(0, 115))).toBeLessThan(622);
  });
});

describe("several seeds", () => {
  test("print a line each, and the picture, CSV and model show the run at the median", async () => {
    const { json, printed, modelBytes } = await run({ epochs: 40, seeds: [3, 1, 2] });
    expect(printed.map((line) => line.slice(0, 7))).toEqual(["Seed 3:", "Seed 1:", "Seed 2:"]);
    const shown = json.runs.find((one) => one.seed === json.shownSeed)!;
    expect(shown.testRmse).toBe(json.testRmse.median);
    expect(JSON.parse(loadSafetensors(modelBytes).metadata.tutorial!).seed).toBe(json.shownSeed);
  });
});

describe("the sweep", () => {
  test("scores every look_back on the same last values, and draws a second picture", async () => {
    const { json, pictures, progress, words } = await run({ ...short, sweep: [5, 1, 2], seeds: [0, 1] });
    expect(json.sweep!.points.map((point) => point.lookBack)).toEqual([1, 2, 5]);
    expect(json.sweep!.points.every((point) => point.testRmse.length === 2)).toBe(true);
    expect(pictures.map((picture) => picture.name)).toEqual(["tutorial", "sweep"]);
    expect(words).toContain(`N = ${json.sweep!.best.lookBack},`);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeCloseTo(1, 12);
    const long = prepareTutorial(passengers, { ...published, lookBack: 24 }, 29);
    expect(Array.from(long.actual.subarray(long.train))).toEqual(passengers.slice(-29));
  });

  test("takes five seeds where one was given", async () => {
    const { json } = await run({ ...short, sweep: [3, 4], seeds: [7] });
    expect(json.sweep!.seeds).toEqual([7, 8, 9, 10, 11]);
    // The same windows and seed as the run itself.
    expect(json.sweep!.points[0]!.testRmse[0]).toBe(json.runs[0]!.testRmse);
  });

  test("says at once how many rows its longest look_back needs", async () => {
    await expect(run({ ...short, sweep: [1, 120] })).rejects.toThrow(
      /look_back of 120 needs at least 153 rows, 29 of them for the test; there are 144/,
    );
  });
});

describe("the files", () => {
  test("the CSV holds every row, fitted values before the test and predicted ones in it", async () => {
    const { csv } = await run(short);
    const lines = csv.trimEnd().split("\n");
    expect(lines).toHaveLength(145);
    expect(lines.slice(0, 4)).toEqual([
      "time,actual,fitted,predicted",
      "1949-01-01,112,,",
      "1949-02-01,118,,",
      "1949-03-01,132,,",
    ]);
    expect(lines[115]).toMatch(/^1958-07-01,491,[\d.]+,$/);
    expect(lines[116]).toMatch(/^1958-08-01,505,,[\d.]+$/);
  });

  test.each(["rnn", "gru", "lstm"] as const)(
    "the %s model has the names of the tutorial's module",
    async (cell) => {
      const { modelBytes } = await run({ ...short, cell });
      const { tensors } = loadSafetensors(modelBytes);
      const names = [0, 1].flatMap((layer) =>
        ["weight_ih", "weight_hh", "bias_ih", "bias_hh"].map((name) => `${cell}.${name}_l${layer}`),
      );
      expect(Object.keys(tensors)).toEqual([...names, "output.weight", "output.bias"]);
      expect(tensors[`${cell}.weight_ih_l0`]!.shape[1]).toBe(3);
    },
  );
});

describe("other data", () => {
  test("too few rows are refused with the number that is needed, which is enough", async () => {
    await expect(run(short, wave(7))).rejects.toThrow(DataError);
    await expect(run(short, wave(7))).rejects.toThrow(/look_back of 3 needs at least 8 rows; there are 7/);
    const { json } = await run(short, wave(8));
    expect(json.windows).toEqual({ train: 4, test: 1 });
  });

  test("a season that does not fit the rows before the test is none", async () => {
    const { json, words } = await run(short, wave(12));
    expect(json.seasonalNaive).toEqual({ testRmse: json.persistence.testRmse, seasonLength: 1 });
    expect(words).not.toContain("seasonal");
  });

  test("without months, the baselines are named by their steps", async () => {
    const { words } = await run({ ...short, seasonLength: 7 }, wave(60));
    expect(words).toMatch(/persistence \(repeat last value\)/);
    expect(words).toMatch(/seasonal naive \(the value 7 steps before\)/);
    expect(words).not.toMatch(/month/);
  });

  test("a constant series is safe and said to be one", async () => {
    const { json, words, csv } = await run(short, new Array(30).fill(5));
    expect(json.persistence.testRmse).toBe(0);
    expect(Number.isFinite(json.runs[0]!.testRmse)).toBe(true);
    expect(csv).not.toContain("NaN");
    expect(words).toContain("the series is constant");
  });

  test("a value that is not finite is refused with its row", async () => {
    await expect(run(short, [...wave(20), Number.NaN])).rejects.toThrow(/row 21 holds NaN/);
  });

  test("a loss that stops being finite ends the run with the last good weights, and says so", async () => {
    const { json, words, csv } = await run({ lr: 1e30 });
    expect(json.runs[0]!.diverged).toBe(true);
    expect(Object.keys(json.runs[0]!.losses)).toEqual(["1"]);
    expect(Number.isFinite(json.runs[0]!.testRmse)).toBe(true);
    expect(csv).not.toContain("NaN");
    expect(words).toMatch(/Note: in 1 run the loss of LSTM became infinite/);
  });

  test("an abort ends the training", async () => {
    const stop = new AbortController();
    const hooks = {
      signal: stop.signal,
      progress: (_: number, epoch: number) => epoch === 5 && stop.abort(),
    };
    await expect(run({}, passengers, hooks as Partial<TutorialHooks>)).rejects.toThrow(AbortError);
  });
});
