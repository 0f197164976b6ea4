import { ArgumentError, ShapeError } from "../errors.js";
import { full } from "../ops/ndarray.js";
import { refuseOptions } from "../options.js";
import { checkInteger, formatShape } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";
import { checkNumber } from "./activation.js";
import { Module, type Parameter, parameter } from "./module.js";

// The rarer activations, put together from operations of Tensor. All take and give tensors of any shape, [*] → [*],
// unless they say otherwise.

/** y = min(max(x, 0), 6) */
export class ReLU6 extends Module {
  override forward(x: Tensor): Tensor {
    return x.clamp(0, 6);
  }
}

export interface PReLUOptions {
  /** One slope for all, or one for each channel (dim 1). Default 1. */
  numParameters?: number;
  /** Where the slopes start. Default 0.25. */
  init?: number;
}

/**
 * y = x for x > 0, weight·x below, with a slope that is learned (He et al. 2015).
 *
 * Shapes: x [N, C, *] → the same; `weight` [1] or [C]. Throws ShapeError for another number of channels.
 */
export class PReLU extends Module {
  readonly weight: Parameter;
  constructor({ numParameters = 1, init = 0.25, ...left }: PReLUOptions = {}) {
    super();
    refuseOptions("PReLU", left, ["numParameters", "init"]);
    checkInteger(numParameters, 1, "PReLU: numParameters");
    checkNumber(init, "PReLU: init");
    this.weight = parameter(() => new Tensor(full([numParameters], init)));
  }
  override forward(x: Tensor): Tensor {
    const channels = this.weight.numel;
    if (channels > 1 && (x.ndim < 2 || x.shape[1] !== channels)) {
      throw new ShapeError(
        `PReLU: input has shape ${formatShape(x.shape)}, expected ${channels} channels (dims N, C, …)`,
      );
    }
    const slopes =
      channels > 1 ? this.weight.reshape([channels, ...x.shape.slice(2).map(() => 1)]) : this.weight;
    return x.relu().sub(x.neg().relu().mul(slopes));
  }
}

/** y = x for x > 0, alpha·(e^(x/alpha) − 1) below (Barron 2017). `alpha`, 1 by default, must be above 0. */
export class CELU extends Module {
  readonly alpha: number;
  constructor({ alpha = 1, ...left }: { alpha?: number } = {}) {
    super();
    refuseOptions("CELU", left, ["alpha"]);
    this.alpha = checkNumber(alpha, "CELU: alpha");
    if (alpha <= 0) throw new ArgumentError(`CELU: alpha must be above 0, got ${alpha}`);
  }
  override forward(x: Tensor): Tensor {
    return x.relu().add(x.div(this.alpha).clamp(undefined, 0).elu().mul(this.alpha));
  }
}

/** y = 1.0507·ELU(x) with alpha 1.6733, which keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export class SELU extends Module {
  override forward(x: Tensor): Tensor {
    return x.elu(1.6732632423543772).mul(1.0507009873554805);
  }
}

/** y = x·tanh(ln(1 + e^x)) (Misra 2019) */
export class Mish extends Module {
  override forward(x: Tensor): Tensor {
    return x.mul(x.softplus().tanh());
  }
}

/** y = x / (1 + |x|) */
export class Softsign extends Module {
  override forward(x: Tensor): Tensor {
    return x.div(x.abs().add(1));
  }
}

export interface HardtanhOptions {
  /** Default −1. */
  minVal?: number;
  /** Default 1. */
  maxVal?: number;
}

/** y = x, limited to [minVal, maxVal]. Throws ArgumentError unless minVal < maxVal. */
export class Hardtanh extends Module {
  readonly minVal: number;
  readonly maxVal: number;
  constructor({ minVal = -1, maxVal = 1, ...left }: HardtanhOptions = {}) {
    super();
    refuseOptions("Hardtanh", left, ["minVal", "maxVal"]);
    if (!(minVal < maxVal))
      throw new ArgumentError(`Hardtanh: minVal must be less than maxVal, got ${minVal} and ${maxVal}`);
    this.minVal = minVal;
    this.maxVal = maxVal;
  }
  override forward(x: Tensor): Tensor {
    return x.clamp(this.minVal, this.maxVal);
  }
}

/** y = (x + 3) / 6, limited to [0, 1] */
export class Hardsigmoid extends Module {
  override forward(x: Tensor): Tensor {
    return x.add(3).clamp(0, 6).div(6);
  }
}

/** y = x·Hardsigmoid(x) (Howard et al. 2019) */
export class Hardswish extends Module {
  override forward(x: Tensor): Tensor {
    return x.mul(x.add(3).clamp(0, 6)).div(6);
  }
}

/** y = x − tanh(x) */
export class Tanhshrink extends Module {
  override forward(x: Tensor): Tensor {
    return x.sub(x.tanh());
  }
}

export interface ShrinkOptions {
  /** Half the width of what becomes 0. Default 0.5. */
  lambd?: number;
}

function checkLambda(lambd: number, layer: string): number {
  if (!(lambd >= 0)) throw new ArgumentError(`${layer}: lambd must be a number of at least 0, got ${lambd}`);
  return lambd;
}

/** y = 0 within ±lambd, and beyond it x moved towards 0 by lambd. */
export class Softshrink extends Module {
  readonly lambd: number;
  constructor({ lambd = 0.5, ...left }: ShrinkOptions = {}) {
    super();
    refuseOptions("Softshrink", left, ["lambd"]);
    this.lambd = checkLambda(lambd, "Softshrink");
  }
  override forward(x: Tensor): Tensor {
    return x.sub(x.clamp(-this.lambd, this.lambd));
  }
}

/** y = 0 within ±lambd, and x beyond it. */
export class Hardshrink extends Module {
  readonly lambd: number;
  constructor({ lambd = 0.5, ...left }: ShrinkOptions = {}) {
    super();
    refuseOptions("Hardshrink", left, ["lambd"]);
    this.lambd = checkLambda(lambd, "Hardshrink");
  }
  override forward(x: Tensor): Tensor {
    return x.maskedFill(x.abs().le(this.lambd), 0);
  }
}

/** y = x where x > threshold, else value. */
export class Threshold extends Module {
  constructor(
    readonly threshold: number,
    readonly value: number,
  ) {
    super();
    checkNumber(threshold, "Threshold: threshold");
    checkNumber(value, "Threshold: value");
  }
  override forward(x: Tensor): Tensor {
    return x.maskedFill(x.le(this.threshold), this.value);
  }
}

/** y = e^−x / Σ e^−x, the sum running over `dim`. */
export class Softmin extends Module {
  constructor(readonly dim: number) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return x.neg().softmax(this.dim);
  }
}

/**
 * Gated linear unit (Dauphin et al. 2017): y = a·σ(b), a and b the halves of `dim` (default −1).
 *
 * Shapes: [*, 2·D, *] → [*, D, *]. Throws ShapeError where the dimension is odd.
 *
 * @example new nn.GLU(1).forward(rand([4, 8, 24])).shape // [4, 4, 24]
 */
export class GLU extends Module {
  constructor(readonly dim = -1) {
    super();
  }
  override forward(x: Tensor): Tensor {
    const size = x.shape.at(this.dim) ?? 0;
    if (size % 2 !== 0) {
      throw new ShapeError(
        `GLU: dim ${this.dim} must have an even size to be halved, got ${size} (shape ${formatShape(x.shape)})`,
      );
    }
    return x.narrow(this.dim, 0, size / 2).mul(x.narrow(this.dim, size / 2, size / 2).sigmoid());
  }
}
