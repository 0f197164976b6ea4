import { ArgumentError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import {
  accuracy,
  balancedAccuracy,
  calibrationCurve,
  classificationScores,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  macroF1,
  rocAuc,
} from "../src/classify/classificationMetrics.js";
import { classificationGolden } from "./classificationGolden.js";

const rows = (...values: number[][]) => values.map((row) => Float64Array.from(row));

describe("against scikit-learn", () => {
  test.each(classificationGolden.scores)("$name", (golden) => {
    const scores = classificationScores(golden.actual, rows(...golden.probabilities), golden.classes);
    expect(scores.confusion).toEqual(golden.confusion);
    for (const name of [
      "accuracy",
      "balancedAccuracy",
      "macroF1",
      "logLoss",
      "rocAuc",
      "calibrationError",
    ] as const) {
      expect(scores[name], name).toBeCloseTo(golden[name], 12);
    }
  });
});

describe("measures of classification", () => {
  test("rows of the confusion matrix are what is, columns what was said", () => {
    expect(confusionMatrix(["a", "a", "b"], ["a", "b", "b"], ["a", "b", "c"])).toEqual([
      [1, 1, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
  });

  test("balanced accuracy and macro F1 leave out classes that are not there", () => {
    expect(
      balancedAccuracy([
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
      ]),
    ).toBe(0.75);
    expect(
      macroF1([
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
      ]),
    ).toBeCloseTo(2 / 3, 15);
  });

  test("log loss is ln C for equal probabilities, and finite for a certain mistake", () => {
    expect(logLoss(["a", "b"], rows([0.5, 0.5], [0.5, 0.5]), ["a", "b"])).toBeCloseTo(Math.LN2, 15);
    expect(logLoss(["a"], rows([0, 1]), ["a", "b"])).toBeCloseTo(52 * Math.LN2, 12);
  });

  test("the area under the ROC is one half for equal probabilities, and NaN for one class alone", () => {
    expect(rocAuc(["a", "b", "b"], rows([0.5, 0.5], [0.5, 0.5], [0.5, 0.5]), ["a", "b"])).toBe(0.5);
    expect(rocAuc(["a", "a"], rows([0.9, 0.1], [0.5, 0.5]), ["a", "b"])).toBeNaN();
  });

  test("a class without sequences leaves the others' mean area", () => {
    const three = rows([0.8, 0.2, 0], [0.3, 0.6, 0.1], [0.4, 0.5, 0.1]);
    expect(rocAuc(["a", "b", "b"], three, ["a", "b", "c"])).toBe(1);
  });

  test("the calibration curve has a bin of right-closed intervals for each tenth that is used", () => {
    const sure = rows([1, 0], [0.95, 0.05], [0.4, 0.6], [0.5, 0.5]);
    const curve = calibrationCurve(["a", "b", "b", "a"], sure, ["a", "b"]);
    expect(curve.map(({ from, to, count, accuracy: right }) => [from, to, count, right])).toEqual([
      [0.4, 0.5, 1, 1],
      [0.5, 0.6, 1, 1],
      [0.9, 1, 2, 0.5],
    ]);
    expect(curve[2]!.confidence).toBeCloseTo(0.975, 15);
    // (0.5 + 0.4)/4 + 0.475·2/4
    expect(expectedCalibrationError(curve)).toBeCloseTo(0.4625, 15);
  });

  test.each([
    ["no labels", () => accuracy([], []), "expected at least one label"],
    ["counts that differ", () => accuracy(["a"], ["a", "b"]), "got 1 labels and 2 predictions"],
    [
      "a label that is no class",
      () => confusionMatrix(["z"], ["a"], ["a", "b"]),
      'the label "z" is not among the classes a, b',
    ],
    [
      "too few probabilities",
      () => logLoss(["a"], rows([1]), ["a", "b"]),
      "expected 2 probabilities for each sequence, got 1 at index 0",
    ],
    [
      "a probability that is no number",
      () => rocAuc(["a"], rows([Number.NaN, 1]), ["a", "b"]),
      "got NaN at index 0",
    ],
    [
      "bins that are none",
      () => calibrationCurve(["a"], rows([1, 0]), ["a", "b"], 0),
      "bins: expected a whole number",
    ],
  ])("%s is refused in one sentence", (_, run, part) => {
    expect(run).toThrow(ArgumentError);
    expect(run).toThrow(part);
  });
});
