import { ArgumentError, DataError, FormatError } from "@lookback/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { guerreroLambda, suitsLog } from "../src/boxCox.js";
import {
  boxCox,
  compose,
  deseasonalise,
  difference,
  identity,
  level,
  log,
  log1p,
  minMaxScaler,
  robustScaler,
  seasonalDifference,
  standardScaler,
  type Transform,
  transformFromJSON,
} from "../src/transforms.js";
import { classical } from "./classical.js";
import { distance, flights, messageOf } from "./helpers.js";

const all: [name: string, make: () => Transform, lowest: number][] = [
  ["identity", identity, -1e6],
  ["minMaxScaler", minMaxScaler, -1e6],
  ["minMaxScaler to [-1, 1]", () => minMaxScaler({ range: [-1, 1] }), -1e6],
  ["standardScaler", standardScaler, -1e6],
  ["log", log, 0.001],
  ["log1p", log1p, 0],
  ["robustScaler", robustScaler, -1e6],
  ["level of the last", level, -1e6],
  ["level of the median", () => level({ of: "median" }), -1e6],
  ["boxCox of 0", () => boxCox({ lambda: 0 }), 0.001],
  ["boxCox of 0.5", () => boxCox({ lambda: 0.5 }), 0.001],
  ["boxCox of -0.3", () => boxCox({ lambda: -0.3 }), 0.001],
  ["difference", difference, -1e6],
  ["log and difference", () => compose(log(), difference(), standardScaler()), 0.001],
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

  test("is undone by invertAhead in the steps that follow", () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), fc.array(value), (training, values) => {
        const fitted = make().fit(training);
        const back = fitted.invertAhead(fitted.applyAhead(values));
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

test("robustScaler divides by the range of the middle half, which an outlier does not move", () => {
  const fitted = robustScaler().fit([1, 2, 3, 4, 1000]);
  expect(fitted.toJSON()).toMatchObject({ name: "robust", offset: 3, scale: 2 });
});

test("level measures from the last, the mean or the median", () => {
  const from = (of: "last" | "mean" | "median") => level({ of }).fit([1, 2, 9]).apply([10])[0];
  expect([from("last"), from("mean"), from("median")]).toEqual([1, 6, 8]);
});

test("boxCox is a shifted line at 1, a logarithm at 0, and a power between", () => {
  const at = (lambda: number) => boxCox({ lambda }).fit([4]).apply([4])[0];
  expect(at(1)).toBeCloseTo(3, 14);
  expect(at(0)).toBe(Math.log(4));
  expect(at(0.5)).toBeCloseTo(2, 14);
});

test("boxCox undoes what lies outside of its range as the end of it", () => {
  expect([...boxCox({ lambda: 0.5 }).fit([1]).invert([-3])]).toEqual([0]);
  expect([...boxCox({ lambda: -1 }).fit([1]).invert([1])]).toEqual([Number.MAX_VALUE]);
});

test.each([
  ["AirPassengers", 12],
  ["USAccDeaths", 12],
  ["Nile", 2],
])("the lambda chosen for %s is the one that Guerrero's formula has in R", (name, seasonLength) => {
  const chosen = guerreroLambda(classical[name]!, seasonLength);
  expect(chosen).toBeCloseTo(classical[`guerrero ${name}`]![0]!, 4);
  expect(boxCox({ seasonLength }).fit(classical[name]!).toJSON()).toEqual({ type: "boxCox", lambda: chosen });
});

test("a constant leaves boxCox at 1", () => {
  expect(guerreroLambda(new Array(30).fill(3), 12)).toBe(1);
  expect(guerreroLambda([1, 2], 2)).toBe(1);
});

test("logarithms suit positive values that do not collapse", () => {
  expect([suitsLog([1, 2]), suitsLog([0, 2]), suitsLog([1, 2000, 3]), suitsLog([])]).toEqual([
    true,
    false,
    false,
    true,
  ]);
});

test("differences begin at 0 in the training part and at its end ahead", () => {
  const one = difference().fit([3, 5, 4]);
  expect([...one.apply([3, 5, 4])]).toEqual([3, 2, -1]);
  expect([...one.applyAhead([6, 5])]).toEqual([2, -1]);
  expect([...one.invertAhead([2, -1])]).toEqual([6, 5]);
  const season = seasonalDifference({ seasonLength: 2 }).fit([1, 10, 2, 12]);
  expect([...season.apply([1, 10, 2, 12])]).toEqual([1, 10, 1, 2]);
  expect([...season.invertAhead([1, 1, 1, 1])]).toEqual([3, 13, 4, 14]);
});

test("deseasonalise takes a season off, and puts the last one back on the steps that follow", () => {
  const values = Array.from({ length: 42 }, (_, t) => t + [0, 9, 4, -3][t % 4]!);
  const fitted = deseasonalise({ seasonLengths: [4] }).fit(values);
  const line = fitted.apply(values);
  for (let t = 5; t < 37; t++) expect(line[t]! - line[t - 1]!).toBeCloseTo(1, 1);
  expect(distance(fitted.invert(line), values)).toBeLessThan(1e-12);
  const ahead = fitted.invertAhead(Array.from({ length: 8 }, (_, k) => line[41]! + k + 1));
  for (const [k, value] of ahead.entries()) {
    expect(value).toBeCloseTo(42 + k + [0, 9, 4, -3][(42 + k) % 4]!, 0);
  }
  const again = transformFromJSON(JSON.parse(JSON.stringify(fitted)));
  expect(again.invertAhead([1, 2, 3, 4, 5])).toEqual(fitted.invertAhead([1, 2, 3, 4, 5]));
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
  ["boxCox of 0", () => boxCox().fit([1, 0]), DataError, "boxCox: expected values above 0, got 0 at index 1"],
  ["a lambda out of range", () => boxCox({ lambda: 9 }), ArgumentError, "from -5 to 5, got 9"],
  ["a level of something else", () => level({ of: "first" as "last" }), ArgumentError, 'got "first"'],
  ["a season of 1", () => seasonalDifference({ seasonLength: 1 }), ArgumentError, "from 2 to 100000, got 1"],
  [
    "a season longer than the values",
    () => seasonalDifference({ seasonLength: 5 }).fit([1]),
    DataError,
    "got 1",
  ],
  [
    "JSON with less than a season",
    () => transformFromJSON({ type: "seasons", parts: [{ seasonLength: 9, effects: [1] }] }),
    FormatError,
    "a season of 9 steps needs as many effects, and has 1",
  ],
  ["no JSON at all", () => transformFromJSON(null), FormatError, "transform:"],
] as const)("%s is refused", (_, work, kind, part) => {
  expect(messageOf(work, kind)).toContain(part);
});
