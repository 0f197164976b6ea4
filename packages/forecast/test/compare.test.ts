import { AbortError, ArgumentError } from "@lookback/core";
import { expect, test } from "vitest";
import { backtest } from "../src/backtest.js";
import { naive, seasonalNaive } from "../src/baselines.js";
import { compare } from "../src/compare.js";
import { flights, rejectionOf } from "./helpers.js";
import { make as smallNetwork } from "./smallNeural.js";

const options = { horizon: 6, windows: 1, refit: false };
const lstm = {
  name: "lstm",
  make: (seed: number) => smallNetwork({ seed, epochs: 2, ensemble: 1, horizon: 6 }),
};
const baseline = { name: "naive", make: naive, random: false };

test("each line holds the scores of a backtest with every seed, their middle and their ends", async () => {
  const [network, plain] = await compare([lstm, baseline], flights, { ...options, seeds: 3 });
  expect(network!.seeds.map(({ seed }) => seed)).toEqual([0, 1, 2]);
  const scores = network!.seeds.map(({ score }) => score.mase).sort((a, b) => a - b);
  expect(network!.mase).toEqual({ least: scores[0], median: scores[1], most: scores[2] });
  expect(scores[0]).toBeLessThan(scores[2]!);
  const alone = await backtest([() => lstm.make(1)], flights, options);
  expect(network!.seeds[1]!.score.mase).toBe(alone.models[0]!.mase);
  expect(plain!.seeds.length).toBe(1);
  expect(plain!.mase.least).toBe(plain!.mase.most);
});

test("parameters are counted where a model learns any", async () => {
  const [network, plain] = await compare([lstm, baseline], flights, { ...options, seeds: 1 });
  const model = lstm.make(0);
  await model.fit(flights);
  expect(network!.parameters).toBe(model.parameterCount);
  expect(plain!.parameters).toBe(0);
});

test("progress rises to the end", async () => {
  const seen: number[] = [];
  await compare([baseline, { ...baseline, name: "again", make: seasonalNaive }], flights, {
    ...options,
    onProgress: ({ fraction }) => seen.push(fraction),
  });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
});

test("two of one name, no seeds and an interruption are told", async () => {
  expect(await rejectionOf(compare([baseline, baseline], flights, options), ArgumentError)).toContain(
    'two contenders named "naive"',
  );
  expect(await rejectionOf(compare([baseline], flights, { ...options, seeds: 0 }), ArgumentError)).toContain(
    "seeds",
  );
  const signal = AbortSignal.abort();
  expect(await rejectionOf(compare([baseline], flights, { ...options, signal }), AbortError)).toContain(
    "interrupted",
  );
});
