import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { manualSeed, nn, rand, stack, type Tensor } from "../src/index.js";

interface LayerCase {
  cell: "RNN" | "LSTM" | "GRU";
  inputSize: number;
  hiddenSize: number;
  numLayers: number;
  options: nn.RNNOptions & nn.LSTMOptions;
  T: number;
  /** null for a single sequence without a batch dimension. */
  B: number | null;
  state: boolean;
  training: boolean;
  seed: number;
  lengths?: number[];
  weights?: Record<string, GoldenTensor>;
  output: GoldenTensor;
  hN: GoldenTensor;
  cN?: GoldenTensor;
  loss: number;
  gradients: Record<string, GoldenTensor>;
  dx: GoldenTensor;
  dh0?: GoldenTensor;
  dc0?: GoldenTensor;
}

interface CellCase {
  cell: "RNNCell" | "LSTMCell" | "GRUCell";
  args: [number, number];
  options: nn.CellOptions;
  T: number;
  B: number;
  seed: number;
  weights: Record<string, GoldenTensor>;
  output: GoldenTensor;
  cN?: GoldenTensor;
  gradients: Record<string, GoldenTensor>;
  dx: GoldenTensor;
  dh0: GoldenTensor;
  dc0?: GoldenTensor;
}

const golden = readGolden<Golden<unknown> & { recurrent: LayerCase[]; cells: CellCase[] }>("layers");
const drawn = readGolden<Golden<LayerCase> & { resetBefore: LayerCase[] }>("recurrent_options");
const exact = { relative: 0, absolute: 0 };

/**
 * Relative 1e-5. Gradients are sums of terms as large as their largest elements; where these cancel, float32 leaves
 * 1e-6 of them, in PyTorch as here (its own distance from float64 is 0.7e-6 in these cases).
 */
function close(expected: GoldenTensor): { relative: number; absolute: number } {
  const shown = "data" in expected ? expected.data : [...expected.first, ...expected.last];
  return { relative: 1e-5, absolute: 1e-6 * Math.max(1, ...shown.map(Math.abs)) };
}

const same = (
  actual: Tensor | null | undefined,
  expected: GoldenTensor,
  what: string,
  tolerance = close(expected),
) => expect(difference(actual!.toTypedArray(), expected, tolerance), what).toBeUndefined();

/** Uniform on [−1, 1), as the golden script draws. */
const uniform = (shape: readonly number[]) => rand(shape).mul(2).sub(1);
const input = (shape: readonly number[]) => {
  const x = uniform(shape);
  x.requiresGrad = true;
  return x;
};

function build(c: LayerCase, resetAfter: boolean): nn.RNN | nn.LSTM | nn.GRU {
  const options = { ...c.options, numLayers: c.numLayers, ...(resetAfter ? {} : { resetAfter }) };
  const layer = new nn[c.cell](c.inputSize, c.hiddenSize, options);
  return layer.train(c.training);
}

type Run = (layer: nn.RNN | nn.LSTM | nn.GRU, x: Tensor, state: Tensor[], c: LayerCase) => Tensor[];

/** [output, hN, cN?] of a padded tensor, its lengths given beside it. */
const direct: Run = (layer, x, state, { lengths }) => {
  const [h0 = null, c0 = null] = state;
  const options = lengths ? { lengths } : {};
  const [output, last] =
    layer instanceof nn.LSTM
      ? layer.forward(x, h0 && c0 ? [h0, c0] : null, options)
      : layer.forward(x, h0, options);
  return [output, ...[last].flat()];
};

/** The same through packed sequences, as the golden script does it. */
const packed: Run = (layer, x, [h0 = null, c0 = null], { lengths }) => {
  const { batchFirst } = layer;
  const sequence = nn.packPaddedSequence(x, lengths!, { batchFirst, enforceSorted: false });
  const [output, last] =
    layer instanceof nn.LSTM
      ? layer.forward(sequence, h0 && c0 ? [h0, c0] : null)
      : layer.forward(sequence, h0);
  return [nn.padPackedSequence(output, { batchFirst })[0], ...[last].flat()];
};

function check(c: LayerCase, run: Run, resetAfter = true): void {
  manualSeed(c.seed);
  const layer = build(c, resetAfter);
  const weights = layer.stateDict();
  expect(Object.keys(weights)).toEqual(Object.keys(c.gradients));
  for (const [key, value] of Object.entries(c.weights ?? {})) same(weights[key], value, key, exact);

  const batch = c.B === null ? [] : [c.B];
  const lead = c.B === null ? [c.T] : c.options.batchFirst ? [c.B, c.T] : [c.T, c.B];
  const x = input([...lead, c.inputSize]);
  const slots = c.numLayers * (c.options.bidirectional ? 2 : 1);
  const sizes = [c.options.projSize || c.hiddenSize, ...(c.cell === "LSTM" ? [c.hiddenSize] : [])];
  const state = c.state ? sizes.map((size) => input([slots, ...batch, size])) : [];
  let [output, ...last] = run(layer, x, state, c) as [Tensor, ...Tensor[]];
  // PyTorch's padded output ends with the longest sequence, Lookback's with the input when lengths come beside it.
  const time = c.options.batchFirst && c.B !== null ? 1 : 0;
  const longest = c.output.shape[time]!;
  const tail = output.narrow(time, longest, output.shape[time]! - longest).toTypedArray();
  expect(tail.every((value) => value === 0)).toBe(true);
  output = output.narrow(time, 0, longest);
  same(output, c.output, "output");
  same(last[0], c.hN, "hN");
  if (c.cN) same(last[1], c.cN, "cN");

  let loss = output.mul(uniform(output.shape)).sum();
  for (const s of last) loss = loss.add(s.mul(uniform(s.shape)).sum());
  expect(Math.abs(loss.item() - c.loss)).toBeLessThan(1e-5 * (1 + Math.abs(c.loss)));
  loss.backward();
  for (const [key, value] of Object.entries(c.gradients))
    same(weights[key]!.grad, value, `gradient of ${key}`);
  same(x.grad, c.dx, "dx");
  if (c.dh0) same(state[0]!.grad, c.dh0, "dh0");
  if (c.dc0) same(state[1]!.grad, c.dc0, "dc0");
}

function name(c: LayerCase): string {
  const options = Object.entries(c.options).map(([key, value]) => `${key} ${value}`);
  const sizes = `T ${c.T} B ${c.B ?? "none"} I ${c.inputSize} H ${c.hiddenSize} L ${c.numLayers}`;
  const rest = [
    ...options,
    ...(c.lengths ? [`lengths ${c.lengths}`] : []),
    ...(c.state ? ["initial state"] : []),
  ];
  return `${c.cell} ${sizes}, ${rest.join(", ")}${c.training ? "" : ", evaluating"} (seed ${c.seed})`;
}

const cases = [...golden.recurrent, ...drawn.cases].map((c) => [name(c), c] as const);

describe("recurrent layers give PyTorch's numbers in every option", () => {
  it.each(cases)("%s", (_, c) => check(c, direct));
});

describe("recurrent layers give PyTorch's numbers for packed sequences", () => {
  it.each(cases.filter(([, c]) => c.lengths))("%s", (_, c) => check(c, packed));
});

describe("GRU({ resetAfter: false }) gives the numbers of its formula", () => {
  const rows = drawn.resetBefore.map((c) => [name(c), c] as const);
  it.each(rows)("%s", (_, c) => check(c, direct, false));
  it.each(rows.filter(([, c]) => c.lengths))("packed: %s", (_, c) => check(c, packed, false));
});

describe("cells give PyTorch's numbers", () => {
  it.each(golden.cells.map((c) => [`${c.cell} ${JSON.stringify(c.options)}`, c] as const))("%s", (_, c) => {
    manualSeed(c.seed);
    const [inputs, hidden] = c.args;
    const cell = new nn[c.cell](inputs, hidden, c.options);
    const weights = cell.stateDict();
    expect(Object.keys(weights)).toEqual(Object.keys(c.weights));
    for (const [key, value] of Object.entries(c.weights)) same(weights[key], value, key, exact);
    const x = input([c.T, c.B, inputs]);
    const start = Array.from({ length: c.cell === "LSTMCell" ? 2 : 1 }, () => input([c.B, hidden]));
    let state = start;
    const outputs: Tensor[] = [];
    for (let t = 0; t < c.T; t++) {
      state =
        cell instanceof nn.LSTMCell
          ? cell.forward(x.select(0, t), state as [Tensor, Tensor])
          : [cell.forward(x.select(0, t), state[0])];
      outputs.push(state[0]!);
    }
    const output = stack(outputs);
    output.backward(uniform(output.shape));
    same(output, c.output, "output");
    if (c.cN) same(state[1], c.cN, "cN");
    for (const [key, value] of Object.entries(c.gradients))
      same(weights[key]!.grad, value, `gradient of ${key}`);
    same(x.grad, c.dx, "dx");
    same(start[0]!.grad, c.dh0, "dh0");
    if (c.dc0) same(start[1]!.grad, c.dc0, "dc0");
  });
});
