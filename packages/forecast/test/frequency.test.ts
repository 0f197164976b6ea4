import { ArgumentError } from "@lookback/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addSteps,
  completeFrequency,
  defaultSeasonLength,
  frequencyName,
  parseFrequency,
  stepsBetween,
} from "../src/frequency.js";
import { fitGrid, inferFrequency } from "../src/inferFrequency.js";
import { DAY, parseTime } from "../src/time.js";
import { formatTime, styleOf } from "../src/timeStyle.js";
import { golden, messageOf } from "./helpers.js";

const clock = (text: string) => parseTime(text)!.clock;

describe.each(golden.frequencies)("$freq (golden: pandas)", ({ freq, pandas, times, next }) => {
  const clocks = times.map(clock);
  const inferred = inferFrequency(clocks, "calendar")!;

  test("is inferred from its times", () => {
    expect(frequencyName(inferred)).toBe(freq);
  });
  test("is the same frequency as the one pandas infers", () => {
    expect(completeFrequency(parseFrequency(pandas), clocks[0]!)).toEqual(inferred);
  });
  test("goes on with the times that pandas goes on with", () => {
    const following = next.map((_, k) =>
      formatTime(addSteps(clocks.at(-1)!, inferred, k + 1), styleOf(times[0]!)),
    );
    expect(following).toEqual(next);
  });
  test("is inferred although a fifth of the times are missing", () => {
    const kept = clocks.filter((_, i) => i % 5 !== 3);
    const again = inferFrequency(kept, "calendar")!;
    expect(frequencyName(again)).toBe(freq);
    expect(fitGrid(kept, again)).toMatchObject({ offGrid: [], missing: 4 });
  });
});

test.each([
  ["M-15", ["2020-01-15", "2020-02-15", "2020-03-15", "2020-04-15"], "2020-05-15"],
  ["M-30", ["2020-01-30", "2020-02-29", "2020-03-30", "2020-04-30"], "2020-05-30"],
  ["ME", ["2020-01-31", "2020-02-29"], "2020-03-31"],
  ["index", ["7", "8", "9"], "10"],
  ["10index", ["10", "20", "30"], "40"],
  [
    "500ms",
    ["2020-01-01T00:00:00", "2020-01-01T00:00:00.5", "2020-01-01T00:00:01"],
    "2020-01-01T00:00:01.500",
  ],
])("%s is inferred, with %j going on at %s", (name, times, next) => {
  const index = times.every((time) => /^\d+$/.test(time));
  const clocks = times.map((time) => (index ? Number(time) : clock(time)));
  const freq = inferFrequency(clocks, index ? "index" : "calendar")!;
  expect(frequencyName(freq)).toBe(name);
  expect(formatTime(addSteps(clocks.at(-1)!, freq, 1), styleOf(next))).toBe(next);
  expect(completeFrequency(parseFrequency(name), clocks[0]!)).toEqual(freq);
});

test("no frequency is inferred when no step makes up half of the steps", () => {
  const days = [0, 1, 5, 6, 11, 20, 22, 30, 35];
  expect(
    inferFrequency(
      days.map((day) => day * DAY),
      "calendar",
    ),
  ).toBeUndefined();
  expect(inferFrequency([5], "index")).toBeUndefined();
});

test("pandas' older names are understood, and open anchors come from the data", () => {
  const start = clock("2020-02-05");
  const name = (text: string) => frequencyName(completeFrequency(parseFrequency(text), start));
  expect(
    ["H", "T", "S", "15T", "W", "M", "Q", "A-JAN"].map((text) => {
      try {
        return name(text);
      } catch {
        return "error";
      }
    }),
  ).toEqual(["h", "min", "s", "15min", "W-WED", "M-5", "3M-5", "error"]);
  expect(name("QS")).toBe("QS-FEB");
  expect(name("monthly")).toBe("M-5");
});

test.each(["X", "", "0D", "D-MON", "W-XXX", "MS-JAN", "-3h", "1.5h", "M-32"])(
  'there is no frequency named "%s"',
  (name) => {
    expect(messageOf(() => parseFrequency(name), ArgumentError)).toMatch(
      /no frequency named .* Known are index, ms, s, min/,
    );
  },
);

test("steps forward and back return to the same time, and are counted right", () => {
  const names = golden.frequencies.map(({ freq, times }) => ({ freq, start: clock(times[0]!) }));
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.integer({ min: -400, max: 400 }), ({ freq, start }, steps) => {
      const frequency = completeFrequency(parseFrequency(freq), start);
      const there = addSteps(start, frequency, steps);
      expect(addSteps(there, frequency, -steps)).toBe(start);
      expect(stepsBetween(start, there, frequency)).toBe(steps);
      expect(stepsBetween(start, there + 1, frequency)).toBeUndefined();
    }),
  );
});

test.each([
  ["MS", 144, 12],
  ["MS", 23, 1],
  ["2MS", 100, 6],
  ["QE", 40, 4],
  ["YS", 100, 1],
  ["W-SUN", 200, 52],
  ["W-SUN", 103, 1],
  ["D", 14, 7],
  ["B", 100, 5],
  ["h", 48, 24],
  ["h", 47, 1],
  ["15min", 400, 96],
  ["15min", 100, 4],
  ["min", 5000, 1440],
  ["min", 200, 60],
  ["7min", 5000, 1],
  ["s", 100_000, 1],
  ["index", 1000, 1],
])("%s with %i rows has a season of %i", (name, rows, season) => {
  expect(defaultSeasonLength(completeFrequency(parseFrequency(name), 0), rows)).toBe(season);
});
