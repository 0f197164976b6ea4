import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import {
  type CrossValidationProgress,
  crossValidate,
  stratifiedFolds,
} from "../src/classify/crossValidate.js";
import { MajorityClass } from "../src/classify/majority.js";
import { NearestNeighbor } from "../src/classify/nearest.js";
import { rejectionOf } from "./helpers.js";
import { twoWaves } from "./syntheticSequences.js";

describe("stratifiedFolds", () => {
  const labels = [..."aaaaaaaaaabbbbbbbccccc"];

  test("spreads every class evenly, and the folds differ by one sequence at most", () => {
    const folds = stratifiedFolds(labels, 5, 0);
    const sizes = [0, 1, 2, 3, 4].map((fold) => folds.filter((other) => other === fold).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    for (const name of "abc") {
      const counts = [0, 1, 2, 3, 4].map(
        (fold) => folds.filter((other, i) => other === fold && labels[i] === name).length,
      );
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });

  test("the same seed deals the same, another seed otherwise", () => {
    expect(stratifiedFolds(labels, 5, 3)).toEqual(stratifiedFolds(labels, 5, 3));
    expect(stratifiedFolds(labels, 5, 3)).not.toEqual(stratifiedFolds(labels, 5, 4));
  });

  test("there are as many folds as the smallest class has sequences, but three at least", () => {
    const most = (text: string, folds = 10) => Math.max(...stratifiedFolds([...text], folds, 0)) + 1;
    expect(most("aaaaaaaaaabbbb")).toBe(4);
    expect(most("aaaaaaaaaabb")).toBe(3);
    expect(most("ab".repeat(20))).toBe(10);
    expect(most("aab")).toBe(2);
  });

  test("the one example of a class is never tested, and every other class stays in every training part", () => {
    const small = [..."aaaaaaxbb"];
    const folds = stratifiedFolds(small, 5, 0);
    expect(folds[6]).toBe(-1);
    for (const fold of [0, 1, 2]) {
      expect(new Set(small.filter((_, i) => folds[i] !== fold))).toEqual(new Set(["a", "b", "x"]));
    }
  });

  test.each([
    [
      "one fold",
      () => stratifiedFolds(labels, 1, 0),
      ArgumentError,
      "folds: expected a whole number of at least 2, got 1",
    ],
    [
      "classes of one example each",
      () => stratifiedFolds(["a", "b"], 2, 0),
      DataError,
      "needs a class with two examples",
    ],
  ])("%s is refused", (_, run, kind, part) => {
    expect(run).toThrow(kind);
    expect(run).toThrow(part);
  });
});

describe("crossValidate", () => {
  const { sequences, labels } = twoWaves(30, 3);
  const nearest = () => new NearestNeighbor({ distance: "euclidean" });

  test("judges every sequence by a model that has not seen it", async () => {
    const seen: number[][] = [];
    const make = () => {
      const inner = new MajorityClass();
      const { fit } = inner;
      inner.fit = (training, ...rest) => {
        seen.push(training.map((one) => sequences.indexOf(one)));
        return fit.call(inner, training, ...rest);
      };
      return inner;
    };
    const { foldOf, folds } = await crossValidate(make, sequences, labels, { folds: 4 });
    expect([folds, seen.length]).toEqual([4, 4]);
    for (const [fold, training] of seen.entries()) {
      const rest = foldOf.map((_, i) => i).filter((i) => foldOf[i] !== fold);
      expect([...training].sort((a, b) => a - b)).toEqual(rest);
    }
  });

  test("its scores are over all sequences together, its accuracies fold by fold", async () => {
    const { scores, accuracies, probabilities, classes, name } = await crossValidate(
      nearest,
      sequences,
      labels,
    );
    const right = probabilities.filter(
      (row, i) => classes[row!.indexOf(Math.max(...row!))] === labels[i],
    ).length;
    expect(name).toBe("nearest-euclidean");
    expect(scores.accuracy).toBe(right / labels.length);
    expect(scores.accuracy).toBeGreaterThan(0.9);
    expect(accuracies).toHaveLength(5);
  });

  test("the same seed gives the same result", async () => {
    const run = async (seed: number) => {
      const { seconds: _, ...rest } = await crossValidate(nearest, sequences, labels, { seed });
      return rest;
    };
    expect(await run(1)).toEqual(await run(1));
    expect((await run(1)).foldOf).not.toEqual((await run(2)).foldOf);
  });

  test("a sequence that is never tested has no probabilities", async () => {
    const { probabilities, scores } = await crossValidate(nearest, sequences, ["rare", ...labels.slice(1)]);
    expect(probabilities[0]).toBeNull();
    expect(scores.confusion.flat().reduce((a, b) => a + b)).toBe(labels.length - 1);
  });

  test("reports progress up to the last fold, and can be interrupted", async () => {
    const progress: CrossValidationProgress[] = [];
    await crossValidate(nearest, sequences, labels, { onProgress: (step) => progress.push(step) });
    expect(progress[0]).toMatchObject({ model: "nearest-euclidean", fold: 1, folds: 5, fraction: 0 });
    expect(progress.at(-1)!.fraction).toBe(1);
    const stop = new AbortController();
    const interrupted = crossValidate(nearest, sequences, labels, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(interrupted).rejects.toThrow(AbortError);
  });

  test("errors name the fold", async () => {
    const one = sequences.map((_, i) => [new Float64Array(i === 4 ? 0 : 3)]);
    expect(await rejectionOf(crossValidate(nearest, one, labels), DataError)).toMatch(
      /^cross-validation, fold 1 of 5: nearest-euclidean/,
    );
    expect(await rejectionOf(crossValidate(nearest, sequences, ["a"]), ArgumentError)).toContain(
      "30 sequences and 1 labels",
    );
    expect(
      await rejectionOf(crossValidate(nearest, sequences, labels, { folds: 1 }), ArgumentError),
    ).toContain("folds");
  });
});
