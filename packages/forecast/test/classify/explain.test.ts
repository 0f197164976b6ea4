import { ArgumentError, DataError } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { activationMap, hasActivationMap } from "../../src/classify/activationMap.js";
import { MiniRocketClassifier } from "../../src/classify/miniRocket.js";
import { NetworkClassifier } from "../../src/classify/networkClassifier.js";
import type { NetworkOptions } from "../../src/classify/networkOptions.js";
import type { PooledNetwork } from "../../src/classify/networksConvolutional.js";
import type { Sequence } from "../../src/classify/sequences.js";
import { waves } from "./waves.js";

async function trained(
  options: NetworkOptions,
  train: { sequences: Sequence[]; labels: string[] } = waves(),
) {
  const model = new NetworkClassifier({ epochs: 3, hidden: 8, ...options });
  await model.fit(train.sequences, train.labels);
  return model;
}

describe("activationMap", () => {
  it.each(["fcn", "resnet", "inception-time"] as const)(
    "of %s has the class's logit as its mean, but for the bias",
    async (kind) => {
      const { sequences, labels } = waves({ steps: 24 });
      const model = await trained({ kind, epochs: 1 }, { sequences, labels });
      const sequence = sequences[0]!;
      const maps = await Promise.all(model.classes.map((label) => activationMap(model, sequence, label)));
      const network = model.fitted.members[0] as PooledNetwork;
      const bias = network.head.bias!.toTypedArray();
      const logits = maps.map((map, k) => map.reduce((a, b) => a + b) / map.length + bias[k]!);
      const [probabilities] = await model.predictProba([sequence]);
      expect(logits[0]! - logits[1]!).toBeCloseTo(Math.log(probabilities![0]! / probabilities![1]!), 3);
      expect(maps[0]!.length).toBe(24);
      const best = maps[probabilities![0]! >= probabilities![1]! ? 0 : 1]!;
      expect(await activationMap(model, sequence)).toEqual(best);
      expect(hasActivationMap(model)).toBe(true);
    },
  );

  it("points at what tells the classes apart", async () => {
    // a bump early or late in a flat sequence
    const sequences = Array.from({ length: 20 }, (_, n): Sequence => {
      const at = n % 2 === 0 ? 20 : 40;
      return [
        Float64Array.from(
          { length: 60 },
          (_, t) =>
            Math.sin(1.3 * t * (n + 1)) * 0.05 +
            (Math.abs(t - at - (n % 5)) < 4 ? (n % 2 === 0 ? 1 : -1) : 0),
        ),
      ];
    });
    const labels = sequences.map((_, n) => (n % 2 === 0 ? "up" : "down"));
    const model = await trained({ kind: "fcn", epochs: 10 }, { sequences, labels });
    const map = await activationMap(model, sequences[0]!, "up");
    const strongest = map.indexOf(Math.max(...map));
    expect(Math.abs(strongest - 20)).toBeLessThan(10);
  });

  it("refuses what has no map, and a class that there is not", async () => {
    const { sequences, labels } = waves();
    const gru = await trained({ kind: "gru" });
    await expect(activationMap(gru, sequences[0]!)).rejects.toThrow(
      "averages features over time, gru is none",
    );
    expect(hasActivationMap(gru)).toBe(false);
    const rocket = new MiniRocketClassifier({ features: 84 });
    await rocket.fit(sequences, labels);
    await expect(activationMap(rocket, sequences[0]!)).rejects.toThrow(ArgumentError);
    expect(hasActivationMap(rocket)).toBe(false);
    const fcn = await trained({ kind: "fcn", epochs: 1 });
    await expect(activationMap(fcn, sequences[0]!, "other")).rejects.toThrow(
      'knows no class "other". Its classes are fast, slow.',
    );
    await expect(activationMap(fcn, waves({ channels: 2 }).sequences[0]!)).rejects.toThrow(DataError);
  });
});

describe("a classifier's stream", () => {
  it.each(["rnn", "lstm", "gru"] as const)("of %s ends at what the whole sequence gives", async (kind) => {
    const train = waves({ channels: 2, unequal: true });
    const model = await trained({ kind, layers: 2, ensemble: 2 }, train);
    const stream = model.stream();
    for (const sequence of train.sequences.slice(0, 3)) {
      stream.reset();
      for (let t = 0; t < sequence[0]!.length; t++) {
        const soFar = stream.next(sequence.map((line) => line[t]!));
        expect(stream.steps).toBe(t + 1);
        const [whole] = await model.predictProba([sequence.map((line) => line.subarray(0, t + 1))]);
        for (const [k, p] of soFar.entries()) expect(p).toBeCloseTo(whole![k]!, 5);
      }
    }
  });

  it("takes a missing value as the last one, and as the mean before there was any", async () => {
    const model = await trained({ kind: "gru" });
    const [mean] = model.fitted.standardisation.means;
    const [a, b] = [model.stream(), model.stream()];
    for (const [holes, filled] of [
      [Number.NaN, mean!],
      [2, 2],
      [Number.NaN, 2],
    ]) {
      expect(a.next([holes!])).toEqual(b.next([filled!]));
    }
  });

  it("says what is in the way", async () => {
    expect(() => new NetworkClassifier({ kind: "gru" }).stream()).toThrow(ArgumentError);
    const fcn = await trained({ kind: "fcn", epochs: 1 });
    expect(() => fcn.stream()).toThrow("only rnn, lstm and gru read a sequence step by step");
    const own = await trained({ kind: "gru", standardise: "sequence" });
    expect(() => own.stream()).toThrow('Train it with standardise: "channel"');
    const stream = (await trained({ kind: "gru" })).stream();
    stream.next([1]);
    expect(() => stream.next([1, 2])).toThrow("step 2 has 2 values, expected 1");
    expect(() => stream.next([Infinity])).toThrow("step 2 has an infinite value in channel 1");
  });
});
