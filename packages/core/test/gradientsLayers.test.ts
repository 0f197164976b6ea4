import { describe, it } from "vitest";
import { cat, nn, type Tensor, tensor } from "../src/index.js";
import { checkGradients, fixed, type GradientRow } from "./checkGradients.js";

/** Runs a layer with other tensors in place of its weight and bias, so that they are checked like inputs. */
function withWeights(layer: nn.Module, x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  return (Object.assign(layer, bias ? { weight, bias } : { weight }) as nn.Module).forward(x);
}

/** A row for a convolution: [N, C, L], weights and options. */
function conv(
  name: string,
  sizes: [number, number, number],
  length: number,
  options: nn.Conv1dOptions,
): GradientRow {
  const [c, o, k] = sizes;
  const weight = [o, c / (options.groups ?? 1), k];
  const shapes = [[2, c, length], weight, ...(options.bias === false ? [] : [[o]])];
  return [`Conv1d, ${name}`, shapes, (x, w, b) => withWeights(new nn.Conv1d(c, o, k, options), x!, w!, b)];
}

function convTranspose(
  name: string,
  sizes: [number, number, number],
  options: nn.ConvTranspose1dOptions,
): GradientRow {
  const [c, o, k] = sizes;
  const weight = [c, o / (options.groups ?? 1), k];
  const shapes = [[2, c, 5], weight, ...(options.bias === false ? [] : [[o]])];
  return [
    `ConvTranspose1d, ${name}`,
    shapes,
    (x, w, b) => withWeights(new nn.ConvTranspose1d(c, o, k, options), x!, w!, b),
  ];
}

const trained = (layer: nn.BatchNorm1d) => {
  layer.forward(
    tensor([
      [
        [1, 2],
        [0, 3],
        [4, -1],
      ],
      [
        [2, 2],
        [5, 1],
        [0, 1],
      ],
    ]),
  );
  return layer;
};

const rows: GradientRow[] = [
  conv("plain", [3, 4, 3], 8, {}),
  conv("no bias", [3, 4, 3], 8, { bias: false }),
  conv("one tap", [3, 4, 1], 5, {}),
  conv("stride", [3, 4, 3], 9, { stride: 2 }),
  conv("padding", [2, 3, 3], 6, { padding: 4 }),
  conv("dilation", [2, 3, 3], 9, { dilation: 2 }),
  conv("groups", [4, 6, 3], 7, { groups: 2 }),
  conv("depthwise, dilated", [4, 4, 3], 9, { groups: 4, dilation: 2, padding: 2 }),
  conv("depthwise, strided", [3, 6, 3], 9, { groups: 3, stride: 2, padding: 1 }),
  conv("one output channel", [3, 1, 3], 8, { stride: 2 }),
  conv("same, even kernel", [2, 3, 4], 7, { padding: "same" }),
  conv("valid", [2, 3, 4], 7, { padding: "valid", stride: 3 }),
  conv("causal, dilated", [2, 3, 3], 7, { padding: "causal", dilation: 2 }),
  conv("everything", [4, 6, 3], 11, { stride: 2, padding: 3, dilation: 2, groups: 2 }),
  ...(["reflect", "replicate", "circular"] as const).flatMap((paddingMode) => [
    conv(paddingMode, [2, 3, 3], 6, { padding: 3, paddingMode }),
    conv(`${paddingMode}, same, groups`, [4, 6, 4], 6, { padding: "same", groups: 2, paddingMode }),
    conv(`${paddingMode}, causal`, [2, 3, 3], 6, { padding: "causal", stride: 2, paddingMode }),
  ]),
  convTranspose("plain", [3, 4, 3], {}),
  convTranspose("stride", [3, 2, 3], { stride: 2, bias: false }),
  convTranspose("padding and outputPadding", [3, 2, 4], { stride: 3, padding: 1, outputPadding: 2 }),
  convTranspose("dilation", [3, 2, 3], { stride: 2, dilation: 3, padding: 2 }),
  convTranspose("groups", [6, 4, 3], { groups: 2, stride: 2 }),
  convTranspose("depthwise", [4, 4, 3], { groups: 4, dilation: 2, outputPadding: 1 }),
  ["Conv1d, one sample", [[3, 8]], (x) => fixed(() => new nn.Conv1d(3, 4, 3)).forward(x)],

  ["MaxPool1d", [[2, 3, 9]], (x) => new nn.MaxPool1d(2).forward(x)],
  ["MaxPool1d, overlapping", [[2, 3, 9]], (x) => new nn.MaxPool1d(3, { stride: 1 }).forward(x)],
  [
    "MaxPool1d, padding, dilation, ceilMode",
    [[2, 3, 10]],
    (x) => new nn.MaxPool1d(3, { stride: 2, padding: 1, dilation: 2, ceilMode: true }).forward(x),
  ],
  ["MaxPool1d with indices", [[2, 3, 9]], (x) => new nn.MaxPool1d(2, { returnIndices: true }).forward(x)[0]],
  ["AvgPool1d", [[2, 3, 9]], (x) => new nn.AvgPool1d(2).forward(x)],
  ["AvgPool1d, padding", [[2, 3, 9]], (x) => new nn.AvgPool1d(3, { stride: 2, padding: 1 }).forward(x)],
  [
    "AvgPool1d, ceilMode",
    [[2, 3, 10]],
    (x) => new nn.AvgPool1d(4, { stride: 3, padding: 2, ceilMode: true }).forward(x),
  ],
  [
    "AvgPool1d, padding not counted",
    [[2, 3, 10]],
    (x) => new nn.AvgPool1d(4, { stride: 3, padding: 2, ceilMode: true, countIncludePad: false }).forward(x),
  ],
  ["AdaptiveAvgPool1d", [[2, 3, 10]], (x) => new nn.AdaptiveAvgPool1d(4).forward(x)],
  ["AdaptiveAvgPool1d, longer", [[2, 3, 4]], (x) => new nn.AdaptiveAvgPool1d(7).forward(x)],
  ["AdaptiveMaxPool1d", [[2, 3, 10]], (x) => new nn.AdaptiveMaxPool1d(4).forward(x)],
  ["AdaptiveMaxPool1d, longer", [[2, 3, 4]], (x) => new nn.AdaptiveMaxPool1d(7).forward(x)],

  ["BatchNorm1d [N, C]", [[5, 3], [3], [3]], (x, w, b) => withWeights(new nn.BatchNorm1d(3), x, w, b)],
  [
    "BatchNorm1d [N, C, L]",
    [[3, 2, 5], [2], [2]],
    (x, w, b) => withWeights(new nn.BatchNorm1d(2, { momentum: null }), x, w, b),
  ],
  [
    "BatchNorm1d, no bias",
    [[3, 2, 5], [2]],
    (x, w) => withWeights(new nn.BatchNorm1d(2, { bias: false }), x, w),
  ],
  ["BatchNorm1d, not affine", [[3, 2, 5]], (x) => new nn.BatchNorm1d(2, { affine: false }).forward(x)],
  [
    "BatchNorm1d, eval",
    [[3, 3, 5], [3], [3]],
    (x, w, b) => withWeights(trained(new nn.BatchNorm1d(3)).eval(), x, w, b),
  ],
  [
    "BatchNorm1d, eval by the batch's statistics",
    [[3, 2, 5]],
    (x) => new nn.BatchNorm1d(2, { trackRunningStats: false }).eval().forward(x),
  ],
  ["LayerNorm", [[4, 6], [6], [6]], (x, w, b) => withWeights(new nn.LayerNorm(6), x, w, b)],
  [
    "LayerNorm over two dims",
    [
      [2, 3, 5],
      [3, 5],
      [3, 5],
    ],
    (x, w, b) => withWeights(new nn.LayerNorm([3, 5], { eps: 1e-2 }), x, w, b),
  ],
  ["LayerNorm, no bias", [[3, 5], [5]], (x, w) => withWeights(new nn.LayerNorm(5, { bias: false }), x, w)],
  ["LayerNorm, not affine", [[3, 5]], (x) => new nn.LayerNorm(5, { elementwiseAffine: false }).forward(x)],
  [
    "Embedding",
    [[5, 3]],
    (w) =>
      withWeights(
        new nn.Embedding(5, 3),
        tensor(
          [
            [0, 4, 0],
            [1, 2, 2],
          ],
          { dtype: "int32" },
        ),
        w,
      ),
  ],
  ["Dropout", [[4, 6]], (x) => fixed(() => new nn.Dropout({ p: 0.4 }).forward(x))],
  ["Dropout, p 1", [[4]], (x) => new nn.Dropout({ p: 1 }).forward(x)],
  ["Flatten", [[2, 3, 4]], (x) => new nn.Flatten().forward(x)],
  ["Flatten, first dims", [[2, 3, 4]], (x) => new nn.Flatten({ startDim: 0, endDim: 1 }).forward(x)],
  [
    "Sequential",
    [[2, 3, 8]],
    (x) =>
      fixed(
        () => new nn.Sequential(new nn.Conv1d(3, 4, 2), new nn.Tanh(), new nn.AvgPool1d(2), new nn.Flatten()),
      ).forward(x),
  ],

  ["ReLU", [[7]], (x) => new nn.ReLU().forward(x)],
  ["LeakyReLU", [[7]], (x) => new nn.LeakyReLU({ negativeSlope: 0.2 }).forward(x)],
  ["ELU", [[7]], (x) => new nn.ELU({ alpha: 0.7 }).forward(x)],
  ["GELU", [[7]], (x) => new nn.GELU().forward(x)],
  ["GELU, tanh", [[7]], (x) => new nn.GELU({ approximate: "tanh" }).forward(x)],
  ["SiLU", [[7]], (x) => new nn.SiLU().forward(x)],
  ["Sigmoid", [[7]], (x) => new nn.Sigmoid().forward(x)],
  ["Tanh", [[7]], (x) => new nn.Tanh().forward(x)],
  ["LogSigmoid", [[7]], (x) => new nn.LogSigmoid().forward(x)],
  ["Softplus", [[7]], (x) => new nn.Softplus().forward(x)],
  ["Softplus, beta and threshold", [[9]], (x) => new nn.Softplus({ beta: 2, threshold: 1.9 }).forward(x)],
  ["Softmax", [[3, 4]], (x) => new nn.Softmax(0).forward(x)],
  ["LogSoftmax", [[3, 4]], (x) => new nn.LogSoftmax(-1).forward(x)],
  ["ReLU6", [[7]], (x) => new nn.ReLU6().forward(x.mul(5.5))],
  ["PReLU", [[2, 3, 2], [1]], (x, w) => withWeights(new nn.PReLU(), x, w)],
  ["PReLU by channel", [[2, 3, 2], [3]], (x, w) => withWeights(new nn.PReLU({ numParameters: 3 }), x, w)],
  ["CELU", [[7]], (x) => new nn.CELU({ alpha: 0.7 }).forward(x)],
  ["SELU", [[7]], (x) => new nn.SELU().forward(x)],
  ["Mish", [[7]], (x) => new nn.Mish().forward(x)],
  ["Softsign", [[7]], (x) => new nn.Softsign().forward(x)],
  ["Hardtanh", [[7]], (x) => new nn.Hardtanh({ minVal: -0.8 }).forward(x)],
  ["Hardsigmoid", [[7]], (x) => new nn.Hardsigmoid().forward(x.mul(3))],
  ["Hardswish", [[7]], (x) => new nn.Hardswish().forward(x.mul(3))],
  ["Tanhshrink", [[7]], (x) => new nn.Tanhshrink().forward(x)],
  ["Softshrink", [[7]], (x) => new nn.Softshrink({ lambd: 0.5 }).forward(x)],
  ["Hardshrink", [[7]], (x) => new nn.Hardshrink({ lambd: 0.5 }).forward(x)],
  ["Threshold", [[7]], (x) => new nn.Threshold(0.5, -3).forward(x)],
  ["Softmin", [[3, 4]], (x) => new nn.Softmin(1).forward(x)],
  ["GLU", [[2, 4, 3]], (x) => new nn.GLU(1).forward(x)],
  [
    "Sequential by name, Identity",
    [[2, 3]],
    (x) =>
      cat(
        [
          fixed(() => new nn.Sequential({ head: new nn.Linear(3, 2), none: new nn.Identity() })).forward(x),
          x,
        ],
        1,
      ),
  ],
];

describe("gradients of layers agree with central differences", () => {
  it.each(rows)("%s", (_, shapes, run, positive = false) => checkGradients(shapes, run, positive));
});
