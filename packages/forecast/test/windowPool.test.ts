import { describe, expect, test } from "vitest";
import { makeFrame } from "../src/frame.js";
import { type Layout, rowSizes } from "../src/layout.js";
import type { Preparation } from "../src/preparation.js";
import { type Series, seriesFromValues } from "../src/series.js";
import {
  batchOf,
  batchSize,
  fitScaler,
  makePool,
  makeTrainingSet,
  type TrainingSet,
} from "../src/windowPool.js";

const layout: Layout = {
  lookback: 3,
  patch: 1,
  outputs: 2,
  masked: false,
  levelRate: 1,
  scaled: false,
  context: false,
  seasonInputs: 1,
  past: [],
  future: [],
  statics: [],
};
const plain: Preparation = { log: false, unit: 1, season: "none", seasonLength: 1 };
const framed = (values: number[], own: Partial<Series> = {}) =>
  makeFrame(
    {
      ...seriesFromValues(values.map((v) => (Number.isNaN(v) ? 0 : v))),
      values: Float64Array.from(values),
      ...own,
    },
    plain,
    {
      context: false,
      discount: 1,
    },
  );
const setOf = (pool: TrainingSet["pool"], own: Partial<Layout> = {}, weightPower = 0): TrainingSet => ({
  ...makeTrainingSet(pool, { ...layout, ...own }, "window", weightPower),
});
const numbers = (set: TrainingSet, positions: number[]) =>
  batchOf(set, positions).map((part) => part.toArray<number[][]>());

describe("the windows of several series", () => {
  const frames = [framed([1, 2, 4, 8, 16, 32]), framed([5, 5, 5, 6, 7])];

  test("are all that have enough before and after them, series by series", () => {
    const { owners, ends } = makePool(frames, { fewest: 3, ahead: 2 });
    expect([...owners]).toEqual([0, 0, 1]);
    expect([...ends]).toEqual([3, 4, 3]);
  });

  test("become rows relative to their last value, each with what follows and its weights", () => {
    const set = setOf(makePool(frames, { fewest: 3, ahead: 2 }));
    expect(numbers(set, [1, 2])).toEqual([
      [
        [-6, -4, 0],
        [0, 0, 0],
      ],
      [
        [8, 24, 1, 1],
        [1, 2, 1, 1],
      ],
    ]);
  });

  test("are padded where masks tell what is not there, also beyond the end", () => {
    const set = setOf(makePool([frames[1]!], { fewest: 2, ahead: 1 }), { masked: true });
    expect(numbers(set, [0])).toEqual([[[0, 0, 0, 1, 0, 1]], [[0, 1, 1, 1]]]);
    expect(numbers(set, [2])[1]).toEqual([[1, 0, 1, 0]]);
  });

  test("read several values in one step", () => {
    const set = setOf(makePool([framed([1, 2, 3, 4, 5, 6])], { fewest: 4, ahead: 2 }), {
      lookback: 4,
      patch: 2,
      masked: true,
    });
    expect(rowSizes(set.layout)).toEqual({ steps: 2, channels: 4, fixed: 0, row: 8 });
    expect(numbers(set, [0])[0]).toEqual([[-3, -2, 1, 1, -1, 0, 1, 1]]);
  });

  test("mask a missing value, in the window and after it, and leave out windows of nothing else", () => {
    const gaps = framed([1, Number.NaN, 3, 4, Number.NaN, 6], { missing: [1, 4] });
    const set = setOf(makePool([gaps], { fewest: 3, ahead: 2 }), { masked: true });
    expect(numbers(set, [0])).toEqual([[[-2, 1, 0, 0, 0, 1]], [[1, 0, 1, 0]]]);
    const empty = framed([1, 2, 3, Number.NaN, Number.NaN, 6], { missing: [3, 4] });
    expect([...makePool([empty], { fewest: 3, ahead: 2 }).ends]).toEqual([4]);
  });

  test("are divided by how much they move, and may count by it", () => {
    const set = setOf(
      makePool([framed([0, 1, 2, 3, 4]), framed([0, 3, 6, 9, 12])], { fewest: 3, ahead: 2 }),
      { scaled: true },
      1,
    );
    const [rows, targets] = numbers(set, [0, 1]);
    expect(rows!.map((own) => own.slice(0, 3))).toEqual([
      [-2, -1, 0],
      [-2, -1, 0],
    ]);
    expect(targets).toEqual([
      [1, 2, 0.5, 0.5],
      [1, 2, 1.5, 1.5],
    ]);
  });

  test("carry covariates and statics on a common scale: the past's, what is known ahead, numbers and names", () => {
    const frame = framed([1, 2, 3, 4, 5], {
      past: { rain: Float64Array.of(0, 1, 2, 3, 4) },
      future: { price: Float64Array.of(10, 10, 10, 30, 30, 30) },
      statics: { size: 7, region: "north" },
    });
    const set = setOf(makePool([frame], { fewest: 3, ahead: 2 }), {
      past: [{ name: "rain", mean: 2, deviation: 2 }],
      future: [{ name: "price", mean: 20, deviation: 10 }],
      statics: [
        { name: "size", mean: 5, deviation: 2 },
        { name: "region", categories: ["north", "south"] },
      ],
    });
    expect(rowSizes(set.layout)).toMatchObject({ channels: 3, fixed: 5 });
    expect(numbers(set, [0])[0]).toEqual([[-2, -1, -1, -1, -0.5, -1, 0, 0, -1, 1, 1, 1, 1, 0]]);
  });
});

test("a scale is fitted on windows and what follows them, relative to their levels", () => {
  const pool = makePool([framed([1, 2, 4, 8])], { fewest: 2, ahead: 1 });
  const scaler = fitScaler(pool, { ...layout, lookback: 2, outputs: 1 }, "minmax");
  expect([...scaler.apply([-2, 4])]).toEqual([-1, 1]);
});

test.each([
  [200, 200],
  [257, 128],
  [20_000, 256],
  [1_000_000, 512],
])("of %d windows a batch holds %d", (windows, size) => {
  expect(batchSize(windows)).toBe(size);
});

test("more windows of a series than can be trained on are the newest", () => {
  const { ends } = makePool([framed(Array.from({ length: 20_100 }, (_, t) => t))], { fewest: 10, ahead: 2 });
  expect([ends.length, ends.at(-1)]).toEqual([20_000, 20_098]);
});
