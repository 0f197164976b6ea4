import { Generator } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { augment, resample } from "../../src/classify/augment.js";
import { ClassifierBatches, type Examples, squeeze } from "../../src/classify/networkBatches.js";
import { holdOut } from "../../src/classify/networkTraining.js";
import { padBatch } from "../../src/classify/padding.js";

/** Sequence n holds n + 1 steps of n, of class n mod 2. */
function examples(count: number, steps = 0): Examples {
  return {
    sequences: Array.from({ length: count }, (_, n) => [new Float64Array(n + 1).fill(n)]),
    targets: Int32Array.from({ length: count }, (_, n) => n % 2),
    steps,
  };
}
const plain = { batchSize: 4, exact: false, seed: 0, shuffle: true };

describe("padBatch", () => {
  it("puts 0 behind the end of each sequence and tells the lengths", () => {
    const { x, lengths } = padBatch([[Float64Array.of(1)], [Float64Array.of(2, 3)]]);
    expect(x.toArray()).toEqual([[[1, 0]], [[2, 3]]]);
    expect(lengths).toEqual([1, 2]);
  });

  it("tells no lengths where nothing is padded", () => {
    expect(padBatch([[Float64Array.of(1, 2)], [Float64Array.of(2, 3)]]).lengths).toBeUndefined();
    expect(padBatch([[Float64Array.of(1, 2)]], 3).lengths).toEqual([2]);
  });
});

describe("ClassifierBatches", () => {
  it("give every example once an epoch, in batches whose sizes differ by one at most", () => {
    const batches = new ClassifierBatches(examples(11), plain);
    const seen: number[] = [];
    for (const [x, y] of batches) {
      expect(x.shape[0]).toBeGreaterThanOrEqual(3);
      expect(x.shape[0]).toBeLessThanOrEqual(4);
      const lengths = batches.factsOf(x)?.lengths ?? Array(x.shape[0]!).fill(x.shape[2]);
      for (const [i, length] of lengths.entries()) {
        seen.push(length - 1);
        expect(y.toTypedArray()[i]).toBe((length - 1) % 2);
      }
    }
    expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, n) => n));
  });

  it("come in another order each epoch, which depends on seed and epoch alone", () => {
    const orders = (seed: number, epoch: number) => {
      const batches = new ClassifierBatches(examples(9), { ...plain, seed });
      batches.epoch = epoch;
      return Array.from({ length: 2 }, () => [...batches].flatMap(([, y]) => [...y.toTypedArray()]));
    };
    const [first, second] = orders(1, 0);
    expect(first).not.toEqual(second);
    expect(orders(1, 1)[0]).toEqual(second);
    expect(orders(2, 0)[0]).not.toEqual(first);
  });

  it("are filled up from the beginning where a network takes whole batches only", () => {
    const options = { ...plain, exact: true, shuffle: false };
    const batches = [...new ClassifierBatches(examples(6, 8), options)];
    expect(batches.map(([x]) => x.shape)).toEqual([
      [4, 1, 8],
      [4, 1, 8],
    ]);
    expect(batches[1]![0].select(2, 0).toArray()).toEqual([[4], [5], [0], [1]]);
  });
});

describe("augment", () => {
  const line = Float64Array.from({ length: 50 }, (_, t) => t);

  it("changes nothing when nothing is asked for", () => {
    expect(augment([line], {}, new Generator(0))).toEqual([line]);
  });

  it("adds noise of the asked for size", () => {
    const [noisy] = augment([new Float64Array(4000)], { jitter: 0.5 }, new Generator(0));
    const square = noisy!.reduce((sum, value) => sum + value * value, 0) / 4000;
    expect(Math.sqrt(square)).toBeCloseTo(0.5, 1);
  });

  it("scales each channel by one factor of its own", () => {
    const [a, b] = augment([line, line], { scaling: 0.2 }, new Generator(0));
    const [factorA, factorB] = [a![1]!, b![1]!];
    expect(factorA).not.toBe(factorB);
    for (const [t, value] of a!.entries()) expect(value).toBeCloseTo(factorA * t, 10);
  });

  it("stretches a window of at least the asked for share over the whole length", () => {
    const generator = new Generator(0);
    for (let i = 0; i < 20; i++) {
      const [stretched] = augment([line], { window: 0.6 }, generator);
      const span = stretched![49]! - stretched![0]!;
      expect(stretched!.length).toBe(50);
      expect(span).toBeGreaterThanOrEqual(0.6 * 49 - 1e-9);
      expect(stretched![0]).toBeGreaterThanOrEqual(0);
      expect(stretched![49]).toBeLessThanOrEqual(49 + 1e-9);
      expect(stretched![25]! - stretched![24]!).toBeCloseTo(span / 49, 10);
    }
  });

  it("leaves sequences of one step as they are", () => {
    expect(augment([Float64Array.of(7)], { window: 0.5 }, new Generator(0))).toEqual([Float64Array.of(7)]);
  });
});

describe("resample and squeeze", () => {
  it("read on straight lines, both ends kept", () => {
    expect([...resample(Float64Array.of(0, 2, 4, 6, 8), 3)]).toEqual([0, 4, 8]);
    expect([...resample(Float64Array.of(0, 2), 3)]).toEqual([0, 1, 2]);
    expect([...resample(Float64Array.of(5, 9), 1)]).toEqual([5]);
  });

  it("shorten only what is too long", () => {
    const short = [Float64Array.of(1, 2)];
    expect(squeeze(short, 2)).toBe(short);
    expect(squeeze([Float64Array.of(0, 1, 2)], 2)).toEqual([Float64Array.of(0, 2)]);
  });
});

describe("holdOut", () => {
  it("holds out a share of each class, and never the last example of one", () => {
    const targets = Int32Array.of(0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2);
    const given: Examples = { sequences: [...targets].map(() => [new Float64Array(3)]), targets, steps: 3 };
    const { learned, judged } = holdOut(given, 0.5, 0);
    expect([...judged!.targets]).toEqual([0, 0, 0, 1, 1]);
    expect([...learned.targets]).toEqual([0, 0, 0, 1, 1, 2]);
    expect(judged!.steps).toBe(3);
  });

  it("holds out nothing where the share is 0 or every class has one example", () => {
    const given = examples(6);
    expect(holdOut(given, 0, 0)).toEqual({ learned: given, judged: undefined });
    expect(holdOut(examples(2), 0.5, 0).judged).toBeUndefined();
  });
});
