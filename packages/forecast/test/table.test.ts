import { DataError } from "@lookback/core";
import { expect, test } from "vitest";
import { rowLabel, tableFromColumns, tableFromRows } from "../src/table.js";
import { messageOf } from "./helpers.js";

test("tableFromRows keeps the order of keys and leaves missing ones empty", () => {
  const table = tableFromRows([{ a: 1 }, { b: "x", a: 2 }, { b: undefined }]);
  expect(table.rowCount).toBe(3);
  expect(table.columns).toEqual([
    { name: "a", values: [1, 2, null] },
    { name: "b", values: [null, "x", null] },
  ]);
});

test("tableFromColumns accepts typed arrays", () => {
  const table = tableFromColumns({ y: new Float64Array([1, 2]), t: ["a", "b"] });
  expect(table.columns[0]).toEqual({ name: "y", values: [1, 2] });
});

test("a row is named by its line where the file's lines are known", () => {
  const table = tableFromRows([{ a: 1 }]);
  expect(rowLabel(table, 0)).toBe("row 1");
  expect(rowLabel({ ...table, lineOf: (row) => row + 2 }, 0)).toBe("line 2");
});

test.each([
  ["no rows", () => tableFromRows([]), "rows: there are no rows"],
  ["no columns", () => tableFromColumns({}), "columns: there are no columns"],
  ["columns of different lengths", () => tableFromColumns({ a: [1], b: [1, 2] }), '"a" has 1 and "b" has 2'],
  [
    "a nested value",
    () => tableFromRows([{ a: 1 }, { a: [2] as never }]),
    'row 2, column "a": expected a number',
  ],
])("a table with %s is refused", (_, make, part) => {
  expect(messageOf(make, DataError)).toContain(part);
});
