import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { seriesFromValues } from "../src/series.js";
import { messageOf } from "./helpers.js";

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
