import { engine } from "../engine/engine.js";
import { ArgumentError } from "../errors.js";
import type { NDArray } from "../ops/ndarray.js";
import type { Table } from "../ops/table.js";
import type { Tensor } from "../tensor/tensor.js";
import { checkRange, Optimizer, type ParamState, type ParamsInput } from "./optimizer.js";

export interface AdamOptions {
  /** Learning rate. Default 0.001. */
  lr: number;
  /** Decay of the running means of g and g². Default [0.9, 0.999]. */
  betas: readonly [number, number];
  /** Added to the denominator. Default 1e-8. */
  eps: number;
  /** Adam: L2 penalty, added to the gradient, default 0. AdamW: share of p taken off each step, default 0.01. */
  weightDecay: number;
  /** Divides by the largest running mean of g² so far (Reddi et al. 2018). Default false. */
  amsgrad: boolean;
}

const defaults: AdamOptions = { lr: 0.001, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, amsgrad: false };

/**
 * Adam (Kingma & Ba 2015), in PyTorch's form:
 *
 *     g ← ∂loss/∂p + weightDecay·p
 *     m ← β₁·m + (1 − β₁)·g             v ← β₂·v + (1 − β₂)·g²
 *     p ← p − lr/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + eps)
 *
 * @example const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
 */
export class Adam extends Optimizer<AdamOptions> {
  protected override readonly columns = 8;
  protected readonly decoupled: boolean = false;

  constructor(params: ParamsInput<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, defaults, options);
  }

  protected override checkOptions({ lr, betas, eps, weightDecay }: AdamOptions): void {
    const name = this.constructor.name;
    checkRange(name, "lr", lr);
    checkRange(name, "eps", eps);
    checkRange(name, "weightDecay", weightDecay);
    if (betas.length !== 2)
      throw new ArgumentError(`${name}: betas must be two numbers, got ${betas.length}`);
    checkRange(name, "betas[0]", betas[0], 1);
    checkRange(name, "betas[1]", betas[1], 1);
  }

  protected override addRow(
    table: Table,
    param: Tensor,
    grad: NDArray,
    state: ParamState,
    options: AdamOptions,
  ): void {
    const { lr, betas, amsgrad } = options;
    const m = this.remember(state, "expAvg", param).address;
    const v = this.remember(state, "expAvgSq", param).address;
    const vmax = amsgrad ? this.remember(state, "maxExpAvgSq", param).address : 0;
    table.whole(param.numel).whole(param.array.address).whole(grad.address).whole(m).whole(v).whole(vmax);
    table.real(lr / (1 - betas[0] ** state.step)).real(Math.sqrt(1 - betas[1] ** state.step));
  }

  protected override update(count: number, table: number, options: AdamOptions): void {
    const { lr, betas, eps, weightDecay } = options;
    const decoupled = this.decoupled ? 1 : 0;
    engine().kernels.adam(count, table, lr, betas[0], betas[1], eps, weightDecay, decoupled);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← p − lr·weightDecay·p before Adam's step, instead
 * of a penalty in the gradient.
 *
 * @example const optimizer = new optim.AdamW(model.parameters(), { lr: 0.001, weightDecay: 0.01 });
 */
export class AdamW extends Adam {
  protected override readonly decoupled = true;
  constructor(params: ParamsInput<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, { weightDecay: 0.01, ...options });
  }
}
