import { AbortError, Generator } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { waves } from "../src/sections/cnn.js";
import { measureConv1d, printedInput, printedOutput } from "../src/sections/conv1d.js";
import { measureGradients } from "../src/sections/gradients.js";
import { gruStep, measureGru, printedStep } from "../src/sections/gru.js";
import { sections } from "../src/sections/sections.js";
import { measureStates, movement } from "../src/sections/states.js";
import { verdictOf } from "../src/sections/statesView.js";

const options = { seed: 0, seeds: [0, 1] };

describe("gradients", () => {
  it("vanish in an RNN with small weights and in gates as drawn, explode with large weights, and reach back through open gates", async () => {
    const { curves } = await measureGradients({ ...options, seeds: [] });
    const of = (cell: string) => curves.filter((c) => c.cell === cell).map((c) => c.firstToLast);
    expect(of("rnn").at(0)).toBeLessThan(1e-15);
    expect(of("rnn").at(-1)).toBeGreaterThan(1e3);
    for (const cell of ["lstm", "gru"]) {
      expect(of(cell)[0]).toBeLessThan(1e-15);
      expect(of(cell)[1]).toBeGreaterThan(0.01);
    }
  });

  it("are cut to the norm asked for, and training then gets further", async () => {
    const { clipping } = await measureGradients(options);
    const loss = (clipped: boolean) =>
      clipping.runs.filter((r) => r.clipped === clipped).map((r) => r.finalLoss);
    loss(true).forEach((clipped, i) => {
      expect(clipped).toBeLessThan(loss(false)[i]!);
    });
    expect(clipping.runs.every((r) => r.losses.length === r.norms.length)).toBe(true);
    expect(clipping.runs.filter((r) => r.clipped).every((r) => r.clippedSteps > 0)).toBe(true);
  });
});

describe("movement of a state", () => {
  it("is the mean step over the standard deviation, and the correlation with the value before", () => {
    const zigzag = movement([1, -1, 1, -1, 1, -1])!;
    expect(zigzag.step).toBeCloseTo(2, 12);
    expect(zigzag.lag1).toBeCloseTo(-5 / 6, 12);
    const ramp = movement(Array.from({ length: 101 }, (_, i) => i))!;
    expect(ramp.step).toBeCloseTo(1 / Math.sqrt((101 ** 2 - 1) / 12), 12);
    expect(ramp.lag1).toBeGreaterThan(0.95);
  });
  it("does not exist for a value that stands still", () => {
    expect(movement([0.5, 0.5, 0.5])).toBeNull();
  });
  it("is a clear yes to slow cells only when nearly all are slower", () => {
    const verdict = (slowerCells: number) => verdictOf({ layers: [{ slowerCells, units: 60 }] as never });
    expect([verdict(58), verdict(36), verdict(30)]).toEqual(["holds", "weak", "fails"]);
  });
});

describe("the GRU's formulas", () => {
  it("give by hand what the layer gives, in both forms, and the forms differ", async () => {
    const { forms, printed, betweenForms } = await measureGru(options);
    for (const form of forms) expect(form.largestDifference).toBeLessThan(1e-6);
    expect(printed.largestDifference).toBeLessThan(1e-6);
    expect(betweenForms).toBeGreaterThan(1e-3);
  });
  it("keep the state where the update gate is open, and the printed ones replace it there", () => {
    const weights = {
      wIh: [[0], [0], [0]],
      wHh: [[0], [0], [1]],
      bIh: [50, 50, 0],
      bHh: [0, 0, 0],
    };
    expect(gruStep([0], [0.3], weights, true).hidden[0]).toBeCloseTo(0.3, 12);
    expect(printedStep([0], [0.3], weights).hidden[0]).toBeCloseTo(Math.tanh(0.3), 12);
  });
});

describe("Conv1d's example", () => {
  it("maps [1, 4, 9] to [1, 2, 4] and is trained to print the tutorial's output", async () => {
    const found = await measureConv1d(options);
    expect([found.inputShape, found.outputShape]).toEqual([
      [1, 4, 9],
      [1, 2, 4],
    ]);
    found.output.forEach((row, o) => {
      expect(row.map((v) => v.toFixed(4))).toEqual(printedOutput[o]!.map((v) => v.toFixed(4)));
    });
    found.output.forEach((row, o) => {
      row.forEach((value, t) => {
        let sum = found.bias[o]!;
        for (let c = 0; c < 4; c++)
          for (let k = 0; k < 3; k++) sum += found.weight[o]![c]![k]! * printedInput[c]![2 * t + k]!;
        expect(value).toBeCloseTo(sum, 5);
      });
    });
    expect(found.byHand.sum).toBeCloseTo(found.output[0]![0]!, 5);
  });
});

describe("the classifiers' samples", () => {
  it("are waves whose number of periods is the class", () => {
    const { x, labels } = waves(3, new Float32Array(15).fill(100), new Generator(0));
    const samples = x.toArray<number[][][]>();
    expect(labels).toEqual([0, 1, 2]);
    samples.forEach((sample, n) => {
      const powers = [1, 2, 3].map((periods) => {
        const angles = sample[0]!.map((_, t) => (2 * Math.PI * periods * t) / 24);
        const part = (f: (a: number) => number) =>
          sample[0]!.reduce((sum, v, t) => sum + v * f(angles[t]!), 0);
        return part(Math.cos) ** 2 + part(Math.sin) ** 2;
      });
      expect(powers.indexOf(Math.max(...powers))).toBe(labels[n]);
    });
  });
});

describe("sections", () => {
  it("are the tutorial's, in its order", () => {
    expect(sections.map((s) => s.name)).toEqual(["gradients", "states", "gru", "compare", "conv1d", "cnn"]);
  });

  it("give the same numbers from the same seed, and others from another", async () => {
    const one = { seed: 0, seeds: [3] };
    const [a, b] = [await measureStates(one), await measureStates(one)];
    expect(a).toEqual(b);
    expect(a.runs[0]!.cell).not.toEqual((await measureStates({ seeds: [2] })).runs[0]!.cell);
  });

  it.each(["gradients", "states", "compare", "cnn"] as const)("%s stops when told to", async (name) => {
    const controller = new AbortController();
    controller.abort();
    const section = sections.find((s) => s.name === name)!;
    await expect(section.run({ ...options, signal: controller.signal })).rejects.toThrow(AbortError);
  });

  it("report progress from 0 to 1", async () => {
    const seen: number[] = [];
    await measureGradients({ seeds: [0], onProgress: (done) => seen.push(done) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual([...seen].sort((x, y) => x - y));
    expect(seen.at(-1)).toBeLessThanOrEqual(1);
  });
});
