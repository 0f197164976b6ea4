import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { futureTimes, seriesFromValues, sliceSeries } from "../src/series.js";
import { type SeriesFromTableOptions, seriesFromTable } from "../src/seriesFromTable.js";
import { type Cell, type Table, tableFromRows } from "../src/table.js";
import { file, flights, flightsTable, messageOf } from "./helpers.js";

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

describe("bad input is told in one sentence that names the place", () => {
  const date = months(6);
  const cases: [
    what: string,
    table: Table,
    options: SeriesFromTableOptions,
    kind: typeof DataError | typeof ArgumentError,
    parts: string[],
  ][] = [
    [
      "an unknown target",
      flightsTable,
      { target: "passenger" },
      ArgumentError,
      ['no column named "passenger"', 'Did you mean "passengers"?', '"year", "month", "passengers"'],
    ],
    ["an unknown time", flightsTable, { time: "when" }, ArgumentError, ["time: flights.csv has no column"]],
    ["an unknown id", flightsTable, { id: "shop" }, ArgumentError, ["id: flights.csv has no column"]],
    [
      "a target that is time",
      file({ date, y: ones(6) }),
      { target: "date", time: "date" },
      ArgumentError,
      ["already serves as time"],
    ],
    [
      "times that are not a date's parts",
      flightsTable,
      { time: ["passengers", "month"] },
      ArgumentError,
      ["must be a year and its parts"],
    ],
    [
      "no numeric column",
      file({ date, note: ["a", "b", "c", "d", "e", "f"] }),
      {},
      DataError,
      ["no numeric column", '"note"', '"date" is taken as time'],
    ],
    [
      "two numeric columns",
      file({ date, cats: ones(6), dogs: ones(6) }),
      {},
      DataError,
      ['("cats", "dogs")', "--target"],
    ],
    [
      "two columns of times",
      file({ begin: date, end: date, y: ones(6) }),
      {},
      DataError,
      ['"begin", "end"', "--time"],
    ],
    [
      "a cell that is a word",
      file({ date, y: [1, 2, "oops", 4, "what", 6] }),
      {},
      DataError,
      ['sales.csv: column "y"', 'line 4 holds "oops", line 6 holds "what"'],
    ],
    [
      "a thousands separator",
      file({ date, y: ["1", "1,234", "3", "4", "5", "6"] }),
      {},
      DataError,
      ['line 3 holds "1,234"', "write 1234"],
    ],
    [
      "a column of thousands separators",
      file({ date, y: date.map((_, i) => `${i + 1},000`) }),
      {},
      DataError,
      ['line 2 holds "1,000"', "write 1000", "and 3 more"],
    ],
    ["a decimal comma", file({ date, y: ["1", "2,5", "3", "4", "5", "6"] }), {}, DataError, ["write 2.5"]],
    [
      "a sign of currency",
      file({ date, y: ["$1", "$2", "$3", "$4", "$5", "$6"] }),
      {},
      DataError,
      ['"$1": write the bare number'],
    ],
    [
      "an empty cell",
      file({ date, y: [1, null, 3, "", 5, 6] }),
      {},
      DataError,
      ["line 3 holds nothing, line 5 holds nothing", "fillGaps"],
    ],
    ["NaN", file({ date, y: [1, 2, 3, Number.NaN, 5, 6] }), {}, DataError, ["line 5 holds NaN"]],
    ["the word NA", file({ date, y: ["1", "2", "NA", "4", "5", "6"] }), {}, DataError, ['line 4 holds "NA"']],
    [
      "infinity",
      file({ date, y: [1, 2, 3, 4, Number.NEGATIVE_INFINITY, 6] }),
      { fillGaps: "linear" },
      DataError,
      ["line 6 holds infinity"],
    ],
    [
      "infinity in words",
      file({ date, y: ["1", "inf", "3", "4", "5", "1e999"] }),
      {},
      DataError,
      ["line 3 holds infinity, line 7 holds infinity"],
    ],
    ["a boolean", file({ date, y: [1, 2, 3, 4, 5, true] }), {}, DataError, ["line 7 holds a boolean"]],
    [
      "a date that does not exist",
      file({ date: ["2020-01-01", "2020-02-30", "2020-03-01", "2020-04-01", "2020-05-01"], y: ones(5) }),
      {},
      DataError,
      ['column "date"', 'line 3 holds "2020-02-30"', "Write dates as 2020-01-31"],
    ],
    [
      "an empty time",
      file({ date: [null, ...months(5)], y: ones(6) }),
      {},
      DataError,
      ["line 2 holds nothing"],
    ],
    [
      "a time column in an unknown style",
      file({ date: ["1st", "2nd", "3rd"], y: ones(3) }),
      {},
      DataError,
      ['column "date"', '"1st"'],
    ],
    [
      "a month that does not exist",
      file({ year: [2020, 2020, 2020], month: ["Jan", "Fob", "Mar"], y: ones(3) }),
      {},
      DataError,
      ['column "month"', 'line 3 holds "Fob"'],
    ],
    [
      "a year that is missing",
      file({ year: [2020, null, 2020], month: [1, 2, 3], y: ones(3) }),
      {},
      DataError,
      ['column "year"', "line 3 holds nothing"],
    ],
    [
      "a day that the month does not have",
      file({ year: ones(3).map(() => 2021), month: [2, 2, 2], day: [27, 28, 29], y: ones(3) }),
      {},
      DataError,
      ['column "day"', "line 4 holds 29"],
    ],
    [
      "dates in an ambiguous order",
      file({ date: ["1/1/2020", "1/2/2020", "3/2/2020"], y: ones(3) }),
      {},
      DataError,
      ["day first or month first"],
    ],
    [
      "offsets on some times only",
      file({ date: ["2020-01-01T00:00Z", "2020-01-01T01:00", "2020-01-01T02:00Z"], y: ones(3) }),
      {},
      DataError,
      ["some times name an offset", "line 3"],
    ],
    [
      "duplicated times",
      file({ date: ["2020-01-01", "2020-02-01", "2020-02-01", "2020-03-01"], y: ones(4) }),
      {},
      DataError,
      ["a time occurs more than once", "2020-02-01 in line 3, line 4"],
    ],
    [
      "several series in one table",
      file({ date: [...months(3), ...months(3)], shop: ["a", "a", "a", "b", "b", "b"], y: ones(6) }),
      {},
      DataError,
      ["3 times occur more than once", "--id shop"],
    ],
    [
      "unsorted times",
      file({ date: ["2020-01-01", "2020-03-01", "2020-02-01", "2020-04-01"], y: ones(4) }),
      {},
      DataError,
      ["line 4 (2020-02-01 after 2020-03-01)", "option sort"],
    ],
    [
      "times from newest to oldest",
      file({ date: [...months(4)].reverse(), y: ones(4) }),
      {},
      DataError,
      ["from the newest time to the oldest (2020-04-01 is first)"],
    ],
    [
      "a missing time",
      file({ date: ["2020-01-01", "2020-02-01", "2020-04-01", "2020-05-01"], y: ones(4) }),
      {},
      DataError,
      ["frequency is MS", "a time is missing: 2020-03-01 (after line 3)", "fillGaps"],
    ],
    [
      "many missing times",
      file({ date: ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04", "2020-01-10"], y: ones(5) }),
      {},
      DataError,
      ["5 times are missing", "2020-01-05 (after line 5), 2020-01-06", "and 2 more"],
    ],
    [
      "a time off the grid",
      file({ date: ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-02", "2020-05-01"], y: ones(5) }),
      {},
      DataError,
      ["not evenly spaced"],
    ],
    [
      "an hour off the grid",
      file({ date: [0, 1, 2, 3, 4].map((h) => `2020-01-01T0${h}:${h === 3 ? "20" : "00"}`), y: ones(5) }),
      {},
      DataError,
      ["frequency is h", "line 5 (2020-01-01T03:20:00)"],
    ],
    [
      "irregular times",
      file({
        date: [1, 2, 6, 7, 12, 20, 22, 30].map((d) => `2020-01-${String(d).padStart(2, "0")}`),
        y: ones(8),
      }),
      {},
      DataError,
      ["not evenly spaced", "1 day (2 times)", "--freq"],
    ],
    ["too few rows", file({ date: months(2), y: [1, 2] }), {}, DataError, ["at least 3 rows, got 2"]],
    [
      "an unknown frequency",
      flightsTable,
      { freq: "fortnight" },
      ArgumentError,
      ['no frequency named "fortnight"'],
    ],
    [
      "a frequency that does not fit",
      flightsTable,
      { freq: "D" },
      DataError,
      ["frequency is D", "times are missing"],
    ],
    [
      "a date frequency for whole numbers",
      file({ t: ones(5), y: ones(5) }),
      { freq: "D" },
      DataError,
      ["holds whole numbers, not dates"],
    ],
    [
      "a fractional season",
      flightsTable,
      { seasonLength: 1.5 },
      ArgumentError,
      ["seasonLength: expected a whole number from 1", "got 1.5"],
    ],
    [
      "an unknown way to fill",
      flightsTable,
      { fillGaps: "spline" as never },
      ArgumentError,
      ["linear, previous, zero", '"spline"'],
    ],
    [
      "an empty id",
      file({ date, shop: ["a", "a", null, "b", "b", "b"], y: ones(6) }),
      { id: "shop" },
      DataError,
      ['column "shop"', "line 4 holds nothing"],
    ],
    [
      "a gap at the end with nothing to go by",
      file({ date, y: [1, 2, 3, 4, 5, null] }),
      { fillGaps: "linear" },
      DataError,
      ["nothing to go by at the end"],
    ],
    [
      "a gap at the start with nothing to go by",
      file({ date, y: [null, 2, 3, 4, 5, 6] }),
      { fillGaps: "previous" },
      DataError,
      ["nothing to go by at the start"],
    ],
    [
      "a mistyped year",
      file({ date: ["2020-01-01", "2020-01-02", "2020-01-03", "2920-01-04"], y: ones(4) }),
      { fillGaps: "linear" },
      DataError,
      ["only 4 of 328722 times", "mistyped"],
    ],
    [
      "no rows",
      { source: "empty.csv", columns: [{ name: "y", values: [] }], rowCount: 0 },
      {},
      DataError,
      ["empty.csv: there are no rows"],
    ],
  ];
  test.each(cases)("%s", (_, table, options, kind, parts) => {
    const message = messageOf(() => seriesFromTable(table, options), kind);
    for (const part of parts) expect(message).toContain(part);
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

describe("seriesFromValues", () => {
  test("dates bare numbers", () => {
    const series = seriesFromValues([1, 2, 3], { start: "2020-01-31", freq: "ME" });
    expect(series.times).toEqual(["2020-01-31", "2020-02-29", "2020-03-31"]);
    expect(seriesFromValues([5, 6]).times).toEqual(["1", "2"]);
    expect(seriesFromValues(new Float32Array(24), { start: "2020-01-01", freq: "MS" }).seasonLength).toBe(12);
  });

  test.each([
    [() => seriesFromValues([1, Number.NaN]), DataError, "got NaN at index 1"],
    [() => seriesFromValues([1], { start: "soon", freq: "D" }), ArgumentError, 'got "soon"'],
    [() => seriesFromValues([1], { start: "2020-01-01" }), ArgumentError, 'does not go with freq "index"'],
    [() => seriesFromValues([1], { freq: "D" }), ArgumentError, 'does not go with freq "D"'],
    [() => seriesFromValues([1], { seasonLength: 0 }), ArgumentError, "seasonLength"],
  ] as const)("refuses what it cannot date (%#)", (make, kind, part) => {
    expect(messageOf(make, kind)).toContain(part);
  });
});
