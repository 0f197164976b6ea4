import { engine } from "../engine/engine.js";
import type { NDArray } from "../ops/ndarray.js";
import type { Table } from "../ops/table.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange, Optimizer, type ParamState, type ParamsInput } from "./optimizer.js";

export interface AdagradOptions {
  /** Learning rate. Default 0.01. */
  lr: number;
  /** Decay of the learning rate with the steps. Default 0. */
  lrDecay: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: number;
  /** What the sum of squares starts from. Default 0. */
  initialAccumulatorValue: number;
  /** Added to the denominator. Default 1e-10. */
  eps: number;
}

const defaults: AdagradOptions = {
  lr: 0.01,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
};

/**
 * Adagrad (Duchi, Hazan & Singer 2011), in PyTorch's form, t counting steps from 1:
 *
 *     g ← ∂loss/∂p + weightDecay·p        s ← s + g²  (s = initialAccumulatorValue at first)
 *     p ← p − lr/(1 + (t − 1)·lrDecay) · g / (√s + eps)
 *
 * @throws ArgumentError if an option is out of range.
 * @example const optimizer = new optim.Adagrad(model.parameters(), { lr: 0.1 });
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  protected override readonly columns = 5;

  constructor(params: ParamsInput<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super(params, defaults, options);
  }

  protected override checkOptions(options: AdagradOptions): void {
    for (const name of ["lr", "lrDecay", "weightDecay", "initialAccumulatorValue", "eps"] as const) {
      checkRange("Adagrad", name, options[name]);
    }
  }

  protected override addRow(
    table: Table,
    param: Tensor,
    grad: NDArray,
    state: ParamState,
    options: AdagradOptions,
  ): void {
    const { lr, lrDecay, initialAccumulatorValue } = options;
    const fresh = !state.arrays.sum;
    const sum = this.remember(state, "sum", param);
    if (fresh) sum.data.fill(initialAccumulatorValue);
    table.whole(param.numel).whole(param.array.address).whole(grad.address).whole(sum.address);
    table.real(lr / (1 + (state.step - 1) * lrDecay));
  }

  protected override update(count: number, table: number, options: AdagradOptions): void {
    engine().kernels.adagrad(count, table, options.eps, options.weightDecay);
  }
}
