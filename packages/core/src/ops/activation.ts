import { scalarForward, whereForward } from "./broadcast.js";
import { unary } from "./elementwise.js";
import { type NDArray, type OpResult, result } from "./ndarray.js";

/** y = ln(1 + e^(βx)) / β, and x where βx > threshold. */
export function softplus(x: NDArray, beta: number, threshold: number): OpResult {
  const scaled = scalarForward("mul", x, beta);
  const inner = unary("softplus", scaled);
  const linear = scalarForward("gt", scaled, threshold);
  const y = whereForward(linear, x, scalarForward("div", inner.outputs[0]!, beta));
  return result(y, (dy) => [whereForward(linear, dy, inner.backward([dy], [true])[0]!)]);
}
