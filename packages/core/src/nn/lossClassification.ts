import { engine } from "../engine/engine.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { classLoss } from "../ops/loss.js";
import { refuseOptions } from "../options.js";
import { formatShape, type Shape, sameShape } from "../shape.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { checkReduction, checkSameShape, type LossOptions, type Reduction, reduceLoss } from "./loss.js";
import { Module } from "./module.js";

export interface NLLLossOptions extends LossOptions {
  /** One weight for each class, [C]: a rare class can be made to count more. Default: all 1. */
  weight?: Tensor | null;
  /** Targets of this value are left out. Default -100. */
  ignoreIndex?: number;
}

export interface CrossEntropyLossOptions extends NLLLossOptions {
  /** Share of the target that is spread evenly over all classes, from 0 to 1. Default 0. */
  labelSmoothing?: number;
}

/** A copy that lives as long as the module. */
const keep = (x: Tensor | null | undefined) =>
  x ? engine().memory.persistent(() => x.detach().clone()) : null;

/** The dimension of the classes: 1, or 0 where there is no batch. */
const classDim = (shape: Shape) => (shape.length < 2 ? 0 : 1);

function checkClasses(loss: string, input: Tensor, weight: Tensor | null): void {
  if (input.ndim === 0) {
    throw new ShapeError(`${loss}: input has shape [], expected [N, C], [N, C, L] or [C] (C classes)`);
  }
  const classes = input.shape[classDim(input.shape)]!;
  if (weight && !sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      `${loss}: weight has shape ${formatShape(weight.shape)}, expected one for each of the ${classes} classes (input ${formatShape(input.shape)}, classes in dim ${classDim(input.shape)})`,
    );
  }
}

/** Log-probabilities and class indices to the loss: what NLLLoss and CrossEntropyLoss share. */
function ofIndices(
  loss: string,
  logProbabilities: Tensor,
  target: Tensor,
  weight: Tensor | null,
  ignoreIndex: number,
  smoothing: number,
  reduction: Reduction,
): Tensor {
  const { shape } = logProbabilities;
  const dim = classDim(shape);
  const expected = shape.filter((_, d) => d !== dim);
  if (!sameShape(target.shape, expected)) {
    throw new ShapeError(
      `${loss}: target has shape ${formatShape(target.shape)}, expected ${formatShape(expected)}, the input's ${formatShape(shape)} without its ${shape[dim]} classes (dim ${dim})`,
    );
  }
  if (target.dtype !== "int32") {
    throw new ArgumentError(
      `${loss}: class indices must be an int32 tensor, got ${target.dtype}. Make it with tensor(values, { dtype: "int32" })${loss === "NLLLoss" ? "" : `, or pass probabilities of the input's shape ${formatShape(shape)}`}.`,
    );
  }
  return apply(loss, [logProbabilities], () =>
    classLoss(
      floats(logProbabilities),
      dim,
      target.array,
      weight?.array ?? null,
      ignoreIndex,
      smoothing,
      reduction,
      loss,
    ),
  )[0]!;
}

/**
 * Negative log-likelihood: −w[y]·input[y], y being the target's class. Input: log-probabilities [N, C], [N, C, L] or
 * [C] (C classes); target: int32 [N], [N, L] or []. mean divides by the sum of the weights w[y] that took part.
 *
 * @throws ShapeError, or ArgumentError for a target that is no class.
 * @example new nn.NLLLoss().forward(logits.logSoftmax(1), tensor([0, 2], { dtype: "int32" }))
 */
export class NLLLoss extends Module {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly reduction: Reduction;
  constructor({ weight = null, ignoreIndex = -100, reduction = "mean", ...left }: NLLLossOptions = {}) {
    super();
    refuseOptions("NLLLoss", left, ["weight", "ignoreIndex", "reduction"]);
    this.weight = keep(weight);
    this.ignoreIndex = ignoreIndex;
    this.reduction = checkReduction(reduction, "NLLLoss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    checkClasses("NLLLoss", input, this.weight);
    return ofIndices("NLLLoss", input, target, this.weight, this.ignoreIndex, 0, this.reduction);
  }
}

/**
 * Cross-entropy of softmax(input) against the target: −Σ_c w[c]·p[c]·ln softmax(input)[c].
 *
 * Input: logits [N, C], [N, C, L] or [C] (C classes). Target: class indices, int32 [N], [N, L] or [] (p is 1 at the
 * class), or probabilities of the input's shape. `labelSmoothing` ε makes p into (1 − ε)·p + ε/C. mean divides by the
 * sum of the weights of the classes that took part, or for probabilities by the number of positions. Large logits are
 * safe: the logarithm is taken of the softmax as a whole.
 *
 * @throws ShapeError, or ArgumentError for a target that is no class or a smoothing outside [0, 1].
 * @example new nn.CrossEntropyLoss().forward(logits, tensor([0, 2], { dtype: "int32" })) // logits [2, C]
 */
export class CrossEntropyLoss extends Module {
  readonly weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;
  readonly reduction: Reduction;
  constructor(options: CrossEntropyLossOptions = {}) {
    super();
    const { weight = null, ignoreIndex = -100, labelSmoothing = 0, reduction = "mean", ...left } = options;
    refuseOptions("CrossEntropyLoss", left, ["weight", "ignoreIndex", "labelSmoothing", "reduction"]);
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
      throw new ArgumentError(
        `CrossEntropyLoss: labelSmoothing must lie between 0 and 1, got ${labelSmoothing}`,
      );
    }
    this.weight = keep(weight);
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
    this.reduction = checkReduction(reduction, "CrossEntropyLoss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, labelSmoothing, reduction } = this;
    checkClasses("CrossEntropyLoss", input, weight);
    const dim = classDim(input.shape);
    const logProbabilities = input.logSoftmax(dim);
    if (target.dtype === "int32" || !sameShape(target.shape, input.shape)) {
      return ofIndices(
        "CrossEntropyLoss",
        logProbabilities,
        target,
        weight,
        ignoreIndex,
        labelSmoothing,
        reduction,
      );
    }
    const classes = input.shape[dim]!;
    const smooth =
      labelSmoothing === 0 ? target : target.mul(1 - labelSmoothing).add(labelSmoothing / classes);
    const terms = logProbabilities.mul(smooth);
    const weighted = weight
      ? terms.mul(weight.reshape([classes, ...input.shape.slice(dim + 1).map(() => 1)]))
      : terms;
    return reduceLoss(weighted.sum(dim).neg(), reduction);
  }
}

export interface BCEWithLogitsLossOptions extends LossOptions {
  /** A weight for each element; broadcasts. Default: all 1. */
  weight?: Tensor | null;
  /** A weight of the positive class, for each of the last dimension's classes; broadcasts. Default: 1. */
  posWeight?: Tensor | null;
}

/**
 * Binary cross-entropy of σ(input) against the target: w·(p·y·softplus(−x) + (1 − y)·softplus(x)), x the input, y the
 * target (0, 1 or between), p posWeight. Input and target have one shape. In this form neither large logits nor small
 * losses lose digits.
 *
 * @throws ShapeError if the shapes differ.
 * @example new nn.BCEWithLogitsLoss({ posWeight: tensor([3]) }).forward(logits, target)
 */
export class BCEWithLogitsLoss extends Module {
  readonly weight: Tensor | null;
  /** The option posWeight, under PyTorch's state-dict key. */
  readonly pos_weight: Tensor | null;
  readonly reduction: Reduction;
  constructor({
    weight = null,
    posWeight = null,
    reduction = "mean",
    ...left
  }: BCEWithLogitsLossOptions = {}) {
    super();
    refuseOptions("BCEWithLogitsLoss", left, ["weight", "posWeight", "reduction"]);
    this.weight = keep(weight);
    this.pos_weight = keep(posWeight);
    this.reduction = checkReduction(reduction, "BCEWithLogitsLoss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    checkSameShape("BCEWithLogitsLoss", input, target);
    const positive = target.mul(input.neg().softplus());
    const negative = target.mul(-1).add(1).mul(input.softplus());
    const elements = (this.pos_weight ? positive.mul(this.pos_weight) : positive).add(negative);
    return reduceLoss(this.weight ? elements.mul(this.weight) : elements, this.reduction);
  }
}
