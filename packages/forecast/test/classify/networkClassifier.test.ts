import { AbortError, ArgumentError, DataError, FormatError } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { NetworkClassifier } from "../../src/classify/networkClassifier.js";
import type { NetworkOptions } from "../../src/classify/networkOptions.js";
import type { Sequence } from "../../src/classify/sequences.js";
import { waves } from "./waves.js";

async function trained(
  options: NetworkOptions,
  train: { sequences: readonly Sequence[]; labels: readonly string[] } = waves(),
) {
  const model = new NetworkClassifier({ hidden: 8, ...options });
  await model.fit(train.sequences, train.labels);
  return model;
}

const share = (predicted: readonly string[], labels: readonly string[]) =>
  predicted.filter((label, i) => label === labels[i]).length / labels.length;

describe("NetworkClassifier", () => {
  it.each([
    ["cnn", 12],
    ["time-cnn", 150],
    ["fcn", 8],
    ["resnet", 4],
    ["inception-time", 4],
    ["rnn", 60],
    ["lstm", 60],
    ["gru", 60],
    ["lstm-fcn", 8],
  ] as const)("%s learns from sequences of one length and of several", async (kind, epochs) => {
    for (const unequal of [false, true]) {
      const train = waves({ unequal, channels: 2, steps: 24 });
      const model = await trained({ kind, epochs, lr: 0.01 }, train);
      expect(share(await model.predict(train.sequences), train.labels)).toBeGreaterThanOrEqual(0.9);
      for (const row of await model.predictProba(train.sequences)) {
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      }
    }
  });

  it.each(["fcn", "inception-time", "gru"] as const)(
    "%s says the same of a sequence alone and beside longer ones",
    async (kind) => {
      const { sequences, labels } = waves({ unequal: true });
      const model = await trained({ kind, epochs: 3 }, { sequences, labels });
      const together = await model.predictProba(sequences);
      for (const [i, sequence] of sequences.slice(0, 5).entries()) {
        const [alone] = await model.predictProba([sequence]);
        for (const [k, p] of alone!.entries()) expect(p).toBeCloseTo(together[i]![k]!, 5);
      }
    },
  );

  it("cnn-published learns the batches that it is built for", async () => {
    const train = waves({ steps: 12 });
    const model = await trained({ kind: "cnn-published", epochs: 20 }, train);
    const right = share(await model.predict(train.sequences), train.labels);
    expect(right).toBeGreaterThan(0.5);
  });

  it("cnn-published says something else of a sequence beside others, being built for whole batches", async () => {
    const { sequences, labels } = waves({ steps: 12 });
    const model = await trained({ kind: "cnn-published", epochs: 3 }, { sequences, labels });
    const [alone] = await model.predictProba(sequences.slice(0, 1));
    const [beside] = await model.predictProba(sequences.slice(0, 4));
    expect(Math.abs(alone![0]! - beside![0]!)).toBeGreaterThan(1e-4);
  });

  it("gives the same bits for the same seed, and others for another, dropout and augmentation included", async () => {
    const { sequences } = waves();
    const options = { kind: "lstm-fcn", epochs: 2, jitter: 0.1, scaling: 0.1, window: 0.8 } as const;
    const run = async (seed: number) => (await trained({ ...options, seed })).predictProba(sequences);
    // at once, so that each would see the other's random numbers if they shared them
    const [a, b, c] = await Promise.all([run(1), run(1), run(2)]);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it("averages the probabilities of an ensemble's members", async () => {
    const { sequences } = waves();
    const [both, first, second] = await Promise.all(
      [
        { ensemble: 2, seed: 4 },
        { ensemble: 1, seed: 4 },
        { ensemble: 1, seed: 5 },
      ].map(async (options) =>
        (await trained({ kind: "cnn", epochs: 2, ...options })).predictProba(sequences),
      ),
    );
    for (const [i, row] of both!.entries()) {
      for (const [k, p] of row.entries()) expect(p).toBeCloseTo((first![i]![k]! + second![i]![k]!) / 2, 12);
    }
  });

  it("goes on from a checkpoint with the bits that it would have had", async () => {
    const { sequences, labels } = waves();
    const options = { kind: "lstm-fcn", epochs: 5, ensemble: 2, validation: 0.2, jitter: 0.1 } as const;
    const whole = await (await trained(options)).predictProba(sequences);
    for (const stopAt of [3, 7]) {
      const control = new AbortController();
      let bytes: Uint8Array | undefined;
      let epochs = 0;
      const interrupted = new NetworkClassifier({ hidden: 8, ...options }).fit(sequences, labels, {
        signal: control.signal,
        onProgress: () => ++epochs === stopAt && control.abort(),
        checkpoint: {
          save: (saved) => {
            bytes = saved;
          },
        },
      });
      await expect(interrupted).rejects.toThrow(AbortError);
      await expect(interrupted).rejects.toThrow("A checkpoint was saved");
      const resumed = new NetworkClassifier({ hidden: 8, ...options });
      await resumed.fit(sequences, labels, { resume: bytes! });
      expect(await resumed.predictProba(sequences)).toEqual(whole);
      const other = new NetworkClassifier({ hidden: 8, ...options, lr: 0.5 });
      await expect(other.fit(sequences, labels, { resume: bytes! })).rejects.toThrow(
        "other data or other options",
      );
      const relabelled = new NetworkClassifier({ hidden: 8, ...options });
      await expect(relabelled.fit(sequences, [...labels].reverse(), { resume: bytes! })).rejects.toThrow(
        FormatError,
      );
    }
  });

  it("stops when what is held out gets no better, and keeps the best weights", async () => {
    const { sequences, labels } = waves();
    const epochs: number[] = [];
    const model = new NetworkClassifier({ kind: "cnn", epochs: 400, lr: 0.05, validation: 0.3, patience: 5 });
    await model.fit(sequences, labels, { onProgress: ({ epoch }) => epochs.push(epoch!) });
    expect(epochs.at(-1)).toBeLessThan(400);
  });

  it("reports progress over the whole ensemble", async () => {
    const { sequences, labels } = waves();
    const seen: number[] = [];
    const model = new NetworkClassifier({ kind: "gru", hidden: 4, epochs: 2, ensemble: 2 });
    await model.fit(sequences, labels, { onProgress: ({ fraction }) => seen.push(fraction) });
    expect(seen).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it("counts rare classes more when it is told to", async () => {
    const { sequences, labels } = waves({ count: 24 });
    // nothing to tell apart: only how often each class comes
    const flat = sequences.map(([line]): Sequence => [new Float64Array(line!.length).fill(1)]);
    const rare = labels.map((_, i) => (i % 6 === 0 ? "rare" : "common"));
    const [plain, balanced] = await Promise.all(
      (["none", "balanced"] as const).map(async (classWeights) => {
        const model = await trained(
          { kind: "gru", epochs: 60, lr: 0.05, classWeights },
          { sequences: flat, labels: rare },
        );
        return (await model.predictProba(flat.slice(0, 1)))[0]![1]!;
      }),
    );
    expect(plain).toBeCloseTo(1 / 6, 1);
    expect(balanced).toBeCloseTo(1 / 2, 1);
  });

  it("smooths labels when it is told to: certainty is not asked for", async () => {
    const { sequences } = waves();
    const model = await trained({ kind: "cnn", epochs: 60, labelSmoothing: 0.4 });
    const most = (await model.predictProba(sequences)).map((row) => Math.max(...row));
    expect(Math.max(...most)).toBeLessThan(0.95);
  });

  it("reads missing values, a channel missing altogether, and sequences longer than any it learned from", async () => {
    const train = waves({ channels: 2 });
    const holes = train.sequences.map(
      ([a, b], i): Sequence => [
        a!.map((value, t) => (t % 7 === i % 7 ? Number.NaN : value)),
        i === 3 ? b!.map(() => Number.NaN) : b!,
      ],
    );
    const long = waves({ channels: 2, steps: 55 }).sequences;
    for (const kind of ["fcn", "cnn", "gru", "time-cnn", "lstm-fcn"] as const) {
      const model = await trained({ kind, epochs: 5 }, { ...train, sequences: holes });
      for (const row of [...(await model.predictProba(holes)), ...(await model.predictProba(long))]) {
        expect(row.every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("standardises each sequence by itself when it is told to", async () => {
    const train = waves();
    const model = await trained({ kind: "fcn", epochs: 3, standardise: "sequence" }, train);
    const [here] = await model.predictProba(train.sequences.slice(0, 1));
    const [there] = await model.predictProba([[train.sequences[0]![0]!.map((value) => 50 * value - 3)]]);
    for (const [k, p] of here!.entries()) expect(p).toBeCloseTo(there![k]!, 4);
  });

  it("says what is in the way", async () => {
    const { sequences, labels } = waves();
    expect(() => new NetworkClassifier({ kind: "fnc" as "fcn" })).toThrow(ArgumentError);
    expect(() => new NetworkClassifier({ kind: "gru", lr: -1 })).toThrow(
      "gru: lr: expected a number above 0, at most 10, got -1.",
    );
    expect(() => new NetworkClassifier({ epoch: 3 } as object)).toThrow(
      'network: there is no option "epoch". Known are',
    );
    const model = new NetworkClassifier({ kind: "cnn", epochs: 1 });
    await expect(model.predictProba(sequences)).rejects.toThrow("cnn: it has learned nothing yet");
    const short = sequences.map(([line]): Sequence => [line!.subarray(0, 4)]);
    await expect(model.fit(short, labels)).rejects.toThrow(
      "cnn: its kernels need sequences of at least 5 steps, the longest here has 4.",
    );
    const three = labels.map((_, i) => "abc"[i % 3]!);
    await expect(new NetworkClassifier({ kind: "cnn-published" }).fit(sequences, three)).rejects.toThrow(
      'here are 3. Use "cnn"',
    );
    await expect(model.fit(sequences, labels, { resume: new Uint8Array(4) })).rejects.toThrow(FormatError);
    await model.fit(sequences.slice(0, 4), labels.slice(0, 4));
    await expect(model.predict(waves({ channels: 2 }).sequences)).rejects.toThrow(DataError);
  });

  it("keeps its last good weights where the loss is no number any more, and says so", async () => {
    const { sequences, labels } = waves();
    const model = new NetworkClassifier({ kind: "cnn", epochs: 5, clip: 1e30, standardise: "none" });
    const huge = sequences.map(([line]): Sequence => [line!.map((value) => value * 1e40)]);
    await model.fit(huge, labels);
    expect(model.warnings).toEqual([
      expect.stringContaining("the loss of 1 of 1 networks stopped being a finite"),
    ]);
    expect((await model.predictProba(sequences)).flatMap((row) => [...row]).every(Number.isFinite)).toBe(
      true,
    );
  });
});
