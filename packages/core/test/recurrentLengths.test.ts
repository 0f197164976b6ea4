import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { manualSeed, nn, rand, type Tensor, tensor } from "../src/index.js";

interface PackingCase {
  seed: number;
  shape: number[];
  lengths: number[];
  batchFirst: boolean;
  enforceSorted: boolean;
  data: GoldenTensor;
  batchSizes: number[];
  sortedIndices: number[] | null;
  unsortedIndices: number[] | null;
  paddingValue: number;
  totalLength: number | null;
  padded: GoldenTensor;
  lengthsBack: number[];
}

const { packing } = readGolden<Golden<unknown> & { packing: PackingCase[] }>("layers");

describe("packPaddedSequence and padPackedSequence", () => {
  it.each(packing.map((c) => [`[${c.lengths}] of [${c.shape}]`, c] as const))(
    "give PyTorch's parts: lengths %s",
    (_, c) => {
      manualSeed(c.seed);
      const x = rand(c.shape).mul(2).sub(1);
      const { batchFirst, enforceSorted, paddingValue } = c;
      const packed = nn.packPaddedSequence(x, c.lengths, { batchFirst, enforceSorted });
      expect(difference(packed.data.toTypedArray(), c.data)).toBeUndefined();
      expect(packed.data.shape).toEqual(c.data.shape);
      expect(packed.batchSizes).toEqual(c.batchSizes);
      expect(packed.sortedIndices).toEqual(c.sortedIndices);
      expect(packed.unsortedIndices).toEqual(c.unsortedIndices);
      const total = c.totalLength === null ? {} : { totalLength: c.totalLength };
      const [padded, lengths] = nn.padPackedSequence(packed, { batchFirst, paddingValue, ...total });
      expect(padded.shape).toEqual(c.padded.shape);
      expect(difference(padded.toTypedArray(), c.padded)).toBeUndefined();
      expect(lengths).toEqual(c.lengthsBack);
    },
  );

  it("keep whatever dimensions come after time and batch, and int32", () => {
    const x = tensor(
      Int32Array.from({ length: 24 }, (_, i) => i),
      { shape: [3, 2, 2, 2] },
    );
    const packed = nn.packPaddedSequence(x, tensor([3, 1], { dtype: "int32" }));
    expect(packed.data.shape).toEqual([4, 2, 2]);
    expect(packed.data.dtype).toBe("int32");
    expect(nn.padPackedSequence(packed)[0].narrow(1, 0, 1).toArray()).toEqual(x.narrow(1, 0, 1).toArray());
  });

  it("refuse lengths that do not fit, and say why", () => {
    const x = rand([4, 3, 2]);
    expect(() => nn.packPaddedSequence(x, [4, 2])).toThrow("got 2 lengths for a batch of 3");
    expect(() => nn.packPaddedSequence(x, [4, 2, 0])).toThrow(
      "length 0 of sequence 2 must be a whole number from 1 to T = 4",
    );
    expect(() => nn.packPaddedSequence(x, [5, 2, 1])).toThrow("length 5 of sequence 0");
    expect(() => nn.packPaddedSequence(x, [2, 4, 1])).toThrow(
      "lengths [2, 4, 1] are not sorted from the longest to the shortest; pass { enforceSorted: false }",
    );
    expect(() => nn.packPaddedSequence(rand([4]), [4])).toThrow("expected at least 2 dims (T, B, *)");
    expect(() => nn.padPackedSequence(nn.packPaddedSequence(x, [4, 2, 1]), { totalLength: 3 })).toThrow(
      "totalLength must be a whole number of at least 4",
    );
    expect(() => new nn.PackedSequence(rand([3, 2]), [2, 2])).toThrow(
      "data has 3 rows (shape [3, 2]), expected 4",
    );
  });
});

const layers: [string, () => nn.RNN | nn.LSTM | nn.GRU][] = [
  ["RNN", () => new nn.RNN(3, 5, { numLayers: 2, bidirectional: true })],
  ["LSTM", () => new nn.LSTM(3, 5, { numLayers: 2, bidirectional: true, batchFirst: true })],
  ["projected LSTM", () => new nn.LSTM(3, 5, { numLayers: 2, bidirectional: true, projSize: 2 })],
  ["GRU", () => new nn.GRU(3, 5, { numLayers: 2, bidirectional: true, batchFirst: true })],
  ["GRU, reset before", () => new nn.GRU(3, 5, { numLayers: 2, bidirectional: true, resetAfter: false })],
];

describe.each(layers)("lengths, %s", (_, make) => {
  const lengths = [2, 6, 1, 4];
  const shape = (layer: { batchFirst: boolean }) => (layer.batchFirst ? [4, 6, 3] : [6, 4, 3]);
  const pick = (layer: { batchFirst: boolean }, y: Tensor, b: number, steps: number) =>
    y.select(layer.batchFirst ? 0 : 1, b).narrow(0, 0, steps);

  it("give each sequence what it gets alone, and zeros after its end", () => {
    const layer = make();
    const x = rand(shape(layer));
    const [output, last] = layer.forward(x, null, { lengths });
    const alone = make().eval();
    alone.loadStateDict(layer.stateDict());
    lengths.forEach((n, b) => {
      const [own, ownLast] = alone.forward(pick(layer, x, b, n));
      expect(
        pick(layer, output, b, n)
          .sub(own)
          .abs()
          .toTypedArray()
          .every((d) => d < 1e-6),
      ).toBe(true);
      const padding = output.select(layer.batchFirst ? 0 : 1, b).narrow(0, n, 6 - n);
      expect(padding.toTypedArray().every((value) => value === 0)).toBe(true);
      [last].flat().forEach((state, i) => {
        const difference = state.select(1, b).sub([ownLast].flat()[i]!).abs();
        expect(difference.toTypedArray().every((d) => d < 1e-6)).toBe(true);
      });
    });
  });

  it("never look at the padding: NaN there changes neither outputs nor gradients", () => {
    const layer = make();
    const clean = rand(shape(layer));
    const dirty = clean.toTypedArray();
    lengths.forEach((n, b) => {
      for (let t = n; t < 6; t++) {
        const row = layer.batchFirst ? b * 6 + t : t * 4 + b;
        dirty.fill(Number.NaN, row * 3, row * 3 + 3);
      }
    });
    const run = (x: Tensor) => {
      x.requiresGrad = true;
      layer.zeroGrad({ setToNone: true });
      const [output, last] = layer.forward(x, null, { lengths });
      [last]
        .flat()
        .reduce((sum, s) => sum.add(s.square().sum()), output.square().sum())
        .backward();
      return [output, x.grad!, ...layer.parameters().map((p) => p.grad!)].map((y) => y.toTypedArray());
    };
    const expected = run(clean);
    expect(run(tensor(dirty, { shape: shape(layer) }))).toEqual(expected);
  });

  it("give no gradient to the padding", () => {
    const layer = make();
    const x = rand(shape(layer), { requiresGrad: true });
    layer.forward(x, null, { lengths })[0].sum().backward();
    lengths.forEach((n, b) => {
      const padding = x.grad!.select(layer.batchFirst ? 0 : 1, b).narrow(0, n, 6 - n);
      expect(padding.toTypedArray().every((value) => value === 0)).toBe(true);
    });
  });

  it("that are all T give what no lengths give", () => {
    const layer = make();
    const x = rand(shape(layer));
    const flat = ([output, last]: readonly [Tensor, Tensor | [Tensor, Tensor]]) =>
      [output, ...[last].flat()].map((y) => y.toTypedArray());
    expect(flat(layer.forward(x, null, { lengths: [6, 6, 6, 6] }))).toEqual(flat(layer.forward(x)));
  });
});

describe("recurrent layers refuse lengths that do not fit", () => {
  const gru = new nn.GRU(2, 3);
  it("with a sentence", () => {
    const x = rand([4, 2, 2]);
    expect(() => gru.forward(x, null, { lengths: [4] })).toThrow(
      "GRU: got 1 lengths for a batch of 2; expected one length per sequence",
    );
    expect(() => gru.forward(x, null, { lengths: [4, 5] })).toThrow(
      "GRU: length 5 of sequence 1 must be a whole number from 1 to T = 4",
    );
    expect(() => gru.forward(x, null, { lengths: [0, 4] })).toThrow("length 0 of sequence 0");
    expect(() => gru.forward(x, null, { lengths: [1.5, 4] })).toThrow("length 1.5 of sequence 0");
    const packed = nn.packPaddedSequence(rand([4, 2, 3]), [4, 2]);
    expect(() => gru.forward(packed)).toThrow("the packed input has shape [6, 3], expected 2 features");
    const state = rand([1, 3, 3]);
    expect(() => gru.forward(nn.packPaddedSequence(x, [4, 2]), state)).toThrow(
      "GRU: initial state h0 has shape [1, 3, 3], expected [1, 2, 3] (dims L·D, B, H)",
    );
  });
});
