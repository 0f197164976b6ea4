import { Generator } from "@lookback/core";
import type { Sequence } from "../src/classify/sequences.js";

/** Sequences made for tests, with the labels that go with them. */
export interface Synthetic {
  readonly sequences: Sequence[];
  readonly labels: string[];
}

/** What {@link waves} makes. */
export interface WaveOptions {
  readonly count: number;
  readonly classes: readonly string[];
  readonly channels?: number;
  readonly length?: (index: number) => number;
  readonly noise?: number;
  readonly seed?: number;
}

/**
 * Waves of a frequency that the class decides (class k has k + 1 periods), with a random phase, in noise. The labels
 * go round the classes.
 */
export function waves({
  count,
  classes,
  channels = 1,
  length = () => 32,
  noise = 0.3,
  seed = 0,
}: WaveOptions): Synthetic {
  const generator = new Generator(seed);
  const labels = Array.from({ length: count }, (_, i) => classes[i % classes.length]!);
  const sequences = labels.map((label, i) => {
    const steps = length(i);
    const periods = 1 + classes.indexOf(label);
    return Array.from({ length: channels }, (_, c) => {
      const [phase] = generator.uniform(new Float32Array(1));
      const normal = generator.normal(new Float32Array(steps));
      const shift = (c === 0 ? 0.1 : 1) * phase!;
      return Float64Array.from(normal, (value, t) => {
        return (c + 1) * (Math.sin(2 * Math.PI * ((periods * t) / 32 + shift)) + noise * value);
      });
    });
  });
  return { sequences, labels };
}

/** Two classes that a nearest neighbour tells apart. */
export function twoWaves(count: number, seed = 0): Synthetic {
  return waves({ count, classes: ["slow", "fast"], seed });
}
