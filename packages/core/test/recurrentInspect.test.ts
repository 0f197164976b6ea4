import { describe, expect, it } from "vitest";
import { cat, manualSeed, nn, rand, type Tensor } from "../src/index.js";

const near = (actual: Tensor, expected: Tensor, tolerance = 1e-6) => {
  expect(actual.shape).toEqual(expected.shape);
  const error = actual.sub(expected).abs().toTypedArray();
  expect(Math.max(...error)).toBeLessThan(tolerance);
};
/** [T, B, ·] one step later, the initial state first. */
const previous = (states: Tensor, initial: Tensor) =>
  cat([initial.unsqueeze(0), states.narrow(0, 0, states.shape[0]! - 1)], 0);

describe("inspect", () => {
  it("gives an LSTM's gates, which make its cell states and outputs by the formula", () => {
    const lstm = new nn.LSTM(3, 5);
    const [x, h0, c0] = [rand([7, 2, 3]), rand([1, 2, 5]), rand([1, 2, 5])];
    const [{ gates, hidden, cell, layer, direction }] = lstm.inspect(x, [h0, c0]) as [nn.LSTMInspection];
    const [output] = lstm.forward(x, [h0, c0]);
    expect([layer, direction]).toEqual([0, "forward"]);
    expect(hidden.toArray()).toEqual(output.toArray());
    const before = previous(hidden, h0.select(0, 0));
    const a = x
      .matmul(lstm.weight_ih_l0!.t())
      .add(lstm.bias_ih_l0!)
      .add(before.matmul(lstm.weight_hh_l0!.t()))
      .add(lstm.bias_hh_l0!);
    near(gates.input, a.narrow(2, 0, 5).sigmoid());
    near(gates.forget, a.narrow(2, 5, 5).sigmoid());
    near(gates.cell, a.narrow(2, 10, 5).tanh());
    near(gates.output, a.narrow(2, 15, 5).sigmoid());
    near(cell, gates.forget.mul(previous(cell, c0.select(0, 0))).add(gates.input.mul(gates.cell)));
    near(hidden, gates.output.mul(cell.tanh()));
  });

  it.each([true, false])(
    "gives a GRU's gates, which make its states by the formula (resetAfter %s)",
    (resetAfter) => {
      const gru = new nn.GRU(3, 5, { resetAfter });
      const [x, h0] = [rand([7, 2, 3]), rand([1, 2, 5])];
      const [{ gates, hidden }] = gru.inspect(x, h0) as [nn.GRUInspection];
      expect(hidden.toArray()).toEqual(gru.forward(x, h0)[0].toArray());
      const before = previous(hidden, h0.select(0, 0));
      const { reset, update } = gates;
      const rows = (p: Tensor) => p.narrow(0, 10, 5);
      const own = x.matmul(rows(gru.weight_ih_l0!).t()).add(rows(gru.bias_ih_l0!));
      const u = (h: Tensor) => h.matmul(rows(gru.weight_hh_l0!).t()).add(rows(gru.bias_hh_l0!));
      near(gates.new, own.add(resetAfter ? reset.mul(u(before)) : u(reset.mul(before))).tanh());
      near(hidden, update.neg().add(1).mul(gates.new).add(update.mul(before)));
    },
  );

  it("gives the tutorial's GRU after a change of sign: its z is 1 − z here", () => {
    const gru = new nn.GRU(2, 4, { resetAfter: false });
    const x = rand([5, 1, 2]);
    const [{ gates, hidden }] = gru.inspect(x) as [nn.GRUInspection];
    const printed = new nn.GRU(2, 4, { resetAfter: false });
    for (const [key, p] of Object.entries(gru.stateDict())) {
      const [r, z, n] = [0, 4, 8].map((at) => p.narrow(0, at, 4)) as [Tensor, Tensor, Tensor];
      printed.stateDict()[key]!.copy_(cat([r, z.neg(), n], 0));
    }
    const z = (printed.inspect(x)[0] as nn.GRUInspection).gates.update;
    near(z.narrow(0, 0, 1), gates.update.narrow(0, 0, 1).neg().add(1));
    const before = previous(hidden, rand([1, 4]).mul(0));
    const documented = gates.update.neg().add(1);
    near(hidden, documented.neg().add(1).mul(before).add(documented.mul(gates.new)));
  });

  it("gives every layer and direction, laid out as the output, with zeros on padding", () => {
    const lstm = new nn.LSTM(3, 4, {
      numLayers: 2,
      bidirectional: true,
      batchFirst: true,
      dropout: 0.5,
      projSize: 2,
    });
    const x = rand([2, 6, 3]);
    const seen = lstm.inspect(x, null, { lengths: [4, 6] });
    expect(seen.map((s) => [s.layer, s.direction])).toEqual([
      [0, "forward"],
      [0, "reverse"],
      [1, "forward"],
      [1, "reverse"],
    ]);
    const [output] = lstm.eval().forward(x, null, { lengths: [4, 6] });
    expect(cat([seen[2]!.hidden, seen[3]!.hidden], 2).toArray()).toEqual(output.toArray());
    for (const { gates, cell } of seen) {
      for (const y of [...Object.values(gates), cell]) {
        expect(y.shape).toEqual([2, 6, 4]);
        expect(y.requiresGrad).toBe(false);
        expect(
          y
            .select(0, 0)
            .narrow(0, 4, 2)
            .toTypedArray()
            .every((value) => value === 0),
        ).toBe(true);
        expect(
          y
            .select(0, 0)
            .narrow(0, 0, 4)
            .toTypedArray()
            .every((value) => value !== 0),
        ).toBe(true);
      }
    }
  });

  it("gives an RNN's states, and a single sequence without a batch", () => {
    const rnn = new nn.RNN(3, 4, { numLayers: 2 });
    const x = rand([6, 3]);
    const seen = rnn.inspect(x);
    expect(seen[1]!.hidden.toArray()).toEqual(rnn.forward(x)[0].toArray());
    expect(seen[0]!.gates).toEqual({});
  });
});

const layers: [string, () => nn.RNN | nn.LSTM | nn.GRU][] = [
  ["RNN", () => new nn.RNN(3, 5)],
  ["LSTM", () => new nn.LSTM(3, 5)],
  ["projected LSTM", () => new nn.LSTM(3, 5, { projSize: 2 })],
  ["GRU", () => new nn.GRU(3, 5)],
  ["GRU, reset before", () => new nn.GRU(3, 5, { resetAfter: false })],
];

describe("hiddenGradNorms", () => {
  it.each(layers)("of %s are the norms of ∂loss/∂h_t, found by cutting the sequence at t", (_, make) => {
    const layer = make();
    const x = rand([6, 2, 3]);
    const loss = (y: Tensor) => y.square().sum();
    const [{ norms, layer: index, direction }] = layer.hiddenGradNorms(() => loss(layer.forward(x)[0])) as [
      nn.HiddenGradNorms,
    ];
    expect([index, direction, norms.length]).toEqual([0, "forward", 6]);
    for (let t = 0; t < 5; t++) {
      const [, last] = layer.forward(x.narrow(0, 0, t + 1));
      const [h, c] = [last].flat().map((s) => s.detach()) as [Tensor, Tensor];
      h.requiresGrad = true;
      const rest = x.narrow(0, t + 1, 5 - t);
      const [after] = layer instanceof nn.LSTM ? layer.forward(rest, [h, c]) : layer.forward(rest, h);
      loss(cat([h, after], 0)).backward();
      const expected = Math.hypot(...h.grad!.toTypedArray());
      expect(Math.abs(norms[t]! / expected - 1)).toBeLessThan(1e-5);
    }
  });

  it("leave the same gradients, bit for bit, as backward does", () => {
    for (const [, make] of layers) {
      const layer = make();
      const x = rand([6, 3, 3]);
      const loss = () =>
        layer
          .forward(x, null, { lengths: [6, 2, 4] })[0]
          .square()
          .sum();
      const gradients = () => layer.parameters().map((p) => p.grad!.toTypedArray());
      loss().backward();
      const expected = gradients();
      layer.zeroGrad();
      layer.hiddenGradNorms(loss);
      expect(gradients()).toEqual(expected);
    }
  });

  it("come for every layer and direction, 0 where no sequence is", () => {
    const gru = new nn.GRU(3, 4, { numLayers: 2, bidirectional: true });
    const x = rand([5, 2, 3]);
    const seen = gru.hiddenGradNorms(() => gru.forward(x, null, { lengths: [3, 2] })[0].sum());
    expect(seen.map((s) => `${s.layer} ${s.direction}`)).toEqual([
      "0 forward",
      "0 reverse",
      "1 forward",
      "1 reverse",
    ]);
    for (const { norms } of seen) {
      expect(norms.slice(0, 3).every((n) => n > 0)).toBe(true);
      expect(norms.slice(3).every((n) => n === 0)).toBe(true);
    }
  });

  it("show an RNN's gradient vanish or explode with the size of its recurrent weights", () => {
    manualSeed(0);
    const ratio = (scale: number) => {
      const rnn = new nn.RNN(1, 8, { nonlinearity: "relu", bias: false });
      rnn.weight_hh_l0!.copy_(Float32Array.from({ length: 64 }, (_, i) => (i % 9 === 0 ? scale : 0)));
      rnn.weight_ih_l0!.copy_(new Float32Array(8).fill(1));
      const x = rand([30, 1, 1]);
      const [{ norms }] = rnn.hiddenGradNorms(() => rnn.forward(x)[1].sum()) as [nn.HiddenGradNorms];
      return norms[0]! / norms[29]!;
    };
    expect(ratio(0.5) / 0.5 ** 29).toBeCloseTo(1, 4);
    expect(ratio(1.5) / 1.5 ** 29).toBeCloseTo(1, 4);
  });

  it("say when the loss does not come from one run of the layer", () => {
    const rnn = new nn.RNN(2, 3);
    const x = rand([4, 1, 2]);
    const twice = () => rnn.forward(x)[0].sum().add(rnn.forward(x)[0].sum());
    expect(() => rnn.hiddenGradNorms(twice)).toThrow("depends on 2 runs of this layer, expected exactly 1");
    const other = new nn.RNN(2, 3);
    expect(() => rnn.hiddenGradNorms(() => other.forward(x)[0].sum())).toThrow("depends on 0 runs");
  });
});
