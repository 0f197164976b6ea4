import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { type SequencesFromTableOptions, sequencesFromTable } from "../src/classify/sequencesFromTable.js";
import { type Cell, type Table, tableFromColumns, tableFromRows } from "../src/table.js";

/** A table as a CSV reader would hand it over: line 2 of the file is the first row. */
function columns(rows: readonly (readonly Cell[])[], names?: readonly string[]): Table {
  const entries = rows[0]!.map((_, c) => [names?.[c] ?? `column${c + 1}`, rows.map((row) => row[c]!)]);
  const table = tableFromColumns(Object.fromEntries(entries), { source: "moves.csv" });
  return { ...table, lineOf: (row) => row + 2 };
}

const nan = Number.NaN;

describe("one sequence a row", () => {
  test("without a header the label stands first, and NaN at the end means a shorter sequence", () => {
    const table = columns([
      [2, 0.5, 1.5, 2.5],
      [10, 3.5, "NaN", 4.5],
      [2, 5.5, 6.5, "NaN"],
      [10, 7.5, null, null],
    ]);
    expect(sequencesFromTable(table)).toEqual({
      sequences: [
        [Float64Array.of(0.5, 1.5, 2.5)],
        [Float64Array.of(3.5, nan, 4.5)],
        [Float64Array.of(5.5, 6.5)],
        [Float64Array.of(7.5)],
      ],
      labels: ["2", "10", "2", "10"],
      classes: ["2", "10"],
      channels: ["value"],
      source: "moves.csv",
      layout: "rows",
      ids: ["1", "2", "3", "4"],
      labelColumn: "column1",
      idColumn: null,
      timeColumn: null,
    });
  });

  test("the label is found by its name, by being the only text, or by being named", () => {
    const rows = [
      [1, 5, "x"],
      [2, 6, "y"],
      [3, 7, "x"],
    ];
    expect(sequencesFromTable(columns(rows, ["t1", "t2", "kind"])).labels).toEqual(["x", "y", "x"]);
    expect(sequencesFromTable(columns(rows, ["t1", "Label", "note"]), { channels: ["t1"] }).labels).toEqual([
      "5",
      "6",
      "7",
    ]);
    expect(
      sequencesFromTable(columns(rows, ["t1", "t2", "t3"]), { label: "t1", channels: ["t2"] }).labels,
    ).toEqual(["1", "2", "3"]);
  });

  test("a table to be classified needs no labels, and one that has them loses them", () => {
    const bare = columns(
      [
        [1.5, 2.5, 3.5],
        [4.5, 5.5, 6.5],
      ],
      ["a", "b", "c"],
    );
    expect(sequencesFromTable(bare, { unlabelled: true }).sequences[1]).toEqual([
      Float64Array.of(4.5, 5.5, 6.5),
    ]);
    const labelled = columns(
      [
        [1.5, 2.5, "x"],
        [4.5, 5.5, "y"],
      ],
      ["a", "b", "label"],
    );
    expect(sequencesFromTable(labelled, { unlabelled: true })).toMatchObject({
      sequences: [[Float64Array.of(1.5, 2.5)], [Float64Array.of(4.5, 5.5)]],
      labels: ["", ""],
    });
  });

  test("a cell may hold a whole channel as a list", () => {
    const table = tableFromRows([
      { name: "p", x: "[1, 2]", y: "[3, null]" },
      { name: "q", x: "[5]", y: "[6]" },
    ]);
    expect(sequencesFromTable(table)).toMatchObject({
      sequences: [
        [Float64Array.of(1, 2), Float64Array.of(3, nan)],
        [Float64Array.of(5), Float64Array.of(6)],
      ],
      labels: ["p", "q"],
      channels: ["x", "y"],
      layout: "lists",
    });
  });
});

describe("a long table", () => {
  const rows: Cell[][] = [
    ["s2", 2, 20, 0.2, "walk"],
    ["s1", 0, 1, 0.1, "run"],
    ["s2", 1, 10, null, "walk"],
    ["s1", 1, 2, 0.3, "run"],
    ["s2", 3, 30, 0.4, "walk"],
  ];
  const names = ["id", "time", "x", "y", "label"];

  test("groups rows by id in the order of appearance, and orders them by time", () => {
    expect(sequencesFromTable(columns(rows, names))).toMatchObject({
      sequences: [
        [Float64Array.of(10, 20, 30), Float64Array.of(nan, 0.2, 0.4)],
        [Float64Array.of(1, 2), Float64Array.of(0.1, 0.3)],
      ],
      labels: ["walk", "run"],
      ids: ["s2", "s1"],
      channels: ["x", "y"],
      layout: "long",
      idColumn: "id",
      timeColumn: "time",
    });
  });

  test("columns may be named otherwise, and times may be dates", () => {
    const dated = rows.map(([id, time, x, y, label]) => [
      `2024-03-0${Number(time) + 1}`,
      label!,
      x!,
      y!,
      id!,
    ]);
    const table = columns(dated, ["when", "activity", "x", "y", "who"]);
    expect(sequencesFromTable(table, { id: "who", time: "when", channels: ["x"] })).toMatchObject({
      sequences: [[Float64Array.of(10, 20, 30)], [Float64Array.of(1, 2)]],
      labels: ["walk", "run"],
    });
  });

  test("without a time column the table's order is the order", () => {
    const table = columns(
      rows.map((row) => [row[0]!, row[2]!, row[4]!]),
      ["id", "x", "label"],
    );
    expect(sequencesFromTable(table).sequences).toEqual([
      [Float64Array.of(20, 10, 30)],
      [Float64Array.of(1, 2)],
    ]);
  });

  test("an id that never repeats is not what makes a table long", () => {
    const table = columns(
      [
        ["a", 1, 2, "x"],
        ["b", 3, 4, "y"],
      ],
      ["id", "t1", "t2", "label"],
    );
    expect(sequencesFromTable(table, { channels: ["t1", "t2"] }).layout).toBe("rows");
  });
});

describe("bad tables are told in one sentence that names the place", () => {
  const long = ["id", "time", "x", "label"];
  const cases: [string, Cell[][], string[], SequencesFromTableOptions, typeof DataError, string][] = [
    [
      "a word among values",
      [
        ["a", 1, 2],
        ["b", "oops", 3],
      ],
      ["label", "t1", "t2"],
      {},
      DataError,
      'moves.csv, line 3: column "t1" must hold numbers',
    ],
    [
      "an infinite value",
      [
        ["a", 1, 2],
        ["b", "inf", 3],
      ],
      ["label", "t1", "t2"],
      {},
      DataError,
      'line 3: column "t1" must hold numbers (empty where one is missing), got an infinite number',
    ],
    [
      "a row without values",
      [
        ["a", 1, 2],
        ["b", null, "NaN"],
      ],
      ["label", "t1", "t2"],
      {},
      DataError,
      "moves.csv, line 3: there is no value",
    ],
    [
      "an empty label",
      [
        ["a", 1, 2],
        [" ", 3, 4],
      ],
      ["label", "t1", "t2"],
      {},
      DataError,
      'moves.csv, line 3: the label (column "label") is empty',
    ],
    [
      "two labels for one id",
      [
        ["s", 1, 2, "a"],
        ["s", 2, 3, "b"],
      ],
      long,
      {},
      DataError,
      'the sequence with id "s" has two labels: "a" (line 2) and "b" (line 3)',
    ],
    [
      "a time twice",
      [
        ["s", 1, 2, "a"],
        ["s", 1, 3, "a"],
      ],
      long,
      {},
      DataError,
      'the sequence with id "s" has the time 1 twice: line 2 and line 3',
    ],
    [
      "an empty id",
      [
        ["s", 1, 2, "a"],
        [null, 1, 3, "a"],
        ["s", 2, 3, "a"],
      ],
      long,
      {},
      DataError,
      'moves.csv, line 3: column "id" is empty',
    ],
    [
      "a channel missing in some sequences",
      [
        ["s", 1, 2, "a"],
        ["r", 1, null, "b"],
        ["r", 2, null, "b"],
      ],
      long,
      {},
      DataError,
      'the sequence with id "r" (line 3 and after) has no value in column "x"',
    ],
    [
      "a time that is none",
      [
        ["s", "soon", 2, "a"],
        ["s", "later", 3, "a"],
      ],
      long,
      {},
      DataError,
      'column "time" must hold a time in every row',
    ],
    [
      "lists of unlike length",
      [["a", "[1,2]", "[1]"]],
      ["label", "x", "y"],
      {},
      DataError,
      'moves.csv, line 2: column "y" has 1 values and "x" 2',
    ],
    [
      "a list that is cut off",
      [["a", "[1,2"]],
      ["label", "x"],
      {},
      DataError,
      'line 2, column "x": expected a list of numbers such as [1, 2, 3], got "[1,2"',
    ],
    [
      "a word in a list",
      [["a", '[1,"b"]']],
      ["label", "x"],
      {},
      DataError,
      'line 2, column "x": entry 2 of the list is "b"',
    ],
    [
      "no column that could be labels",
      [
        [1.5, 2.5],
        [3.5, 4.5],
      ],
      ["t1", "t2"],
      {},
      DataError,
      'not clear which column holds the labels. Name it with label (--label): "t1", "t2"',
    ],
    ["nothing but labels", [["a"], ["b"]], ["label"], {}, DataError, "there are no columns with values"],
    [
      "an unknown column",
      [["a", 1]],
      ["label", "t1"],
      { label: "lable" },
      ArgumentError,
      'label: moves.csv has no column "lable". Did you mean "label"?',
    ],
    [
      "a time without an id",
      [["a", 1]],
      ["label", "t1"],
      { time: "t1" },
      ArgumentError,
      "needs the column that tells sequences apart",
    ],
    [
      "no channels",
      [["a", 1]],
      ["label", "t1"],
      { channels: [] },
      ArgumentError,
      "channels: expected the names of at least one column",
    ],
    [
      "a misspelt option",
      [["a", 1]],
      ["label", "t1"],
      { lable: "x" } as SequencesFromTableOptions,
      ArgumentError,
      'there is no option "lable"',
    ],
  ];
  test.each(cases)("%s", (_, rows, names, options, kind, part) => {
    const read = () => sequencesFromTable(columns(rows, names), options);
    expect(read).toThrow(kind);
    expect(read).toThrow(part);
  });
});
