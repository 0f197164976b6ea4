import { describe, it } from "vitest";
import { cat, nn, type Tensor } from "../src/index.js";
import { checkGradients, fixed, type GradientRow } from "./checkGradients.js";

/** Everything that a layer gives, in one row, so that every output takes part. */
const all = (...outputs: Tensor[]) => cat(outputs.map((y) => y.reshape([-1])));

const lstm = (options: nn.LSTMOptions, forward: nn.ForwardOptions = {}) =>
  function run(x: Tensor, h?: Tensor, c?: Tensor): Tensor {
    const [output, [hn, cn]] = fixed(() => new nn.LSTM(3, 5, options)).forward(
      x,
      h && c ? [h, c] : null,
      forward,
    );
    return all(output, hn, cn);
  };
const gru = (options: nn.GRUOptions, forward: nn.ForwardOptions = {}) =>
  function run(x: Tensor, h?: Tensor): Tensor {
    return all(...fixed(() => new nn.GRU(3, 5, options)).forward(x, h, forward));
  };
const rnn = (options: nn.RNNOptions, forward: nn.ForwardOptions = {}) =>
  function run(x: Tensor, h?: Tensor): Tensor {
    return all(...fixed(() => new nn.RNN(3, 5, options)).forward(x, h, forward));
  };

const x = [4, 2, 3];
const lengths = [2, 4];

const rows: GradientRow[] = [
  ["RNN, bidirectional", [x, [2, 2, 5]], rnn({ bidirectional: true })],
  [
    "RNN, 2 layers bidirectional, relu",
    [x],
    rnn({ bidirectional: true, numLayers: 2, nonlinearity: "relu" }),
  ],
  ["RNN, lengths", [x, [1, 2, 5]], rnn({}, { lengths })],
  ["RNN, dropout", [x], rnn({ numLayers: 2, dropout: 0.5 })],
  ["LSTM, bidirectional, 2 layers", [x, [4, 2, 5], [4, 2, 5]], lstm({ bidirectional: true, numLayers: 2 })],
  ["LSTM, projSize", [x, [1, 2, 2], [1, 2, 5]], lstm({ projSize: 2 })],
  [
    "LSTM, projSize, bidirectional, 2 layers, lengths",
    [x, [4, 2, 3], [4, 2, 5]],
    lstm({ projSize: 3, bidirectional: true, numLayers: 2 }, { lengths }),
  ],
  [
    "LSTM, lengths, batchFirst",
    [
      [2, 4, 3],
      [1, 2, 5],
      [1, 2, 5],
    ],
    lstm({ batchFirst: true }, { lengths }),
  ],
  ["LSTM, dropout, bidirectional", [x], lstm({ numLayers: 2, dropout: 0.3, bidirectional: true })],
  ["LSTM, dropout, lengths", [x], lstm({ numLayers: 2, dropout: 0.3 }, { lengths })],
  ["GRU, bidirectional, lengths", [x, [2, 2, 5]], gru({ bidirectional: true }, { lengths })],
  ["GRU, reset before", [x, [1, 2, 5]], gru({ resetAfter: false })],
  [
    "GRU, reset before, bidirectional, 2 layers, lengths",
    [x, [4, 2, 5]],
    gru({ resetAfter: false, bidirectional: true, numLayers: 2 }, { lengths }),
  ],
  [
    "GRU, single sequence with a length",
    [
      [4, 3],
      [1, 5],
    ],
    gru({}, { lengths: [3] }),
  ],
  [
    "RNNCell",
    [
      [2, 3],
      [2, 5],
    ],
    (a, h) => fixed(() => new nn.RNNCell(3, 5)).forward(a, h),
  ],
  [
    "LSTMCell",
    [
      [2, 3],
      [2, 5],
      [2, 5],
    ],
    (a, h, c) => all(...fixed(() => new nn.LSTMCell(3, 5)).forward(a, [h!, c!])),
  ],
  [
    "GRUCell",
    [
      [2, 3],
      [2, 5],
    ],
    (a, h) => fixed(() => new nn.GRUCell(3, 5)).forward(a, h),
  ],
  [
    "GRUCell, reset before, no batch",
    [[3], [5]],
    (a, h) => fixed(() => new nn.GRUCell(3, 5, { resetAfter: false })).forward(a, h),
  ],
  ["packPaddedSequence", [x], (a) => nn.packPaddedSequence(a, lengths, { enforceSorted: false }).data],
  [
    "packPaddedSequence and padPackedSequence",
    [[2, 4, 3]],
    (a) =>
      nn.padPackedSequence(nn.packPaddedSequence(a, [4, 2], { batchFirst: true }), {
        paddingValue: 7,
        totalLength: 5,
      })[0],
  ],
];

describe("gradients of recurrent layers agree with central differences", () => {
  it.each(rows)("%s", (_, shapes, run, positive = false) => checkGradients(shapes, run, positive));
});

describe("gradients of recurrent weights agree with central differences", () => {
  const layers: [string, () => nn.RNN | nn.LSTM | nn.GRU][] = [
    ["LSTM, projSize, bidirectional", () => new nn.LSTM(2, 3, { projSize: 2, bidirectional: true })],
    ["LSTM, 2 layers", () => new nn.LSTM(2, 3, { numLayers: 2 })],
    ["GRU", () => new nn.GRU(2, 3, { bidirectional: true })],
    ["GRU, reset before", () => new nn.GRU(2, 3, { resetAfter: false, bidirectional: true })],
    ["RNN, no bias", () => new nn.RNN(2, 3, { bias: false, bidirectional: true })],
  ];
  const cases = layers.flatMap(([name, make]) =>
    [...make().namedParameters()].map(
      ([key, { shape }]) => [name, key, [...shape], make] as [string, string, number[], typeof make],
    ),
  );
  it.each(cases)("%s: %s", (_, key, shape, make) => {
    checkGradients(
      [shape, [3, 2, 2]],
      (weight, x) => {
        const layer = Object.assign(fixed(make), { [key]: weight });
        return layer.forward(x!, null, { lengths: [3, 2] })[0];
      },
      false,
    );
  });
});
