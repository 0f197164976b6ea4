import { ArgumentError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { calendarFeatures } from "../src/calendarFeatures.js";
import { seriesFromValues } from "../src/series.js";
import { seriesFromTable } from "../src/seriesFromTable.js";
import { distance, file, messageOf } from "./helpers.js";

const series = (freq: string, start: string | number, length = 4) =>
  seriesFromValues(new Float64Array(length), { freq, start });

describe("calendarFeatures", () => {
  test.each([
    ["min", "2020-01-01T00:00:00", ["minute", "hour", "weekday", "day", "year"]],
    ["h", "2020-01-01T00:00:00", ["hour", "weekday", "day", "year"]],
    ["D", "2020-01-01", ["weekday", "day", "year"]],
    ["B", "2020-01-01", ["weekday", "day", "year"]],
    ["W-WED", "2020-01-01", ["year"]],
    ["MS", "2020-01-01", ["month"]],
    ["QE", "2020-03-31", ["month"]],
    ["YS", "2020-01-01", []],
    ["index", 1, []],
  ])("a series of %s has the cycles longer than its steps", (freq, start, cycles) => {
    const names = Object.keys(calendarFeatures(series(freq, start), 0));
    expect(names).toEqual(cycles.flatMap((cycle) => [`${cycle}Sin`, `${cycle}Cos`]));
  });

  test("are the points of a clock: a quarter of the way round at April, halfway at July", () => {
    const { monthSin, monthCos } = calendarFeatures(series("MS", "2019-12-01", 2), 6);
    const angle = (month: number) => (2 * Math.PI * (month - 1)) / 12;
    const months = [12, 1, 2, 3, 4, 5, 6, 7];
    expect(
      distance(
        monthSin!,
        months.map((month) => Math.sin(angle(month))),
      ),
    ).toBeLessThan(1e-12);
    expect(
      distance(
        monthCos!,
        months.map((month) => Math.cos(angle(month))),
      ),
    ).toBeLessThan(1e-12);
    expect([monthSin![4], Math.round(monthCos![7]!)]).toEqual([1, -1]);
  });

  test("take a leap year's length, and Monday for the first day of the week", () => {
    const leap = calendarFeatures(series("D", "2020-07-01", 1), 0);
    expect([leap.yearSin![0], leap.yearCos![0]]).toEqual([
      Math.sin((2 * Math.PI * 182) / 366),
      Math.cos((2 * Math.PI * 182) / 366),
    ]);
    const monday = calendarFeatures(series("D", "2020-07-06", 1), 0);
    expect([monday.weekdaySin![0], monday.weekdayCos![0]]).toEqual([0, 1]);
  });

  test("follow the wall clock of a zone across a change of its clocks", () => {
    const date = ["2020-03-28 23:00", "2020-03-29 00:00", "2020-03-29 01:00"];
    const [local] = seriesFromTable(file({ date, y: [1, 2, 3] }), { timeZone: "Europe/Berlin" });
    const { hourSin } = calendarFeatures(local!, 1);
    // after 01:00 comes 03:00
    expect(hourSin![3]).toBe(Math.sin((2 * Math.PI * 3) / 24));
  });

  test("refuse a number of coming steps that is none", () => {
    expect(messageOf(() => calendarFeatures(series("D", "2020-01-01"), -1), ArgumentError)).toContain(
      "got -1",
    );
  });
});
