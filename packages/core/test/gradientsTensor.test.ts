import { describe, it } from "vitest";
import { arange, nn, type Tensor, tensor, where } from "../src/index.js";
import { checkGradients, type GradientRow } from "./checkGradients.js";

const indices = (values: number[], shape = [values.length]) => tensor(values, { shape, dtype: "int32" });
const flags = (...values: number[]) => tensor(values);

const rows: GradientRow[] = [
  ["leakyRelu", [[7]], (a) => a.leakyRelu(0.2)],
  ["elu", [[7]], (a) => a.elu(0.7)],
  ["gelu", [[7]], (a) => a.gelu()],
  ["gelu, tanh", [[7]], (a) => a.gelu("tanh")],
  ["silu", [[7]], (a) => a.silu()],
  ["softplus", [[7]], (a) => a.softplus()],
  ["logSigmoid", [[7]], (a) => a.logSigmoid()],
  ["clamp", [[9]], (a) => a.clamp(-0.6, 0.8)],
  ["maskedFill", [[2, 3]], (a) => a.maskedFill(flags(1, 0, 1), 5)],
  ["where", [[2, 3], [3]], (a, b) => where(flags(1, 0, 1), a, b)],
  ["where, broadcast condition", [[2, 1], [3]], (a, b) => where(flags(0, 1, 0), a, b)],
  ["var", [[3, 4]], (a) => a.var()],
  ["var over dims", [[2, 3, 4]], (a) => a.var([0, 2], { correction: 0, keepDim: true })],
  ["std", [[3, 4]], (a) => a.std(1)],
  ["norm 1", [[3, 4]], (a) => a.norm(1, 0)],
  ["norm 2", [[3, 4]], (a) => a.norm()],
  ["norm 3", [[3, 4]], (a) => a.norm(3, 1, true)],
  ["norm ∞", [[3, 4]], (a) => a.norm(Number.POSITIVE_INFINITY, 1)],
  ["logSumExp", [[3, 4]], (a) => a.logSumExp(1)],
  ["logSumExp over dims", [[2, 3, 4]], (a) => a.logSumExp([0, 2])],
  ["cumsum", [[3, 4]], (a) => a.cumsum(0)],
  ["cumsum of the last dim", [[3, 4]], (a) => a.cumsum(-1)],
  ["prod", [[5]], (a) => a.prod()],
  ["prod along a dim", [[3, 2, 2]], (a) => a.prod(0)],
  // Spread out, so that no step of the differences makes another element the largest.
  ["max", [[6]], (a) => a.mul(arange(6)).max()],
  ["max along a dim", [[3, 4]], (a) => a.max(0)[0]],
  ["min along the last dim, kept", [[3, 4]], (a) => a.min(-1, true)[0]],
  ["slice with steps", [[5, 3, 4]], (a) => a.slice([1, null, 2], 0, [null, -1])],
  ["slice that shares memory", [[5, 3]], (a) => a.slice([1, 3])],
  ["gather", [[3, 4]], (a) => a.gather(1, indices([0, 3, 3, 1, 1, 1], [3, 2]))],
  ["indexSelect with repeats", [[3, 4]], (a) => a.indexSelect(0, indices([2, 0, 2]))],
  ["indexSelect of long rows", [[3, 20]], (a) => a.indexSelect(0, indices([2, 0, 2]))],
  ["flatten", [[2, 3, 4]], (a) => a.flatten(1)],
  ["split", [[5, 2]], (a) => a.split([2, 3])[1]!],
  ["chunk", [[2, 5]], (a) => a.chunk(2, 1)[1]!],
  ...(["mean", "sum", "none"] as const).flatMap((reduction) => losses(reduction)),
];

function losses(reduction: nn.Reduction): GradientRow[] {
  const pair = [
    [3, 4],
    [3, 4],
  ];
  const [twoClasses, sequences] = [indices([3, 0, 3]), indices([1, -100, 0, 1, 1, 0], [2, 3])];
  const weight = tensor([0.5, 2]);
  const row = (loss: string, shapes: number[][], run: (...x: Tensor[]) => Tensor): GradientRow => [
    `${loss}, ${reduction}`,
    shapes,
    run,
  ];
  return [
    row("L1Loss", pair, (a, b) => new nn.L1Loss({ reduction }).forward(a, b)),
    row("SmoothL1Loss", pair, (a, b) => new nn.SmoothL1Loss({ reduction, beta: 0.3 }).forward(a, b)),
    row("HuberLoss", pair, (a, b) => new nn.HuberLoss({ reduction, delta: 0.4 }).forward(a, b)),
    row("PinballLoss", pair, (a, b) => new nn.PinballLoss(0.9, { reduction }).forward(a, b)),
    row("PinballLoss of two quantiles", [[4, 2], [4]], (a, b) =>
      new nn.PinballLoss([0.1, 0.8], { reduction }).forward(a, b),
    ),
    row("GaussianNLLLoss", [...pair, [3]], (a, b, v) =>
      new nn.GaussianNLLLoss({ reduction, full: true }).forward(a, b, v.square()),
    ),
    row("BCEWithLogitsLoss", pair, (a, b) =>
      new nn.BCEWithLogitsLoss({ reduction, posWeight: tensor([1, 2, 3, 4]), weight: tensor(0.5) }).forward(
        a,
        b,
      ),
    ),
    row("NLLLoss", [[3, 4]], (a) => new nn.NLLLoss({ reduction }).forward(a, twoClasses)),
    row("CrossEntropyLoss", [[3, 4]], (a) => new nn.CrossEntropyLoss({ reduction }).forward(a, twoClasses)),
    row("CrossEntropyLoss of sequences", [[2, 2, 3]], (a) =>
      new nn.CrossEntropyLoss({ reduction, weight, labelSmoothing: 0.2 }).forward(a, sequences),
    ),
    row(
      "CrossEntropyLoss with probabilities",
      [
        [3, 2],
        [3, 2],
      ],
      (a, b) => new nn.CrossEntropyLoss({ reduction, weight, labelSmoothing: 0.1 }).forward(a, b),
    ),
  ];
}

describe("gradients of tensor operations and losses agree with central differences", () => {
  it.each(rows)("%s", (_, shapes, run, positive = false) => checkGradients(shapes, run, positive));
});
