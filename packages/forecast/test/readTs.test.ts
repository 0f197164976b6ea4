import { FormatError, LookbackError } from "@lookback/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTs } from "../src/classify/readTs.js";

const read = (text: string) => readTs(text, "small.ts");
const header = "@problemName Small\n@timeStamps false\n@classLabel true a b\n@data\n";

describe("readTs", () => {
  test("reads one channel, a sequence a line, the label last", () => {
    expect(read(`${header}1,2.5,-3e1:a\n4,5,6:b\n`)).toEqual({
      sequences: [[Float64Array.of(1, 2.5, -30)], [Float64Array.of(4, 5, 6)]],
      labels: ["a", "b"],
      channels: ["channel 1"],
      classes: ["a", "b"],
      source: "small.ts",
    });
  });

  test("reads several channels of unequal lengths, with ? and NaN for missing values", () => {
    const { sequences, channels } = read(
      `@univariate false\n@dimensions 2\n@equalLength false\n${header}1,?,3:4,5,NaN:a\n7:8:b`,
    );
    expect(sequences).toEqual([
      [Float64Array.of(1, Number.NaN, 3), Float64Array.of(4, 5, Number.NaN)],
      [Float64Array.of(7), Float64Array.of(8)],
    ]);
    expect(channels).toEqual(["channel 1", "channel 2"]);
  });

  test("keeps the classes in the header's order, those without a sequence too", () => {
    expect(read("@classLabel true z 10 a 2\n@data\n1:a\n2:z").classes).toEqual(["z", "10", "a", "2"]);
  });

  test("ignores comments, blank lines, unknown tags, Windows line ends and a byte order mark", () => {
    const text = `\ufeff#a comment\r\n\r\n@ORIGIN here\r\n@CLASSLABEL True a b\r\n@DATA\r\n%more\r\n1,2:a\r\n`;
    expect(read(text).labels).toEqual(["a"]);
  });

  test("a label with spaces stands for several words of the header, or for quoted ones", () => {
    const loose = read("@classLabel true slow walk run slow-walk\n@data\n1:slow walk\n2:run\n3:slow walk");
    expect(loose.labels).toEqual(["slow walk", "run", "slow walk"]);
    expect(loose.classes).toEqual(["slow walk", "run", "slow-walk"]);
    const strict = read('@classLabel true "slow walk" run\n@data\n1:slow walk\n2:"slow walk"');
    expect(strict.labels).toEqual(["slow walk", "slow walk"]);
    expect(strict.classes).toEqual(["slow walk", "run"]);
  });

  test("a number written otherwise is the header's class", () => {
    expect(read("@classLabel true 1 -1\n@data\n1:1.0\n2:-1.0000000e+00").labels).toEqual(["1", "-1"]);
  });

  test.each([
    [
      "a lying dimensions tag",
      `@dimensions 3\n${header}1,2:3,4:a`,
      'line 6: the header says "@dimensions 3", but this line has 2 channels',
    ],
    [
      "a lying univariate tag",
      `@univariate true\n${header}1,2:3,4:a`,
      'line 6: the header says "@univariate true", but this line has 2 channels',
    ],
    [
      "a lying seriesLength tag",
      `@seriesLength 4\n${header}1,2,3:a`,
      'line 6: the header says "@seriesLength 4", but this sequence has 3 values',
    ],
    [
      "a lying equalLength tag",
      `@equalLength true\n${header}1,2:a\n1,2,3:b`,
      'line 7: the header says "@equalLength true", but this sequence has 3 values and the first one (line 6) 2',
    ],
    [
      "a label beside the header's classes",
      `${header}1,2:c`,
      'line 5: the label "c" is not among the header\'s classes "a", "b"',
    ],
    [
      "words of the header that are classes themselves",
      `${header}1:a\n2:a b`,
      'line 6: the label "a b" is not among',
    ],
    ["channels of unlike length", `${header}1,2:3:a`, "line 5: channel 2 has 1 value, channel 1 has 2"],
    [
      "a channel missing in some rows",
      `${header}1:2:a\n3:b`,
      "line 6: the sequence has 1 channel, the first one (line 5) has 2",
    ],
    ["an empty channel", `${header}1,2::a`, "line 5, channel 2: there are no values"],
    ["a sequence without values", `${header}:a`, "line 5: there are no values"],
    ["a label alone", `${header}a`, 'line 5: expected values, ":" and a label'],
    ["a word for a value", `${header}1,x,3:a`, 'line 5: value 2 is "x", expected a finite number'],
    ["an infinite value", `${header}1,1e999:a`, 'line 5: value 2 is "1e999", expected a finite number'],
    ["an empty value", `${header}1,,3:a`, "line 5: value 2 is empty"],
    ["a hexadecimal value", `${header}0x10:a`, 'value 1 is "0x10"'],
    [
      "time stamps announced",
      "@timeStamps true\n@data\n",
      'line 1: the file has time stamps ("@timeStamps true")',
    ],
    ["time stamps in the data", `${header}(0,1),(1,2):a`, "line 5: the values have time stamps"],
    ["targets instead of classes", "@targetLabel true\n@data\n1:2", "line 1"],
    ["no labels", "@classLabel false\n@data\n1,2", "line 1: the file has no labels"],
    ["no classLabel tag", "@data\n1,2:a", 'small.ts has no "@classLabel true …" line'],
    ["no names after classLabel", "@classLabel true\n@data\n", "line 1"],
    ["a class named twice", "@classLabel true a b a\n@data\n1:a", 'line 1: the class "a" is named twice'],
    [
      "a boolean that is none",
      "@univariate maybe\n",
      'line 1: expected "@univariate true" or "@univariate false", got "maybe"',
    ],
    [
      "a count that is none",
      "@dimensions -2\n",
      'line 1: expected "@dimensions" and a whole number from 1, got "-2"',
    ],
    ["data before the data tag", "1,2,3:a\n", "line 1: expected a tag such as"],
    ["no data tag", "@classLabel true a b\n", 'small.ts has no "@data" line'],
    ["nothing after the data tag", header, "small.ts has no sequences"],
    ["an empty text", "", 'small.ts has no "@data" line'],
  ])("%s is one sentence that names the place", (_, text, part) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(part);
  });

  test("a header that claims a billion dimensions allocates nothing", () => {
    const text = `@dimensions 1000000000\n@seriesLength 1000000000\n${header}1,2:a`;
    expect(() => read(text)).toThrow("this line has 1 channel");
  });

  test("whatever the text, it is sequences or one LookbackError", () => {
    const piece = fc.constantFrom(
      "@data",
      "@classLabel true a b",
      "@classLabel",
      "@dimensions 2",
      "@seriesLength 3",
      "@equalLength true",
      "true",
      "#",
      ":",
      ",",
      "\n",
      "\n",
      "\r\n",
      "1,2:a",
      "1,2,3:b",
      "?,NaN:a b",
      "1:2:a",
      '"',
      "'",
      "(",
      " ",
      "1e999",
      "a",
      "b",
    );
    const anything = fc
      .array(fc.oneof({ weight: 6, arbitrary: piece }, fc.string()), { maxLength: 40 })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          anything.map((text) => header + text),
        ),
        (text) => {
          try {
            const { sequences, labels, classes } = read(text);
            expect(sequences.length).toBe(labels.length);
            for (const label of labels) expect(classes).toContain(label);
            for (const sequence of sequences) {
              expect(sequence[0]!.length).toBeGreaterThan(0);
              for (const channel of sequence) expect(channel.length).toBe(sequence[0]!.length);
            }
          } catch (error) {
            expect(error).toBeInstanceOf(LookbackError);
            expect((error as Error).message).toContain("small.ts");
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  test("what was written is what is read", () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Number.NaN));
    const sequence = fc.array(
      value.map((v) => (v === 0 ? 0 : v)),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(sequence, fc.constantFrom("a", "b")), { minLength: 1, maxLength: 5 }),
        (rows) => {
          const lines = rows.map(
            ([values, label]) =>
              `${values.map((v) => (Number.isNaN(v) ? "?" : String(v))).join(",")}:${label}`,
          );
          const { sequences, labels } = read(header + lines.join("\n"));
          expect(labels).toEqual(rows.map(([, label]) => label));
          expect(sequences).toEqual(rows.map(([values]) => [Float64Array.from(values)]));
        },
      ),
      { numRuns: 200 },
    );
  });
});
