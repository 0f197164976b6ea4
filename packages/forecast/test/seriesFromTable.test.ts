import { DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { futureTimes, sliceSeries } from "../src/series.js";
import { type SeriesFromTableOptions, seriesFromTable } from "../src/seriesFromTable.js";
import { type Cell, type Table, tableFromRows } from "../src/table.js";
import { file, flights, messageOf } from "./helpers.js";

const read = (table: Table, options?: SeriesFromTableOptions) => seriesFromTable(table, options)[0]!;
const months = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(2020, from + i, 1)).toISOString().slice(0, 10));
const ones = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

test("flights.csv is a monthly series of passengers with a year's season", () => {
  expect({ ...flights, times: flights.times.slice(0, 2), values: [...flights.values.slice(0, 2)] }).toEqual({
    id: "passengers",
    times: ["1949-01-01", "1949-02-01"],
    values: [112, 118],
    freq: "MS",
    seasonLength: 12,
    target: "passengers",
    timeName: "year, month",
  });
  expect(flights.values.length).toBe(144);
  expect(futureTimes(flights, 2)).toEqual(["1961-01-01", "1961-02-01"]);
});

describe("the time column is found", () => {
  const y = [3, 1, 4, 1, 5];
  test.each<[what: string, columns: Record<string, Cell[]>, timeName: string, freq: string, first: string]>([
    [
      "among text",
      {
        shop: ["a", "a", "a", "a", "a"],
        day: ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04", "2020-01-05"],
        y,
      },
      "day",
      "D",
      "2020-01-01",
    ],
    [
      "as Date objects",
      { when: [0, 1, 2, 3, 4].map((h) => new Date(Date.UTC(2020, 0, 1, h))), y },
      "when",
      "h",
      "2020-01-01T00:00:00",
    ],
    ["as years", { year: [1990, 1991, 1992, 1993, 1994], y }, "year", "YS", "1990-01-01"],
    ["as years in text", { year: ["1990", "1991", "1992", "1993", "1994"], y }, "year", "YS", "1990-01-01"],
    [
      "as year and quarter",
      { year: [1990, 1990, 1990, 1990, 1991], quarter: [1, 2, 3, 4, 1], y },
      "year, quarter",
      "QS",
      "1990-01-01",
    ],
    [
      "as year, month and day",
      { year: [2020, 2020, 2020, 2020, 2020], month: [2, 2, 2, 3, 3], day: [27, 28, 29, 1, 2], y },
      "year, month, day",
      "D",
      "2020-02-27",
    ],
    [
      "as year, month, day and hour",
      {
        No: ones(5),
        year: ones(5).map(() => 2010),
        month: ones(5).map(() => 1),
        day: [1, 1, 1, 1, 2],
        hour: [20, 21, 22, 23, 0],
        y,
      },
      "year, month, day, hour",
      "h",
      "2010-01-01T20:00:00",
    ],
    [
      "as Chinese year and month",
      { 年份: [2020, 2020, 2020, 2020, 2020], 月份: ["1月", "2月", "3月", "4月", "5月"], 销量: y },
      "年份, 月份",
      "MS",
      "2020-01-01",
    ],
    [
      "as digits",
      { date: [20200131, 20200229, 20200331, 20200430, 20200531], y },
      "date",
      "ME",
      "2020-01-31",
    ],
    [
      "as months in digits",
      { period: [202011, 202012, 202101, 202102, 202103], y },
      "period",
      "MS",
      "2020-11-01",
    ],
    [
      "as seconds since 1970",
      { timestamp: [0, 1, 2, 3, 4].map((d) => 1577836800 + d * 86400), y },
      "timestamp",
      "D",
      "2020-01-01",
    ],
    [
      "as milliseconds since 1970",
      { ts: [0, 1, 2, 3, 4].map((m) => 1577836800000 + m * 60000), y },
      "ts",
      "min",
      "2020-01-01T00:00:00",
    ],
    [
      "as big integers",
      { timestamp: [0, 1, 2, 3, 4].map((d) => BigInt(1577836800 + d * 86400)), y },
      "timestamp",
      "D",
      "2020-01-01",
    ],
    ["as whole numbers", { t: [0, 1, 2, 3, 4], y }, "t", "index", "0"],
    [
      "as day-first dates",
      { date: ["30/01/2020", "31/01/2020", "01/02/2020", "02/02/2020", "03/02/2020"], y },
      "date",
      "D",
      "2020-01-30",
    ],
    [
      "as month-first dates",
      { date: ["1/30/2020", "1/31/2020", "2/1/2020", "2/2/2020", "2/3/2020"], y },
      "date",
      "D",
      "2020-01-30",
    ],
    [
      "as dates that increase only day-first",
      { date: ["1/9/2020", "1/10/2020", "1/11/2020", "1/12/2020", "1/1/2021"], y },
      "date",
      "MS",
      "2020-09-01",
    ],
    [
      "with an offset from UTC",
      { date: [0, 1, 2, 3, 4].map((h) => `2020-01-01T0${h}:00:00+02:00`), y },
      "date",
      "h",
      "2020-01-01T00:00:00+02:00",
    ],
    [
      "with offsets that change, as UTC",
      {
        date: [
          "2020-10-25T01:00+02:00",
          "2020-10-25T02:00+02:00",
          "2020-10-25T02:00+01:00",
          "2020-10-25T03:00+01:00",
          "2020-10-25T04:00+01:00",
        ],
        y,
      },
      "date",
      "h",
      "2020-10-24T23:00:00Z",
    ],
    ["as the row's number when there is none", { y }, "row", "index", "1"],
  ])("%s", (_, columns, timeName, freq, first) => {
    const series = read(file(columns));
    expect([series.timeName, series.freq, series.times[0]]).toEqual([timeName, freq, first]);
    expect([...series.values]).toEqual(y);
  });

  test("by the name asked for, or by names of parts", () => {
    const columns = { a: months(5), b: months(5, 1), y: [1, 2, 3, 4, 5] };
    expect(read(file(columns), { time: "b" }).times[0]).toBe("2020-02-01");
    const parts = { Y: [1], month: ["x"], year: [2020, 2020, 2020], mo: [1, 2, 3], y: [1, 2, 3] };
    expect(read(file({ year: parts.year, mo: parts.mo, y: parts.y }), { time: "year, mo" }).freq).toBe("MS");
  });
});

describe("the target is found", () => {
  test.each<[string, Record<string, Cell[]>, string]>([
    [
      "as the one numeric column",
      { date: months(4), note: ["a", "b", "c", "d"], sales: [1, 2, 3, 4] },
      "sales",
    ],
    ["by an obvious name", { date: months(4), x: [4, 3, 2, 1], y: [1, 2, 3, 4] }, "y"],
    ["beside a column of row numbers", { "": [0, 1, 2, 3], date: months(4), sales: [1, 2, 3, 4] }, "sales"],
    [
      "beside calendar columns",
      { date: months(4), year: [2020, 2020, 2020, 2020], month: [1, 2, 3, 4], sales: [1, 2, 3, 4] },
      "sales",
    ],
    ["as numbers in text", { date: months(4), sales: ["1", " 2", "3e0", "+4.0"] }, "sales"],
    ["as big integers", { date: months(4), sales: [1n, 2n, 3n, 4n] }, "sales"],
  ])("%s", (_, columns, target) => {
    const series = read(file(columns));
    expect(series.target).toBe(target);
    expect([...series.values]).toEqual([1, 2, 3, 4]);
  });
});

describe("what was asked for is done", () => {
  test("unsorted rows are sorted", () => {
    const series = read(file({ date: ["2020-03-01", "2020-01-01", "2020-02-01"], y: [3, 1, 2] }), {
      sort: true,
    });
    expect([...series.values]).toEqual([1, 2, 3]);
  });

  test.each([
    ["linear", [1, 2, 3, 4, 5, 6]],
    ["previous", [1, 1, 3, 3, 3, 6]],
    ["zero", [1, 0, 3, 0, 0, 6]],
  ] as const)("gaps and empty cells are filled: %s", (fillGaps, expected) => {
    const days = ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06"];
    const series = read(file({ date: days, y: [1, null, 3, 6] }), { fillGaps, freq: "D" });
    expect([...series.values]).toEqual(expected);
    expect(series.filled).toEqual([1, 3, 4]);
    expect(series.times[4]).toBe("2020-01-05");
    expect(sliceSeries(series, 2, 6).filled).toEqual([1, 2]);
  });

  test("several series are told apart by an id, each with its own times", () => {
    const table = file({
      shop: ["a", "b", "a", "b", "a", "b"],
      date: ["2020-01-01", "2020-01-01", "2020-02-01", "2020-01-02", "2020-03-01", "2020-01-03"],
      y: ones(6),
    });
    const [a, b] = seriesFromTable(table, { id: "shop" });
    expect([a!.id, a!.freq, [...a!.values]]).toEqual(["a", "MS", [1, 3, 5]]);
    expect([b!.id, b!.freq, [...b!.values]]).toEqual(["b", "D", [2, 4, 6]]);
  });

  test("a constant series and a forced season are taken as they are", () => {
    const series = read(file({ date: months(5), y: [7, 7, 7, 7, 7] }), { seasonLength: 2 });
    expect(series.seasonLength).toBe(2);
  });

  test("business days keep their weekends, also over a filled holiday", () => {
    const days = [
      "2020-01-02",
      "2020-01-03",
      "2020-01-06",
      "2020-01-07",
      "2020-01-08",
      "2020-01-10",
      "2020-01-13",
    ];
    const series = read(file({ date: days, y: [1, 2, 3, 4, 5, 7, 8] }), { fillGaps: "linear" });
    expect(series.freq).toBe("B");
    expect([...series.values]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(futureTimes(series, 5).at(-1)).toBe("2020-01-20");
  });

  test("rows in memory are named by their number", () => {
    const rows = [
      { t: 1, y: 1 },
      { t: 2, y: "x" },
      { t: 3, y: 3 },
    ];
    expect(messageOf(() => seriesFromTable(tableFromRows(rows)), DataError)).toContain(
      'rows: column "y" must hold a number in every row, but row 2 holds "x"',
    );
  });
});
