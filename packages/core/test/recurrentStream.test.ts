import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  engineInfo,
  init,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  scope,
  Tensor,
  tensor,
} from "../src/index.js";

const layers: [string, () => nn.RNN | nn.LSTM | nn.GRU][] = [
  ["RNN", () => new nn.RNN(3, 6, { numLayers: 2 })],
  ["RNN without bias, relu", () => new nn.RNN(3, 5, { nonlinearity: "relu", bias: false })],
  ["LSTM", () => new nn.LSTM(3, 6, { numLayers: 2 })],
  ["LSTM of 33 units", () => new nn.LSTM(7, 33)],
  ["projected LSTM", () => new nn.LSTM(3, 6, { numLayers: 2, projSize: 2 })],
  ["GRU", () => new nn.GRU(3, 6, { numLayers: 3 })],
  ["GRU without bias", () => new nn.GRU(3, 6, { bias: false })],
  ["GRU, reset before", () => new nn.GRU(3, 6, { numLayers: 2, resetAfter: false })],
];

// A BLAS adds in an order of its own, so that forward over many rows would differ in the last bits.
beforeAll(() => init({ blas: false }));
afterAll(() => init());

/** [T, B, I] as the inputs of a stream, one Float32Array a step. */
const steps = (x: Tensor) => Array.from({ length: x.shape[0]! }, (_, t) => x.select(0, t).toTypedArray());

describe.each(layers)("a stream of %s", (_, make) => {
  it.each([1, 2, 5])("gives forward's outputs and states, bit for bit, for a batch of %i", (batch) => {
    manualSeed(batch);
    const layer = make();
    const x = rand([40, batch, layer.inputSize]);
    const [output, last] = layer.forward(x);
    const stream = layer.stream({ batch });
    steps(x).forEach((input, t) => {
      expect(stream.step(input as Float32Array)).toEqual(output.select(0, t).toTypedArray());
    });
    expect([stream.state].flat().map((s) => s.toArray())).toEqual([last].flat().map((s) => s.toArray()));
  });

  it("starts again from zeros or from a given state", () => {
    const layer = make();
    const x = rand([9, 2, layer.inputSize]);
    const [whole, state] = layer.forward(x);
    const stream = layer.stream({ batch: 2 });
    for (const input of steps(x)) stream.step(input);
    stream.reset();
    expect(stream.step(x.select(0, 0).toTypedArray())).toEqual(whole.select(0, 0).toTypedArray());
    (stream.reset as (state: unknown) => void).call(stream, state);
    const [next] =
      layer instanceof nn.LSTM
        ? layer.forward(x, state as [Tensor, Tensor])
        : layer.forward(x, state as Tensor);
    expect(stream.step(x.select(0, 0).toTypedArray())).toEqual(next.select(0, 0).toTypedArray());
  });

  it("follows the weights when an optimizer, copy_ or loadStateDict changes them", () => {
    manualSeed(1);
    const layer = make();
    const x = rand([3, 1, layer.inputSize]);
    const stream = layer.stream();
    const expectCurrent = () => {
      stream.reset();
      const expected = layer.forward(x)[0].toTypedArray();
      expect(steps(x).flatMap((input) => [...stream.step(input)])).toEqual([...expected]);
      expect(noGrad(() => layer.forward(x)[0].toTypedArray())).toEqual(expected);
      return expected;
    };
    const seen = [expectCurrent()];
    const optimizer = new optim.SGD(layer.parameters(), { lr: 0.5 });
    layer.forward(x)[0].sum().backward();
    optimizer.step();
    seen.push(expectCurrent());
    for (const p of layer.parameters()) {
      p.copy_(rand(p.shape));
      seen.push(expectCurrent());
    }
    layer.loadStateDict(make().stateDict());
    seen.push(expectCurrent());
    const weight = layer.parameters()[1]!;
    weight.detach().copy_(rand(weight.shape));
    seen.push(expectCurrent());
    expect(new Set(seen.map(String)).size).toBe(seen.length);
  });
});

describe("inference", () => {
  it("packs weights once: the second forward without gradients makes no lasting memory and gives the same", () => {
    const lstm = new nn.LSTM(4, 8, { numLayers: 2 }).eval();
    const x = rand([3, 2, 4]);
    const run = () => scope(() => noGrad(() => lstm.forward(x)[0].toTypedArray()));
    const first = run();
    const before = engineInfo().memory.inUse;
    expect(run()).toEqual(first);
    expect(engineInfo().memory.inUse).toBe(before);
  });

  it("builds no graph under noGrad", () => {
    const [output] = noGrad(() => new nn.GRU(2, 3).forward(rand([4, 1, 2])));
    expect(output.requiresGrad).toBe(false);
  });

  it("streams 100 000 steps without allocating, in the engine or on the heap", () => {
    const stream = new nn.LSTM(3, 6, { numLayers: 2 }).stream();
    const x = Float32Array.of(0.1, -0.2, 0.3);
    for (let i = 0; i < 20_000; i++) stream.step(x);
    const engineBefore = engineInfo().memory;
    const heap = () => (typeof process === "undefined" ? 0 : process.memoryUsage().heapUsed);
    const before = heap();
    for (let i = 0; i < 100_000; i++) stream.step(x);
    const grown = heap() - before;
    expect(engineInfo().memory).toEqual(engineBefore);
    // One small object a step would be at least 16 bytes · 100 000.
    expect(grown).toBeLessThan(800_000);
    expect(stream.output.every(Number.isFinite)).toBe(true);
  });

  it("writes a step's outputs where it is told", () => {
    const stream = new nn.GRU(2, 3).stream();
    const out = new Float32Array(3);
    expect(stream.step([1, 2], out)).toBe(out);
    expect(out.some((value) => value !== 0)).toBe(true);
    expect(stream.output).toEqual(new Float32Array(3));
  });

  it("survives growth of the engine's memory between steps", () => {
    const stream = new nn.GRU(2, 3).stream();
    const first = stream.step([1, 2]).slice();
    const large = rand([6_000_000]);
    stream.reset();
    expect(stream.step([1, 2])).toEqual(first);
    expect(large.numel).toBe(6_000_000);
  });

  it("refuses what a stream cannot do, in a sentence", () => {
    expect(() => new nn.LSTM(2, 3, { bidirectional: true }).stream()).toThrow(
      "LSTM.stream: a bidirectional layer reads a sequence from its end too",
    );
    expect(() => new nn.LSTM(2, 3).stream({ batch: 0 })).toThrow(
      "LSTM.stream: batch must be a whole number of at least 1",
    );
    const stream = new nn.LSTM(2, 3).stream({ batch: 2 });
    expect(() => stream.step([1, 2, 3])).toThrow(
      "LSTM stream: x holds 3 numbers, expected 4 (dims B·I, batch 2)",
    );
    expect(() => stream.step([1, 2, 3, 4], new Float32Array(2))).toThrow(
      "out holds 2 numbers, expected 6 (dims B·H",
    );
    expect(() => stream.reset([rand([1, 1, 3]), rand([1, 2, 3])])).toThrow(
      "initial state h0 has shape [1, 1, 3], expected [1, 2, 3] (dims L, B, H)",
    );
  });
});

/** Every method of Tensor that changes it in place, which must be noticed by whoever keeps something made from it. */
function inPlaceMethods(): string[] {
  const keys: string[] = [];
  for (let level = Tensor.prototype; level !== null; level = Object.getPrototypeOf(level)) {
    keys.push(...Object.getOwnPropertyNames(level).filter((key) => /[a-z]_$/.test(key)));
  }
  return keys;
}

describe("in-place methods of tensors", () => {
  it.each(inPlaceMethods())("%s counts as a change", (key) => {
    const x = tensor([1, 2]);
    const before = x.array.block.version;
    (x as unknown as Record<string, (value: unknown) => void>)[key]!(tensor([3, 4]));
    expect(x.array.block.version).toBeGreaterThan(before);
  });
});
