import { defaultGenerator } from "../engine/random.js";
import { empty } from "../ops/ndarray.js";
import type { Shape } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";
import { type Parameter, parameter } from "./module.js";

/** A parameter drawn uniformly from [−bound, bound), as PyTorch draws it. */
export function uniformParameter(shape: Shape, bound: number): Parameter {
  return parameter(() => {
    const out = empty(shape);
    defaultGenerator.uniform(out.data as Float32Array, -bound, bound);
    return new Tensor(out);
  });
}

/**
 * The bound of Kaiming's uniform initialisation with negative slope √5, PyTorch's choice for the weights of linear
 * and convolutional layers: √3 · √(2 / (1 + 5)) / √fanIn. (He et al. 2015, eq. 10.)
 */
export function kaimingUniformBound(fanIn: number): number {
  const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
  return Math.sqrt(3) * (gain / Math.sqrt(fanIn));
}
