import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { manualSeed, nn, rand, randint, type Tensor, tensor, where } from "../src/index.js";

interface Case {
  loss: string;
  options: Record<string, unknown> & { reduction: nn.Reduction };
  seed: number;
  shape: number[];
  scale: number;
  target: "uniform" | "classes" | "probabilities" | "binary" | "counts";
  ignored?: number | null;
  withWeight?: boolean;
  withPosWeight?: boolean;
  value: GoldenTensor;
  dInput: GoldenTensor;
  dTarget?: GoldenTensor;
  dVariance?: GoldenTensor;
}
const { losses } = readGolden<Golden<never> & { losses: Case[] }>("layers");

// biome-ignore lint/suspicious/noExplicitAny: options come from the golden file as JSON
const classes = nn as unknown as Record<string, new (options: any) => nn.Module>;
const known = losses.filter((c) => c.loss in classes);

const uniform = (shape: readonly number[]) => rand(shape).mul(2).sub(1).detach();
const leaf = (x: Tensor) => {
  const copy = x.detach().clone();
  copy.requiresGrad = true;
  return copy;
};

function drawTarget(c: Case): Tensor {
  if (c.target === "uniform") return leaf(uniform(c.shape));
  if (c.target === "probabilities") return uniform(c.shape).softmax(1);
  if (c.target === "binary") return rand(c.shape).lt(0.5);
  const count = c.shape.length > 1 ? c.shape[1]! : c.shape[0]!;
  const spread = c.shape.length > 1 ? c.shape.filter((_, d) => d !== 1) : [];
  const drawn = randint(0, count, spread);
  if (c.ignored === null || c.ignored === undefined) return drawn;
  const kept = drawn.toTypedArray().map((y, i) => (i % 3 === 0 ? c.ignored! : y));
  return tensor(kept, { shape: spread, dtype: "int32" });
}

describe("losses give PyTorch's values and gradients", () => {
  it("knows the losses of the golden file, save three that it leaves out", () => {
    const left = new Set(losses.filter((c) => !(c.loss in classes)).map((c) => c.loss));
    expect([...left].sort()).toEqual(["BCELoss", "KLDivLoss", "PoissonNLLLoss"]);
  });

  it.each(
    known.map(
      (c) =>
        [
          `${c.loss} ${JSON.stringify(c.options)} ${c.target} ${JSON.stringify(c.shape)} #${c.seed}`,
          c,
        ] as const,
    ),
  )("%s", (_, c) => {
    manualSeed(c.seed);
    const input = leaf(uniform(c.shape).mul(c.scale));
    const target = drawTarget(c);
    const weight = c.withWeight ? rand([c.shape.length > 1 ? c.shape[1]! : c.shape[0]!]).add(0.5) : null;
    const posWeight = c.withPosWeight ? rand([c.shape.at(-1)!]).mul(2) : null;
    const variance = c.dVariance ? leaf(rand(target.shape).add(0.1)) : null;
    const loss = new classes[c.loss]!({
      ...c.options,
      ...(weight ? { weight } : {}),
      ...(posWeight ? { posWeight } : {}),
    });
    const value: Tensor = variance ? loss.forward(input, target, variance) : loss.forward(input, target);
    const close = (x: Tensor, expected: GoldenTensor) => {
      expect(x.shape).toEqual(expected.shape);
      expect(difference(x.toTypedArray(), expected, { relative: 1e-5, absolute: 1e-6 })).toBeUndefined();
    };
    close(value, c.value);
    if (c.options.reduction === "none") value.backward(uniform(value.shape));
    else value.backward();
    close(input.grad!, c.dInput);
    if (c.dTarget) close(target.grad!, c.dTarget);
    if (c.dVariance) close(variance!.grad!, c.dVariance);
  });
});

const classIndices = (...values: number[]) => tensor(values, { dtype: "int32" });

describe("PinballLoss", () => {
  it("is max(q·(y − ŷ), (q − 1)·(y − ŷ)), averaged over all quantiles", () => {
    const [y, p] = [
      tensor([1, 5]),
      tensor([
        [0, 2],
        [6, 5],
      ]),
    ];
    // (0.9·1 + |0.5 − 1|·1 + (1 − 0.9)·1 + 0) / 4
    expect(new nn.PinballLoss([0.9, 0.5]).forward(p, y).item()).toBeCloseTo((0.9 + 0.5 + 0.1 + 0) / 4, 6);
    expect(new nn.PinballLoss(0.5).forward(y, tensor([3, 1])).item()).toBeCloseTo((1 + 2) / 2, 6);
    const none = new nn.PinballLoss([0.9, 0.5], { reduction: "none" }).forward(p, y);
    expect(none.shape).toEqual([2, 2]);
  });

  it("has the gradient of the same formula written with tensors", () => {
    manualSeed(0);
    const quantiles = [0.1, 0.5, 0.95];
    const target = leaf(uniform([4, 2]));
    const [a, b] = [leaf(uniform([4, 2, 3])), leaf(uniform([4, 2, 3]))];
    b.copy_(a);
    const fused = new nn.PinballLoss(quantiles).forward(a, target);
    fused.backward();
    const byFused = target.grad!.clone();
    target.grad = null;
    const d = target.unsqueeze(-1).sub(b);
    const q = tensor(quantiles);
    const plain = d
      .mul(q)
      .maximum(d.mul(q.sub(1)))
      .mean();
    plain.backward();
    expect(fused.item()).toBeCloseTo(plain.item(), 6);
    expect(a.grad!.allclose(b.grad!)).toBe(true);
    expect(byFused.allclose(target.grad!, { atol: 1e-6 })).toBe(true);
  });
});

describe("losses", () => {
  it("stay finite and exact for large logits", () => {
    const logits = tensor([
      [1000, -1000],
      [-1000, 1000],
    ]);
    expect(new nn.CrossEntropyLoss().forward(logits, classIndices(0, 1)).item()).toBe(0);
    expect(new nn.CrossEntropyLoss().forward(logits, classIndices(1, 0)).item()).toBe(2000);
    const far = tensor([-60, 60, -1000, 1000]);
    const loss = new nn.BCEWithLogitsLoss({ reduction: "none" });
    const right = loss.forward(far, tensor([0, 1, 0, 1])).toTypedArray();
    expect(right[0]! / Math.exp(-60)).toBeCloseTo(1, 4);
    expect([right[2], right[3]]).toEqual([0, 0]);
    expect(loss.forward(far, tensor([1, 0, 1, 0])).toArray()).toEqual([60, 60, 1000, 1000]);
  });

  it("give the mean over nothing as not a number, like PyTorch", () => {
    const value = new nn.CrossEntropyLoss().forward(rand([2, 3]), classIndices(-100, -100));
    expect(value.item()).toBeNaN();
  });

  it("pass the gradient of class probabilities on to them", () => {
    const probabilities = leaf(rand([2, 3]));
    const logits = rand([2, 3]);
    new nn.CrossEntropyLoss({ reduction: "sum" }).forward(logits, probabilities).backward();
    expect(probabilities.grad!.allclose(logits.logSoftmax(1).neg())).toBe(true);
  });

  it("keep their class weights in the state dict under PyTorch's keys", () => {
    const loss = new nn.BCEWithLogitsLoss({ weight: tensor([1]), posWeight: tensor([2]) });
    expect(Object.keys(loss.stateDict())).toEqual(["weight", "pos_weight"]);
    expect(Object.keys(new nn.CrossEntropyLoss().stateDict())).toEqual([]);
  });

  it("agree where one is a case of the other", () => {
    manualSeed(4);
    const [x, y] = [uniform([50]).mul(3), uniform([50])];
    const huber = new nn.HuberLoss({ delta: 0.7 }).forward(x, y).item();
    expect(huber).toBeCloseTo(0.7 * new nn.SmoothL1Loss({ beta: 0.7 }).forward(x, y).item(), 6);
    const l1 = new nn.L1Loss().forward(x, y).item();
    expect(2 * new nn.PinballLoss(0.5).forward(x, y).item()).toBeCloseTo(l1, 6);
    expect(where(x.gt(y), x.sub(y), y.sub(x)).mean().item()).toBeCloseTo(l1, 6);
  });

  const logits = rand([2, 3]);
  it.each<[string, () => unknown, string]>([
    [
      "shapes that differ",
      () => new nn.HuberLoss().forward(rand([2]), rand([2, 1])),
      "HuberLoss: input has shape [2] and target [2, 1]; they must be equal",
    ],
    [
      "a class that is not there",
      () => new nn.CrossEntropyLoss().forward(logits, classIndices(0, 3)),
      "CrossEntropyLoss: the target at position 1 is 3, expected a class from 0 to 2",
    ],
    [
      "class indices that are floats",
      () => new nn.CrossEntropyLoss().forward(logits, tensor([0, 1])),
      'class indices must be an int32 tensor, got float32. Make it with tensor(values, { dtype: "int32" }), or pass probabilities of the input\'s shape [2, 3]',
    ],
    [
      "targets of another batch",
      () => new nn.NLLLoss().forward(logits, classIndices(0)),
      "NLLLoss: target has shape [1], expected [2], the input's [2, 3] without its 3 classes (dim 1)",
    ],
    [
      "a weight for the wrong classes",
      () => new nn.CrossEntropyLoss({ weight: rand([2]) }).forward(logits, classIndices(0, 1)),
      "CrossEntropyLoss: weight has shape [2], expected one for each of the 3 classes",
    ],
    ["a scalar input", () => new nn.NLLLoss().forward(tensor(1), classIndices()), "expected [N, C]"],
    [
      "a smoothing above 1",
      () => new nn.CrossEntropyLoss({ labelSmoothing: 1.5 }),
      "labelSmoothing must lie between 0 and 1, got 1.5",
    ],
    [
      "a negative beta",
      () => new nn.SmoothL1Loss({ beta: -1 }),
      "beta must be a number of at least 0, got -1",
    ],
    ["a delta of 0", () => new nn.HuberLoss({ delta: 0 }), "delta must be a number above 0, got 0"],
    ["a quantile of 1", () => new nn.PinballLoss([0.5, 1]), "quantiles must lie between 0 and 1, got 0.5, 1"],
    ["no quantiles", () => new nn.PinballLoss([]), "quantiles must lie between 0 and 1, got none"],
    [
      "an input without the quantiles",
      () => new nn.PinballLoss([0.1, 0.9]).forward(rand([4]), rand([4])),
      "PinballLoss: input has shape [4], expected [4, 2] for a target of shape [4] and a list of 2 quantiles",
    ],
    [
      "a negative variance",
      () => new nn.GaussianNLLLoss().forward(tensor([1]), tensor([1]), tensor([-1])),
      "a variance is negative",
    ],
    [
      "a variance of another shape",
      () => new nn.GaussianNLLLoss().forward(rand([2, 3]), rand([2, 3]), rand([3])),
      "the variance has shape [3], expected that of the input, [2, 3]",
    ],
    [
      "an unknown reduction",
      () => new nn.L1Loss({ reduction: "avg" as nn.Reduction }),
      'reduction must be "mean", "sum" or "none"',
    ],
  ])("refuse %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
