import { AbortError, ArgumentError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { chooseClassifier } from "../src/classify/autoClassifier.js";
import { fittingSeconds } from "../src/classify/fittingTime.js";
import { rejectionOf } from "./helpers.js";
import { twoWaves, waves } from "./syntheticSequences.js";

const { sequences, labels } = twoWaves(30, 3);

describe("chooseClassifier", () => {
  test("takes another than the first where it is better by more than chance", async () => {
    const choice = await chooseClassifier(sequences, labels, {
      candidates: ["majority", "nearest-euclidean", "nearest-dtw"],
    });
    const [majority, euclidean, dtw] = choice.results.map(({ scores }) => scores.accuracy);
    expect(majority).toBe(0.5);
    expect(Math.max(euclidean!, dtw!)).toBeGreaterThan(0.9);
    expect(choice.name).toBe(dtw! > euclidean! ? "nearest-dtw" : "nearest-euclidean");
    expect(choice.skipped).toEqual([]);
  });

  test("keeps the first where nothing is better by more than chance", async () => {
    const noise = waves({ count: 30, classes: ["a", "b"], noise: 100 });
    const { name } = await chooseClassifier(noise.sequences, noise.labels, {
      candidates: ["majority", "nearest-euclidean"],
    });
    expect(name).toBe("majority");
  });

  test("leaves out what does not fit into the budget, by an estimate and never the first", async () => {
    const { results, skipped, name } = await chooseClassifier(sequences, labels, {
      candidates: ["nearest-dtw", "fcn", "majority"],
      budget: 0.001,
    });
    expect(results.map((result) => result.name)).toEqual(["nearest-dtw", "majority"]);
    expect(skipped[0]).toMatchObject({ name: "fcn" });
    expect(skipped[0]!.why).toMatch(/^its cross-validation would take about \d+ s, of a budget of 0 s$/);
    expect(name).toBe("nearest-dtw");
  });

  test("leaves out a network whose kernels are longer than the sequences, and says why", async () => {
    const short = waves({ count: 12, classes: ["a", "b"], length: () => 6 });
    const { results, skipped } = await chooseClassifier(short.sequences, short.labels, {
      candidates: ["nearest-dtw", "time-cnn"],
      network: { epochs: 1 },
    });
    expect(results.map(({ name }) => name)).toEqual(["nearest-dtw"]);
    expect(skipped[0]!.why).toContain("need sequences of at least 9 steps");
  });

  test("the same seed gives the same choice and scores", async () => {
    const run = async () => {
      const { results, ...rest } = await chooseClassifier(sequences, labels, {
        candidates: ["nearest-dtw", "majority"],
        seed: 2,
      });
      return { ...rest, results: results.map(({ seconds: _, ...result }) => result) };
    };
    expect(await run()).toEqual(await run());
  });

  test("its progress rises from model to model, and it can be interrupted", async () => {
    const fractions: number[] = [];
    const stop = new AbortController();
    await chooseClassifier(sequences, labels, {
      candidates: ["majority", "nearest-dtw"],
      onProgress: ({ fraction }) => fractions.push(fraction),
    });
    expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    expect(fractions.at(-1)).toBeCloseTo(1, 9);
    const interrupted = chooseClassifier(sequences, labels, {
      candidates: ["majority"],
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await rejectionOf(interrupted, AbortError);
  });

  test.each([
    [{ candidates: [] }, "candidates: expected names among minirocket"],
    [{ candidates: ["minirokcet"] }, "candidates: expected names among minirocket"],
    [{ folds: 1 }, "folds: expected a whole number from 2"],
    [{ budget: -1 }, "budget: expected seconds"],
  ])("%j is refused", async (options, part) => {
    expect(await rejectionOf(chooseClassifier(sequences, labels, options), ArgumentError)).toContain(part);
  });
});

test("the estimate of time grows with the data and with the work of the model", () => {
  const seconds = (name: string, count: number) =>
    fittingSeconds(name, twoWaves(count).sequences, { folds: 5, network: {} });
  expect(seconds("nearest-dtw", 60) / seconds("nearest-dtw", 30)).toBeCloseTo(4, 9);
  expect(seconds("minirocket", 60) / seconds("minirocket", 30)).toBeCloseTo(2, 9);
  expect(seconds("time-cnn", 30)).toBeLessThan(seconds("fcn", 30));
  expect(fittingSeconds("fcn", sequences, { folds: 5, network: { ensemble: 5 } })).toBeCloseTo(
    5 * seconds("fcn", 30),
    6,
  );
});
