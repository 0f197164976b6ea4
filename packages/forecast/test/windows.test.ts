import { ArgumentError, DataError } from "@lookback/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeWindows, splitWindows } from "../src/windows.js";
import { flights, messageOf } from "./helpers.js";

test("windows and what follows them are cut in order of time", () => {
  const windows = makeWindows([1, 2, 3, 4, 5, 6], { lookback: 3, horizon: 2 });
  expect(windows.count).toBe(2);
  expect([...windows.inputs]).toEqual([1, 2, 3, 2, 3, 4]);
  expect([...windows.targets]).toEqual([4, 5, 5, 6]);
});

test("a stride leaves out windows between", () => {
  const windows = makeWindows([1, 2, 3, 4, 5, 6], { lookback: 2, stride: 3 });
  expect([...windows.inputs]).toEqual([1, 2, 4, 5]);
  expect([...windows.targets]).toEqual([3, 6]);
});

test("the tutorial's 144 months give 141 windows, 112 to train and 29 to test", () => {
  const [train, test] = splitWindows(makeWindows(flights.values, { lookback: 3 }), { rate: 0.8 });
  expect([train.count, test.count]).toEqual([112, 29]);
  expect([...test.inputs.slice(0, 3)]).toEqual([...flights.values.slice(112, 115)]);
  expect(test.targets.length).toBe(29);
  expect(test.targets.at(-1)).toBe(432);
});

test("a holdout keeps the last windows for testing", () => {
  const [train, test] = splitWindows(makeWindows([1, 2, 3, 4, 5], { lookback: 1 }), { holdout: 1 });
  expect([...train.targets, ...test.targets]).toEqual([2, 3, 4, 5]);
  expect(test.count).toBe(1);
});

test("every window is followed by its own target, whatever the sizes", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(
    fc.property(size, size, size, fc.integer({ min: 12, max: 40 }), (lookback, horizon, stride, n) => {
      const values = Array.from({ length: n }, (_, i) => i);
      const { count, inputs, targets } = makeWindows(values, { lookback, horizon, stride });
      expect((count - 1) * stride + lookback + horizon).toBeLessThanOrEqual(n);
      expect(count * stride + lookback + horizon).toBeGreaterThan(n);
      for (let i = 0; i < count; i++) {
        expect(targets[i * horizon]).toBe(inputs[(i + 1) * lookback - 1]! + 1);
      }
    }),
  );
});

test.each([
  [
    "too few values",
    () => makeWindows([1, 2, 3], { lookback: 3, horizon: 2 }),
    DataError,
    "need at least 5 rows, got 3",
  ],
  [
    "a lookback of 0",
    () => makeWindows([1, 2], { lookback: 0 }),
    ArgumentError,
    "lookback must be a whole number of at least 1, got 0",
  ],
  [
    "a fractional horizon",
    () => makeWindows([1, 2], { lookback: 1, horizon: 1.5 }),
    ArgumentError,
    "horizon must be",
  ],
  [
    "a negative stride",
    () => makeWindows([1, 2], { lookback: 1, stride: -1 }),
    ArgumentError,
    "stride must be",
  ],
  [
    "a rate of 1",
    () => splitWindows(makeWindows([1, 2, 3], { lookback: 1 }), { rate: 1 }),
    ArgumentError,
    "rate 1 leaves",
  ],
  [
    "a rate that is NaN",
    () => splitWindows(makeWindows([1, 2, 3], { lookback: 1 }), { rate: Number.NaN }),
    ArgumentError,
    "rate NaN leaves",
  ],
  [
    "a holdout of everything",
    () => splitWindows(makeWindows([1, 2, 3], { lookback: 1 }), { holdout: 2 }),
    ArgumentError,
    "from 1 to 1",
  ],
] as const)("%s is refused", (_, work, kind, part) => {
  expect(messageOf(work, kind)).toContain(part);
});
