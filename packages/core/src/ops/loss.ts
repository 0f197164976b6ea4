import { engine } from "../engine/engine.js";
import { binaryForward, scalarForward } from "./broadcast.js";
import { full, type NDArray, type OpResult, result } from "./ndarray.js";

/** mean (or sum) of (a − b)², both of one shape: one pass forward, two backward. */
export function squaredError(a: NDArray, b: NDArray, mean: boolean): OpResult {
  const scale = mean ? 1 / a.size : 1;
  const y = full([], engine().kernels.sumSquaredDifference(a.size, a.address, b.address) * scale);
  return result(y, (g, needs) => {
    const da = scalarForward("mul", binaryForward("sub", a, b), 2 * scale * g.data[0]!);
    return [needs[0] ? da : null, needs[1] ? scalarForward("mul", da, -1) : null];
  });
}
