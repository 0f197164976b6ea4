import { engine } from "../engine/engine.js";
import { ArgumentError } from "../errors.js";
import type { NDArray } from "../ops/ndarray.js";
import type { Table } from "../ops/table.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange, Optimizer, type ParamState, type ParamsInput } from "./optimizer.js";

export interface SGDOptions {
  /** Learning rate. Default 0.001. */
  lr: number;
  /** Default 0. */
  momentum: number;
  /** Default 0. */
  dampening: number;
  /** L2 penalty, added to the gradient. Default 0. */
  weightDecay: number;
  /** Default false. */
  nesterov: boolean;
}

const defaults: SGDOptions = { lr: 0.001, momentum: 0, dampening: 0, weightDecay: 0, nesterov: false };

/**
 * Stochastic gradient descent, in PyTorch's form:
 *
 *     g ← ∂loss/∂p + weightDecay·p      v ← momentum·v + (1 − dampening)·g  (v = g at first)
 *     p ← p − lr·(g + momentum·v with nesterov, v with momentum, else g)
 *
 * @example const optimizer = new optim.SGD(model.parameters(), { lr: 0.01, momentum: 0.9 });
 */
export class SGD extends Optimizer<SGDOptions> {
  protected override readonly columns = 5;

  constructor(params: ParamsInput<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super(params, defaults, options);
  }

  protected override checkOptions({ lr, momentum, dampening, weightDecay, nesterov }: SGDOptions): void {
    checkRange("SGD", "lr", lr);
    checkRange("SGD", "momentum", momentum);
    checkRange("SGD", "weightDecay", weightDecay);
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new ArgumentError(
        `SGD: nesterov needs a momentum and no dampening, got momentum ${momentum}, dampening ${dampening}`,
      );
    }
  }

  protected override addRow(
    table: Table,
    param: Tensor,
    grad: NDArray,
    state: ParamState,
    options: SGDOptions,
  ): void {
    const first = options.momentum !== 0 && !state.arrays.momentumBuffer ? 1 : 0;
    const buffer = options.momentum === 0 ? 0 : this.remember(state, "momentumBuffer", param).address;
    table.whole(param.numel).whole(param.array.address).whole(grad.address).whole(buffer).whole(first);
  }

  protected override update(count: number, table: number, options: SGDOptions): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = options;
    engine().kernels.sgd(count, table, lr, momentum, dampening, weightDecay, nesterov ? 1 : 0);
  }
}
