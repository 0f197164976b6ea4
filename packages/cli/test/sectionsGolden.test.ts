import { Generator, manualSeed, nn, noGrad, rand, type Tensor, tensor } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { mixing, publishedParameters, stagesOf } from "../src/sections/cnn.js";
import { CorrectedCnn, PublishedCnn } from "../src/sections/cnnNets.js";
import { measureConv1d, printedInput } from "../src/sections/conv1d.js";
import { measureGradients } from "../src/sections/gradients.js";
import { measureGru } from "../src/sections/gru.js";

interface GradientCase {
  kind: "gradients";
  seed: number;
  cell: string;
  scale?: number;
  gateBias?: number;
  norms: number[];
  norms64: number[];
}
interface GruCase extends Record<"x" | "h" | "r" | "z" | "n" | "output", number[]> {
  kind: "gru";
  seed: number;
}
interface ConvCase {
  kind: "conv1d";
  seed: number;
  firstOutput: number[];
  losses: Record<string, number>;
  steps: number;
  weight: GoldenTensor;
  bias: GoldenTensor;
  output: GoldenTensor;
  printed: string;
}
interface NetCase {
  parameters: number;
  output: GoldenTensor;
  mixing: number[][];
}
interface CnnCase {
  kind: "cnn";
  seed: number;
  B: number;
  shapes: number[][];
  published: NetCase;
  corrected: NetCase;
}
const { cases } = readGolden<Golden<GradientCase | GruCase | ConvCase | CnnCase>>("sections");
const ofKind = <K extends (typeof cases)[number]["kind"]>(kind: K) =>
  cases.filter((c): c is Extract<(typeof cases)[number], { kind: K }> => c.kind === kind);
const near = (actual: number, expected: number, relative: number) =>
  expect(Math.abs(actual / expected - 1), `${actual} for ${expected}`).toBeLessThan(relative);

describe("the tutorial's sections have PyTorch's numbers", () => {
  it.each([0, 1])("gradients of the loss with respect to every state, seed %i", async (seed) => {
    const { curves } = await measureGradients({ seed, seeds: [] });
    const expected = ofKind("gradients").filter((c) => c.seed === seed);
    expect(curves.length).toBe(expected.length);
    for (const c of expected) {
      const found = curves.find(
        (curve) => curve.cell === c.cell && curve.scale === c.scale && curve.gateBias === c.gateBias,
      )!;
      expect(found.norms.length).toBe(100);
      // Large weights make the recurrence chaotic: where float32 and float64 part, nobody can be held to less.
      const rounding = Math.max(...c.norms.map((norm, t) => Math.abs(norm / c.norms64[t]! - 1)));
      c.norms.forEach((norm, t) => {
        near(found.norms[t]!, norm, 1e-4 + 10 * rounding);
      });
    }
  });

  it.each(ofKind("gru").map((c) => [c.seed, c] as const))("one step of a GRU, seed %i", async (seed, c) => {
    const { x, before, forms } = await measureGru({ seed });
    expect(x.map(Math.fround)).toEqual(c.x.map(Math.fround));
    expect(before.map(Math.fround)).toEqual(c.h.map(Math.fround));
    const { byHand, layer } = forms[0]!;
    for (const step of [byHand, layer]) {
      const pairs = [step.reset, c.r, step.update, c.z, step.candidate, c.n, step.hidden, c.output];
      for (let i = 0; i < pairs.length; i += 2) {
        pairs[i]!.forEach((value, unit) => {
          expect(Math.abs(value - pairs[i + 1]![unit]!)).toBeLessThan(2e-7);
        });
      }
    }
  });

  it.each(ofKind("conv1d").map((c) => [c.seed, c] as const))(
    "the convolution and its training, seed %i",
    async (seed, c) => {
      const found = await measureConv1d({ seed });
      found.firstOutput.flat().forEach((value, i) => {
        near(value, c.firstOutput[i]!, 1e-5);
      });
      for (const [step, loss] of Object.entries(c.losses)) near(found.losses[Number(step) - 1]!, loss, 1e-3);
      expect(Math.abs(found.steps - c.steps)).toBeLessThanOrEqual(2);
      expect(found.outputPrinted.replace(/\s/g, "")).toBe(c.printed.replace(/\s/g, ""));

      const conv = new nn.Conv1d(4, 2, 3, { stride: 2 });
      const values = (g: GoldenTensor) => tensor((g as { data: number[] }).data, { shape: g.shape });
      conv.loadStateDict({ weight: values(c.weight), bias: values(c.bias) });
      const output = noGrad(() => conv.forward(tensor([printedInput.map((row) => [...row])])));
      expect(difference(output.toTypedArray(), c.output, { absolute: 1e-6 })).toBeUndefined();
    },
  );

  it.each(ofKind("cnn").map((c) => [c.B, c] as const))("both classifiers, batch of %i", (B, c) => {
    const drawn = <Net>(make: () => Net): [Net, Tensor] => {
      manualSeed(c.seed);
      return [make(), rand([B, 15, 24]).mul(2).sub(1)];
    };
    const [published, x] = drawn(() => new PublishedCnn(B));
    const [corrected, y] = drawn(() => new CorrectedCnn(3));
    expect(stagesOf(published, x).map((stage) => [B, stage.channels, stage.length])).toEqual(c.shapes);
    expect(publishedParameters(B)).toBe(c.published.parameters);
    for (const [net, input, golden] of [
      [published, x, c.published],
      [corrected, y, c.corrected],
    ] as const) {
      expect(net.parameterCount()).toBe(golden.parameters);
      const output = noGrad(() => net.forward(input));
      expect(output.shape).toEqual(golden.output.shape);
      expect(
        difference(output.toTypedArray(), golden.output, { relative: 1e-5, absolute: 1e-6 }),
      ).toBeUndefined();
      mixing(net, input).forEach((row, i) => {
        row.forEach((norm, j) => {
          expect(Math.abs(norm - golden.mixing[i]![j]!)).toBeLessThan(1e-5 * golden.mixing[i]![i]!);
        });
      });
    }
  });

  it("draws inputs from a generator as PyTorch draws them", () => {
    const c = ofKind("gru")[0]!;
    const x = rand([1, 1, 3], { generator: new Generator(c.seed) })
      .mul(2)
      .sub(1);
    expect(Array.from(x.toTypedArray())).toEqual(c.x.map(Math.fround));
  });
});
