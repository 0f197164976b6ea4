import { ArgumentError } from "../errors.js";
import { softplus } from "../ops/activation.js";
import { refuseOptions } from "../options.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

// Functions as modules. All take and give tensors of any shape, [*] → [*], and never change their input.

/** A finite option, or an error that names it. */
export function checkNumber(value: number, what: string): number {
  if (!Number.isFinite(value)) throw new ArgumentError(`${what} must be a number, got ${value}`);
  return value;
}

/**
 * y = max(x, 0)
 *
 * @example new nn.ReLU().forward(tensor([-1, 2])).toArray() // [0, 2]
 */
export class ReLU extends Module {
  override forward(x: Tensor): Tensor {
    return x.relu();
  }
}

export interface LeakyReLUOptions {
  /** The slope below 0. Default 0.01. */
  negativeSlope?: number;
}

/**
 * y = x for x > 0, negativeSlope·x below (Maas et al. 2013).
 *
 * @example new nn.LeakyReLU({ negativeSlope: 0.5 }).forward(tensor([-1, 2])).toArray() // [-0.5, 2]
 */
export class LeakyReLU extends Module {
  readonly negativeSlope: number;
  constructor({ negativeSlope = 0.01, ...left }: LeakyReLUOptions = {}) {
    super();
    refuseOptions("LeakyReLU", left, ["negativeSlope"]);
    this.negativeSlope = checkNumber(negativeSlope, "LeakyReLU: negativeSlope");
  }
  override forward(x: Tensor): Tensor {
    return x.leakyRelu(this.negativeSlope);
  }
}

export interface ELUOptions {
  /** −alpha is the limit for x → −∞. Default 1. */
  alpha?: number;
}

/**
 * y = x for x > 0, alpha·(e^x − 1) below (Clevert et al. 2016).
 *
 * @example new nn.ELU().forward(tensor([0, 2])).toArray() // [0, 2]
 */
export class ELU extends Module {
  readonly alpha: number;
  constructor({ alpha = 1, ...left }: ELUOptions = {}) {
    super();
    refuseOptions("ELU", left, ["alpha"]);
    this.alpha = checkNumber(alpha, "ELU: alpha");
  }
  override forward(x: Tensor): Tensor {
    return x.elu(this.alpha);
  }
}

export interface GELUOptions {
  /** none: with the normal distribution function; tanh: its approximation ½(1 + tanh √(2/π)(x + 0.044715·x³)). Default none. */
  approximate?: "none" | "tanh";
}

/**
 * y = x·Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016).
 *
 * @example new nn.GELU({ approximate: "tanh" }).forward(tensor([0])).toArray() // [0]
 */
export class GELU extends Module {
  readonly approximate: "none" | "tanh";
  constructor({ approximate = "none", ...left }: GELUOptions = {}) {
    super();
    refuseOptions("GELU", left, ["approximate"]);
    if (approximate !== "none" && approximate !== "tanh")
      throw new ArgumentError(`GELU: approximate must be "none" or "tanh", got "${approximate}"`);
    this.approximate = approximate;
  }
  override forward(x: Tensor): Tensor {
    return x.gelu(this.approximate);
  }
}

/**
 * y = x·σ(x), also called swish.
 *
 * @example new nn.SiLU().forward(tensor([0])).toArray() // [0]
 */
export class SiLU extends Module {
  override forward(x: Tensor): Tensor {
    return x.silu();
  }
}

/**
 * y = σ(x) = 1 / (1 + e^−x)
 *
 * @example new nn.Sigmoid().forward(tensor([0])).toArray() // [0.5]
 */
export class Sigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return x.sigmoid();
  }
}

/**
 * y = tanh(x)
 *
 * @example new nn.Tanh().forward(tensor([0])).toArray() // [0]
 */
export class Tanh extends Module {
  override forward(x: Tensor): Tensor {
    return x.tanh();
  }
}

/**
 * y = ln σ(x)
 *
 * @example new nn.LogSigmoid().forward(tensor([100])).item() // -3.8e-44
 */
export class LogSigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return x.logSigmoid();
  }
}

export interface SoftplusOptions {
  /** Default 1. */
  beta?: number;
  /** Where beta·x exceeds it, y = x. Default 20. */
  threshold?: number;
}

/**
 * y = ln(1 + e^(beta·x)) / beta, and x where beta·x > threshold.
 *
 * @example new nn.Softplus().forward(tensor([30])).toArray() // [30]
 */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;
  constructor({ beta = 1, threshold = 20, ...left }: SoftplusOptions = {}) {
    super();
    refuseOptions("Softplus", left, ["beta", "threshold"]);
    this.beta = checkNumber(beta, "Softplus: beta");
    this.threshold = checkNumber(threshold, "Softplus: threshold");
    if (beta === 0) throw new ArgumentError("Softplus: beta must not be 0");
  }
  override forward(x: Tensor): Tensor {
    return apply("softplus", [x], () => softplus(floats(x), this.beta, this.threshold))[0]!;
  }
}

/**
 * y = e^x / Σ e^x, the sum running over `dim`.
 *
 * Throws ArgumentError where the input has no such dimension.
 *
 * @example new nn.Softmax(-1).forward(tensor([[1, 1]])).toArray() // [[0.5, 0.5]]
 */
export class Softmax extends Module {
  constructor(readonly dim: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x.softmax(this.dim);
  }
}

/**
 * y = x − ln Σ e^x, the sum running over `dim`: the logarithm of Softmax, without its rounding.
 *
 * Throws ArgumentError where the input has no such dimension.
 *
 * @example new nn.LogSoftmax(-1).forward(tensor([[0, 1000]])).toArray() // [[-1000, 0]]
 */
export class LogSoftmax extends Module {
  constructor(readonly dim: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x.logSoftmax(this.dim);
  }
}
