import { ArgumentError } from "../errors.js";
import { linear } from "../ops/matmul.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { kaimingUniformBound, uniformParameter } from "./init.js";
import { Module, type Parameter, wrongFeatures } from "./module.js";

export interface LinearOptions {
  /** Default true. */
  bias?: boolean;
}

/**
 * y = x·Wᵀ + b.
 *
 * Shapes: x [*, I] → y [*, O]; `weight` [O, I], `bias` [O]. Both start uniform within ±1/√I, as PyTorch's do.
 *
 * @example new nn.Linear(6, 1).forward(rand([24, 32, 6])).shape // [24, 32, 1]
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    { bias = true, ...left }: LinearOptions = {},
  ) {
    super();
    refuseOptions("Linear", left, ["bias"]);
    checkInteger(inFeatures, 1, "Linear: inFeatures");
    checkInteger(outFeatures, 1, "Linear: outFeatures");
    this.weight = uniformParameter([outFeatures, inFeatures], kaimingUniformBound(inFeatures));
    this.bias = bias ? uniformParameter([outFeatures], 1 / Math.sqrt(inFeatures)) : null;
  }

  override forward(x: Tensor): Tensor {
    if (x.ndim === 0) throw new ArgumentError("Linear: input is a scalar, expected at least one dimension");
    const features = x.shape.at(-1)!;
    if (features !== this.inFeatures)
      throw wrongFeatures("Linear", features, this.inFeatures, x.shape, "…, I");
    const inputs = this.bias ? [x, this.weight, this.bias] : [x, this.weight];
    return apply("linear", inputs, () => linear(floats(x), this.weight.array, this.bias?.array ?? null))[0]!;
  }
}
