import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { manualSeed, nn, rand, type Tensor, tensor } from "../src/index.js";

interface Case {
  cell: "rnn" | "lstm" | "gru";
  nonlinearity?: "tanh" | "relu";
  inputSize: number;
  hiddenSize: number;
  numLayers: number;
  bias: boolean;
  batchFirst: boolean;
  T: number;
  B: number;
  state: boolean;
  seed: number;
  weights: Record<string, GoldenTensor>;
  output: GoldenTensor;
  hN: GoldenTensor;
  cN?: GoldenTensor;
  loss: number;
  gradients: Record<string, GoldenTensor>;
  dx: GoldenTensor;
  dh0?: GoldenTensor;
  dc0?: GoldenTensor;
}

const golden = readGolden<Golden<Case>>("recurrent");
const close = { relative: 1e-5, absolute: 1e-7 };

/** Uniform on [−1, 1), as the golden script draws its inputs. */
const input = (shape: number[]): Tensor => {
  const x = rand(shape).mul(2).sub(1);
  x.requiresGrad = true;
  return x;
};

function build(c: Case): nn.RNN | nn.LSTM | nn.GRU {
  const options = { numLayers: c.numLayers, bias: c.bias, batchFirst: c.batchFirst };
  if (c.cell === "lstm") return new nn.LSTM(c.inputSize, c.hiddenSize, options);
  if (c.cell === "gru") return new nn.GRU(c.inputSize, c.hiddenSize, options);
  return new nn.RNN(c.inputSize, c.hiddenSize, { ...options, nonlinearity: c.nonlinearity ?? "tanh" });
}

function name(c: Case): string {
  const options = [
    `${c.numLayers} layers`,
    c.bias ? "bias" : "no bias",
    c.batchFirst ? "batchFirst" : "T first",
  ];
  const sizes = `T ${c.T} B ${c.B} I ${c.inputSize} H ${c.hiddenSize}`;
  return `${c.cell} ${c.nonlinearity ?? ""} ${options.join(", ")}, ${sizes}${c.state ? ", initial state" : ""}`;
}

describe("recurrent layers hold PyTorch's weights, bit for bit, and give its numbers", () => {
  it.each(golden.cases.map((c) => [name(c), c] as const))("%s", (_, c) => {
    manualSeed(c.seed);
    const layer = build(c);
    const state = layer.stateDict();
    expect(Object.keys(state)).toEqual(Object.keys(c.weights));
    for (const [key, expected] of Object.entries(c.weights)) {
      expect(difference(state[key]!.toTypedArray(), expected), key).toBeUndefined();
    }

    const x = input(c.batchFirst ? [c.B, c.T, c.inputSize] : [c.T, c.B, c.inputSize]);
    const slots = [c.numLayers, c.B, c.hiddenSize];
    const h0 = c.state ? input(slots) : null;
    const c0 = c.state && c.cell === "lstm" ? input(slots) : null;
    const target = rand(c.output.shape).mul(2).sub(1);
    let output: Tensor;
    let hN: Tensor;
    let cN: Tensor | null = null;
    if (layer instanceof nn.LSTM) [output, [hN, cN]] = layer.forward(x, h0 && c0 ? [h0, c0] : null);
    else [output, hN] = layer.forward(x, h0);
    let loss = new nn.MSELoss().forward(output, target).add(hN.square().mean());
    if (cN) loss = loss.add(cN.square().mean());

    expect(difference(output.toTypedArray(), c.output, close), "output").toBeUndefined();
    expect(difference(hN.toTypedArray(), c.hN, close), "hN").toBeUndefined();
    if (cN) expect(difference(cN.toTypedArray(), c.cN!, close), "cN").toBeUndefined();
    expect(Math.abs(loss.item() / c.loss - 1)).toBeLessThan(1e-5);

    loss.backward();
    for (const [key, expected] of Object.entries(c.gradients)) {
      expect(
        difference(state[key]!.grad!.toTypedArray(), expected, close),
        `gradient of ${key}`,
      ).toBeUndefined();
    }
    expect(difference(x.grad!.toTypedArray(), c.dx, close), "dx").toBeUndefined();
    if (h0) expect(difference(h0.grad!.toTypedArray(), c.dh0!, close), "dh0").toBeUndefined();
    if (c0) expect(difference(c0.grad!.toTypedArray(), c.dc0!, close), "dc0").toBeUndefined();
  });
});

describe("recurrent layers", () => {
  it("have the tutorial's parameter counts: RNN 157, GRU 457, LSTM 607 with their head", () => {
    const head = new nn.Linear(6, 1).parameterCount();
    expect(new nn.RNN(3, 6, { numLayers: 2 }).parameterCount() + head).toBe(157);
    expect(new nn.GRU(3, 6, { numLayers: 2 }).parameterCount() + head).toBe(457);
    expect(new nn.LSTM(3, 6, { numLayers: 2 }).parameterCount() + head).toBe(607);
  });

  it("take a single sequence [T, I] and give what a batch of one gives", () => {
    const gru = new nn.GRU(3, 5, { numLayers: 2 });
    const x = rand([7, 3]);
    const [output, hn] = gru.forward(x);
    const [batched, hnBatched] = gru.forward(x.unsqueeze(1));
    expect(output.shape).toEqual([7, 5]);
    expect(hn.shape).toEqual([2, 5]);
    expect(output.toArray()).toEqual(batched.squeeze(1).toArray());
    expect(hn.toArray()).toEqual(hnBatched.squeeze(1).toArray());
  });

  it("give the same numbers with and without recording for backward", () => {
    for (const layer of [new nn.RNN(4, 7), new nn.LSTM(4, 7), new nn.GRU(4, 7)]) {
      const x = rand([6, 5, 4]);
      const recorded = layer.forward(x)[0].toArray();
      for (const p of layer.parameters()) p.requiresGrad = false;
      expect(layer.forward(x)[0].toArray()).toEqual(recorded);
    }
  });

  it("continue a sequence from the state that its first part ended with", () => {
    const lstm = new nn.LSTM(2, 4, { numLayers: 2 });
    const x = rand([9, 3, 2]);
    const [whole] = lstm.forward(x);
    const [, state] = lstm.forward(x.narrow(0, 0, 4));
    const [rest] = lstm.forward(x.narrow(0, 4, 5), state);
    expect(rest.toArray()).toEqual(whole.narrow(0, 4, 5).toArray());
  });

  it("refuse inputs and states that do not fit, and say what they expected", () => {
    const lstm = new nn.LSTM(5, 6);
    expect(() => lstm.forward(rand([24, 32, 3]))).toThrow(
      "LSTM: input has 3 features, expected 5 (shape [24, 32, 3], dims T, B, I)",
    );
    expect(() => lstm.forward(rand([5]))).toThrow("expected 3 dims (T, B, I)");
    expect(() => lstm.forward(rand([0, 2, 5]))).toThrow("a sequence must have at least 1 step");
    expect(() => lstm.forward(rand([4, 2, 5]), [rand([1, 3, 6]), rand([1, 2, 6])])).toThrow(
      "LSTM: initial state h0 has shape [1, 3, 6], expected [1, 2, 6] (dims L·D, B, H)",
    );
    expect(() => new nn.GRU(0, 3)).toThrow("GRU: inputSize must be a whole number of at least 1, got 0");
    expect(() => new nn.GRU(2, 3, { numLayers: 1.5 })).toThrow(
      "GRU: numLayers must be a whole number of at least 1",
    );
    expect(() => new nn.RNN(2, 3, { nonlinearity: "sine" as "tanh" })).toThrow(
      'must be "tanh" or "relu", got "sine"',
    );
  });

  it("refuse options that cannot be, and say what can", () => {
    expect(() => new nn.LSTM(2, 3, { dropout: 1 })).toThrow(
      "LSTM: dropout must be at least 0 and below 1, got 1",
    );
    expect(() => new nn.GRU(2, 3, { dropout: -0.1 })).toThrow(
      "GRU: dropout must be at least 0 and below 1, got -0.1",
    );
    expect(() => new nn.RNN(2, 3, { dropout: Number.NaN })).toThrow("RNN: dropout must be");
    expect(() => new nn.LSTM(2, 3, { projSize: 3 })).toThrow(
      "LSTM: projSize must be smaller than hiddenSize (3), got 3",
    );
    expect(() => new nn.LSTM(2, 3, { projSize: -1 })).toThrow(
      "LSTM: projSize must be a whole number of at least 0",
    );
    expect(() => new nn.GRUCell(2, 0)).toThrow(
      "GRUCell: hiddenSize must be a whole number of at least 1, got 0",
    );
    expect(() => new nn.RNNCell(2, 3, { nonlinearity: "sine" as "tanh" })).toThrow(
      'RNNCell: nonlinearity must be "tanh" or "relu", got "sine"',
    );
  });

  it("refuse states of other options, with the letters of their dimensions", () => {
    const x = rand([4, 2, 5]);
    const projected = new nn.LSTM(5, 6, { projSize: 2, bidirectional: true });
    expect(() => projected.forward(x, [rand([2, 2, 6]), rand([2, 2, 6])])).toThrow(
      "LSTM: initial state h0 has shape [2, 2, 6], expected [2, 2, 2] (dims L·D, B, P)",
    );
    expect(() => projected.forward(x, [rand([2, 2, 2]), rand([1, 2, 6])])).toThrow(
      "LSTM: initial state c0 has shape [1, 2, 6], expected [2, 2, 6] (dims L·D, B, H)",
    );
    expect(() => projected.forward(rand([4, 5]), [rand([2, 1, 2]), rand([2, 6])])).toThrow(
      "LSTM: initial state h0 has shape [2, 1, 2], expected [2, 2] (dims L·D, P)",
    );
    expect(() => projected.forward(x, rand([2, 2, 2]) as never)).toThrow(
      "must be a pair [h0, c0] of tensors",
    );
    expect(() => new nn.GRU(5, 6).forward(x, [rand([1, 2, 6])] as never)).toThrow(
      "GRU: initial state h0 must be a tensor of shape [1, 2, 6] (dims L·D, B, H), got object",
    );
  });

  it("drop outputs between layers only while they train", () => {
    const gru = new nn.GRU(3, 8, { numLayers: 2, dropout: 0.5 });
    const x = rand([5, 2, 3]);
    const values = () => gru.forward(x)[0].toArray();
    expect(values()).not.toEqual(values());
    gru.eval();
    expect(values()).toEqual(values());
    const single = new nn.GRU(3, 8, { dropout: 0.5 });
    expect(single.forward(x)[0].toArray()).toEqual(single.forward(x)[0].toArray());
  });

  it("take an empty batch, as PyTorch does, and give zero gradients", () => {
    for (const options of [{}, { resetAfter: false, bidirectional: true, numLayers: 2, dropout: 0.5 }]) {
      const gru = new nn.GRU(2, 3, options);
      const [output, hn] = gru.forward(rand([4, 0, 2]));
      const directions = gru.bidirectional ? 2 : 1;
      expect(output.shape).toEqual([4, 0, 3 * directions]);
      expect(hn.shape).toEqual([gru.numLayers * directions, 0, 3]);
      output.sum().backward();
      for (const p of gru.parameters()) expect(p.grad!.toTypedArray().every((g) => g === 0)).toBe(true);
    }
    expect(new nn.LSTMCell(2, 3).forward(rand([0, 2]))[1].shape).toEqual([0, 3]);
    const lstm = new nn.LSTM(2, 3, { projSize: 1 });
    expect(lstm.forward(rand([4, 0, 2]))[0].shape).toEqual([4, 0, 1]);
    expect(() => lstm.forward(rand([4, 0, 2]), null, { lengths: [] })).toThrow(
      "an empty batch has no lengths",
    );
  });

  it("keep NaN in the input visible in the output", () => {
    const [output] = new nn.GRU(1, 2).forward(tensor([[[Number.NaN]], [[1]]]));
    expect(output.toTypedArray().every(Number.isNaN)).toBe(true);
  });
});

describe("cells", () => {
  it("run a sequence step by step as their layer does, the same bits", () => {
    const x = rand([5, 3, 4]);
    const pairs = [
      [new nn.RNN(4, 6), new nn.RNNCell(4, 6)],
      [new nn.GRU(4, 6), new nn.GRUCell(4, 6)],
      [new nn.GRU(4, 6, { resetAfter: false }), new nn.GRUCell(4, 6, { resetAfter: false })],
    ] as const;
    for (const [layer, cell] of pairs) {
      const weights = Object.entries(layer.stateDict()).map(([key, w]) => [key.replace("_l0", ""), w]);
      cell.loadStateDict(Object.fromEntries(weights));
      const [output] = layer.forward(x);
      let h: Tensor | null = null;
      for (let t = 0; t < 5; t++) {
        h = cell.forward(x.select(0, t), h);
        expect(h.toArray()).toEqual(output.select(0, t).toArray());
      }
    }
  });

  it("take one input without a batch", () => {
    const cell = new nn.LSTMCell(2, 3);
    const x = rand([2]);
    const [h, c] = cell.forward(x);
    expect(h.shape).toEqual([3]);
    const [h2, c2] = cell.forward(x.unsqueeze(0), [rand([1, 3]).mul(0), rand([1, 3]).mul(0)]);
    expect(h2.squeeze(0).toArray()).toEqual(h.toArray());
    expect(c2.squeeze(0).toArray()).toEqual(c.toArray());
  });

  it("refuse inputs and states that do not fit", () => {
    const cell = new nn.LSTMCell(2, 3);
    expect(() => cell.forward(rand([4, 3]))).toThrow(
      "LSTMCell: input has 3 features, expected 2 (shape [4, 3], dims B, I)",
    );
    expect(() => cell.forward(rand([4, 1, 2]))).toThrow("expected 2 dims (B, I)");
    expect(() => cell.forward(rand([4, 2]), [rand([4, 3]), rand([3, 3])])).toThrow(
      "LSTMCell: initial state c0 has shape [3, 3], expected [4, 3] (dims B, H)",
    );
  });
});
