import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { loadSafetensors, loadTorch, nn, noGrad, Tensor, tensor } from "../src/index.js";

interface Run {
  x: { shape: number[]; data: number[] };
  outputs: GoldenTensor[];
}
interface Case {
  model: keyof typeof models;
  file: string;
  keys: string[];
  runs: Run[];
}

/** A recurrent layer and a head at every step: gives the head's output, then the last states. */
class Recurrent extends nn.Module {
  constructor(
    readonly layer: nn.RNN | nn.LSTM | nn.GRU,
    readonly head: nn.Linear,
  ) {
    super();
  }
  override forward(x: Tensor): Tensor[] {
    const [output, state] = this.layer.forward(x);
    return [this.head.forward(output), ...[state].flat()];
  }
}

class Words extends nn.Module {
  embedding = new nn.Embedding(11, 6, { paddingIdx: 0 });
  gru = new nn.GRU(6, 10, { batchFirst: true });
  head = new nn.Linear(10, 11);
  override forward(x: Tensor): Tensor[] {
    const [output, state] = this.gru.forward(this.embedding.forward(x));
    return [this.head.forward(output), state];
  }
}

/** The models of golden/trained_models.py. */
const models = {
  rnn_relu: () => new Recurrent(new nn.RNN(3, 9, { nonlinearity: "relu" }), new nn.Linear(9, 2)),
  rnn_tanh: () =>
    new Recurrent(new nn.RNN(3, 8, { numLayers: 2, bias: false, batchFirst: true }), new nn.Linear(8, 2)),
  lstm: () => new Recurrent(new nn.LSTM(4, 9), new nn.Linear(9, 3)),
  lstm_projected: () =>
    new Recurrent(new nn.LSTM(4, 10, { numLayers: 2, projSize: 5, dropout: 0.2 }), new nn.Linear(5, 1)),
  gru_bidirectional: () =>
    new Recurrent(
      new nn.GRU(3, 7, { numLayers: 2, bidirectional: true, batchFirst: true, dropout: 0.1 }),
      new nn.Linear(14, 3),
    ),
  classifier: () =>
    new nn.Sequential(
      new nn.Conv1d(3, 8, 5, { padding: 2 }),
      new nn.BatchNorm1d(8),
      new nn.ReLU(),
      new nn.MaxPool1d(2),
      new nn.Conv1d(8, 12, 3, {
        padding: "same",
        dilation: 2,
        groups: 2,
        paddingMode: "replicate",
        bias: false,
      }),
      new nn.BatchNorm1d(12),
      new nn.ReLU(),
      new nn.AdaptiveAvgPool1d(1),
      new nn.Flatten(),
      new nn.Dropout({ p: 0.3 }),
      new nn.Linear(12, 4),
    ),
  autoencoder: () =>
    new nn.Sequential(
      new nn.Conv1d(2, 6, 4, { stride: 2, padding: 1, paddingMode: "circular" }),
      new nn.Tanh(),
      new nn.AvgPool1d(2),
      new nn.Conv1d(6, 6, 1),
      new nn.Tanh(),
      new nn.ConvTranspose1d(6, 6, 4, { stride: 2, padding: 1, groups: 3 }),
      new nn.Tanh(),
      new nn.ConvTranspose1d(6, 2, 4, { stride: 2, padding: 1 }),
    ),
  words: () => new Words(),
  mlp: () =>
    new nn.Sequential(
      new nn.Linear(5, 16),
      new nn.LayerNorm(16),
      new nn.GELU(),
      new nn.Dropout({ p: 0.1 }),
      new nn.Linear(16, 12),
      new nn.LayerNorm(12),
      new nn.SiLU(),
      new nn.Linear(12, 2),
    ),
};

const formats: Record<string, (bytes: Uint8Array, source: string) => nn.StateDict> = {
  safetensors: (bytes, source) => loadSafetensors(bytes, source).tensors,
  pt: (bytes, source) => loadTorch<nn.StateDict>(bytes, source),
};

const golden = readGolden<Golden<Case>>("trained_models");
const read = (file: string, format: string) => {
  const bytes = readFileSync(new URL(`../../../golden/${file}.${format}`, import.meta.url));
  return formats[format]!(bytes, `${file}.${format}`);
};

/** Relative 1e-5; 1e-6 of the largest value where terms cancel. */
function close(expected: GoldenTensor): { relative: number; absolute: number } {
  const shown = "data" in expected ? expected.data : [...expected.first, ...expected.last];
  return { relative: 1e-5, absolute: 1e-6 * Math.max(...shown.map(Math.abs), 0.1) };
}

/** Where a model's outputs part from PyTorch's, a sentence for each; none where they do not. */
function departures(model: nn.Module, name: Case["model"], runs: Run[]): string[] {
  return runs.flatMap(({ x, outputs }) => {
    const input = tensor(x.data, { shape: x.shape, dtype: name === "words" ? "int32" : "float32" });
    const got = noGrad(() => [model.forward(input)].flat()) as Tensor[];
    expect(got.map((y) => y.shape)).toEqual(outputs.map((y) => y.shape));
    return outputs.flatMap((y, i) => difference(got[i]!.toTypedArray(), y, close(y)) ?? []);
  });
}

const files = golden.cases.flatMap((c) => Object.keys(formats).map((format) => [c.file, format, c] as const));

describe("a model that PyTorch trained gives PyTorch's outputs here", () => {
  it.each(files)("from %s.%s", (file, format, { model: name, keys, runs }) => {
    const state = read(file, format);
    expect(Object.keys(state)).toEqual(keys);
    const model = models[name]();
    expect(Object.keys(model.stateDict())).toEqual(keys);
    model.eval();
    expect(departures(model, name, runs)).not.toEqual([]); // its own random weights give other numbers
    expect(model.loadStateDict(state)).toEqual({ missing: [], unexpected: [] });
    expect(departures(model, name, runs)).toEqual([]);
  });

  it("is there for every kind of model", () => {
    expect(golden.cases.map((c) => c.model)).toEqual(Object.keys(models));
  });
});

describe("the two files of a model", () => {
  it.each(golden.cases.map((c) => [c.file, c.keys] as const))("%s hold the same numbers", (file, keys) => {
    const [a, b] = [read(file, "safetensors"), read(file, "pt")];
    for (const key of keys) {
      expect(a[key]).toBeInstanceOf(Tensor);
      expect(a[key]!.dtype, key).toBe(b[key]!.dtype);
      expect(a[key]!.shape, key).toEqual(b[key]!.shape);
      expect(a[key]!.toTypedArray(), key).toEqual(b[key]!.toTypedArray());
    }
  });
});

describe("a model in training mode", () => {
  it("departs from those outputs, where dropout and batch statistics act", () => {
    for (const { model: name, file, runs } of golden.cases) {
      if (name !== "classifier" && name !== "mlp" && name !== "lstm_projected") continue;
      const model = models[name]();
      model.loadStateDict(read(file, "pt"));
      expect(departures(model.train(), name, runs), name).not.toEqual([]);
    }
  });
});
