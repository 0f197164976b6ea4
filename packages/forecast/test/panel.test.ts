import { ArgumentError, DataError, LookbackError } from "@lookback/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PanelOptions, panelFromTable } from "../src/panel.js";
import { seriesFromTable } from "../src/seriesFromTable.js";
import type { Cell, Table } from "../src/table.js";
import { file, messageOf } from "./helpers.js";

const days = (count: number, from = 1) =>
  Array.from({ length: count }, (_, i) => new Date(Date.UTC(2020, 0, from + i)).toISOString().slice(0, 10));
const count = (length: number) => Array.from({ length }, (_, i) => i + 1);

/** A long table of several series: `[id, time, value]` in each row. */
function long(rows: readonly (readonly [string, Cell, Cell])[]): Table {
  return file({ shop: rows.map((r) => r[0]), date: rows.map((r) => r[1]), y: rows.map((r) => r[2]) });
}

const good = (id: string) => days(4).map((date, i) => [id, date, i + 1] as const);

describe("one bad series among several is left out, with the reason", () => {
  test.each<[string, (readonly [string, Cell, Cell])[], string]>([
    [
      "a word",
      [
        ["bad", "2020-01-01", 1],
        ["bad", "2020-01-02", "oops"],
        ["bad", "2020-01-03", 3],
      ],
      'series "bad": column "y" must hold a number in every row, but line 7 holds "oops"',
    ],
    [
      "an unreadable time",
      [
        ["bad", "2020-01-01", 1],
        ["bad", "someday", 2],
        ["bad", "2020-01-03", 3],
      ],
      'series "bad": column "date" must hold a time in every row, but line 7 holds "someday"',
    ],
    [
      "a repeated time",
      [
        ["bad", "2020-01-01", 1],
        ["bad", "2020-01-01", 2],
        ["bad", "2020-01-02", 3],
      ],
      'series "bad": a time occurs more than once: 2020-01-01 in line 6, line 7',
    ],
    ["too few rows", [["bad", "2020-01-01", 1]], 'series "bad": a forecast needs at least 3 rows, got 1'],
    [
      "a gap",
      [
        ["bad", "2020-01-01", 1],
        ["bad", "2020-01-02", 2],
        ["bad", "2020-01-04", 4],
      ],
      "2020-01-03 (after line 7)",
    ],
    [
      "rows out of order",
      [
        ["bad", "2020-01-02", 1],
        ["bad", "2020-01-01", 2],
        ["bad", "2020-01-03", 3],
      ],
      "line 7 (2020-01-01 after 2020-01-02)",
    ],
  ])("%s", (_, rows, reason) => {
    const { series, skipped } = panelFromTable(long([...good("a"), ...rows, ...good("b")]), { id: "shop" });
    expect(series.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(skipped.map(({ id }) => id)).toEqual(["bad"]);
    expect(skipped[0]!.reason).toContain(reason);
  });

  test("seriesFromTable does so when asked, and otherwise ends with the error", () => {
    const table = long([...good("a"), ["bad", "2020-01-01", 1]]);
    expect(seriesFromTable(table, { id: "shop", skipBad: true }).map(({ id }) => id)).toEqual(["a"]);
    expect(messageOf(() => seriesFromTable(table, { id: "shop" }), DataError)).toContain('series "bad"');
  });

  test("but nothing but bad series is an error", () => {
    const table = long([
      ["a", "2020-01-01", 1],
      ["b", "2020-01-01", 1],
    ]);
    expect(messageOf(() => panelFromTable(table, { id: "shop" }), DataError)).toMatch(
      /none of the 2 series can be used.*series "a": a forecast needs at least 3 rows/,
    );
  });

  test("and a mistake in an option is one too", () => {
    const table = long([...good("a"), ...good("b")]);
    for (const options of [{ freq: "fortnight" }, { seasonLength: 0 }, { fillGaps: "spline" as never }]) {
      messageOf(() => panelFromTable(table, { id: "shop", ...options }), ArgumentError);
    }
    expect(messageOf(() => panelFromTable(table, { ids: "shop" } as PanelOptions), ArgumentError)).toBe(
      'panelFromTable: there is no option "ids". Did you mean "id"?',
    );
  });
});

test("thousands of series are read in one pass, an index starting again with each", () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `H${i}`);
  const table = file({
    unique_id: ids.flatMap((id) => count(10).map(() => id)),
    t: ids.flatMap(() => count(10)),
    y: ids.flatMap((_, s) => count(10).map((i) => s + i)),
  });
  const panel = panelFromTable(table, { id: "unique_id" });
  expect(panel.series.length).toBe(3000);
  expect([panel.layout, panel.series[7]!.id, panel.series[7]!.times[0], panel.series[7]!.values[0]]).toEqual([
    "long",
    "H7",
    "1",
    8,
  ]);
  expect(panel.frequencies).toEqual([{ freq: "index", count: 3000 }]);
});

describe("frequencies", () => {
  test("that differ are counted", () => {
    const monthly = ["2020-01-31", "2020-02-29", "2020-03-31", "2020-04-30"];
    const rows = [...good("a"), ...good("b"), ...monthly.map((date, i) => ["m", date, i] as const)];
    expect(panelFromTable(long(rows), { id: "shop" }).frequencies).toEqual([
      { freq: "D", count: 2 },
      { freq: "ME", count: 1 },
    ]);
  });

  test("that a few rows leave open follow the commonest", () => {
    const business = ["2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"];
    const rows = [
      ...["a", "b"].flatMap((id) => business.map((date, i) => [id, date, i] as const)),
      ...["2020-01-06", "2020-01-07", "2020-01-08"].map((date, i) => ["short", date, i] as const),
    ];
    const { series, adopted, frequencies } = panelFromTable(long(rows), { id: "shop" });
    expect(series.map(({ freq }) => freq)).toEqual(["B", "B", "B"]);
    expect([adopted, frequencies]).toEqual([["short"], [{ freq: "B", count: 3 }]]);
  });
});

describe("a wide table", () => {
  const date = days(5);

  test("is taken as one series for each column of numbers when asked", () => {
    const table = file({ date, cats: count(5), dogs: [5, 4, 3, 2, 1], note: ["a", "b", "c", "d", "e"] });
    const { layout, series } = panelFromTable(table, { wide: true });
    expect([layout, series.map(({ id }) => id), [...series[1]!.values]]).toEqual([
      "wide",
      ["cats", "dogs"],
      [5, 4, 3, 2, 1],
    ]);
    expect(series[0]!.target).toBe("cats");
  });

  test("is recognised by names that differ in a number only", () => {
    const table = file({ date, store_1: count(5), store_2: count(5), store_10: count(5) });
    expect(panelFromTable(table).series.map(({ id }) => id)).toEqual(["store_1", "store_2", "store_10"]);
    expect(messageOf(() => panelFromTable(table, { wide: false }), DataError)).toContain("--wide");
  });

  test("is not guessed at where columns may be different things", () => {
    expect(
      messageOf(() => panelFromTable(file({ date, cats: count(5), dogs: count(5) })), DataError),
    ).toContain("set wide (--wide)");
  });

  test("may hold series that begin later and end earlier", () => {
    const table = file({ date, s1: [null, 2, 3, 4, 5], s2: [1, 2, 3, null, null], s3: count(5) });
    const { series, trimmed } = panelFromTable(table);
    expect(series.map(({ times }) => [times[0], times.at(-1)])).toEqual([
      ["2020-01-02", "2020-01-05"],
      ["2020-01-01", "2020-01-03"],
      ["2020-01-01", "2020-01-05"],
    ]);
    expect(trimmed).toEqual([
      { id: "s1", rows: 1 },
      { id: "s2", rows: 2 },
    ]);
  });

  test("leaves out a column with a hole or a word, and names the line", () => {
    const table = file({ date, s1: [1, null, 3, 4, 5], s2: count(5), s3: [1, 2, "x", 4, 5] });
    const { series, skipped } = panelFromTable(table);
    expect(series.map(({ id }) => id)).toEqual(["s2"]);
    expect(skipped.map(({ reason }) => reason)).toEqual([
      expect.stringContaining(
        'series "s1": column "s1" must hold a number in every row, but line 3 holds nothing',
      ),
      expect.stringContaining(
        'series "s3": column "s3" must hold a number in every row, but line 4 holds "x"',
      ),
    ]);
  });

  test.each<[string, PanelOptions, string]>([
    ["an id", { wide: true, id: "s1" }, "id has no meaning"],
    ["a target", { wide: true, target: "s1" }, "target has no meaning"],
    ["statics", { wide: true, statics: ["s1"] }, "statics: in a wide table"],
  ])("refuses %s", (_, options, part) => {
    const table = file({ date, s1: count(5), s2: count(5), s3: count(5) });
    expect(messageOf(() => panelFromTable(table, options), ArgumentError)).toContain(part);
  });
});

describe("gaps that are masked", () => {
  test("stay NaN, listed by index and reported by row", () => {
    const date = ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07"];
    const panel = panelFromTable(file({ date, y: [1, null, 3, 6, 7] }), { fillGaps: "mask", freq: "D" });
    const [series] = panel.series;
    expect([...series!.values]).toEqual([1, Number.NaN, 3, Number.NaN, Number.NaN, 6, 7]);
    expect([series!.missing, series!.filled]).toEqual([[1, 3, 4], undefined]);
    expect(panel.repairs).toEqual([
      {
        id: "y",
        how: "mask",
        count: 3,
        places: ["2020-01-02 (line 3)", "2020-01-04 (after line 4)", "2020-01-05 (after line 4)"],
      },
    ]);
  });

  test("at either end shorten the series", () => {
    const panel = panelFromTable(file({ date: days(6), y: [null, 2, 3, null, 5, null] }), {
      fillGaps: "mask",
    });
    const [series] = panel.series;
    expect([series!.times[0], series!.times.at(-1), series!.missing]).toEqual([
      "2020-01-02",
      "2020-01-05",
      [2],
    ]);
    expect(panel.trimmed).toEqual([{ id: "y", rows: 2 }]);
  });
});

test("values that were filled are reported by row too", () => {
  const { repairs } = panelFromTable(file({ date: days(4), y: [1, "NA", 3, 4] }), { fillGaps: "linear" });
  expect(repairs).toEqual([{ id: "y", how: "linear", count: 1, places: ["2020-01-02 (line 3)"] }]);
});

describe("dates of a panel", () => {
  test("day first or month first is told by the order of each date's first appearance", () => {
    const date = ["1/9/2020", "1/10/2020", "1/11/2020", "1/12/2020", "1/1/2021"];
    const rows = ["a", "b"].flatMap((id) => date.map((text, i) => [id, text, i] as const));
    expect(panelFromTable(long(rows), { id: "shop" }).series[1]!.times[3]).toBe("2020-12-01");
  });

  test("may have years before 1000 without their zeros, as M3's undated series do", () => {
    const rows = [
      ...["a", "b", "c", "d"].flatMap((id) => good(id)),
      ...["1-01-01", "1-02-01", "1-03-01"].map((date, i) => ["old", date, i] as const),
    ];
    const series = panelFromTable(long(rows), { id: "shop" }).series.at(-1)!;
    expect([series.id, series.freq, series.times[2]]).toEqual(["old", "MS", "0001-03-01"]);
  });

  test("a whole number that is missing among thousands is the fault of its series alone", () => {
    const table = file({
      id: ["a", "a", "a", "b", "b", "b", "b", "b", "b", "b"],
      t: [1, "?", 3, 1, 2, 3, 4, 5, 6, 7],
      y: count(10),
    });
    const { series, skipped } = panelFromTable(table, { id: "id", time: "t" });
    expect(series.map(({ id }) => id)).toEqual(["b"]);
    expect(skipped[0]!.reason).toContain(
      'series "a": column "t" must hold a time in every row, but line 3 holds "?"',
    );
  });
});

test("whatever the cells and options are, there are whole series or a sentence that says what is wrong", () => {
  let read = 0;
  const cell = fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: -5, max: 40 }) },
    fc.constantFrom<Cell>(
      null,
      "",
      "NA",
      "x",
      "1,5",
      "12",
      "true",
      true,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      9n,
    ),
    fc.constantFrom<Cell>("2020-01-01", "2020-02-01", "2020-03-01", "2020-13-01", "1/2/2020", "13/1/2020"),
    fc.constantFrom<Cell>("2020-03-29T02:30", "2020-01-01T00:00Z", "2020-01-01T00:00+01:00[Europe/Berlin]"),
    fc.double(),
    fc.date(),
  );
  const names = ["id", "date", "y", "x", "s1"];
  const usual = fc.constantFrom<PanelOptions>(
    { id: "id", target: "y", covariates: ["x"] },
    { id: "id", target: "y", covariates: ["x"], statics: ["s1"], fillGaps: "linear" },
    { id: "id", target: "y", fillGaps: "mask" },
    { id: "id", target: "x", sort: true },
  );
  const odd = fc.record(
    {
      time: fc.constantFrom("date", "x", "nobody"),
      target: fc.constantFrom("y", "x", "date"),
      id: fc.constantFrom("id", "s1"),
      wide: fc.boolean(),
      covariates: fc.constantFrom(["x"], ["x", "s1"], ["y"]),
      statics: fc.constantFrom(["s1"], ["id"]),
      timeZone: fc.constantFrom("Europe/Berlin", "UTC", "Nowhere"),
      freq: fc.constantFrom("D", "MS", "index", "B", "h"),
      sort: fc.boolean(),
      fillGaps: fc.constantFrom("linear", "previous", "zero", "mask"),
    },
    { requiredKeys: [] },
  );
  const options = fc
    .tuple(usual, fc.option(odd, { freq: 3 }))
    .map(([base, change]) => ({ ...base, ...change }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat({ max: 15 }), fc.nat({ max: 4 }), cell), { maxLength: 4 }),
      options,
      (changes, given) => {
        const columns: Cell[][] = [
          count(16).map((i) => (i <= 8 ? "a" : "b")),
          [...days(8), ...days(8)],
          [...count(6), null, null, ...count(8)],
          count(16),
          count(16).map(() => 3),
        ];
        for (const [row, column, value] of changes) columns[column]![row] = value;
        const table = file(Object.fromEntries(names.map((name, i) => [name, columns[i]!])));
        try {
          const { series } = panelFromTable(table, given as PanelOptions);
          read += series.length;
          for (const { values, times, missing = [], past = {}, future = {} } of series) {
            expect(times).toHaveLength(values.length);
            expect([...values.keys()].filter((i) => !Number.isFinite(values[i]))).toEqual(missing);
            for (const column of Object.values({ ...past, ...future })) {
              expect(column.length).toBeGreaterThanOrEqual(values.length);
              expect(column.every(Number.isFinite)).toBe(true);
            }
          }
        } catch (error) {
          if (!(error instanceof LookbackError)) throw error;
          expect(error.message).not.toMatch(/undefined|\[object|NaN more/);
          expect(error.message.length).toBeLessThan(1200);
        }
      },
    ),
    { numRuns: 1500 },
  );
  expect(read).toBeGreaterThan(100);
});
