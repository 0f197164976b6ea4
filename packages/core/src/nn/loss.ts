import { ArgumentError, ShapeError } from "../errors.js";
import { squaredError } from "../ops/loss.js";
import { refuseOptions } from "../options.js";
import { formatShape, sameShape } from "../shape.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

export type Reduction = "mean" | "sum" | "none";

export interface LossOptions {
  /** mean or sum over all elements, or none to keep them apart. Default mean. */
  reduction?: Reduction;
}

export function checkReduction(reduction: Reduction, loss: string): Reduction {
  if (!["mean", "sum", "none"].includes(reduction)) {
    throw new ArgumentError(`${loss}: reduction must be "mean", "sum" or "none", got "${reduction}"`);
  }
  return reduction;
}

/** Input and target of a loss that takes the two apart element by element. */
export function checkSameShape(loss: string, input: Tensor, target: Tensor): void {
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${loss}: input has shape ${formatShape(input.shape)} and target ${formatShape(target.shape)}; they must be equal`,
    );
  }
}

/** The losses of all elements, reduced. */
export function reduceLoss(elements: Tensor, reduction: Reduction): Tensor {
  return reduction === "none" ? elements : reduction === "sum" ? elements.sum() : elements.mean();
}

/**
 * Mean squared error: (input − target)², reduced. Shapes of input and target are equal; the result is a scalar, or of
 * the input's shape with reduction none.
 *
 * @throws ShapeError if the shapes differ.
 * @example new nn.MSELoss().forward(tensor([1, 2]), tensor([1, 4])).item() // 2
 */
export class MSELoss extends Module {
  readonly reduction: Reduction;
  constructor({ reduction = "mean", ...left }: LossOptions = {}) {
    super();
    refuseOptions("MSELoss", left, ["reduction"]);
    this.reduction = checkReduction(reduction, "MSELoss");
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    checkSameShape("MSELoss", input, target);
    if (this.reduction === "none") return input.sub(target).square();
    const mean = this.reduction === "mean";
    return apply("mseLoss", [input, target], () => squaredError(floats(input), floats(target), mean))[0]!;
  }
}
