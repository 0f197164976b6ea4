import { DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { type LabelledSequences, sortedClasses } from "../src/classify/sequences.js";
import { checkTestData, checkTrainingData, classCounts } from "../src/classify/trainTest.js";

const data = (
  labels: string[],
  { steps = 3, channels = 1, classes = sortedClasses(labels), source = "train.ts" } = {},
): LabelledSequences => ({
  sequences: labels.map(() => Array.from({ length: channels }, () => new Float64Array(steps))),
  labels,
  classes,
  channels: Array.from({ length: channels }, (_, i) => `channel ${i + 1}`),
  source,
});

describe("checkTrainingData", () => {
  test("has nothing to say of two classes with two examples each", () => {
    expect(checkTrainingData(data(["a", "b", "a", "b"]))).toEqual([]);
  });

  test("notes a class with one example and where it is, and a class of the header without any", () => {
    const notes = checkTrainingData(data(["a", "b", "a"], { classes: ["a", "b", "c"] }));
    expect(notes[0]).toContain('one example only: "b" (sequence 2)');
    expect(notes[1]).toContain('the header names "c", but no sequence has that label');
  });

  test.each([
    ["one class only", data(["a", "a"]), 'train.ts: all 2 sequences have the label "a"'],
    [
      "a label of its own for every sequence",
      data(["a", "b", "c"]),
      "every sequence has a label of its own (a, b, c)",
    ],
    ["sequences of one step", data(["a", "b", "a", "b"], { steps: 1 }), "train.ts: sequence 1 has one step"],
    [
      "sequences without steps",
      data(["a", "b", "a", "b"], { steps: 0 }),
      "train.ts: sequence 1 has no steps",
    ],
  ])("%s is refused", (_, training, part) => {
    expect(() => checkTrainingData(training)).toThrow(DataError);
    expect(() => checkTrainingData(training)).toThrow(part);
  });
});

describe("checkTestData", () => {
  const training = data(["a", "b"], { classes: ["a", "b", "c"] });
  const source = "test.ts";

  test("accepts fewer classes than the training part has", () => {
    expect(checkTestData(training, data(["b"], { source }))).toBeUndefined();
  });

  test.each([
    [
      "a label seen only in the test part",
      data(["a", "d"], { source }),
      'test.ts: sequence 2 has the label "d", which no sequence of train.ts has ("a", "b")',
    ],
    ["a label that the header alone has", data(["c"], { source }), 'sequence 1 has the label "c"'],
    [
      "other channels",
      data(["a"], { channels: 2, source }),
      "test.ts has sequences of 2 channels, train.ts of 1",
    ],
    ["sequences of one step", data(["a"], { steps: 1, source }), "test.ts: sequence 1 has one step"],
  ])("%s is refused", (_, tested, part) => {
    expect(() => checkTestData(training, tested)).toThrow(DataError);
    expect(() => checkTestData(training, tested)).toThrow(part);
  });
});

test("classCounts counts in the order of the classes", () => {
  expect(classCounts(["b", "a", "b"], ["a", "b", "c"])).toEqual([1, 2, 0]);
});

test("sortedClasses puts numbers by size and words by code unit", () => {
  expect(sortedClasses(["10", "9", "-1", "9"])).toEqual(["-1", "9", "10"]);
  expect(sortedClasses(["b", "10", "a", "9"])).toEqual(["10", "9", "a", "b"]);
});
