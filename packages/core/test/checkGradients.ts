import { expect } from "vitest";
import { manualSeed, rand, type Tensor, tensor } from "../src/index.js";

/**
 * A row of a table of gradient checks: the shapes of the inputs, drawn from ±[0.3, 1.3] so that kinks are far away (or
 * from [0.3, 1.3] when positive), and the operation.
 */
export type GradientRow = [
  name: string,
  shapes: number[][],
  run: (...x: Tensor[]) => Tensor,
  positive?: boolean,
];

/** A module with the same weights each time, or whatever else draws random numbers. */
export function fixed<M>(make: () => M): M {
  manualSeed(3);
  return make();
}

function inputs(shapes: number[][], positive: boolean): Tensor[] {
  manualSeed(1);
  return shapes.map((shape) => {
    const size = rand(shape).add(0.3);
    const x = positive ? size : size.mul(rand(shape).gt(0.5).mul(2).sub(1));
    x.requiresGrad = true;
    return x;
  });
}

/** Compares the gradients of every input with central differences of the operation. */
export function checkGradients(shapes: number[][], run: (...x: Tensor[]) => Tensor, positive: boolean): void {
  const xs = inputs(shapes, positive);
  const output = run(...xs);
  manualSeed(2);
  // A random projection makes one number of the output, so that every element matters with a weight of its own.
  const weights = rand(output.shape).add(0.5);
  const project = (y: Tensor) => {
    const [values, by] = [Array.from(y.toTypedArray()), weights.toTypedArray()];
    return values.reduce((sum, value, i) => sum + value * by[i]!, 0);
  };
  output.backward(weights);
  const step = 2 ** -7;
  for (const x of xs) {
    const at = x.toTypedArray();
    const gradient = x.grad!.toTypedArray();
    const largest = Math.max(...gradient.map(Math.abs), 0.1);
    for (let i = 0; i < at.length; i++) {
      const shifted = (by: number) => {
        const moved = at.slice();
        moved[i]! += by;
        const x2 = tensor(moved, { shape: x.shape });
        return project(run(...xs.map((other) => (other === x ? x2 : other))));
      };
      // Richardson's extrapolation of two central differences: the error is of fourth order in the step.
      const wide = (shifted(step) - shifted(-step)) / (2 * step);
      const narrow = (shifted(step / 2) - shifted(-step / 2)) / step;
      const expected = (4 * narrow - wide) / 3;
      expect(
        Math.abs(gradient[i]! - expected) / largest,
        `element ${i}: ${gradient[i]} against ${expected}`,
      ).toBeLessThan(2e-3);
    }
  }
}
