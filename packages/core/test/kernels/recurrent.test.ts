import { describe, expect, it } from "vitest";
import { Cell } from "../../src/engine/kernels.js";
import { backward, type CellName, forward, type Layer } from "../../src/reference/recurrent.js";
import { type Bench, builds, random } from "./builds.js";

const gateCount = { rnnTanh: 1, rnnRelu: 1, lstm: 4, gru: 3 };
const cells = Object.keys(gateCount) as CellName[];

/** T, B, H: one of everything, the tutorial's 6 units, every remainder of 4 units and 6 rows, several blocks of k. */
const sizes: [T: number, B: number, H: number][] = [
  [1, 1, 1],
  [3, 1, 6],
  [2, 2, 3],
  [4, 5, 7],
  [5, 7, 8],
  [2, 13, 5],
  [3, 9, 18],
  [2, 3, 70],
];

function makeLayer(cell: CellName, T: number, B: number, H: number, options: Partial<Layer> = {}): Layer {
  const G = gateCount[cell];
  return {
    cell,
    T,
    B,
    H,
    reverse: false,
    inputs: random(T * B * G * H, 1, 2),
    whh: random(G * H * H, 2, 1.5 / Math.sqrt(H)),
    h0: random(B * H, 3),
    ...(cell === "lstm" ? { c0: random(B * H, 4) } : {}),
    ...(cell === "gru" ? { bhn: random(H, 5) } : {}),
    ...options,
  };
}

interface Run {
  /** Gates, states and everything else that forward writes, then what backward writes. */
  forward: Record<string, Float32Array>;
  backward: Record<string, Float32Array>;
}

/** Runs forward and backward in wasm, the batch in the given ranges of rows. */
function run(
  bench: Bench,
  layer: Layer,
  ranges: [number, number][],
  { aliased = false, outputs = true } = {},
): Run {
  const { kernels } = bench;
  const { T, B, H } = layer;
  const G = gateCount[layer.cell];
  const cell = Cell[layer.cell];
  const reverse = layer.reverse ? 1 : 0;
  const lstm = layer.cell === "lstm";
  const gru = layer.cell === "gru";
  bench.reset();
  const slots = (initial: ArrayLike<number>) => {
    const values = new Float32Array((T + 1) * B * H);
    values.set(initial, reverse ? T * B * H : 0);
    return bench.floats(values);
  };
  const gates = bench.floats(layer.inputs);
  const hs = slots(layer.h0);
  const cs = lstm ? slots(layer.c0!) : 0;
  const extra = lstm || gru ? bench.floats(new Float32Array(T * B * H)) : 0;
  const bhn = layer.bhn ? bench.floats(layer.bhn) : 0;
  const sizesAt = layer.batchSizes ? bench.ints(layer.batchSizes) : 0;
  const whh = bench.floats(layer.whh);
  const packed = bench.bytes(kernels.recurrentPackedBytes(cell, H, 0));
  const packedBack = bench.bytes(kernels.recurrentPackedBytes(cell, H, 1));
  kernels.recurrentPack(cell, H, 0, whh, packed);
  kernels.recurrentPack(cell, H, 1, whh, packedBack);
  for (const [b0, b1] of ranges) {
    kernels.recurrentForward(
      cell,
      T,
      B,
      b0,
      b1,
      H,
      reverse,
      gates,
      packed,
      bhn,
      hs,
      cs,
      B * H,
      extra,
      sizesAt,
      0,
    );
  }
  const result: Run = {
    forward: { gates: bench.read(gates, T * B * G * H), hs: bench.read(hs, (T + 1) * B * H) },
    backward: {},
  };
  if (lstm) result.forward.cs = bench.read(cs, (T + 1) * B * H);
  if (extra) result.forward.extra = bench.read(extra, T * B * H);

  const dy = outputs ? bench.floats(random(T * B * H, 6)) : 0;
  const dh = bench.floats(random(B * H, 7));
  const dc = lstm ? bench.floats(random(B * H, 8)) : 0;
  const dgates = aliased ? gates : bench.floats(new Float32Array(T * B * G * H).fill(99));
  const dhn = gru ? (aliased ? extra : bench.floats(new Float32Array(T * B * H).fill(99))) : 0;
  for (const [b0, b1] of ranges) {
    kernels.recurrentBackward(
      cell,
      T,
      B,
      b0,
      b1,
      H,
      reverse,
      gates,
      packedBack,
      hs,
      cs,
      extra,
      sizesAt,
      dy,
      dh,
      dc,
      dgates,
      dhn,
      0,
    );
  }
  result.backward = { inputs: bench.read(dgates, T * B * G * H), h0: bench.read(dh, B * H) };
  if (lstm) result.backward.c0 = bench.read(dc, B * H);
  if (gru) result.backward.hidden = bench.read(dhn, T * B * H);
  return result;
}

/** Compares a run with the float64 layer, gates of rows that take no part excepted. */
function expectLike(result: Run, layer: Layer, outputs = true): void {
  const { T, B, H } = layer;
  const trace = forward(layer);
  const dy = outputs ? random(T * B * H, 6) : undefined;
  const gradients = backward(
    layer,
    trace,
    dy,
    random(B * H, 7),
    layer.c0 ? random(B * H, 8) : new Float32Array(B * H),
  );
  const states = (all: Float32Array) => (layer.reverse ? all.subarray(0, T * B * H) : all.subarray(B * H));
  const takesPart = (index: number, width: number) => {
    const row = Math.floor(index / width);
    return !layer.batchSizes || row % B < layer.batchSizes[Math.floor(row / B)]!;
  };
  const close = (
    name: string,
    actual: Float32Array,
    expected: Float64Array,
    width: number,
    everywhere: boolean,
  ) => {
    for (let i = 0; i < actual.length; i++) {
      if (!everywhere && !takesPart(i, width)) continue;
      const error = Math.abs(actual[i]! - expected[i]!);
      if (!(error < 3e-5 * (1 + Math.abs(expected[i]!))))
        expect.fail(`${name}[${i}] is ${actual[i]}, not ${expected[i]}`);
    }
  };
  close("gates", result.forward.gates!, trace.gates, gateCount[layer.cell] * H, false);
  close("h", states(result.forward.hs!), trace.h, H, true);
  if (layer.cell === "lstm") {
    close("c", states(result.forward.cs!), trace.c, H, true);
    close("tanh c", result.forward.extra!, trace.c.map(Math.tanh), H, false);
    close("dc0", result.backward.c0!, gradients.c0, H, true);
  }
  if (layer.cell === "gru") {
    close("hidden part of n", result.forward.extra!, trace.hidden, H, false);
    close("dhn", result.backward.hidden!, gradients.hidden, H, true);
  }
  close("dgates", result.backward.inputs!, gradients.inputs, gateCount[layer.cell] * H, true);
  close("dh0", result.backward.h0!, gradients.h0, H, true);
}

describe.each(builds)("recurrent layers, %s build", (_, bench) => {
  describe.each(cells)("%s", (cell) => {
    it.each(sizes)("T %i, B %i, H %i agrees with the float64 loops, both ways in time", (T, B, H) => {
      for (const reverse of [false, true]) {
        const layer = makeLayer(cell, T, B, H, { reverse });
        expectLike(run(bench, layer, [[0, B]]), layer);
      }
    });

    it("rows beyond a step's batch size keep their state and get no gradient", () => {
      for (const reverse of [false, true]) {
        const layer = makeLayer(cell, 5, 7, 6, { reverse, batchSizes: [7, 7, 4, 2, 0] });
        expectLike(run(bench, layer, [[0, 7]]), layer);
      }
    });

    it("works without output gradients, and without GRU's bias", () => {
      const { bhn: _, ...layer } = makeLayer(cell, 4, 3, 9);
      expectLike(run(bench, layer, [[0, 3]], { outputs: false }), layer, false);
    });

    it("gives the same bits when the batch is split into ranges of rows", () => {
      for (const H of [6, 16, 33]) {
        for (const batchSizes of [undefined, [13, 11, 9, 4]]) {
          const layer = makeLayer(cell, 4, 13, H, batchSizes ? { batchSizes } : {});
          const whole = run(bench, layer, [[0, 13]]);
          for (const cut of [1, 5, 6, 7, 12]) {
            expect(
              run(bench, layer, [
                [0, cut],
                [cut, 13],
              ]),
            ).toEqual(whole);
          }
        }
      }
    });

    it("gives the same bits when gradients overwrite the gates", () => {
      for (const H of [6, 8]) {
        const layer = makeLayer(cell, 4, 5, H, { batchSizes: [5, 5, 3, 2] });
        const apart = run(bench, layer, [[0, 5]]);
        expect(run(bench, layer, [[0, 5]], { aliased: true })).toEqual(apart);
      }
    });
  });

  it("lstm runs with one cell state in place and no tanh kept", () => {
    for (const reverse of [false, true]) {
      const layer = makeLayer("lstm", 6, 3, 6, { reverse });
      const { T, B, H } = layer;
      const kept = run(bench, layer, [[0, B]]);
      const { kernels } = bench;
      bench.reset();
      const packed = bench.bytes(kernels.recurrentPackedBytes(Cell.lstm, H, 0));
      kernels.recurrentPack(Cell.lstm, H, 0, bench.floats(layer.whh), packed);
      const initial = new Float32Array((T + 1) * B * H);
      initial.set(layer.h0, reverse ? T * B * H : 0);
      const hs = bench.floats(initial);
      const cs = bench.floats(layer.c0!);
      const gates = bench.floats(layer.inputs);
      kernels.recurrentForward(
        Cell.lstm,
        T,
        B,
        0,
        B,
        H,
        reverse ? 1 : 0,
        gates,
        packed,
        0,
        hs,
        cs,
        0,
        0,
        0,
        0,
      );
      expect(bench.read(hs, (T + 1) * B * H)).toEqual(kept.forward.hs);
      const last = reverse ? 0 : T * B * H;
      expect(bench.read(cs, B * H)).toEqual(kept.forward.cs!.slice(last, last + B * H));
    }
  });

  it("a NaN in one row stays in that row", () => {
    for (const cell of cells) {
      const inputs = random(2 * 3 * gateCount[cell] * 6, 1);
      inputs[0] = Number.NaN;
      const { hs } = run(bench, makeLayer(cell, 2, 3, 6, { inputs }), [[0, 3]]).forward;
      const rows = [0, 1, 2].map((b) =>
        hs!.subarray((2 * 3 + b) * 6, (2 * 3 + b + 1) * 6).some(Number.isNaN),
      );
      expect(rows).toEqual([true, false, false]);
    }
  });
});
