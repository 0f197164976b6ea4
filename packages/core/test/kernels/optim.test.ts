import { describe, expect, it } from "vitest";
import { builds, random, sameBits } from "./builds.js";

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

/** What Adam's table says of a step with learning rate 0.03 and betas 0.8 and 0.99. */
const rates = (step: number) => [0.03 / (1 - 0.8 ** step), Math.sqrt(1 - 0.99 ** step)];
const bits = (values: number[]) => new Int32Array(Float32Array.from(values).buffer);

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
        const table = bench.ints([n, p, g, buffer, step ? 0 : 1]);
        kernels.sgd(1, table, lr, momentum, dampening, decay, nesterov ? 1 : 0);
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
        const table = bench.ints([n, p, g, m, v, peak, ...bits(rates(step))]);
        kernels.adam(1, table, 0.03, 0.8, 0.99, 1e-8, decay, decoupled ? 1 : 0);
      }
      bench.read(m, n);
      bench.read(v, n);
      close(bench.read(p, n), adam(0.03, [0.8, 0.99], 1e-8, decay, decoupled, amsgrad));
    },
  );

  it("one call over several parameters gives the same bits as a call for each", () => {
    bench.reset();
    const sizes = [1, 7, 0, 33];
    const row = (size: number, i: number) => {
      const arrays = [1, 2, 3, 4].map((seed) => bench.floats(random(size, 10 * seed + i).map(Math.abs)));
      return [size, ...arrays, 0, ...bits(rates(i + 1))];
    };
    const [together, apart] = [sizes.map(row), sizes.map(row)];
    const step = (rows: number[][]) =>
      kernels.adam(rows.length, bench.ints(rows.flat()), 0.03, 0.8, 0.99, 1e-8, 0.01, 0);
    step(together);
    for (const each of apart) step([each]);
    sizes.forEach((size, i) => {
      for (const column of [1, 3, 4]) {
        expect(sameBits(bench.read(together[i]![column]!, size), bench.read(apart[i]![column]!, size))).toBe(
          true,
        );
      }
      expect(sameBits(bench.read(together[i]![1]!, size), random(size, 10 + i).map(Math.abs))).toBe(
        size === 0,
      );
    });
  });

  it("zeroMany clears every array and nothing beside it", () => {
    bench.reset();
    const sizes = [3, 0, 8, 17];
    const arrays = sizes.map((size) => bench.floats(random(size, 1)));
    kernels.zeroMany(sizes.length, bench.ints(sizes.flatMap((size, i) => [size, arrays[i]!])));
    sizes.forEach((size, i) => {
      expect([...bench.read(arrays[i]!, size)]).toEqual(new Array(size).fill(0));
    });
  });

  it("Adam's running means of zero gradients end as 0, not as denormal numbers; NaN stays", () => {
    bench.reset();
    const [p, g] = [bench.floats([1, 1]), bench.floats([0, Number.NaN])];
    const [m, v] = [bench.floats([3e-38, 0]), bench.floats([2e-38, 0])];
    const table = bench.ints([2, p, g, m, v, 0, ...bits(rates(1))]);
    for (let step = 0; step < 100; step++) kernels.adam(1, table, 0.03, 0.8, 0.99, 1e-8, 0, 0);
    expect([...bench.read(m, 2)]).toEqual([0, Number.NaN]);
    expect([...bench.read(v, 2)]).toEqual([0, Number.NaN]);
    expect([...bench.read(p, 2)]).toEqual([1, Number.NaN]);
  });
});
