import { ArgumentError, ShapeError } from "../errors.js";
import { ofDifference } from "../ops/loss.js";
import { refuseOptions } from "../options.js";
import { formatShape, sameShape } from "../shape.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { checkReduction, checkSameShape, type LossOptions, type Reduction, reduceLoss } from "./loss.js";
import { Module } from "./module.js";

/**
 * Mean absolute error: |input − target|, reduced. Shapes of input and target are equal; the result is a scalar, or of
 * the input's shape with reduction none.
 *
 * @throws ShapeError if the shapes differ.
 * @example new nn.L1Loss().forward(tensor([1, 2]), tensor([1, 4])).item() // 1
 */
export class L1Loss extends Module {
  readonly reduction: Reduction;
  constructor({ reduction = "mean", ...left }: LossOptions = {}) {
    super();
    refuseOptions("L1Loss", left, ["reduction"]);
    this.reduction = checkReduction(reduction, "L1Loss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    checkSameShape("L1Loss", input, target);
    return reduceLoss(input.sub(target).abs(), this.reduction);
  }
}

/**
 * With d = input − target: ½d²/beta where |d| < beta, |d| − ½beta elsewhere (Girshick 2015). beta 0 is the L1 loss.
 *
 * @throws ArgumentError if beta is negative; ShapeError if the shapes differ.
 * @example new nn.SmoothL1Loss({ beta: 0.5 }).forward(prediction, target)
 */
export class SmoothL1Loss extends Module {
  readonly beta: number;
  readonly reduction: Reduction;
  /** `beta`: where the parabola ends, default 1. */
  constructor({ beta = 1, reduction = "mean", ...left }: LossOptions & { beta?: number } = {}) {
    super();
    refuseOptions("SmoothL1Loss", left, ["beta", "reduction"]);
    if (!(beta >= 0))
      throw new ArgumentError(`SmoothL1Loss: beta must be a number of at least 0, got ${beta}`);
    this.beta = beta;
    this.reduction = checkReduction(reduction, "SmoothL1Loss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    checkSameShape("SmoothL1Loss", input, target);
    const { beta } = this;
    const elements = apply("smoothL1Loss", [input, target], () =>
      ofDifference(
        floats(input),
        floats(target),
        (d) => (Math.abs(d) < beta ? (0.5 * d * d) / beta : Math.abs(d) - 0.5 * beta),
        (d) => (Math.abs(d) < beta ? d / beta : Math.sign(d)),
      ),
    );
    return reduceLoss(elements[0]!, this.reduction);
  }
}

/**
 * With d = input − target: ½d² where |d| ≤ delta, delta·(|d| − ½delta) elsewhere (Huber 1964). It is `delta` times the
 * SmoothL1Loss with beta = delta.
 *
 * @throws ArgumentError if delta is not above 0; ShapeError if the shapes differ.
 * @example new nn.HuberLoss({ delta: 0.5 }).forward(prediction, target)
 */
export class HuberLoss extends Module {
  readonly delta: number;
  readonly reduction: Reduction;
  /** `delta`: where the parabola ends, default 1. */
  constructor({ delta = 1, reduction = "mean", ...left }: LossOptions & { delta?: number } = {}) {
    super();
    refuseOptions("HuberLoss", left, ["delta", "reduction"]);
    if (!(delta > 0)) throw new ArgumentError(`HuberLoss: delta must be a number above 0, got ${delta}`);
    this.delta = delta;
    this.reduction = checkReduction(reduction, "HuberLoss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    checkSameShape("HuberLoss", input, target);
    const { delta } = this;
    const elements = apply("huberLoss", [input, target], () =>
      ofDifference(
        floats(input),
        floats(target),
        (d) => (Math.abs(d) <= delta ? 0.5 * d * d : delta * (Math.abs(d) - 0.5 * delta)),
        (d) => Math.max(-delta, Math.min(delta, d)),
      ),
    );
    return reduceLoss(elements[0]!, this.reduction);
  }
}

/**
 * Quantile loss (Koenker & Bassett 1978): with d = target − input, max(q·d, (q − 1)·d), whose minimum over many
 * targets is their q-quantile. With one quantile, input and target have one shape; with a list of Q, the input has one
 * dimension more: input [..., Q], target [...], and the mean is taken over all of [..., Q].
 *
 * @throws ArgumentError if a quantile is not between 0 and 1; ShapeError if the shapes do not fit.
 * @example new nn.PinballLoss([0.1, 0.5, 0.9]).forward(prediction, target) // prediction [B, 3], target [B]
 */
export class PinballLoss extends Module {
  readonly quantiles: number | readonly number[];
  readonly reduction: Reduction;
  constructor(quantiles: number | readonly number[], { reduction = "mean", ...left }: LossOptions = {}) {
    super();
    refuseOptions("PinballLoss", left, ["reduction"]);
    const list = typeof quantiles === "number" ? [quantiles] : [...quantiles];
    if (list.length === 0 || !list.every((q) => q > 0 && q < 1)) {
      throw new ArgumentError(
        `PinballLoss: quantiles must lie between 0 and 1, got ${list.length === 0 ? "none" : list.join(", ")}`,
      );
    }
    this.quantiles = typeof quantiles === "number" ? quantiles : list;
    this.reduction = checkReduction(reduction, "PinballLoss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { quantiles } = this;
    const list = typeof quantiles === "number" ? [quantiles] : quantiles;
    const expected = typeof quantiles === "number" ? target.shape : [...target.shape, list.length];
    if (!sameShape(input.shape, expected)) {
      throw new ShapeError(
        `PinballLoss: input has shape ${formatShape(input.shape)}, expected ${formatShape(expected)} for a target of shape ${formatShape(target.shape)} and ${typeof quantiles === "number" ? "one quantile" : `a list of ${list.length} quantiles (last dim Q)`}`,
      );
    }
    const each = typeof quantiles === "number" ? target : target.unsqueeze(-1).expand(expected);
    const at = (i: number) => list[i % list.length]!;
    // In terms of d = input − target, so −d is what the formula above is about; a tie shares the slope.
    const elements = apply("pinballLoss", [input, each], () =>
      ofDifference(
        floats(input),
        floats(each),
        (d, i) => Math.max(-at(i) * d, (1 - at(i)) * d),
        (d, i) => (d < 0 ? -at(i) : d > 0 ? 1 - at(i) : 0.5 - at(i)),
      ),
    );
    return reduceLoss(elements[0]!, this.reduction);
  }
}

export interface GaussianNLLLossOptions extends LossOptions {
  /** Adds the constant ½ ln 2π. Default false. */
  full?: boolean;
  /** Smaller variances count as this. Default 1e-6. */
  eps?: number;
}

/**
 * Negative log-likelihood of a normal distribution (Nix & Weigend 1994):
 * ½·(ln v + (input − target)²/v), v = max(variance, eps), plus ½ ln 2π with `full`. Input and target have one shape;
 * the variance has it too, or lacks the last dimension, or has size 1 there. As in PyTorch, the gradient of the
 * variance ignores the limit eps.
 *
 * @throws ArgumentError if eps is not above 0 or a variance is negative; ShapeError if the shapes do not fit.
 * @example new nn.GaussianNLLLoss().forward(mean, target, logVariance.exp())
 */
export class GaussianNLLLoss extends Module {
  readonly full: boolean;
  readonly eps: number;
  readonly reduction: Reduction;
  constructor({ full = false, eps = 1e-6, reduction = "mean", ...left }: GaussianNLLLossOptions = {}) {
    super();
    refuseOptions("GaussianNLLLoss", left, ["full", "eps", "reduction"]);
    if (!(eps > 0)) throw new ArgumentError(`GaussianNLLLoss: eps must be a number above 0, got ${eps}`);
    this.full = full;
    this.eps = eps;
    this.reduction = checkReduction(reduction, "GaussianNLLLoss");
  }
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    checkSameShape("GaussianNLLLoss", input, target);
    let v = variance;
    if (sameShape(v.shape, input.shape.slice(0, -1))) v = v.unsqueeze(-1);
    if (!sameShape(v.shape, input.shape) && !sameShape(v.shape, [...input.shape.slice(0, -1), 1])) {
      throw new ShapeError(
        `GaussianNLLLoss: the variance has shape ${formatShape(variance.shape)}, expected that of the input, ${formatShape(input.shape)}, or 1 in place of its last size`,
      );
    }
    const values = v.detach();
    if (values.lt(0).sum().item() > 0)
      throw new ArgumentError("GaussianNLLLoss: a variance is negative; pass e.g. logVariance.exp()");
    const limited = v.add(values.clamp(this.eps).sub(values));
    const elements = limited.log().add(input.sub(target).square().div(limited)).mul(0.5);
    return reduceLoss(this.full ? elements.add(0.5 * Math.log(2 * Math.PI)) : elements, this.reduction);
  }
}
