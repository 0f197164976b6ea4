import { FormatError, LookbackError } from "@lookback/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readArff } from "../src/classify/readArff.js";

const read = (text: string) => readArff(text, "small.arff");
const plain =
  "@relation Small\n@attribute t1 numeric\n@attribute t2 REAL\n@attribute t3 integer\n@attribute target {a,'b c'}\n@data\n";
const relational =
  "@relation Many\n@attribute channels relational\n  @attribute t1 numeric\n  @attribute t2 numeric\n@end channels\n@attribute class {up, down}\n@data\n";

describe("readArff", () => {
  test("reads one channel and a label a line", () => {
    expect(read(`% a comment\n${plain}1,2.5,?,a\n4,5,6,'b c'\n`)).toEqual({
      sequences: [[Float64Array.of(1, 2.5)], [Float64Array.of(4, 5, 6)]],
      labels: ["a", "b c"],
      channels: ["channel 1"],
      classes: ["a", "b c"],
      source: "small.arff",
    });
  });

  test("? inside is a missing value, at the end it is padding", () => {
    expect(read(`${plain}1,?,3,a`).sequences[0]).toEqual([Float64Array.of(1, Number.NaN, 3)]);
    expect(read(`${plain}1,?,?,a`).sequences[0]).toEqual([Float64Array.of(1)]);
  });

  test("reads several channels from a relational attribute", () => {
    const { sequences, labels, channels } = read(`${relational}"1,2\\n3,?",up\n'5,?\\n7,?',"down"`);
    expect(sequences).toEqual([
      [Float64Array.of(1, 2), Float64Array.of(3, Number.NaN)],
      [Float64Array.of(5), Float64Array.of(7)],
    ]);
    expect(labels).toEqual(["up", "down"]);
    expect(channels).toEqual(["channel 1", "channel 2"]);
  });

  test("the class may stand first", () => {
    const text =
      "@attribute class {1,2}\n@attribute t1 numeric\n@attribute t2 numeric\n@data\n1.0,5,6\n2,7,8";
    expect(read(text).labels).toEqual(["1", "2"]);
    expect(read(text).sequences[1]).toEqual([Float64Array.of(7, 8)]);
  });

  test.each([
    [
      "too few values",
      `${plain}1,2,a`,
      "line 7: expected 3 values beside the label, as the header has attributes, got 2",
    ],
    [
      "too many values",
      `${plain}1,2,3,4,a`,
      "line 7: expected 3 values beside the label, as the header has attributes, got 4",
    ],
    [
      "a label beside the header's classes",
      `${plain}1,2,3,c`,
      'line 7: the label "c" is not among the header\'s classes "a", "b c"',
    ],
    ["a word for a value", `${plain}1,x,3,a`, 'line 7: value 2 is "x"'],
    ["nothing but missing values", `${plain}?,?,?,a`, "line 7: all values are missing"],
    ["a sparse row", `${plain}{0 1, 2 3}`, "line 7: rows in braces"],
    ["an attribute of text", "@attribute name string\n", 'line 1: an attribute of type "string" is not read'],
    [
      "two classes",
      "@attribute x {a,b}\n@attribute y {a,b}\n",
      "line 2: a second attribute with a list of names",
    ],
    ["no class", "@attribute x numeric\n@data\n", "line 2: the header has no class"],
    ["no values", "@attribute x {a}\n@data\n", "line 2: the header has no numeric attributes"],
    [
      "a class between the values",
      "@attribute x numeric\n@attribute c {a}\n@attribute y numeric\n",
      "line 3: the class must stand first or last",
    ],
    ["empty braces", "@attribute c {}\n", "line 1: expected the classes in braces"],
    ["a class named twice", "@attribute c {a,b,a}\n", 'line 1: the class "a" is named twice'],
    [
      "channels of unlike length",
      `${relational}"1,2\\n3",up`,
      "line 8: channel 2 has 1 value, channel 1 has 2",
    ],
    [
      "a channel missing in some rows",
      `${relational}"1\\n3",up\n"1",down`,
      "line 9: the sequence has 1 channel, the first one (line 8) has 2",
    ],
    [
      "more values than the relation has attributes",
      `${relational}"1,2,3",up`,
      "line 8: the sequence has 3 values, the header's relation has 2 attributes",
    ],
    ["a quote that never closes", `${relational}"1,2,up`, "line 8: expected channels in quotes"],
    ["a word in a channel", `${relational}"1,2\\n3,y",up`, 'line 8, channel 2: value 2 is "y"'],
    ["a stray line in the header", "hello\n", "line 1: expected @relation, @attribute, @end or @data"],
    ["no data", plain, "has no sequences"],
    ["an empty text", "", 'has no "@data" line'],
  ])("%s is one sentence that names the place", (_, text, part) => {
    expect(() => read(text)).toThrow(FormatError);
    expect(() => read(text)).toThrow(part);
  });

  test("whatever the text, it is sequences or one LookbackError", () => {
    const piece = fc.constantFrom(
      "@data\n",
      "@attribute c {a,b}\n",
      "@attribute x numeric\n",
      "@attribute r relational\n",
      "@end r\n",
      "@relation",
      "{",
      "}",
      ",",
      "\n",
      "\\n",
      "1,2",
      "?,?",
      ",a\n",
      ",b",
      '"',
      "'",
      "%",
      " ",
      "\t",
      "1e999",
    );
    const anything = fc
      .array(fc.oneof({ weight: 6, arbitrary: piece }, fc.string()), { maxLength: 40 })
      .map((parts) => parts.join(""));
    const starts = fc.constantFrom("", plain, relational);
    fc.assert(
      fc.property(starts, anything, (start, text) => {
        try {
          const { sequences, labels, classes } = read(start + text);
          expect(sequences.length).toBe(labels.length);
          for (const label of labels) expect(classes).toContain(label);
          for (const sequence of sequences) {
            expect(sequence[0]!.length).toBeGreaterThan(0);
            for (const channel of sequence) expect(channel.length).toBe(sequence[0]!.length);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(LookbackError);
          expect((error as Error).message).toContain("small.arff");
        }
      }),
      { numRuns: 1500 },
    );
  });
});
