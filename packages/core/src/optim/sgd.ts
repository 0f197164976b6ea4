import { engine } from "../engine/engine.js";
import { ArgumentError } from "../errors.js";
import { withTable } from "../ops/table.js";
import { checkRange, Optimizer, type ParamsInput, type Update } from "./optimizer.js";

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

  protected override update(updates: readonly Update[], options: SGDOptions): void {
    const { lr, momentum, dampening, weightDecay, nesterov } = options;
    withTable(updates.length, 5, (table) => {
      for (const { param, grad, state } of updates) {
        const first = momentum !== 0 && !state.arrays.momentumBuffer ? 1 : 0;
        const buffer = momentum === 0 ? 0 : this.remember(state, "momentumBuffer", param).address;
        table.add([param.numel, param.array.address, grad.address, buffer, first]);
      }
      engine().kernels.sgd(
        updates.length,
        table.address,
        lr,
        momentum,
        dampening,
        weightDecay,
        nesterov ? 1 : 0,
      );
    });
  }
}
