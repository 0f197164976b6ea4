import { chmodSync } from "node:fs";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { LookbackError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { readTable } from "../src/table/readTable.js";
import { tempFolder } from "./tempFolder.js";

const { path, write } = tempFolder();

async function rows(file: string, options = {}) {
  const { table } = await readTable(file, options);
  const result = [];
  for (let row = 0; row < table.rowCount; row++) {
    result.push(Object.fromEntries(table.columns.map((column) => [column.name, column.values[row]])));
  }
  return result;
}

async function parquet(name: string, sql: string) {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${path(name)}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return path(name);
}

async function complaint(file: string, options = {}): Promise<string> {
  const error = await readTable(file, options).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error, "an error").toBeInstanceOf(LookbackError);
  return error.message;
}

const expected = [
  { month: "1949-01", passengers: 112 },
  { month: "1949-02", passengers: 118.5 },
];

describe("readTable() reads", () => {
  test.each([
    ["commas", "a.csv", "month,passengers\n1949-01,112\n1949-02,118.5\n"],
    ["tabs", "a.tsv", "month\tpassengers\n1949-01\t112\n1949-02\t118.5\n"],
    ["semicolons and decimal commas", "b.csv", "month;passengers\n1949-01;112\n1949-02;118,5\n"],
    ["bars", "c.txt", "month|passengers\n1949-01|112\n1949-02|118.5\n"],
    ["Windows line ends", "d.csv", "month,passengers\r\n1949-01,112\r\n1949-02,118.5\r\n"],
    ["a byte order mark", "e.csv", "\uFEFFmonth,passengers\n1949-01,112\n1949-02,118.5\n"],
    ["no newline at the end", "f.csv", "month,passengers\n1949-01,112\n1949-02,118.5"],
    ["quotes", "g.csv", '"month","passengers"\n"1949-01","112"\n"1949-02","118.5"\n'],
    ["blank lines", "h.csv", "\n\nmonth,passengers\n\n1949-01,112\n\n1949-02,118.5\n\n"],
    ["Excel's separator line", "i.csv", "sep=;\nmonth;passengers\n1949-01;112\n1949-02;118,5\n"],
    ["a delimiter at each line's end", "j.csv", "month,passengers,\n1949-01,112,\n1949-02,118.5,\n"],
    [
      "a JSON array",
      "k.json",
      '[{"month":"1949-01","passengers":112},{"month":"1949-02","passengers":118.5}]',
    ],
    [
      "a JSON object a line",
      "l.ndjson",
      '{"month":"1949-01","passengers":112}\n{"month":"1949-02","passengers":118.5}\n',
    ],
    [
      "JSON of any name",
      "m.txt",
      ' [\n{"month":"1949-01","passengers":112},{"month":"1949-02","passengers":118.5}]',
    ],
    ["gzip", "n.csv.gz", gzipSync("month,passengers\n1949-01,112\n1949-02,118.5\n")],
    ["UTF-16", "o.csv", Buffer.from("\uFEFFmonth,passengers\n1949-01,112\n1949-02,118.5\n", "utf16le")],
    ["old Mac line ends", "p.csv", "month,passengers\r1949-01,112\r1949-02,118.5\r"],
  ])("%s", async (_, name, content) => {
    expect(await rows(write(name, content))).toEqual(expected);
  });

  test("Parquet, with its dates, whole numbers and missing cells", async () => {
    const file = await parquet(
      "a.parquet",
      "SELECT DATE '2020-01-31' AS d, 5::BIGINT AS n, 1.5::DECIMAL(6,2) AS x, true AS b UNION ALL SELECT NULL, 9007199254740993, NULL, NULL",
    );
    expect(await rows(file)).toEqual([
      { d: new Date("2020-01-31"), n: 5, x: 1.5, b: true },
      { d: null, n: 9007199254740993n, x: null, b: null },
    ]);
  });

  test("a Parquet file whose name does not say so", async () => {
    await parquet("b.parquet", "SELECT 1 AS n");
    expect(await rows(path("b.parquet"))).toEqual([{ n: 1 }]);
  });

  test("standard input", async () => {
    const stdin = Readable.from([
      Buffer.from("month,passengers\n1949-01,112\n"),
      Buffer.from("1949-02,118.5\n"),
    ]);
    expect(await rows("-", { stdin })).toEqual(expected);
  });

  test.each([
    "a*b.csv",
    "it's.csv",
    "x[1].csv",
    "q?.csv",
    "{a,b}.csv",
    "back\\slash.csv",
    "数据 表.csv",
    "100%.csv",
    "$(x).csv",
  ])("a file called %s and no other", async (name) => {
    write("aXb.csv", "wrong\n1\n");
    write("x1.csv", "wrong\n1\n");
    write("qq.csv", "wrong\n1\n");
    expect(await rows(write(name, "v\n7\n"))).toEqual([{ v: 7 }]);
  });

  test("a table without a header line, and says so", async () => {
    const { table, notes } = await readTable(write("bare.csv", "1949-01,112\n1949-02,118\n"));
    expect(table.columns.map((column) => column.name)).toEqual(["column1", "column2"]);
    expect(table.rowCount).toBe(2);
    expect(notes.join()).toContain("no header line");
  });

  test("a header of years as a header", async () => {
    expect(await rows(write("wide.csv", "country,1990,1991\nFR,1,2\n"))).toEqual([
      { country: "FR", "1990": 1, "1991": 2 },
    ]);
  });

  test("GBK when told so", async () => {
    const gbk = Buffer.from([0xd4, 0xc2, 0x2c, 0x76, 0x0a, 0x31, 0x2c, 0x32, 0x0a]);
    expect(await rows(write("gbk.csv", gbk), { encoding: "gb18030" })).toEqual([{ 月: 1, v: 2 }]);
  });

  test("numbers beside cells that are not, keeping these as text", async () => {
    const file = write("bad.csv", "v,id\n1,007\n12a,008\n,009\nnan,010\n1e3,011\n-.5,012\n");
    expect((await rows(file)).map((row) => row.v)).toEqual([1, "12a", null, "nan", 1000, -0.5]);
    expect((await rows(file)).map((row) => row.id)).toEqual(["007", "008", "009", "010", "011", "012"]);
  });

  test("thousands separators inside quotes", async () => {
    expect(await rows(write("thousands.csv", 'v\n"1,234"\n"1,234,567.5"\n'))).toEqual([
      { v: 1234 },
      { v: 1234567.5 },
    ]);
  });

  test("mixed types in JSON, keeping text as text", async () => {
    const file = write("mixed.json", '[{"v":1},{"v":"12a"},{"v":null},{}]');
    expect((await rows(file)).map((row) => row.v)).toEqual([1, "12a", null, null]);
  });
});

describe("lineOf()", () => {
  test("counts lines as an editor does: blank lines, quoted newlines and the header included", async () => {
    const { table } = await readTable(
      write("lines.csv", 'a,b\r\n"x\r\ny",1\r\n\r\nz,"say ""hi"""\r\nw,3\r\n'),
    );
    expect([0, 1, 2].map((row) => table.lineOf?.(row))).toEqual([2, 5, 6]);
    expect(table.columns[1]?.values).toEqual([1, 'say "hi"', 3]);
  });

  test("counts from the first line when there is no header", async () => {
    const { table } = await readTable(write("bare2.csv", "1,2\n3,4\n"));
    expect([0, 1].map((row) => table.lineOf?.(row))).toEqual([1, 2]);
  });

  test("is right in a file larger than what is looked at first", async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},"text ${i}"`);
    const { table } = await readTable(write("big.csv", `n,t\n${lines.join("\n")}\n`));
    expect(table.rowCount).toBe(60_000);
    expect(table.lineOf?.(59_999)).toBe(60_001);
  });
});

describe("readTable() says in one sentence what is wrong with", () => {
  test.each<[string, string, string | Uint8Array, RegExp]>([
    ["an empty file", "z.csv", "", /is empty/],
    ["blank lines", "z.csv", "\n \n\n", /nothing but blank lines/],
    ["a header without rows", "z.csv", "a,b\n", /column names but no rows/],
    ["binary garbage", "z.csv", new Uint8Array([1, 2, 0, 255, 7, 3]), /is binary, not a table/],
    [
      "an Excel workbook",
      "z.xlsx",
      new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]),
      /Excel workbook; save the sheet as CSV/,
    ],
    ["a web page", "z.csv", "<!DOCTYPE html><html></html>", /web page/],
    [
      "Latin-1 text",
      "z.csv",
      new Uint8Array([97, 10, 98, 0xe9, 99, 10]),
      /not UTF-8 text \(line 2\).*--encoding/,
    ],
    ["two columns of one name", "z.csv", "a,b,a\n1,2,3\n", /columns 1 and 3 are both named "a"/],
    [
      "a short row",
      "z.csv",
      "a,b\n1,2\n3\n",
      /line 3: expected 2 cells as in the first line \(separated by commas\), got 1/,
    ],
    ["a long row", "z.csv", "a,b\n1,2\n3,4,5\n", /line 3: expected 2 cells .*, got 3/],
    ["a quote never closed", "z.csv", 'a,b\n1,"2\n3,4\n', /line 2: a quote .* never closed/],
    ["JSON cut off in an object", "z.json", '[{"a":1},{"a":', /is cut off: its array has no closing bracket/],
    [
      "JSON cut off between objects",
      "z.json",
      '[{"a":1},{"a":2},\n',
      /is cut off: its array has no closing bracket/,
    ],
    ["not JSON at all", "z.json", "hello", /is not valid JSON/],
    ["an empty JSON array", "z.json", "[]", /no rows/],
    ["a JSON array of numbers", "z.json", "[1,2,3]", /must be an array of objects/],
    ["JSON of columns", "z.json", '{"a":{"0":1},"b":{"0":2}}', /must be an array of objects/],
    ["one key twice", "z.json", '[{"a":1,"a":2}]', /two columns are both named "a"/],
    ["a damaged Parquet file", "z.parquet", "PAR1garbagegarbagePAR1", /damaged Parquet file/],
    ["a cut-off Parquet file", "z.parquet", "PAR1", /damaged Parquet file/],
    ["text called Parquet", "z.parquet", "a,b\n1,2\n", /not a Parquet file/],
    ["a damaged gzip file", "z.csv.gz", new Uint8Array([0x1f, 0x8b, 8, 0, 1, 2, 3]), /damaged gzip/],
  ])("%s", async (_, name, content, message) => {
    const file = write(name, content);
    const text = await complaint(file);
    expect(text).toMatch(message);
    expect(text).toContain(name);
    expect(text).not.toMatch(/\n|\bat .*:\d+:\d+|SELECT|read_csv|read_json/);
  });

  test("a missing file, suggesting the nearest", async () => {
    write("flights.csv", "a\n1\n");
    expect(await complaint(path("flihgts.csv"))).toMatch(
      /There is no file ".*flihgts.csv"\. Did you mean ".*flights.csv"\?/,
    );
  });

  test("a file in a folder that does not exist", async () => {
    expect(await complaint(path("no/such/x.csv"))).toMatch(/There is no file/);
  });

  test("a folder", async () => {
    expect(await complaint(path("."))).toMatch(/is a folder; name a file in it/);
  });

  test.skipIf(process.platform === "win32")("a device", async () => {
    expect(await complaint("/dev/zero")).toMatch(/is a device/);
  });

  test.skipIf(process.getuid?.() === 0)("a file that may not be read", async () => {
    const file = write("secret.csv", "a\n1\n");
    chmodSync(file, 0);
    expect(await complaint(file)).toMatch(/cannot be read: permission denied/);
  });

  test("an encoding that does not exist", async () => {
    expect(await complaint(write("y.csv", "a\n1\n"), { encoding: "klingon" })).toMatch(
      /"klingon" is not a known encoding/,
    );
  });

  test("a Parquet file that claims more rows than fit", async () => {
    const file = await parquet("huge.parquet", "SELECT 1::TINYINT AS a FROM range(41000000)");
    expect(await complaint(file)).toMatch(/claims 41,000,000 rows .* more than fit in memory/);
  });
});
