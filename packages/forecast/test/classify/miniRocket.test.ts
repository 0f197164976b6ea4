import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { MiniRocketClassifier } from "../../src/classify/miniRocket.js";
import { waves } from "./waves.js";

describe("MiniRocketClassifier", () => {
  it("tells waves of different frequency apart, of one or several channels, of one or several lengths", async () => {
    for (const options of [{}, { channels: 3 }, { unequal: true }, { channels: 2, unequal: true }]) {
      const model = new MiniRocketClassifier({ features: 840 });
      const train = waves(options);
      await model.fit(train.sequences, train.labels);
      const test = waves({ ...options, seed: 9 });
      expect(await model.predict(test.sequences)).toEqual(test.labels);
    }
  });

  it("gives probabilities that add up to 1, in the order of its classes", async () => {
    const { sequences, labels } = waves();
    const model = new MiniRocketClassifier({ features: 840 });
    await model.fit(sequences, labels);
    expect(model.classes).toEqual(["fast", "slow"]);
    for (const [i, row] of (await model.predictProba(sequences)).entries()) {
      expect(row[0]! + row[1]!).toBeCloseTo(1, 12);
      expect(row[model.classes.indexOf(labels[i]!)]).toBeGreaterThan(0.7);
    }
  });

  it("gives the same bits for the same seed, and others for another", async () => {
    const { sequences, labels } = waves();
    const runs = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const model = new MiniRocketClassifier({ features: 840, seed });
        await model.fit(sequences, labels);
        return model.predictProba(sequences);
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[0]).not.toEqual(runs[2]);
  });

  it("does not mind the units of a channel", async () => {
    const { sequences, labels } = waves({ channels: 2 });
    const scaled = sequences.map(([a, b]) => [a!.map((v) => 1000 * v + 5), b!]);
    const [here, there] = await Promise.all(
      [sequences, scaled].map(async (given) => {
        const model = new MiniRocketClassifier({ features: 840 });
        await model.fit(given, labels);
        return model.predict(given);
      }),
    );
    expect(here).toEqual(there);
  });

  it("reads sequences with missing values, with one step, and longer than any it learned from", async () => {
    const { sequences, labels } = waves();
    const model = new MiniRocketClassifier({ features: 840 });
    await model.fit(
      sequences.map(([line]) => [line!.map((value, t) => (t % 7 === 3 ? Number.NaN : value))]),
      labels,
    );
    const holes = sequences.map(([line]) => [line!.map((value, t) => (t % 5 === 0 ? Number.NaN : value))]);
    expect(await model.predict(holes)).toEqual(labels);
    const odd = [
      new Float64Array([1]),
      new Float64Array(500).fill(Number.NaN),
      new Float64Array(1000).fill(2),
    ];
    for (const row of await model.predictProba(odd.map((line) => [line]))) {
      expect(row[0]! + row[1]!).toBeCloseTo(1, 12);
    }
  });

  it("reports progress up to 1, and stops when it is told to", async () => {
    const { sequences, labels } = waves();
    const fractions: number[] = [];
    const model = new MiniRocketClassifier({ features: 840 });
    await model.fit(sequences, labels, { onProgress: ({ fraction }) => fractions.push(fraction) });
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    await expect(model.fit(sequences, labels, { signal: AbortSignal.abort() })).rejects.toThrow(AbortError);
  });

  it("says what is in the way", async () => {
    const { sequences, labels } = waves();
    const model = new MiniRocketClassifier();
    await expect(model.predict(sequences)).rejects.toThrow(ArgumentError);
    expect(() => model.save()).toThrow("minirocket: it has learned nothing yet");
    await expect(model.fit(sequences, labels.slice(1))).rejects.toThrow("20 sequences and 19 labels");
    await expect(model.fit([], [])).rejects.toThrow("at least 2 classes, got no sequence");
    await expect(
      model.fit(
        sequences,
        labels.map(() => "a"),
      ),
    ).rejects.toThrow('only "a"');
    const bad = (sequence: Float64Array[]) =>
      model.fit([...sequences.slice(1), sequence], [...labels.slice(1), "x"]);
    await expect(bad([])).rejects.toThrow("sequence 20 of 20 has 0 channels, expected 1");
    await expect(bad([new Float64Array(0)])).rejects.toThrow("sequence 20 of 20 is empty");
    await expect(bad([Float64Array.of(1, Infinity)])).rejects.toThrow(
      "infinite value in channel 1 at step 2",
    );
    const two = waves({ channels: 2 });
    await expect(
      model.fit([[two.sequences[0]![0]!, new Float64Array(3)], ...two.sequences.slice(1)], two.labels),
    ).rejects.toThrow("has 3 steps in channel 2, but 40 in its first");
    await model.fit(sequences, labels);
    await expect(model.predict(two.sequences)).rejects.toThrow(DataError);
    expect(() => new MiniRocketClassifier({ features: 10 })).toThrow(
      "minirocket: features: expected a whole number from 84 to 100000, got 10.",
    );
    expect(() => new MiniRocketClassifier({ kernels: 3 } as object)).toThrow(
      'there is no option "kernels". Known are features, seed.',
    );
  });
});
