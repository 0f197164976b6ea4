import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { difference, type GoldenTensor } from "../../../golden/read.js";
import { loadSafetensors, nn, rand, saveSafetensors, type Tensor, tensor } from "../src/index.js";

const goldenFile = (name: string) => new URL(`../../../golden/${name}`, import.meta.url);
const golden = JSON.parse(readFileSync(goldenFile("model_file.json"), "utf8")) as {
  weights: Record<string, GoldenTensor>;
  cases: {
    x: { shape: number[]; data: number[] };
    output: GoldenTensor;
    hN: GoldenTensor;
    cN: GoldenTensor;
  }[];
};

class Net extends nn.Module {
  lstm = new nn.LSTM(3, 6, { numLayers: 2 });
  output = new nn.Linear(6, 1);
  override forward(x: Tensor): [Tensor, Tensor, Tensor] {
    const [output, [hn, cn]] = this.lstm.forward(x);
    return [this.output.forward(output), hn, cn];
  }
}

/** A file with any header and data. */
function file(header: unknown, data = new Uint8Array(0)): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

describe("safetensors", () => {
  it("loads a model that PyTorch wrote, and gives PyTorch's outputs", () => {
    const { tensors, metadata } = loadSafetensors(readFileSync(goldenFile("torch_lstm.safetensors")));
    expect(metadata).toEqual({ format: "pt" });
    const net = new Net();
    expect(net.loadStateDict(tensors)).toEqual({ missing: [], unexpected: [] });
    for (const [key, expected] of Object.entries(golden.weights)) {
      expect(difference(net.stateDict()[key]!.toTypedArray(), expected), key).toBeUndefined();
    }
    for (const { x, output, hN, cN } of golden.cases) {
      const results = net.forward(tensor(x.data, { shape: x.shape }));
      [output, hN, cN].forEach((expected, i) => {
        expect(
          difference(results[i]!.toTypedArray(), expected, { relative: 1e-5, absolute: 1e-7 }),
        ).toBeUndefined();
      });
    }
  });

  it("writes the very bytes of PyTorch's file back, apart from the order of the header", () => {
    const bytes = readFileSync(goldenFile("torch_lstm.safetensors"));
    const again = loadSafetensors(saveSafetensors(loadSafetensors(bytes).tensors, { format: "pt" }));
    const first = loadSafetensors(bytes);
    expect(Object.keys(again.tensors)).toEqual(Object.keys(first.tensors));
    for (const [key, value] of Object.entries(first.tensors)) {
      expect(again.tensors[key]!.toTypedArray()).toEqual(value.toTypedArray());
    }
  });

  it("keeps shapes, types, metadata and special values", () => {
    const saved = saveSafetensors(
      {
        a: rand([2, 3]),
        empty: tensor([], { shape: [0, 4] }),
        index: tensor([1, -2], { dtype: "int32" }),
        odd: tensor([Number.NaN, Number.NEGATIVE_INFINITY, -0]),
      },
      { note: 'with "quotes" and 中文' },
    );
    const { tensors, metadata } = loadSafetensors(saved);
    expect(metadata.note).toBe('with "quotes" and 中文');
    expect(tensors.a!.shape).toEqual([2, 3]);
    expect(tensors.empty!.shape).toEqual([0, 4]);
    expect(tensors.index!.dtype).toBe("int32");
    expect(tensors.index!.toArray()).toEqual([1, -2]);
    expect(tensors.odd!.toArray()).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, -0]);
  });

  it("reads f16, bf16, f64, i64 and bool", () => {
    const data = new Uint8Array(8 + 4 + 8 + 8 + 1);
    const view = new DataView(data.buffer);
    view.setFloat64(0, 0.1, true);
    view.setUint16(8, 0x3c01, true); // half 1 + 2^-10
    view.setUint16(10, 0x3fc0, true); // bfloat 1.5
    view.setBigInt64(12, -7n, true);
    view.setUint16(20, 0x0001, true); // smallest half, 2^-24
    view.setUint16(22, 0xfc00, true); // half −∞
    view.setUint16(24, 0x7e00, true); // half NaN
    view.setUint16(26, 0x8000, true); // half −0
    data[28] = 1;
    const entry = (dtype: string, shape: number[], from: number, to: number) => ({
      dtype,
      shape,
      data_offsets: [from, to],
    });
    const { tensors } = loadSafetensors(
      file(
        {
          d: entry("F64", [1], 0, 8),
          h: entry("F16", [1], 8, 10),
          b: entry("BF16", [1], 10, 12),
          i: entry("I64", [], 12, 20),
          more: entry("F16", [4], 20, 28),
          yes: entry("BOOL", [1], 28, 29),
        },
        data,
      ),
    );
    expect(tensors.d!.toArray()).toEqual([Math.fround(0.1)]);
    expect(tensors.h!.toArray()).toEqual([1 + 2 ** -10]);
    expect(tensors.b!.toArray()).toEqual([1.5]);
    expect(tensors.i!.toArray()).toBe(-7);
    expect(tensors.more!.toArray()).toEqual([2 ** -24, Number.NEGATIVE_INFINITY, Number.NaN, -0]);
    expect(tensors.yes!.toArray()).toEqual([1]);
  });

  it("takes metadata that are null as none", () => {
    expect(loadSafetensors(file({ __metadata__: null })).metadata).toEqual({});
  });

  const good = { dtype: "F32", shape: [2], data_offsets: [0, 8] };
  it.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(0), "it has 0 bytes, fewer than the 8"],
    ["a text file", new TextEncoder().encode("month,passengers\n1949-01,112\n"), "its header claims"],
    ["a header that is not JSON", file("{no"), "its header is not valid JSON"],
    ["a header that is a list", file("[1]"), "its header is not a JSON object"],
    [
      "an unknown type",
      file({ a: { ...good, dtype: "F8" } }),
      'tensor "a" has type "F8", expected one of F64',
    ],
    ["a shape with a fraction", file({ a: { ...good, shape: [1.5] } }), 'tensor "a" has no valid shape'],
    [
      "offsets that are missing",
      file({ a: { dtype: "F32", shape: [2] } }),
      'tensor "a" has no valid data_offsets',
    ],
    [
      "data that are cut off",
      file({ a: good }, new Uint8Array(4)),
      "needs 8 bytes, but its data are bytes 0 to 8 of 4",
    ],
    [
      "a shape larger than its data",
      file({ a: { ...good, shape: [2 ** 40] } }, new Uint8Array(8)),
      "of shape [1099511627776]",
    ],
    [
      "tensors that overlap",
      file({ a: good, b: good }, new Uint8Array(8)),
      'its tensors overlap: up to "b" they claim 16 bytes of 8',
    ],
    ["a name that changes prototypes", file('{"__proto__":{}}'), "a tensor cannot be named __proto__"],
    ["an entry that is null", file({ a: null }), 'tensor "a" has type undefined'],
  ])("refuses %s with a sentence", (_, bytes, message) => {
    expect(() => loadSafetensors(bytes, "model.safetensors")).toThrow(message);
    expect(() => loadSafetensors(bytes, "model.safetensors")).toThrow(
      "model.safetensors is not a readable safetensors file",
    );
  });
});

describe("loadStateDict", () => {
  it("names missing, unexpected and mis-shaped keys, and changes nothing", () => {
    const net = new Net();
    const before = net.output.weight.toArray();
    const state: nn.StateDict = { ...new Net().stateDict(), "output.weight": rand([1, 7]), extra: rand([1]) };
    delete state["lstm.bias_hh_l1"];
    expect(() => net.loadStateDict(state)).toThrow(
      "missing lstm.bias_hh_l1; unexpected extra; output.weight has shape [1, 7], expected [1, 6]",
    );
    expect(net.output.weight.toArray()).toEqual(before);
  });

  it("loads what matches when not strict, and reports the rest", () => {
    const net = new Net();
    const weight = rand([1, 6]);
    const report = net.loadStateDict({ "output.weight": weight, extra: rand([1]) }, { strict: false });
    expect(report.missing).toContain("output.bias");
    expect(report.unexpected).toEqual(["extra"]);
    expect(net.output.weight.toArray()).toEqual(weight.toArray());
  });
});
