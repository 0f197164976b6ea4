import { describe, expect, it } from "vitest";
import { builds, random } from "./builds.js";

const n = 11;
const steps = 5;
const gradient = (step: number) => random(n, 100 + step);

/** PyTorch's SGD in float64. */
function sgd(
  lr: number,
  momentum: number,
  dampening: number,
  decay: number,
  nesterov: boolean,
): Float64Array {
  const p = Float64Array.from(random(n, 1));
  const buffer = new Float64Array(n);
  for (let step = 0; step < steps; step++) {
    gradient(step).forEach((g, i) => {
      let d = g + decay * p[i]!;
      if (momentum) {
        buffer[i] = step ? momentum * buffer[i]! + (1 - dampening) * d : d;
        d = nesterov ? d + momentum * buffer[i]! : buffer[i]!;
      }
      p[i]! -= lr * d;
    });
  }
  return p;
}

/** PyTorch's Adam and AdamW in float64. */
function adam(
  lr: number,
  [b1, b2]: [number, number],
  eps: number,
  decay: number,
  decoupled: boolean,
  amsgrad: boolean,
) {
  const p = Float64Array.from(random(n, 1));
  const [m, v, peak] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let step = 0; step < steps; step++) {
    gradient(step).forEach((grad, i) => {
      if (decoupled) p[i]! *= 1 - lr * decay;
      const g = grad + (decoupled ? 0 : decay * p[i]!);
      m[i] = b1 * m[i]! + (1 - b1) * g;
      v[i] = b2 * v[i]! + (1 - b2) * g * g;
      peak[i] = Math.max(peak[i]!, v[i]!);
      const square = amsgrad ? peak[i]! : v[i]!;
      const scale = Math.sqrt(square) / Math.sqrt(1 - b2 ** (step + 1)) + eps;
      p[i]! -= ((lr / (1 - b1 ** (step + 1))) * m[i]!) / scale;
    });
  }
  return p;
}

describe.each(builds)("optimizer steps, %s build", (_, bench) => {
  const { kernels } = bench;
  const close = (actual: Float32Array, expected: Float64Array) =>
    actual.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 6);
    });

  it.each([
    [0.1, 0, 0, 0, false],
    [0.1, 0, 0, 0.01, false],
    [0.05, 0.9, 0, 0, false],
    [0.05, 0.9, 0.3, 0.02, false],
    [0.05, 0.9, 0, 0.02, true],
  ])(
    "sgd with lr %f, momentum %f, dampening %f, weight decay %f, nesterov %s follows PyTorch's formula",
    (lr, momentum, dampening, decay, nesterov) => {
      bench.reset();
      const p = bench.floats(random(n, 1));
      const buffer = momentum ? bench.floats(new Float32Array(n).fill(99)) : 0;
      for (let step = 0; step < steps; step++) {
        const g = bench.floats(gradient(step));
        kernels.sgd(n, p, g, buffer, lr, momentum, dampening, decay, nesterov ? 1 : 0, step ? 0 : 1);
      }
      close(bench.read(p, n), sgd(lr, momentum, dampening, decay, nesterov));
    },
  );

  it.each([
    [0, false, false],
    [0.01, false, false],
    [0.01, true, false],
    [0, false, true],
    [0.1, true, true],
  ])(
    "adam with weight decay %f, decoupled %s, amsgrad %s follows PyTorch's formula",
    (decay, decoupled, amsgrad) => {
      bench.reset();
      const zeros = new Float32Array(n);
      const p = bench.floats(random(n, 1));
      const [m, v, peak] = [bench.floats(zeros), bench.floats(zeros), amsgrad ? bench.floats(zeros) : 0];
      for (let step = 1; step <= steps; step++) {
        const g = bench.floats(gradient(step - 1));
        const [bias1, bias2] = [1 - 0.8 ** step, 1 - 0.99 ** step];
        kernels.adam(n, p, g, m, v, peak, 0.03, 0.8, 0.99, 1e-8, decay, bias1, bias2, decoupled ? 1 : 0);
      }
      bench.read(m, n);
      bench.read(v, n);
      close(bench.read(p, n), adam(0.03, [0.8, 0.99], 1e-8, decay, decoupled, amsgrad));
    },
  );
});
