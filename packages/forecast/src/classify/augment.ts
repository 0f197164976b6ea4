import type { Generator } from "@lookback/core";

/** How training sequences are varied each time they are seen; what is left at its default is off. */
export interface Augmentation {
  /** Standard deviation of normal noise added to each value. Default 0. */
  readonly jitter?: number;
  /** Standard deviation of a factor around 1 for each channel. Default 0. */
  readonly scaling?: number;
  /** Shortest window, as a share of the sequence, that is stretched to its length. Default 1. */
  readonly window?: number;
}

/**
 * A varied copy of a sequence (channels × steps) of the same length: a window of it, scaled, with noise (Um et al.
 * 2017; Le Guennec, Malinowski & Tavenard 2016).
 */
export function augment(
  sequence: readonly Float64Array[],
  { jitter = 0, scaling = 0, window = 1 }: Augmentation,
  generator: Generator,
): Float64Array[] {
  const steps = sequence[0]!.length;
  const share = window + (1 - window) * uniform(generator);
  const span = (steps - 1) * share;
  const start = (steps - 1 - span) * uniform(generator);
  return sequence.map((line) => {
    const factor = 1 + scaling * normal(generator, 1)[0]!;
    const noise = jitter > 0 ? normal(generator, steps) : undefined;
    const stretched = window < 1 ? resample(line, steps, start, start + span) : line;
    return stretched.map((value, t) => value * factor + jitter * (noise?.[t] ?? 0));
  });
}

/** A line read at `steps` places evenly spread between two of its own, on straight lines between its values. */
export function resample(line: Float64Array, steps: number, from = 0, to = line.length - 1): Float64Array {
  return Float64Array.from({ length: steps }, (_, t) => {
    const place = steps > 1 ? from + ((to - from) * t) / (steps - 1) : from;
    const below = Math.min(Math.floor(place), line.length - 1);
    const low = line[below]!;
    return low + ((line[below + 1] ?? low) - low) * (place - below);
  });
}

const uniform = (generator: Generator) => generator.random() / 2 ** 32;
const normal = (generator: Generator, count: number) => generator.normal(new Float32Array(count));
