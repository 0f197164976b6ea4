import { AbortError, ArgumentError, DataError, FormatError } from "@lookback/core";
import { beforeAll, describe, expect, test } from "vitest";
import type { Classifier } from "../src/classify/classifier.js";
import { loadClassifier } from "../src/classify/classifierFile.js";
import type { Sequence } from "../src/classify/sequences.js";
import { rejectionOf } from "./helpers.js";
import { type Synthetic, waves } from "./syntheticSequences.js";

/** What every classifier keeps to, and what of it does not hold for all. */
export interface ClassifierConformance {
  readonly make: () => Classifier;
  /** The share of its own, well separated training sequences that it must recognise. Default: 0.9. */
  readonly learns?: number;
  /** Fewest steps of a sequence that it promises to work with. Default: 2. */
  readonly fewestSteps?: number;
}

const nan = Number.NaN;
const three = waves({ count: 18, classes: ["10", "9", "-1"], noise: 0.05 });
const channels = waves({ count: 12, classes: ["a", "b"], channels: 3, length: (i) => 20 + ((i * 7) % 13) });

const mapped = (
  { sequences, labels }: Synthetic,
  change: (value: number, t: number, i: number) => number,
): Synthetic => ({
  sequences: sequences.map((sequence, i) =>
    sequence.map((values) => values.map((value, t) => change(value, t, i))),
  ),
  labels,
});

/** The suite that every classifier passes. */
export function classifierConformance(
  name: string,
  { make, learns = 0.9, fewestSteps = 2 }: ClassifierConformance,
): void {
  const fitted = async ({ sequences, labels }: Synthetic): Promise<Classifier> => {
    const classifier = make();
    await classifier.fit(sequences, labels);
    return classifier;
  };
  const expectProbabilities = (rows: readonly Float64Array[], classes: readonly string[], count: number) => {
    expect(rows).toHaveLength(count);
    for (const row of rows) {
      expect(row).toHaveLength(classes.length);
      expect(row.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9);
    }
  };

  describe(`${name} conforms`, () => {
    let onThree: Classifier;
    let onChannels: Classifier;
    beforeAll(async () => {
      onThree = await fitted(three);
      onChannels = await fitted(channels);
    });

    test("its name is short and lower case, and before fit it knows no classes", () => {
      expect(make().name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(make().classes).toEqual([]);
    });

    test("its classes are sorted, numbers by size, and its probabilities add up to 1", async () => {
      expect(onThree.classes).toEqual(["-1", "9", "10"]);
      expect(onThree.parameterCount).toBeGreaterThanOrEqual(0);
      expectProbabilities(await onThree.predictProba(three.sequences), onThree.classes, 18);
    });

    test("it predicts the class with the largest probability, and learns what is easy", async () => {
      const rows = await onThree.predictProba(three.sequences);
      const predicted = await onThree.predict(three.sequences);
      expect(predicted).toEqual(rows.map((row) => onThree.classes[row.indexOf(Math.max(...row))]));
      const right = predicted.filter((label, i) => label === three.labels[i]).length;
      expect(right / 18).toBeGreaterThanOrEqual(learns);
    });

    test("many channels and unequal lengths are no obstacle, also beyond those of the training", async () => {
      const rows = await onChannels.predictProba(channels.sequences);
      expectProbabilities(rows, ["a", "b"], 12);
      const longer = waves({
        count: 4,
        classes: ["a", "b"],
        channels: 3,
        length: (i) => 15 + 20 * i,
        seed: 1,
      });
      expectProbabilities(await onChannels.predictProba(longer.sequences), ["a", "b"], 4);
    });

    test("a sequence gets the same probabilities alone as among others", async () => {
      const all = await onChannels.predictProba(channels.sequences);
      for (const i of [0, 5, 11]) {
        const [alone] = await onChannels.predictProba([channels.sequences[i]!]);
        for (const [c, value] of alone!.entries()) expect(value).toBeCloseTo(all[i]![c]!, 4);
      }
    });

    test("missing values are taken as such, also a whole channel of them", async () => {
      const holes = mapped(channels, (value, t, i) => ((t + i) % 5 === 0 || t < 2 ? nan : value));
      const [first] = holes.sequences;
      const dead: Sequence = [first![0]!, first![1]!, first![2]!.map(() => nan)];
      const classifier = await fitted({ ...holes, sequences: [dead, ...holes.sequences.slice(1)] });
      expectProbabilities(await classifier.predictProba([dead, ...channels.sequences]), ["a", "b"], 13);
    });

    test.each([
      ["constant sequences", mapped(three, (_, __, i) => [1, 2, 3][i % 3]!)],
      ["sequences that are all alike", mapped(three, () => 5)],
      ["very large values", mapped(three, (value) => value * 1e12 + 1e13)],
      ["very small values", mapped(three, (value) => value * 1e-12)],
      [
        "one class that is rare",
        { ...three, labels: three.labels.map((_, i) => (i < 2 ? "rare" : "common")) },
      ],
      [
        "a class with one example",
        { ...three, labels: three.labels.map((label, i) => (i === 7 ? "once" : label)) },
      ],
      ["sequences as short as can be", waves({ count: 8, classes: ["a", "b"], length: () => fewestSteps })],
    ])("the probabilities are numbers for %s", async (_, data) => {
      const classifier = await fitted(data);
      expectProbabilities(
        await classifier.predictProba(data.sequences),
        classifier.classes,
        data.labels.length,
      );
    });

    test("the same sequences give the same bits again, also after another fit", async () => {
      const first = await onChannels.predictProba(channels.sequences);
      const again = make();
      await again.fit(three.sequences, three.labels);
      await again.fit(channels.sequences, channels.labels);
      expect(await again.predictProba(channels.sequences)).toEqual(first);
      expect(await again.predictProba(channels.sequences)).toEqual(first);
    });

    test("a file holds all of it: the loaded one gives the same bits", async () => {
      for (const [classifier, data] of [
        [onThree, three],
        [onChannels, channels],
      ] as const) {
        const loaded = loadClassifier(classifier.save(), "model.safetensors");
        expect([loaded.name, loaded.classes, loaded.parameterCount]).toEqual([
          classifier.name,
          classifier.classes,
          classifier.parameterCount,
        ]);
        expect(await loaded.predictProba(data.sequences)).toEqual(
          await classifier.predictProba(data.sequences),
        );
        expect(loaded.save()).toEqual(classifier.save());
      }
    });

    test("a damaged file is refused", () => {
      const bytes = onThree.save();
      expect(() => loadClassifier(bytes.slice(0, bytes.length - 9), "model.safetensors")).toThrow(
        FormatError,
      );
      expect(() => loadClassifier(bytes.slice(0, bytes.length - 9), "model.safetensors")).toThrow(
        "model.safetensors",
      );
    });

    test("it leaves the sequences as they were, and predicts nothing for none", async () => {
      const holes = mapped(three, (value, t) => (t === 3 ? nan : value));
      const before = structuredClone(holes);
      const classifier = await fitted(holes);
      await classifier.predict(holes.sequences);
      expect(holes).toEqual(before);
      expect(await classifier.predictProba([])).toEqual([]);
    });

    test("its progress rises to 1", async () => {
      const fractions: number[] = [];
      await make().fit(three.sequences, three.labels, {
        onProgress: ({ fraction }) => fractions.push(fraction),
      });
      expect(fractions.at(-1)).toBe(1);
      expect([...fractions].sort((a, b) => a - b)).toEqual(fractions);
    });

    test("a fit that is interrupted, before it begins or on its way, throws an AbortError", async () => {
      const before = new AbortController();
      before.abort();
      await rejectionOf(make().fit(three.sequences, three.labels, { signal: before.signal }), AbortError);
      const onItsWay = new AbortController();
      const fractions: number[] = [];
      const fit = make().fit(three.sequences, three.labels, {
        signal: onItsWay.signal,
        onProgress({ fraction }) {
          fractions.push(fraction);
          onItsWay.abort();
        },
      });
      const outcome = await fit.catch((error: unknown) => error);
      if (fractions[0]! < 1) expect(outcome).toBeInstanceOf(AbortError);
    });

    test.each([
      [
        "predicting before fit",
        () => make().predictProba(three.sequences),
        ArgumentError,
        "Call fit(sequences, labels)",
      ],
      ["saving before fit", async () => make().save(), ArgumentError, "Call fit(sequences, labels)"],
      [
        "labels that are too few",
        () => make().fit(three.sequences, ["a", "b"]),
        ArgumentError,
        "18 sequences and 2 labels",
      ],
      [
        "one class only",
        () =>
          make().fit(
            three.sequences,
            three.labels.map(() => "a"),
          ),
        DataError,
        'only "a"',
      ],
      ["no sequences", () => make().fit([], []), DataError, "got no sequence"],
      [
        "a sequence without steps",
        () => make().fit([[new Float64Array(0)], ...three.sequences.slice(1)], three.labels),
        DataError,
        "sequence 1 of 18 is empty",
      ],
      [
        "channels that differ",
        () =>
          make().fit(
            [[...three.sequences[0]!, ...three.sequences[1]!], ...three.sequences.slice(1)],
            three.labels,
          ),
        DataError,
        "sequence 2 of 18 has 1",
      ],
      [
        "an infinite value",
        () => make().fit([[Float64Array.of(1, Infinity, 2)], ...three.sequences.slice(1)], three.labels),
        DataError,
        "sequence 1 of 18 has an infinite value in channel 1 at step 2",
      ],
      [
        "other channels than those of the training",
        () => onChannels.predictProba(three.sequences),
        DataError,
        "sequence 1 of 18 has 1",
      ],
      [
        "a sequence without steps to predict",
        () => onThree.predictProba([[new Float64Array(0)]]),
        DataError,
        "sequence 1 of 1 is empty",
      ],
    ] as [string, () => Promise<unknown>, new (message: string) => Error, string][])(
      "%s is one sentence that names it",
      async (_, run, kind, part) => {
        expect(await rejectionOf(run(), kind)).toContain(part);
      },
    );
  });
}
