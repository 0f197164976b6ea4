import { describe, expect, it } from "vitest";
import { manualSeed, nn, optim, rand, scope, type Tensor, tensor } from "../src/index.js";

describe("the tutorial's network", () => {
  it("goes 24 → 23 → 22 → 21 → 20", () => {
    const layers = [
      new nn.Conv1d(15, 64, 2),
      new nn.MaxPool1d(2, { stride: 1 }),
      new nn.Conv1d(64, 128, 2),
      new nn.MaxPool1d(2, { stride: 1 }),
    ];
    let x: Tensor = rand([4, 15, 24]);
    const lengths = layers.map((layer) => (x = layer.forward(x)).shape[2]);
    expect(lengths).toEqual([23, 22, 21, 20]);
    expect(new nn.Flatten().forward(x).shape).toEqual([4, 128 * 20]);
  });
});

describe("BatchNorm1d", () => {
  it("keeps its statistics beyond the scope that moved them, and leaves them in evaluation", () => {
    const layer = new nn.BatchNorm1d(2);
    scope(
      () =>
        void layer.forward(
          tensor([
            [1, 10],
            [3, 30],
          ]),
        ),
    );
    expect(layer.running_mean?.toArray()).toEqual([Math.fround(0.2), 2]);
    expect(layer.running_var?.toArray()).toEqual([1.1, 20.9].map(Math.fround));
    layer.eval().forward(tensor([[5, 5]]));
    expect(layer.num_batches_tracked?.item()).toBe(1);
  });

  it("differentiates the pass that it recorded, though a later one moved the statistics", () => {
    const gradients = [false, true].map((again) => {
      const layer = new nn.BatchNorm1d(1).eval();
      const x = tensor([[1], [2]], { requiresGrad: true });
      const y = layer.forward(x).sum();
      if (again) layer.train().forward(tensor([[100], [200]]));
      y.backward();
      return x.grad?.toArray();
    });
    expect(gradients[1]).toEqual(gradients[0]);
  });

  it("has PyTorch's keys in PyTorch's order", () => {
    expect(Object.keys(new nn.BatchNorm1d(2).stateDict())).toEqual([
      "weight",
      "bias",
      "running_mean",
      "running_var",
      "num_batches_tracked",
    ]);
  });
});

describe("containers", () => {
  const net = () =>
    new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU(), new nn.Sequential({ head: new nn.Linear(4, 1) }));

  it("name their modules as PyTorch does", () => {
    expect(Object.keys(net().stateDict())).toEqual(["0.weight", "0.bias", "2.head.weight", "2.head.bias"]);
    const list = new nn.ModuleList([new nn.Linear(1, 1)]).append(new nn.Linear(2, 2, { bias: false }));
    class Net extends nn.Module {
      layers = list;
      forward = () => undefined;
    }
    expect(Array.from(new Net().namedParameters(), ([key]) => key)).toEqual([
      "layers.0.weight",
      "layers.0.bias",
      "layers.1.weight",
    ]);
    expect([list.length, [...list].length, list.at(-1)?.inFeatures]).toEqual([2, 2, 2]);
  });

  it("load each other's states and pass train and eval on", () => {
    const [a, b] = [net(), net()];
    b.loadStateDict(a.stateDict());
    const x = rand([5, 3]);
    expect(b.forward(x).toArray()).toEqual(a.forward(x).toArray());
    a.eval();
    expect([...a.modules()].some((m) => m.training)).toBe(false);
  });

  it("take modules one after another only where each gives one tensor", () => {
    const mixed = new nn.Sequential(new nn.LSTM(3, 4), new nn.Linear(4, 1));
    expect(() => mixed.forward(rand([5, 2, 3]))).toThrow(
      'Sequential: module "0" (LSTM) gave something else than one tensor',
    );
    expect(() => new nn.Sequential({ "a.b": new nn.ReLU() })).toThrow("must not be empty or contain a dot");
    expect(() => new nn.Sequential(1 as unknown as nn.Module, new nn.ReLU())).toThrow("expected a Module");
    expect(() => new nn.ModuleList().forward()).toThrow("has no forward of its own");
  });

  it("train: a convolutional network learns to tell a rise from a fall", () => {
    manualSeed(0);
    const model = new nn.Sequential(
      new nn.Conv1d(1, 4, 3),
      new nn.BatchNorm1d(4),
      new nn.ReLU(),
      new nn.AdaptiveAvgPool1d(1),
      new nn.Flatten(),
      new nn.Linear(4, 1),
    );
    const slopes = Array.from({ length: 32 }, (_, i) => (i % 2 ? 1 : -1));
    const x = tensor(slopes.map((s) => [Array.from({ length: 10 }, (_, t) => s * t * 0.1)]));
    const y = tensor(slopes.map((s) => [s]));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
    for (let step = 0; step < 60; step++) {
      optimizer.zeroGrad();
      scope(() => new nn.MSELoss().forward(model.forward(x), y).backward());
      optimizer.step();
    }
    model.eval();
    const right = model
      .forward(x)
      .toTypedArray()
      .filter((v, i) => v * slopes[i]! > 0.5);
    expect(right.length).toBe(32);
  });
});

describe("Dropout", () => {
  it("scales what stays, is nothing in evaluation, and everything at p 1", () => {
    manualSeed(0);
    const layer = new nn.Dropout({ p: 0.75 });
    const x = rand([1000]).add(1);
    const kept = layer.forward(x).div(x).toTypedArray();
    expect(new Set(kept)).toEqual(new Set([0, 4]));
    expect(kept.filter((v) => v > 0).length / 1000).toBeCloseTo(0.25, 1);
    expect(layer.eval().forward(x)).toBe(x);
    expect(new nn.Dropout({ p: 1 }).forward(tensor([1, 2])).toArray()).toEqual([0, 0]);
  });
});

describe("Embedding", () => {
  const index = (values: number[]) => tensor(values, { dtype: "int32" });

  it("gives its padding row no gradient, and shares a row's by how often it was looked up", () => {
    const layer = new nn.Embedding(4, 2, { paddingIdx: -1, scaleGradByFreq: true });
    expect(layer.weight.toArray()).toHaveProperty("3", [0, 0]);
    layer
      .forward(index([0, 0, 2, 3]))
      .sum()
      .backward();
    expect(layer.weight.grad?.toArray()).toEqual([
      [1, 1],
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
  });

  it("shortens rows that it looks up to maxNorm", () => {
    const layer = new nn.Embedding(2, 2, { maxNorm: 1 });
    layer.weight.copy_([3, 4, 3, 4]);
    const row = layer.forward(index([1])).toTypedArray();
    expect(row[0]).toBeCloseTo(0.6, 6);
    expect(row[1]).toBeCloseTo(0.8, 6);
    expect(Array.from(layer.weight.toTypedArray().slice(0, 2))).toEqual([3, 4]);
  });
});

describe("layers refuse what does not fit, and say what they expected", () => {
  it.each<[string, () => unknown, string]>([
    [
      "MaxPool1d, padding",
      () => new nn.MaxPool1d(3, { padding: 2 }),
      "MaxPool1d: padding must be at most half of kernelSize, got 2 with kernelSize 3",
    ],
    [
      "MaxPool1d, short input",
      () => new nn.MaxPool1d(3, { dilation: 2 }).forward(rand([1, 2, 4])),
      "MaxPool1d: a window spans 5 elements, but the input has only 4 (shape [1, 2, 4], dims N, C, L)",
    ],
    [
      "AvgPool1d, dims",
      () => new nn.AvgPool1d(3).forward(rand([4])),
      "AvgPool1d: input has shape [4], expected 3 dims",
    ],
    [
      "AdaptiveAvgPool1d, empty",
      () => new nn.AdaptiveAvgPool1d(3).forward(rand([1, 2, 0])),
      "AdaptiveAvgPool1d: the input is empty (shape [1, 2, 0], dims N, C, L); expected L of at least 1",
    ],
    [
      "BatchNorm1d, channels",
      () => new nn.BatchNorm1d(3).forward(rand([4, 2, 5])),
      "BatchNorm1d: input has shape [4, 2, 5], expected [N, 3] or [N, 3, L]",
    ],
    [
      "BatchNorm1d, one value",
      () => new nn.BatchNorm1d(3).forward(rand([1, 3])),
      "BatchNorm1d: expected more than 1 value per channel in training, got 1; use a larger batch or eval()",
    ],
    [
      "LayerNorm, shape",
      () => new nn.LayerNorm([3, 4]).forward(rand([2, 4, 3])),
      "LayerNorm: input has shape [2, 4, 3], expected it to end in [3, 4]",
    ],
    [
      "LayerNorm, eps",
      () => new nn.LayerNorm(3, { eps: -1 }),
      "LayerNorm: eps must be a number of at least 0, got -1",
    ],
    [
      "Embedding, index",
      () =>
        new nn.Embedding(5, 2).forward(
          tensor(
            [
              [0, 1],
              [2, 7],
            ],
            { dtype: "int32" },
          ),
        ),
      "Embedding: index 7 at position [1, 1] lies outside of the table, expected 0 to 4",
    ],
    [
      "Embedding, dtype",
      () => new nn.Embedding(5, 2).forward(tensor([1])),
      "Embedding: indices must be int32, got float32 (shape [1])",
    ],
    [
      "Embedding, paddingIdx",
      () => new nn.Embedding(5, 2, { paddingIdx: 5 }),
      "Embedding: paddingIdx must be a whole number from -5 to 4, got 5",
    ],
    ["Dropout, p", () => new nn.Dropout({ p: 1.5 }), "Dropout: p must lie between 0 and 1, got 1.5"],
    [
      "Flatten, order",
      () => new nn.Flatten({ startDim: 2, endDim: 1 }).forward(rand([2, 3, 4])),
      "flatten: startDim 2 lies behind endDim 1",
    ],
    [
      "Softmax, dim",
      () => new nn.Softmax(3).forward(rand([2, 2])),
      "softmax: dim must be a whole number from -2 to 1, got 3",
    ],
    [
      "GELU, approximate",
      () => new nn.GELU({ approximate: "erf" as "none" }),
      'GELU: approximate must be "none" or "tanh", got "erf"',
    ],
    ["CELU, alpha", () => new nn.CELU({ alpha: 0 }), "CELU: alpha must be above 0, got 0"],
    [
      "Hardtanh, bounds",
      () => new nn.Hardtanh({ minVal: 1 }),
      "minVal must be less than maxVal, got 1 and 1",
    ],
    [
      "PReLU, channels",
      () => new nn.PReLU({ numParameters: 3 }).forward(rand([2, 4])),
      "PReLU: input has shape [2, 4], expected 3 channels (dims N, C, …)",
    ],
    [
      "GLU, odd",
      () => new nn.GLU().forward(rand([2, 3])),
      "GLU: dim -1 must have an even size to be halved, got 3 (shape [2, 3])",
    ],
    ["Softplus, beta", () => new nn.Softplus({ beta: 0 }), "Softplus: beta must not be 0"],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
