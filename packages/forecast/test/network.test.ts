import { describe, expect, test } from "vitest";
import { heldOutSpread, randomWalkSpread, spreadAt } from "../src/calibration.js";
import { encode, forecastWindows, median, seededNetwork } from "../src/network.js";
import { fitScaler, pairsOf, trainingSet } from "../src/training.js";
import { identity, standardScaler } from "../src/transforms.js";
import { distance, flights } from "./helpers.js";

const scaler = standardScaler().fit([-10, 10]);
const networks = [0, 1, 2].map((seed) =>
  seededNetwork({ cell: "lstm", hidden: 4, layers: 2, outputs: 3 }, seed),
);
const window = Float64Array.of(3, 1, 4, 1, 5);

describe("what an ensemble forecasts", () => {
  test("moves with the level of its window, exactly", () => {
    const [low, high] = forecastWindows(networks, [window, window.map((value) => value + 1024)], scaler, 7);
    expect(
      distance(
        high!,
        low!.map((value) => value + 1024),
      ),
    ).toBeLessThan(1e-9);
  });

  test("is the median of what its members forecast", () => {
    const members = networks.map((network) => forecastWindows([network], [window], scaler, 3)[0]!);
    const together = forecastWindows(networks, [window], scaler, 3)[0]!;
    expect(
      distance(
        together,
        together.map((_, step) => median(members.map((own) => own[step]!))),
      ),
    ).toBeLessThan(1e-12);
  });

  test("goes on beyond one pass from its own forecast", () => {
    const first = forecastWindows(networks, [window], scaler, 3)[0]!;
    const second = forecastWindows(networks, [Float64Array.of(...window.slice(3), ...first)], scaler, 2)[0]!;
    expect([...forecastWindows(networks, [window], scaler, 5)[0]!]).toEqual([...first, ...second]);
  });

  test("is the same for a window among others as alone", () => {
    const other = Float64Array.of(9, 9, 8, 7, 9);
    const [, among] = forecastWindows(networks, [other, window], scaler, 3);
    expect(distance(among!, forecastWindows(networks, [window], scaler, 3)[0]!)).toBeLessThan(1e-6);
  });
});

test("windows are laid out step by step, without their level", () => {
  const inputs = encode([Float64Array.of(1, 2, 4), Float64Array.of(5, 5, 7)], identity().fit([0]));
  expect([...inputs]).toEqual([-3, -2, -2, -2, 0, 0]);
});

test("pairs hold every window and what follows it, and a scale fitted on both", () => {
  const pairs = pairsOf(Float64Array.of(1, 2, 4, 8), 2, 1);
  expect(pairs.map(({ window, target }) => [...window, ...target])).toEqual([
    [1, 2, 4],
    [2, 4, 8],
  ]);
  const fitted = fitScaler(pairs, identity());
  expect([...trainingSet(pairs, fitted).targets]).toEqual([2, 4]);
});

test("more windows than can be trained on are the newest", () => {
  const values = Float64Array.from({ length: 20_100 }, (_, t) => t);
  const pairs = pairsOf(values, 10, 2);
  expect(pairs.length).toBe(20_000);
  expect(pairs.at(-1)!.target[1]).toBe(20_099);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

describe("the spread of errors", () => {
  test("does not fall with the steps ahead, and grows like √h beyond what was measured", () => {
    const preparation = { log: true, seasonLength: 12 };
    const sizes = { lookback: 15, outputs: 3, horizon: 12 };
    const spread = heldOutSpread(networks, scaler, flights.values, 24, preparation, sizes);
    expect(spread.length).toBe(12);
    expect(spread).toEqual([...spread].sort((a, b) => a - b));
    expect(spreadAt(spread, 11)).toBe(spread[11]);
    expect(spreadAt(spread, 47)).toBeCloseTo(2 * spread[11]!, 12);
  });

  test("is that of a random walk where nothing could be held out", () => {
    const spread = randomWalkSpread(Float64Array.of(0, 2, 0, 2), { log: false, seasonLength: 1 }, 4);
    expect(spread).toEqual([2, Math.sqrt(8), Math.sqrt(12), 4]);
  });
});
