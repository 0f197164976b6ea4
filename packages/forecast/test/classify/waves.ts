import { Generator } from "@lookback/core";

/** Twenty noisy waves, every other one fast and slow, for tests that need something to learn. */
export function waves({ channels = 1, unequal = false, seed = 0, count = 20, steps = 40 } = {}) {
  const generator = new Generator(seed);
  const uniform = () => generator.random() / 2 ** 32;
  const labels = Array.from({ length: count }, (_, n) => (n % 2 === 0 ? "slow" : "fast"));
  const sequences = labels.map((label) => {
    const length = unequal ? Math.round(steps * (0.5 + 0.5 * uniform())) : steps;
    const phase = 2 * Math.PI * uniform();
    const pace = label === "slow" ? 0.3 : 0.9;
    return Array.from({ length: channels }, (_, c) =>
      Float64Array.from({ length }, (_, t) => Math.sin(phase + c + pace * t) + 0.3 * (uniform() - 0.5)),
    );
  });
  return { sequences, labels };
}
