import type { Sequence } from "./sequences.js";

/** A sequence laid out for distances: the C values of step 0, then those of step 1, …; float32, as files keep them. */
export interface Steps {
  readonly values: Float32Array;
  readonly length: number;
}

/** Puts the values of each step side by side. */
export function stepsOf(sequence: Sequence): Steps {
  const channels = sequence.length;
  const length = sequence[0]!.length;
  const values = new Float32Array(length * channels);
  for (const [c, channel] of sequence.entries()) {
    for (let t = 0; t < length; t++) values[t * channels + c] = channel[t]!;
  }
  return { values, length };
}

/** Σ over steps and channels of (a − b)², for two sequences of one length; Infinity as soon as it exceeds `limit`. */
export function squaredDistance(a: Steps, b: Steps, limit = Number.POSITIVE_INFINITY): number {
  let sum = 0;
  for (let i = 0; i < a.values.length; i++) {
    const difference = a.values[i]! - b.values[i]!;
    sum += difference * difference;
    if (sum > limit) return Number.POSITIVE_INFINITY;
  }
  return sum;
}

/**
 * Dynamic time warping: the smallest sum of squared differences over all ways to walk through both sequences from
 * their first steps to their last, in which each step advances one of them or both,
 * D(i, j) = Σ_c (a_ic − b_jc)² + min(D(i−1, j), D(i, j−1), D(i−1, j−1)). All channels are warped together.
 * `band` is the farthest that i and j may part (Sakoe & Chiba, IEEE Trans. ASSP 26, 1978), no less than the lengths
 * differ. Infinity as soon as it must exceed `limit`. Takes length² · C operations, and two rows of memory.
 */
export function warpingDistance(
  a: Steps,
  b: Steps,
  channels: number,
  { band = Number.POSITIVE_INFINITY, limit = Number.POSITIVE_INFINITY } = {},
): number {
  const width = Math.max(Math.min(band, Math.max(a.length, b.length)), Math.abs(a.length - b.length));
  let above = new Float64Array(b.length + 1).fill(Number.POSITIVE_INFINITY);
  let row = new Float64Array(b.length + 1).fill(Number.POSITIVE_INFINITY);
  above[0] = 0;
  for (let i = 1; i <= a.length; i++) {
    const first = Math.max(1, i - width);
    const last = Math.min(b.length, i + width);
    row[first - 1] = Number.POSITIVE_INFINITY;
    if (last < b.length) row[last + 1] = Number.POSITIVE_INFINITY;
    let smallest = Number.POSITIVE_INFINITY;
    let left = Number.POSITIVE_INFINITY;
    let corner = above[first - 1]!;
    for (let j = first; j <= last; j++) {
      const up = above[j]!;
      const cost = pointDistance(a.values, (i - 1) * channels, b.values, (j - 1) * channels, channels);
      left = cost + Math.min(up, left, corner);
      corner = up;
      row[j] = left;
      if (left < smallest) smallest = left;
    }
    if (smallest > limit) return Number.POSITIVE_INFINITY;
    [above, row] = [row, above];
  }
  return above[b.length]!;
}

/** A lower bound of {@link warpingDistance}: every walk pays for both first and both last steps (Kim et al., ICDE 2001). */
export function warpingBound(a: Steps, b: Steps, channels: number): number {
  const first = pointDistance(a.values, 0, b.values, 0, channels);
  if (a.length === 1 && b.length === 1) return first;
  const [endA, endB] = [(a.length - 1) * channels, (b.length - 1) * channels];
  return first + pointDistance(a.values, endA, b.values, endB, channels);
}

function pointDistance(a: Float32Array, i: number, b: Float32Array, j: number, channels: number): number {
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const difference = a[i + c]! - b[j + c]!;
    sum += difference * difference;
  }
  return sum;
}

/** A sequence stretched or squeezed to another length, on straight lines between its steps. */
export function resampled(sequence: Sequence, length: number): Sequence {
  if (sequence[0]!.length === length) return sequence;
  return sequence.map((channel) => {
    const scale = length > 1 ? (channel.length - 1) / (length - 1) : 0;
    return Float64Array.from({ length }, (_, t) => {
      const place = t * scale;
      const before = Math.min(Math.floor(place), channel.length - 1);
      const after = Math.min(before + 1, channel.length - 1);
      return channel[before]! + (place - before) * (channel[after]! - channel[before]!);
    });
  });
}
