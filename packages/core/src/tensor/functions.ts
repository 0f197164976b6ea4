import { where as whereArrays } from "../ops/indexing.js";
import { fromValues } from "../ops/ndarray.js";
import { apply, type CloseOptions, floats, Tensor } from "./tensor.js";

/**
 * `a` where `condition` is not 0, else `b`. All three broadcast; a number stands for a tensor of that value.
 *
 * @example where(x.gt(0), x, 0); // what relu does
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  const [whenTrue, whenFalse] = [wrap(a), wrap(b)];
  return apply("where", [condition, whenTrue, whenFalse], () =>
    whereArrays(floats(condition), floats(whenTrue), floats(whenFalse)),
  )[0]!;
}

const wrap = (x: Tensor | number) => (typeof x === "number" ? new Tensor(fromValues([x], [])) : x);

/** The larger of each pair: `a.maximum(b)`. */
export function maximum(a: Tensor, b: Tensor | number): Tensor {
  return a.maximum(b);
}

/** The smaller of each pair: `a.minimum(b)`. */
export function minimum(a: Tensor, b: Tensor | number): Tensor {
  return a.minimum(b);
}

/** Matrix product: `a.matmul(b)`. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return a.matmul(b);
}

/** Whether two tensors of one shape agree within a tolerance: `a.allclose(b, options)`. */
export function allclose(a: Tensor, b: Tensor, options: CloseOptions = {}): boolean {
  return a.allclose(b, options);
}
