import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Golden, readGolden } from "../../../golden/read.js";
import * as core from "../src/index.js";

const { ArgumentError, DataLoader, Generator, nn, optim, ones, rand, Tensor, TensorDataset } = core;

type Options = Record<string, unknown>;
interface Sample {
  /** Makes or calls it with these options. */
  make(options: Options): unknown;
  /** A value for every option, none of them the default. */
  options?: Options;
  /** What some of the options need beside them. */
  beside?: Record<string, Options>;
  /** It has no object of options, so that nothing can be put there. */
  closed?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: options that there are not are given to it
type AnyClass = new (...args: any[]) => unknown;
const made =
  (kind: AnyClass, ...args: unknown[]) =>
  (options: Options) =>
    new kind(...args, options);
const params = () => [new nn.Linear(1, 1).weight];
const descent = () => new optim.SGD(params(), { lr: 0.1, momentum: 0.9 });

const recurrent = { numLayers: 2, bias: false, batchFirst: true, dropout: 0.5, bidirectional: true };
const loss = { reduction: "sum" };
const adam = { lr: 0.1, betas: [0.8, 0.9], eps: 1e-3, weightDecay: 0.1, amsgrad: true };
const convolution = { stride: 2, padding: 1, groups: 2, bias: false, dilation: 2 };

/** Everything with options, by its name here. */
const samples: Record<string, Sample> = {
  "nn.RNN": { make: made(nn.RNN, 3, 6), options: { ...recurrent, nonlinearity: "relu" } },
  "nn.LSTM": { make: made(nn.LSTM, 3, 6), options: { ...recurrent, projSize: 2 } },
  "nn.GRU": { make: made(nn.GRU, 3, 6), options: { ...recurrent, resetAfter: false } },
  "nn.RNNCell": { make: made(nn.RNNCell, 3, 6), options: { bias: false, nonlinearity: "relu" } },
  "nn.LSTMCell": { make: made(nn.LSTMCell, 3, 6), options: { bias: false } },
  "nn.GRUCell": { make: made(nn.GRUCell, 3, 6), options: { bias: false, resetAfter: false } },
  "nn.packPaddedSequence": {
    make: (options) => nn.packPaddedSequence(rand([2, 2, 3]), [2, 1], options),
    options: { batchFirst: true, enforceSorted: false },
  },
  "nn.padPackedSequence": {
    make: (options) => nn.padPackedSequence(nn.packPaddedSequence(rand([2, 2, 3]), [2, 1]), options),
    options: { batchFirst: true, paddingValue: 1, totalLength: 3 },
  },
  "nn.Conv1d": { make: made(nn.Conv1d, 4, 2, 3), options: { ...convolution, paddingMode: "circular" } },
  "nn.ConvTranspose1d": {
    make: made(nn.ConvTranspose1d, 4, 2, 3),
    options: { ...convolution, outputPadding: 1 },
    beside: { outputPadding: { stride: 2 } },
  },
  "nn.MaxPool1d": {
    make: made(nn.MaxPool1d, 2),
    options: { stride: 1, padding: 1, dilation: 2, returnIndices: true, ceilMode: true },
  },
  "nn.AvgPool1d": {
    make: made(nn.AvgPool1d, 2),
    options: { stride: 1, padding: 1, ceilMode: true, countIncludePad: false },
  },
  "nn.AdaptiveAvgPool1d": { make: () => new nn.AdaptiveAvgPool1d(2), closed: true },
  "nn.AdaptiveMaxPool1d": { make: made(nn.AdaptiveMaxPool1d, 2), options: { returnIndices: true } },
  "nn.Linear": { make: made(nn.Linear, 3, 2), options: { bias: false } },
  "nn.Embedding": {
    make: made(nn.Embedding, 5, 3),
    options: { paddingIdx: 1, maxNorm: 2, normType: 1, scaleGradByFreq: true },
  },
  "nn.BatchNorm1d": {
    make: made(nn.BatchNorm1d, 3),
    options: { eps: 1e-3, momentum: 0.2, affine: false, trackRunningStats: false, bias: false },
  },
  "nn.LayerNorm": {
    make: made(nn.LayerNorm, 3),
    options: { eps: 1e-3, elementwiseAffine: false, bias: false },
  },
  "nn.Dropout": { make: made(nn.Dropout), options: { p: 0.25 } },
  "nn.Flatten": { make: made(nn.Flatten), options: { startDim: 0, endDim: 1 } },
  "nn.ReLU": { make: made(nn.ReLU) },
  "nn.LeakyReLU": { make: made(nn.LeakyReLU), options: { negativeSlope: 0.2 } },
  "nn.PReLU": { make: made(nn.PReLU), options: { numParameters: 3, init: 0.5 } },
  "nn.ReLU6": { make: made(nn.ReLU6) },
  "nn.ELU": { make: made(nn.ELU), options: { alpha: 2 } },
  "nn.SELU": { make: made(nn.SELU) },
  "nn.CELU": { make: made(nn.CELU), options: { alpha: 2 } },
  "nn.GELU": { make: made(nn.GELU), options: { approximate: "tanh" } },
  "nn.SiLU": { make: made(nn.SiLU) },
  "nn.Mish": { make: made(nn.Mish) },
  "nn.Sigmoid": { make: made(nn.Sigmoid) },
  "nn.LogSigmoid": { make: made(nn.LogSigmoid) },
  "nn.Hardsigmoid": { make: made(nn.Hardsigmoid) },
  "nn.Hardswish": { make: made(nn.Hardswish) },
  "nn.GLU": { make: () => new nn.GLU(1), closed: true },
  "nn.Tanh": { make: made(nn.Tanh) },
  "nn.Hardtanh": { make: made(nn.Hardtanh), options: { minVal: -2, maxVal: 2 } },
  "nn.Tanhshrink": { make: made(nn.Tanhshrink) },
  "nn.Softsign": { make: made(nn.Softsign) },
  "nn.Softplus": { make: made(nn.Softplus), options: { beta: 2, threshold: 10 } },
  "nn.Softshrink": { make: made(nn.Softshrink), options: { lambd: 1 } },
  "nn.Hardshrink": { make: made(nn.Hardshrink), options: { lambd: 1 } },
  "nn.Threshold": { make: () => new nn.Threshold(1, 2), closed: true },
  "nn.Softmax": { make: () => new nn.Softmax(1), closed: true },
  "nn.LogSoftmax": { make: () => new nn.LogSoftmax(1), closed: true },
  "nn.Softmin": { make: () => new nn.Softmin(1), closed: true },
  "nn.MSELoss": { make: made(nn.MSELoss), options: loss },
  "nn.L1Loss": { make: made(nn.L1Loss), options: loss },
  "nn.SmoothL1Loss": { make: made(nn.SmoothL1Loss), options: { ...loss, beta: 2 } },
  "nn.HuberLoss": { make: made(nn.HuberLoss), options: { ...loss, delta: 2 } },
  "nn.CrossEntropyLoss": {
    make: made(nn.CrossEntropyLoss),
    options: { ...loss, weight: ones([3]), ignoreIndex: 0, labelSmoothing: 0.1 },
  },
  "nn.NLLLoss": { make: made(nn.NLLLoss), options: { ...loss, weight: ones([3]), ignoreIndex: 0 } },
  "nn.BCEWithLogitsLoss": {
    make: made(nn.BCEWithLogitsLoss),
    options: { ...loss, weight: ones([3]), posWeight: ones([3]) },
  },
  "nn.GaussianNLLLoss": { make: made(nn.GaussianNLLLoss), options: { ...loss, full: true, eps: 1e-3 } },
  "nn.PinballLoss": { make: made(nn.PinballLoss, 0.5), options: loss },
  "optim.SGD": {
    make: (options) => new optim.SGD(params(), options),
    options: { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.1, nesterov: true },
    beside: { nesterov: { momentum: 0.9 } },
  },
  "optim.Adam": { make: (options) => new optim.Adam(params(), options), options: adam },
  "optim.AdamW": { make: (options) => new optim.AdamW(params(), options), options: adam },
  "optim.RMSprop": {
    make: (options) => new optim.RMSprop(params(), options),
    options: { lr: 0.1, alpha: 0.9, eps: 1e-3, weightDecay: 0.1, momentum: 0.9, centered: true },
  },
  "optim.Adagrad": {
    make: (options) => new optim.Adagrad(params(), options),
    options: { lr: 0.1, lrDecay: 0.1, weightDecay: 0.1, initialAccumulatorValue: 1, eps: 1e-3 },
  },
  "optim.StepLR": { make: (options) => new optim.StepLR(descent(), 2, options), options: { gamma: 0.5 } },
  "optim.MultiStepLR": {
    make: (options) => new optim.MultiStepLR(descent(), [2, 4], options),
    options: { gamma: 0.5 },
  },
  "optim.ExponentialLR": { make: () => new optim.ExponentialLR(descent(), 0.5), closed: true },
  "optim.CosineAnnealingLR": {
    make: (options) => new optim.CosineAnnealingLR(descent(), 5, options),
    options: { etaMin: 0.01 },
  },
  "optim.ReduceLROnPlateau": {
    make: (options) => new optim.ReduceLROnPlateau(descent(), options),
    options: {
      mode: "max",
      factor: 0.5,
      patience: 3,
      threshold: 0.1,
      thresholdMode: "abs",
      cooldown: 1,
      minLr: 0.01,
      eps: 1e-3,
    },
  },
  "optim.OneCycleLR": {
    make: (options) => new optim.OneCycleLR(descent(), 0.5, { totalSteps: 9, ...options }),
    options: {
      totalSteps: 8,
      epochs: 2,
      stepsPerEpoch: 5,
      pctStart: 0.5,
      annealStrategy: "linear",
      cycleMomentum: false,
      baseMomentum: 0.5,
      maxMomentum: 0.9,
      divFactor: 5,
      finalDivFactor: 10,
      threePhase: true,
    },
  },
  "optim.clipGradNorm_": {
    make: (options) => optim.clipGradNorm_(params(), 1, options),
    options: { normType: 1 },
  },
  "optim.clipGradValue_": { make: () => optim.clipGradValue_(params(), 1), closed: true },
  DataLoader: {
    make: made(DataLoader, new TensorDataset(ones([4]))),
    options: { batchSize: 2, shuffle: true, dropLast: true, generator: new Generator(1) },
  },
};

const page = readFileSync(new URL("../../../PARITY.md", import.meta.url), "utf8");
const codes = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);
const cells = page
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| PyTorch"))
  .map((line) => line.slice(2, -2).split(" | "));
/** Names that Lookback is said to have. */
const claimed = cells.flatMap((row) => codes(row[1]!));
/** The tables of options. */
const rows = cells
  .filter((row) => row.length === 5)
  .map(([torch, ours, ordered, options, missing]) => ({
    torch: codes(torch!)[0],
    ours: codes(ours!)[0]!,
    ordered: codes(ordered!),
    options: codes(options!.split("its own:")[0]!),
    own: codes(options!.split("its own:")[1] ?? ""),
    missing: codes(missing!),
  }));

interface Signature {
  name: string;
  parameters: { name: string; required: boolean }[];
}
const signatures = new Map(
  readGolden<Golden<Signature>>("signatures").cases.map(({ name, parameters }) => [name, parameters]),
);
const camelCase = (name: string) =>
  name.replace(/([A-Za-z0-9])_(\w)/g, (_, before: string, letter: string) => before + letter.toUpperCase());

describe("PARITY.md", () => {
  it("has a row for everything that PyTorch's signatures were taken of", () => {
    expect(rows.flatMap((row) => row.torch ?? []).sort()).toEqual([...signatures.keys()].sort());
  });

  it.each(rows.filter((row) => row.torch !== undefined).map((row) => [row.torch!, row] as const))(
    "has all of %s's parameters, each in one column",
    (torch, row) => {
      const all = signatures.get(torch)!;
      const listed = [...row.ordered, ...row.options, ...row.missing.map(camelCase)];
      expect(listed.sort()).toEqual(all.map((p) => camelCase(p.name)).sort());
      const required = all.filter((p) => p.required).map((p) => camelCase(p.name));
      expect(row.ordered.slice(0, required.length)).toEqual(required);
    },
  );

  it.each(rows.map((row) => [row.ours, row] as const))(
    "names the options of %s that there are, and no other",
    (name, { options, own, missing }) => {
      const sample = samples[name]!;
      const values = sample.options ?? {};
      expect([...options, ...own].sort()).toEqual(Object.keys(values).sort());
      for (const [option, value] of Object.entries(values)) {
        const result = sample.make({ ...sample.beside?.[option], [option]: value });
        // Where it can be looked up what became of the option, it did become it.
        const holder = result instanceof optim.Optimizer ? result.paramGroups[0] : result;
        const kept = (holder as Options)?.[option];
        if (typeof kept === typeof value && !(kept instanceof Tensor)) expect(kept, option).toEqual(value);
      }
      if (sample.closed) return;
      for (const option of [...missing.map(camelCase), ...missing, "tpyo"]) {
        expect(() => sample.make({ [option]: 1 }), option).toThrow(ArgumentError);
        expect(() => sample.make({ [option]: 1 }), option).toThrow(`there is no option "${option}"`);
      }
    },
  );

  it("says why each option that is not there is not", () => {
    const reasons = codes(page.slice(page.indexOf("## What is not there")));
    expect(rows.flatMap((row) => row.missing).filter((option) => !reasons.includes(option))).toEqual([]);
  });

  it("says what message a PyTorch user's spelling gets", () => {
    const message = 'LSTM: there is no option "num_layers"; did you mean "numLayers"?';
    expect(page).toContain(`\`${message}\``);
    expect(() => made(nn.LSTM, 3, 6)({ num_layers: 2 })).toThrow(message);
  });

  it.each(claimed)("names %s, which exists", (name) => {
    const at = name.startsWith("x.") ? { x: rand([1]) } : core;
    const found = name.split(".").reduce<unknown>((value, key) => (value as Options)?.[key], at);
    expect(found).toBeTypeOf("function");
  });

  it.each([...page.matchAll(/`layer\.(\w+)\(\)`/g)].map((match) => match[1]!))(
    "names the method %s, which recurrent layers have",
    (method) => {
      for (const layer of [nn.RNN, nn.LSTM, nn.GRU]) {
        expect((layer.prototype as unknown as Options)[method]).toBeTypeOf("function");
      }
    },
  );

  it("names every layer, loss, optimizer, scheduler and function that there is", () => {
    const functions = Object.entries(core).filter(([, value]) => typeof value === "function");
    const exported = [
      ...Object.keys(nn).map((name) => `nn.${name}`),
      ...Object.keys(optim).map((name) => `optim.${name}`),
      ...functions.map(([name]) => name).filter((name) => !name.endsWith("Error") && name !== "Tensor"),
    ];
    const named = codes(page);
    expect(exported.filter((name) => !named.includes(name))).toEqual([]);
  });
});

describe("an option that there is not is refused", () => {
  it.each<[string, () => unknown, string]>([
    [
      "in another case",
      () => made(nn.LSTM, 3, 6)({ numlayers: 2 }),
      'LSTM: there is no option "numlayers"; did you mean "numLayers"?',
    ],
    [
      "like none that there is",
      () => made(nn.GRU, 3, 6)({ baisFirst: true }),
      'GRU: there is no option "baisFirst"; there are numLayers, bias, batchFirst, dropout, bidirectional, resetAfter',
    ],
    [
      "with letters left out",
      () => made(nn.Conv1d, 4, 2, 3)({ dilaton: 2 }),
      'Conv1d: there is no option "dilaton"; did you mean "dilation"?',
    ],
    [
      "in a parameter group",
      () => new optim.Adam([{ params: params(), weightdecay: 1 } as { params: core.nn.Parameter[] }]),
      'Adam: there is no option "weightdecay"; did you mean "weightDecay"?',
    ],
    [
      "where there are none",
      () => made(nn.ReLU)({ inplace: true }),
      'ReLU: there is no option "inplace"; it takes none',
    ],
    [
      "for a tensor",
      () => rand([1], { requires_grad: true } as object),
      'rand: there is no option "requires_grad"; did you mean "requiresGrad"?',
    ],
    [
      "for a run",
      () => new nn.RNN(1, 1).forward(rand([1, 1, 1]), null, { length: [1] } as object),
      'RNN: there is no option "length"; did you mean "lengths"?',
    ],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(ArgumentError);
    expect(make).toThrow(message);
  });
});
