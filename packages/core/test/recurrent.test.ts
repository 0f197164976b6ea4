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
    expect(() => lstm.forward(rand([0, 2, 5]))).toThrow("every size must be at least 1");
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

  it("keep NaN in the input visible in the output", () => {
    const [output] = new nn.GRU(1, 2).forward(tensor([[[Number.NaN]], [[1]]]));
    expect(output.toTypedArray().every(Number.isNaN)).toBe(true);
  });
});
