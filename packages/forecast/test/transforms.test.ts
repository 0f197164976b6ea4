import { ArgumentError, DataError, FormatError } from "@lookback/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compose,
  identity,
  log,
  log1p,
  minMaxScaler,
  standardScaler,
  type Transform,
  transformFromJSON,
} from "../src/transforms.js";
import { flights, messageOf } from "./helpers.js";

const all: [name: string, make: () => Transform, lowest: number][] = [
  ["identity", identity, -1e6],
  ["minMaxScaler", minMaxScaler, -1e6],
  ["minMaxScaler to [-1, 1]", () => minMaxScaler({ range: [-1, 1] }), -1e6],
  ["standardScaler", standardScaler, -1e6],
  ["log", log, 0.001],
  ["log1p", log1p, 0],
  ["log and standardScaler", () => compose(log(), standardScaler()), 0.001],
  ["nothing composed", () => compose(), -1e6],
];

describe.each(all)("%s", (_, make, lowest) => {
  const value = fc.double({ min: lowest, max: 1e6, noNaN: true });

  test("is undone by invert, also for values it was not fitted on", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.array(value), (training, values) => {
        const fitted = make().fit(training);
        const back = fitted.invert(fitted.apply(values));
        for (const [i, x] of values.entries())
          expect(Math.abs(back[i]! - x)).toBeLessThan(1e-6 * (1 + Math.abs(x)));
      }),
    );
  });

  test("takes a spread too small to divide by for a constant", () => {
    const least = Math.max(lowest, 0);
    const fitted = make().fit([least, least + 1.1125369292536017e-308]);
    expect(fitted.invert(fitted.apply([1.0000000000000009]))[0]).toBeCloseTo(1, 12);
  });

  test("keeps a constant series finite and gives it back", () => {
    const fitted = make().fit([5, 5, 5]);
    const scaled = fitted.apply([5, 5, 5]);
    expect([...scaled].every(Number.isFinite)).toBe(true);
    expect(fitted.invert(scaled)[1]).toBeCloseTo(5, 12);
  });

  test("comes back from its JSON", () => {
    const fitted = make().fit([1, 2, 4]);
    const again = transformFromJSON(JSON.parse(JSON.stringify(fitted)));
    expect(again.apply([3, 7])).toEqual(fitted.apply([3, 7]));
    expect(again.invert([3, 7])).toEqual(fitted.invert([3, 7]));
  });

  test("does not touch its input", () => {
    const values = Float64Array.of(1, 2, 4);
    make().fit(values).apply(values);
    expect([...values]).toEqual([1, 2, 4]);
  });
});

test("minMaxScaler maps the tutorial's flights to 0 … 1", () => {
  const fitted = minMaxScaler().fit(flights.values);
  expect(fitted.toJSON()).toEqual({ type: "linear", name: "minMax", offset: 104, scale: 518, start: 0 });
  expect([...fitted.apply([104, 622, 112])]).toEqual([0, 1, 8 / 518]);
});

test("minMaxScaler fitted on a training part lets later values leave the range", () => {
  expect([
    ...minMaxScaler({ range: [-1, 1] })
      .fit([0, 10])
      .apply([5, 20]),
  ]).toEqual([0, 3]);
});

test("standardScaler divides by the deviation over n", () => {
  const fitted = standardScaler().fit([2, 4, 4, 4, 5, 5, 7, 9]);
  expect([...fitted.apply([9, 5, 1])]).toEqual([2, 0, -2]);
});

test("a constant becomes the start of the range, or 0", () => {
  expect([
    ...minMaxScaler({ range: [2, 3] })
      .fit([5, 5])
      .apply([5]),
  ]).toEqual([2]);
  expect([...standardScaler().fit([0.1, 0.1, 0.1]).apply([0.1])][0]).toBeCloseTo(0, 10);
});

test("log and log1p are the natural logarithms", () => {
  expect(log().fit([1]).apply([Math.E])[0]).toBeCloseTo(1, 15);
  expect(log1p().fit([1]).apply([0])[0]).toBe(0);
});

test.each([
  ["log of 0", () => log().fit([1, 0]), DataError, "log: expected values above 0, got 0 at index 1"],
  ["log of a later negative value", () => log().fit([1]).apply([-2]), DataError, "got -2 at index 0"],
  ["log1p of −1", () => log1p().fit([-1]), DataError, "log1p: expected values above -1"],
  ["a scaler of nothing", () => minMaxScaler().fit([]), DataError, "there are no values"],
  ["a scaler of NaN", () => standardScaler().fit([1, Number.NaN]), DataError, "got NaN at index 1"],
  ["an empty range", () => minMaxScaler({ range: [1, 1] }), ArgumentError, "got [1, 1]"],
  [
    "JSON of an unknown kind",
    () => transformFromJSON({ type: "cube" }),
    FormatError,
    "damaged or of another kind",
  ],
  [
    "JSON with a scale of 0",
    () => transformFromJSON({ type: "linear", name: "minMax", offset: 0, scale: 0, start: 0 }),
    FormatError,
    "at scale",
  ],
  [
    "JSON that is broken inside",
    () => transformFromJSON({ type: "compose", parts: [{ type: "log", shift: "x" }] }),
    FormatError,
    "parts.0.shift",
  ],
  ["no JSON at all", () => transformFromJSON(null), FormatError, "transform:"],
] as const)("%s is refused", (_, work, kind, part) => {
  expect(messageOf(work, kind)).toContain(part);
});
