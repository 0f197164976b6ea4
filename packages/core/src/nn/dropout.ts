import { ArgumentError } from "../errors.js";
import { dropout } from "../ops/dropout.js";
import { refuseOptions } from "../options.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

export interface DropoutOptions {
  /** The probability with which an element becomes 0. Default 0.5. */
  p?: number;
}

/**
 * Dropout (Srivastava et al. 2014): in training every element becomes 0 with probability p and the others are divided by
 * 1 − p; in evaluation nothing happens. Masks are drawn from the default generator, as PyTorch draws them.
 *
 * Shapes: x [*] → the same. Throws ArgumentError where p does not lie between 0 and 1.
 *
 * @example new nn.Dropout({ p: 0.2 }).eval().forward(tensor([1, 2])).toArray() // [1, 2]
 */
export class Dropout extends Module {
  readonly p: number;
  constructor({ p = 0.5, ...left }: DropoutOptions = {}) {
    super();
    refuseOptions("Dropout", left, ["p"]);
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`Dropout: p must lie between 0 and 1, got ${p}`);
    this.p = p;
  }
  override forward(x: Tensor): Tensor {
    if (!this.training || this.p === 0 || x.numel === 0) return x;
    if (this.p === 1) return x.mul(0);
    return apply("dropout", [x], () => dropout(floats(x), this.p))[0]!;
  }
}
