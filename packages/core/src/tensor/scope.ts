import { engine } from "../engine/engine.js";
import type { Block } from "../engine/memory.js";
import { LookbackError } from "../errors.js";
import { Tensor } from "./tensor.js";

/**
 * Runs `work` and frees every tensor that it made, save those that it returns (also inside arrays and plain objects),
 * parameters, gradients and optimizer state. Wrap each step of a training loop in one and memory stays flat.
 *
 * @example const loss = scope(() => { const l = lossFn.forward(model.forward(x), y); l.backward(); return l.item(); });
 */
export function scope<T>(work: () => T): T {
  return engine().memory.scope(() => {
    const result = work();
    if (result instanceof Promise) {
      throw new LookbackError(
        "scope: the function is asynchronous, so its tensors would be freed while it waits. Put scope around the synchronous parts.",
      );
    }
    return result;
  }, blocksOf);
}

function* blocksOf(value: unknown): Iterable<Block> {
  if (value instanceof Tensor) {
    yield value.array.block;
    if (value.grad) yield value.grad.array.block;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* blocksOf(item);
  } else if (
    value !== null &&
    typeof value === "object" &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    for (const item of Object.values(value)) yield* blocksOf(item);
  }
}
