import { AbortError, ArgumentError, FormatError } from "@lookback/core";
import { expect, test } from "vitest";
import {
  defaultSpace,
  optionImportance,
  runTuneJob,
  type TuneJob,
  type TuneResult,
  type TuneState,
  tune,
} from "../src/tune.js";
import { flights, rejectionOf } from "./helpers.js";

/** A search whose scores are known: hidden 8 is best, lr does little. */
const space = { hidden: [2, 4, 8], lr: [0.01, 0.02, 0.03] };
const scoreOf = ({ options }: TuneJob) => 10 / (options.hidden as number) + (options.lr as number);
const known = async (jobs: readonly TuneJob[], done: (result: TuneResult) => void) => {
  for (const job of jobs) done({ id: job.id, score: scoreOf(job), seconds: 0 });
};
const options = { horizon: 6, space, trials: 9, epochs: 27, run: known };

test("the best third goes on to the next round with three times the epochs, down to the best", async () => {
  const { options: best, score, state, finalists } = await tune(flights, options);
  expect(best).toEqual({ hidden: 8, lr: 0.01 });
  expect(score).toBeCloseTo(1.26, 12);
  expect(state.rounds.map(({ epochs, ids }) => [epochs, ids.length])).toEqual([
    [3, 9],
    [9, 3],
    [27, 1],
  ]);
  expect(new Set(state.configurations.map((one) => JSON.stringify(one))).size).toBe(9);
  expect(state.rounds[1]!.ids.every((id) => state.configurations[id]!.hidden === 8)).toBe(true);
  expect(finalists.length).toBe(1);
});

test("the option that decides explains the scores, and its values are told apart", async () => {
  const { importance } = await tune(flights, options);
  expect(importance.map(({ option }) => option)).toEqual(["hidden", "lr"]);
  expect(importance[0]!.explained).toBeGreaterThan(0.99);
  expect(importance[1]!.explained).toBeLessThan(0.01);
  const scores = new Map(importance[0]!.values.map(({ value, score }) => [value, score]));
  expect(scores.get(8)).toBeLessThan(scores.get(2)!);
});

test("explained variance is that of the groups' means", () => {
  const state: TuneState = {
    format: "lookback-tune",
    version: 1,
    task: "",
    configurations: [{ a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }],
    rounds: [
      {
        epochs: 1,
        ids: [0, 1, 2, 3],
        // logarithms 0, 2, 2, 4: total 8 around 2; the groups' means 1 and 3 explain 2·1 + 2·1
        results: [0, 2, 2, 4].map((x, id) => ({ id, score: Math.exp(x), seconds: 1 })),
      },
    ],
  };
  expect(optionImportance(state)[0]!.explained).toBeCloseTo(0.5, 12);
});

test("a search goes on from its state, and ends as it would have", async () => {
  const whole = await tune(flights, options);
  const states: TuneState[] = [];
  const controller = new AbortController();
  const stopping = async (jobs: readonly TuneJob[], done: (result: TuneResult) => void) => {
    for (const job of jobs.slice(0, 4)) done({ id: job.id, score: scoreOf(job), seconds: 0 });
    controller.abort();
  };
  const interrupted = tune(flights, {
    ...options,
    run: stopping,
    onState: (state) => states.push(state),
    signal: controller.signal,
  });
  expect(await rejectionOf(interrupted, AbortError)).toContain("interrupted");
  expect(states.length).toBe(4);
  const again: number[] = [];
  const resumed = await tune(flights, {
    ...options,
    resume: JSON.parse(JSON.stringify(states.at(-1))),
    run: (jobs, done) => {
      again.push(jobs.length);
      return known(jobs, done);
    },
  });
  expect(again).toEqual([5, 3, 1]);
  expect(resumed.state).toEqual(whole.state);
});

test("configurations that cannot be trained are left out, with the reason", async () => {
  const failing = async (jobs: readonly TuneJob[], done: (result: TuneResult) => void) => {
    for (const job of jobs) {
      if (job.options.hidden === 8) done({ id: job.id, score: null, seconds: 0, reason: "too large." });
      else done({ id: job.id, score: scoreOf(job), seconds: 0 });
    }
  };
  expect((await tune(flights, { ...options, run: failing })).options.hidden).toBe(4);
  const none = async (jobs: readonly TuneJob[], done: (result: TuneResult) => void) => {
    for (const { id } of jobs) done({ id, score: null, seconds: 0, reason: "too hot." });
  };
  expect(await rejectionOf(tune(flights, { ...options, run: none }), ArgumentError)).toBe(
    "tune: no configuration could be trained. The first one said: too hot.",
  );
});

test("a job is a backtest of its configuration, the same for the same seed", async () => {
  const job: TuneJob = {
    id: 3,
    options: { hidden: 2, lookback: 4 },
    epochs: 2,
    horizon: 6,
    windows: 1,
    seed: 0,
  };
  const first = await runTuneJob(flights, job);
  expect(first).toMatchObject({ id: 3 });
  expect(first.score).toBeGreaterThan(0);
  expect((await runTuneJob(flights, job)).score).toBe(first.score);
  const long = await runTuneJob(flights, { ...job, options: { lookback: 500 } });
  expect(long).toMatchObject({ score: null });
  expect(long.reason).toContain("lookback of 500");
});

test("the default space suits the series, and small searches of it really train", async () => {
  expect(defaultSpace(flights).lookback).toEqual([6, 12, 15, 24]);
  const { score } = await tune(flights, {
    horizon: 6,
    space: { hidden: [2, 3] },
    trials: 2,
    reduction: 2,
    epochs: 2,
    windows: 1,
  });
  expect(score).toBeGreaterThan(0);
});

test.each([
  ["an option that there is not", { space: { size: [1] } }, ArgumentError, 'no option "size"'],
  ["a value out of range", { space: { hidden: [0] } }, ArgumentError, "hidden: expected"],
  ["no values", { space: { hidden: [] } }, ArgumentError, 'no values for "hidden"'],
  ["no trials", { trials: 0 }, ArgumentError, "trials"],
  ["a reduction of 1", { reduction: 1 }, ArgumentError, "reduction must be"],
  ["a damaged state", { resume: { format: "lookback-tune" } }, FormatError, "is damaged"],
  [
    "a state of another search",
    { resume: { format: "lookback-tune", version: 1, task: "x", configurations: [], rounds: [] } },
    FormatError,
    "was for another series",
  ],
] as const)("%s is refused", async (_, extra, kind, part) => {
  expect(await rejectionOf(tune(flights, { ...options, ...extra }), kind)).toContain(part);
});
