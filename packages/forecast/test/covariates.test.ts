import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { type PanelOptions, panelFromTable } from "../src/panel.js";
import { sliceSeries } from "../src/series.js";
import type { Cell } from "../src/table.js";
import { file, messageOf } from "./helpers.js";

const days = (length: number) =>
  Array.from({ length }, (_, i) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10));
const read = (columns: Record<string, Cell[]>, options: PanelOptions) =>
  panelFromTable(file(columns), options);

describe("covariates", () => {
  const date = days(6);

  test("filled in rows after the last value are known ahead, and the others belong to the past", () => {
    const columns = {
      date,
      y: [1, 2, 3, 4, null, null],
      promo: [0, 1, 0, 0, 1, 1],
      weather: [9, 8, 7, 6, null, null],
    };
    const { series, past, future } = read(columns, { target: "y", covariates: ["promo", "weather"] });
    expect([past, future]).toEqual([["weather"], ["promo"]]);
    const [one] = series;
    expect([...one!.values]).toEqual([1, 2, 3, 4]);
    expect([...one!.future!.promo!]).toEqual([0, 1, 0, 0, 1, 1]);
    expect([...one!.past!.weather!]).toEqual([9, 8, 7, 6]);
  });

  test("without rows after the last value belong to the past", () => {
    const { series, past } = read(
      { date, y: [1, 2, 3, 4, 5, 6], x: [6, 5, 4, 3, 2, 1] },
      { target: "y", covariates: ["x"] },
    );
    expect([past, [...series[0]!.past!.x!]]).toEqual([["x"], [6, 5, 4, 3, 2, 1]]);
  });

  test("may be known for fewer of the coming steps than there are rows", () => {
    const columns = { date, y: [1, 2, 3, null, null, null], x: [1, 2, 3, 4, 5, null] };
    expect(read(columns, { target: "y", covariates: ["x"] }).series[0]!.future!.x!.length).toBe(5);
  });

  test("known ahead in one series are known ahead in all", () => {
    const columns = {
      id: ["a", "a", "a", "b", "b", "b", "b"],
      date: [...days(3), ...days(4)],
      y: [1, 2, 3, 1, 2, 3, null],
      x: [1, 1, 1, 2, 2, 2, 2],
    };
    const { series, future } = read(columns, { id: "id", target: "y", covariates: ["x"] });
    expect(future).toEqual(["x"]);
    expect(series.map((one) => one.future!.x!.length - one.values.length)).toEqual([0, 1]);
  });

  test("may be true and false", () => {
    const columns = { date: days(4), y: [1, 2, 3, 4], open: [true, false, "TRUE", "false"] };
    expect([...read(columns, { target: "y", covariates: ["open"] }).series[0]!.past!.open!]).toEqual([
      1, 0, 1, 0,
    ]);
  });

  test.each<["linear" | "previous" | "zero" | "mask", number[]]>([
    ["linear", [1, 2, 3, 4, 5, 6]],
    ["previous", [1, 1, 3, 3, 5, 6]],
    ["zero", [1, 0, 3, 0, 5, 6]],
    ["mask", [1, 1, 3, 3, 5, 6]],
  ])("are filled on request: %s", (fillGaps, expected) => {
    const columns = {
      date: date.filter((_, i) => i !== 3),
      y: [1, 2, 3, 5, 6],
      x: [1, null, 3, 5, 6],
    };
    const [series] = read(columns, { target: "y", covariates: ["x"], fillGaps, freq: "D" }).series;
    expect([...series!.past!.x!]).toEqual(expected);
  });

  test("serve every series of a wide table", () => {
    const columns = {
      date,
      s1: [1, 2, 3, 4, null, null],
      s2: [1, 2, 3, 4, null, null],
      x: [1, 2, 3, 4, 5, 6],
    };
    const { series } = read(columns, { wide: true, covariates: ["x"] });
    expect(series.map((one) => [one.id, one.values.length, one.future!.x!.length])).toEqual([
      ["s1", 4, 6],
      ["s2", 4, 6],
    ]);
  });

  test("follow a series that is cut: what is known ahead stays known", () => {
    const columns = { date, y: [1, 2, 3, 4, 5, null], x: [1, 2, 3, 4, 5, 6], p: [5, 4, 3, 2, 1, null] };
    const part = sliceSeries(read(columns, { target: "y", covariates: ["x", "p"] }).series[0]!, 1, 4);
    expect([[...part.future!.x!], [...part.past!.p!]]).toEqual([
      [2, 3, 4, 5, 6],
      [4, 3, 2],
    ]);
  });

  test.each<[string, Record<string, Cell[]>, PanelOptions, typeof DataError | typeof ArgumentError, string]>([
    [
      "an unknown one",
      { date, y: date.map(() => 1) },
      { covariates: ["promos"] },
      ArgumentError,
      'covariates: sales.csv has no column named "promos"',
    ],
    [
      "a hole",
      { date, y: [1, 2, 3, 4, 5, 6], x: [1, null, 3, 4, 5, 6] },
      { target: "y", covariates: ["x"] },
      DataError,
      'column "x" must hold a number in every row, but line 3 holds nothing',
    ],
    [
      "a hole in what is known ahead",
      { date, y: [1, 2, 3, null, null, null], x: [1, 2, 3, 4, null, 6] },
      { target: "y", covariates: ["x"] },
      DataError,
      "line 6 holds nothing",
    ],
    [
      "text",
      { date, y: [1, 2, 3, 4, 5, 6], x: ["sun", "rain", "sun", "sun", "sun", "sun"] },
      { target: "y", covariates: ["x"] },
      DataError,
      'line 2 holds "sun"',
    ],
    [
      "one that ends too early",
      { date, y: [1, 2, 3, 4, 5, 6], x: [1, 2, 3, 4, null, null] },
      { target: "y", covariates: ["x"] },
      DataError,
      "line 6 holds nothing, line 7 holds nothing",
    ],
    [
      "one that is the target",
      { date, y: [1, 2, 3, 4, 5, 6] },
      { target: "y", covariates: ["y"] },
      ArgumentError,
      'column "y" is named twice',
    ],
    [
      "one that is time",
      { date, y: [1, 2, 3, 4, 5, 6] },
      { time: "date", covariates: ["date"] },
      ArgumentError,
      "already serves as time",
    ],
  ])("refuse %s", (_, columns, options, kind, part) => {
    expect(messageOf(() => read(columns, options), kind)).toContain(part);
  });
});

describe("statics", () => {
  const columns = {
    id: ["a", "a", "a", "b", "b", "b"],
    date: [...days(3), ...days(3)],
    y: [1, 2, 3, 4, 5, 6],
    size: [20, null, 20, 30, 30, 30],
    region: ["N", "N", "N", "S", "S", "S"],
  };

  test("give each series its number or its word", () => {
    const { series } = read(columns, { id: "id", target: "y", statics: ["size", "region"] });
    expect(series.map(({ statics }) => statics)).toEqual([
      { size: 20, region: "N" },
      { size: 30, region: "S" },
    ]);
  });

  test.each<[string, Cell[], string]>([
    ["that change", ["N", "N", "X", "S", "S", "S"], 'holds "N" in line 2 and "X" in line 4'],
    [
      "that are empty",
      [null, null, null, "S", "S", "S"],
      'series "a": column "region" is to be static, but is empty',
    ],
  ])("%s are the fault of their series", (_, region, part) => {
    const { series, skipped } = read({ ...columns, region }, { id: "id", target: "y", statics: ["region"] });
    expect(series.map(({ id }) => id)).toEqual(["b"]);
    expect(skipped[0]!.reason).toContain(part);
  });
});
