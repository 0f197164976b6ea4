import { engine } from "../engine/engine.js";
import type { NDArray } from "../ops/ndarray.js";
import type { Table } from "../ops/table.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange, Optimizer, type ParamState, type ParamsInput } from "./optimizer.js";

export interface RMSpropOptions {
  /** Learning rate. Default 0.01. */
  lr: number;
  /** Decay of the running mean of g². Default 0.99. */
  alpha: number;
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: number;
  /** Default 0. */
  momentum: number;
  /** Divides by the running standard deviation of g instead of its root mean square. Default false. */
  centered: boolean;
}

const defaults: RMSpropOptions = {
  lr: 0.01,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
};

/**
 * RMSprop (Tieleman & Hinton 2012; centered: Graves 2013), in PyTorch's form:
 *
 *     g ← ∂loss/∂p + weightDecay·p
 *     v ← alpha·v + (1 − alpha)·g²         a ← alpha·a + (1 − alpha)·g  (centered)
 *     u ← g / (√(v − a²) + eps)  (a = 0 unless centered)
 *     b ← momentum·b + u,  p ← p − lr·b  (without momentum, b = u)
 *
 * @throws ArgumentError if an option is out of range.
 * @example const optimizer = new optim.RMSprop(model.parameters(), { lr: 0.001, momentum: 0.9 });
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  protected override readonly columns = 6;

  constructor(params: ParamsInput<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(params, defaults, options);
  }

  protected override checkOptions({ lr, alpha, eps, weightDecay, momentum }: RMSpropOptions): void {
    checkRange("RMSprop", "lr", lr);
    checkRange("RMSprop", "alpha", alpha);
    checkRange("RMSprop", "eps", eps);
    checkRange("RMSprop", "weightDecay", weightDecay);
    checkRange("RMSprop", "momentum", momentum);
  }

  protected override addRow(
    table: Table,
    param: Tensor,
    grad: NDArray,
    state: ParamState,
    options: RMSpropOptions,
  ): void {
    const { centered, momentum } = options;
    const squares = this.remember(state, "squareAvg", param).address;
    const means = centered ? this.remember(state, "gradAvg", param).address : 0;
    const buffer = momentum > 0 ? this.remember(state, "momentumBuffer", param).address : 0;
    table
      .whole(param.numel)
      .whole(param.array.address)
      .whole(grad.address)
      .whole(squares)
      .whole(means)
      .whole(buffer);
  }

  protected override update(count: number, table: number, options: RMSpropOptions): void {
    const { lr, alpha, eps, weightDecay, momentum } = options;
    engine().kernels.rmsprop(count, table, lr, alpha, eps, weightDecay, momentum);
  }
}
