import { describe, expect, test } from "vitest";
import { forecastAhead, type Model, median } from "../src/forecasting.js";
import { makeFrame } from "../src/frame.js";
import { type Layout, rowSizes } from "../src/layout.js";
import { seededNetwork } from "../src/network.js";
import { outputOf } from "../src/outputs.js";
import { seriesFromValues } from "../src/series.js";
import { standardScaler } from "../src/transforms.js";
import { distance } from "./helpers.js";

const layout: Layout = {
  lookback: 5,
  patch: 1,
  outputs: 3,
  masked: false,
  levelRate: 1,
  scaled: false,
  context: false,
  seasonInputs: 1,
  past: [],
  future: [],
  statics: [],
};
const { row: _, ...rows } = rowSizes(layout);
const networks = [0, 1, 2].map((seed) =>
  seededNetwork({ cell: "lstm", hidden: 4, layers: 2, head: 0, outputs: 3, ...rows }, seed),
);
const model: Model = { networks, layout, scaler: standardScaler().fit([-10, 10]), output: outputOf("point") };
const window = [3, 1, 4, 1, 5];

function originOf(values: readonly number[]) {
  const preparation = { log: false, unit: 1, season: "none", seasonLength: 1 } as const;
  const frame = makeFrame(seriesFromValues(values), preparation, { context: false, discount: 1 });
  return { frame, end: values.length };
}
const centers = (own: Model, windows: readonly (readonly number[])[], steps: number) =>
  forecastAhead(own, windows.map(originOf), steps).map(({ center }) => center);

describe("what an ensemble forecasts", () => {
  test("moves with the level of its window, exactly", () => {
    const [low, high] = centers(model, [window, window.map((value) => value + 1024)], 7);
    expect(
      distance(
        high!,
        low!.map((value) => value + 1024),
      ),
    ).toBeLessThan(1e-9);
  });

  test("is the median of what its members forecast", () => {
    const members = networks.map((network) => centers({ ...model, networks: [network] }, [window], 3)[0]!);
    const together = centers(model, [window], 3)[0]!;
    expect(
      distance(
        together,
        together.map((_, step) => median(members.map((own) => own[step]!))),
      ),
    ).toBeLessThan(1e-12);
  });

  test("goes on beyond one pass from its own forecast", () => {
    const first = centers(model, [window], 3)[0]!;
    const second = centers(model, [[...window.slice(3), ...first]], 2)[0]!;
    expect([...centers(model, [window], 5)[0]!]).toEqual([...first, ...second]);
  });

  test("is the same for a window among others as alone", () => {
    const [, among] = centers(model, [[9, 9, 8, 7, 9], window], 3);
    expect(distance(among!, centers(model, [window], 3)[0]!)).toBeLessThan(1e-6);
  });
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});
