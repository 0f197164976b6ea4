import { defaultGenerator } from "../engine/random.js";
import { binaryForward, scalarForward } from "./broadcast.js";
import { empty, type NDArray, type OpResult, result } from "./ndarray.js";

/** y = x · m / (1 − p) with m drawn from Bernoulli(1 − p), element by element. 0 < p < 1. */
export function dropout(x: NDArray, p: number): OpResult {
  const drawn = empty(x.shape);
  defaultGenerator.bernoulli(drawn.data as Float32Array, 1 - p);
  const mask = scalarForward("div", drawn, 1 - p);
  return result(binaryForward("mul", x, mask), (dy) => [binaryForward("mul", dy, mask)]);
}
