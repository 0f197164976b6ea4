import { Generator } from "@lookback/core";

/** Taps of every kernel. */
const TAPS = 9;
/** Kernels: the ways to choose 3 of 9 taps. */
export const KERNELS = 84;
/** Most dilations for each kernel. */
const MOST_DILATIONS = 32;
/** Channels that one kernel reads at most. */
const MOST_CHANNELS = 9;

/** The three taps of weight 2 of each kernel; the other six have weight −1. */
const HEAVY: readonly (readonly [number, number, number])[] = Array.from(
  { length: TAPS },
  (_, a) => a,
).flatMap((a) =>
  Array.from({ length: TAPS - a - 1 }, (_, i) => a + 1 + i).flatMap((b) =>
    Array.from({ length: TAPS - b - 1 }, (_, i): [number, number, number] => [a, b, b + 1 + i]),
  ),
);

/** Fitted MiniRocket kernels. Combination q = dilation index · 84 + kernel index. */
export interface MiniRocketKernels {
  readonly dilations: readonly number[];
  /** How many biases, and so features, each kernel has at each dilation. */
  readonly featuresPerDilation: readonly number[];
  /** The channels that each combination adds up. */
  readonly channels: readonly (readonly number[])[];
  /** Biases of all combinations, one after another. */
  readonly biases: Float32Array;
}

/**
 * Dilations for sequences of a length, evenly spread on a logarithmic scale from 1 to the one at which a kernel spans
 * the sequence, and how many features each of the 84 kernels gets at each.
 */
export function spreadDilations(
  length: number,
  features: number,
): Pick<MiniRocketKernels, "dilations" | "featuresPerDilation"> {
  const perKernel = Math.max(1, Math.floor(features / KERNELS));
  const wanted = Math.min(perKernel, MOST_DILATIONS);
  const most = Math.max(0, Math.log2((length - 1) / (TAPS - 1)));
  const counts = new Map<number, number>();
  for (let i = 0; i < wanted; i++) {
    const dilation = Math.floor(2 ** (wanted === 1 ? 0 : (most * i) / (wanted - 1)));
    counts.set(dilation, (counts.get(dilation) ?? 0) + 1);
  }
  const dilations = [...counts.keys()];
  const each = [...counts.values()].map((count) => Math.floor((count * perKernel) / wanted));
  for (let left = perKernel - each.reduce((a, b) => a + b), i = 0; left > 0; left--, i++)
    each[i % each.length]!++;
  return { dilations, featuresPerDilation: each };
}

/**
 * Chooses dilations, channels and biases from training sequences (channels × steps, without missing values), as
 * Dempster, Schmidt & Webb (2021) do: each bias is a quantile of what its kernel gives on one sequence drawn at
 * random, the quantiles following the golden ratio; with several channels each combination adds up a random few.
 */
export function fitKernels(
  sequences: readonly (readonly Float64Array[])[],
  { features, seed }: { readonly features: number; readonly seed: number },
): MiniRocketKernels {
  const longest = sequences.reduce((most, sequence) => Math.max(most, sequence[0]!.length), 0);
  const channelCount = sequences[0]!.length;
  const { dilations, featuresPerDilation } = spreadDilations(longest, features);
  const generator = new Generator(seed);
  const channels = Array.from({ length: dilations.length * KERNELS }, () =>
    drawChannels(channelCount, generator),
  );
  const biases = new Float32Array(KERNELS * featuresPerDilation.reduce((a, b) => a + b, 0));
  const fitted = { dilations, featuresPerDilation, channels, biases };
  const work = workspace(channelCount, longest);
  let at = 0;
  for (const [d, count] of featuresPerDilation.entries()) {
    for (let kernel = 0; kernel < KERNELS; kernel++) {
      const sequence = sequences[generator.random() % sequences.length]!;
      shiftLines(sequence, dilations[d]!, work);
      convolve(work, kernel, channels[d * KERNELS + kernel]!);
      const sorted = work.output.slice(0, work.length).sort();
      for (let i = 0; i < count; i++, at++) biases[at] = quantile(sorted, ((at + 1) * GOLDEN) % 1);
    }
  }
  return fitted;
}

const GOLDEN = (Math.sqrt(5) + 1) / 2;

/** 2^u channels without repetition, u uniform from 0 to log2(min(C, 9) + 1). */
function drawChannels(count: number, generator: Generator): number[] {
  if (count === 1) return [0];
  const u = generator.random() / 2 ** 32;
  const chosen = Math.floor(2 ** (u * Math.log2(Math.min(count, MOST_CHANNELS) + 1)));
  return [...generator.randperm(count).subarray(0, chosen)].sort((a, b) => a - b);
}

/** The value below which a share of sorted numbers lies, on a straight line between neighbours. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

/** Room for one sequence at one dilation. */
interface Workspace {
  length: number;
  /** Nine shifted copies of each channel, [C, 9, capacity], and the sum of the nine, [C, capacity]. */
  readonly shifted: Float64Array;
  readonly sums: Float64Array;
  readonly output: Float64Array;
  readonly capacity: number;
}

function workspace(channels: number, capacity: number): Workspace {
  return {
    length: 0,
    capacity,
    shifted: new Float64Array(channels * TAPS * capacity),
    sums: new Float64Array(channels * capacity),
    output: new Float64Array(capacity),
  };
}

/** What all 84 kernels need of a sequence at one dilation: shifted[c, k, t] = x[c, t + (k − 4)·dilation], 0 outside. */
function shiftLines(sequence: readonly Float64Array[], dilation: number, work: Workspace): void {
  const { shifted, sums, capacity } = work;
  const length = sequence[0]!.length;
  work.length = length;
  for (const [c, line] of sequence.entries()) {
    const sum = c * capacity;
    sums.fill(0, sum, sum + length);
    for (let k = 0; k < TAPS; k++) {
      const base = (c * TAPS + k) * capacity;
      const shift = (k - (TAPS >> 1)) * dilation;
      const first = Math.min(Math.max(0, -shift), length);
      const end = Math.max(first, Math.min(length, length - shift));
      shifted.fill(0, base, base + first);
      shifted.fill(0, base + end, base + length);
      for (let t = first; t < end; t++) {
        const value = line[t + shift]!;
        shifted[base + t] = value;
        sums[sum + t] = sums[sum + t]! + value;
      }
    }
  }
}

/** output[t] = Σ over the channels of 3·(the three heavy taps) − (all nine): weights 2 and −1. */
function convolve(work: Workspace, kernel: number, channels: readonly number[]): void {
  const { shifted, sums, output, capacity, length } = work;
  const heavy = HEAVY[kernel]!;
  for (let i = 0; i < channels.length; i++) {
    const c = channels[i]!;
    const [a, b, g] = [
      (c * TAPS + heavy[0]) * capacity,
      (c * TAPS + heavy[1]) * capacity,
      (c * TAPS + heavy[2]) * capacity,
    ];
    const sum = c * capacity;
    for (let t = 0; t < length; t++) {
      const value = 3 * (shifted[a + t]! + shifted[b + t]! + shifted[g + t]!) - sums[sum + t]!;
      output[t] = i === 0 ? value : output[t]! + value;
    }
  }
}

/**
 * Makes the function that turns a sequence (channels × steps) into features: for each bias the share of positions at
 * which the kernel gives more ("PPV"). Every other combination looks only where the kernel lies on the sequence as a
 * whole; where that is nowhere, as on a short sequence, it looks everywhere.
 *
 * @param longest steps of the longest sequence that it will be given.
 */
export function transformer(
  { dilations, featuresPerDilation, channels, biases }: MiniRocketKernels,
  channelCount: number,
  longest: number,
): (sequence: readonly Float64Array[], into: Float32Array) => void {
  const work = workspace(channelCount, longest);
  const { output } = work;
  return (sequence, into) => {
    let at = 0;
    for (let d = 0; d < dilations.length; d++) {
      shiftLines(sequence, dilations[d]!, work);
      const margin = (TAPS >> 1) * dilations[d]!;
      for (let kernel = 0; kernel < KERNELS; kernel++) {
        convolve(work, kernel, channels[d * KERNELS + kernel]!);
        const inside = (d + kernel) % 2 === 1 && work.length > 2 * margin;
        const start = inside ? margin : 0;
        const end = work.length - start;
        for (let i = featuresPerDilation[d]!; i > 0; i--, at++) {
          const bias = biases[at]!;
          let above = 0;
          // without a branch, which would be guessed wrong half of the time
          for (let t = start; t < end; t++) above += Number(output[t]! > bias);
          into[at] = above / (end - start);
        }
      }
    }
  };
}
