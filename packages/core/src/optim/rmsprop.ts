import type { NDArray } from "../ops/ndarray.js";
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

  protected override update(param: Tensor, grad: NDArray, state: ParamState, options: RMSpropOptions): void {
    const { lr, alpha, eps, weightDecay, momentum, centered } = options;
    const squares = this.remember(state, "squareAvg", param);
    const means = centered ? this.remember(state, "gradAvg", param) : null;
    const buffer = momentum > 0 ? this.remember(state, "momentumBuffer", param) : null;
    const [p, dp, v, a, b] = [param.array.data, grad.data, squares.data, means?.data, buffer?.data];
    for (let i = 0; i < p.length; i++) {
      const g = dp[i]! + weightDecay * p[i]!;
      v[i] = alpha * v[i]! + (1 - alpha) * g * g;
      if (a) a[i] = alpha * a[i]! + (1 - alpha) * g;
      const mean = a ? a[i]! : 0;
      let step = g / (Math.sqrt(v[i]! - mean * mean) + eps);
      if (b) step = b[i] = momentum * b[i]! + step;
      p[i]! -= lr * step;
    }
  }
}
