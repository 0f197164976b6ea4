import { cat, type nn, type Tensor, tensor, zeros } from "@lookback/core";

/** A batch of sequences of several lengths, side by side. */
export interface PaddedBatch {
  /** [N, C, L]; 0 behind the end of each sequence. */
  readonly x: Tensor;
  /** Steps of each sequence; undefined when all have L. */
  readonly lengths: readonly number[] | undefined;
}

/** Sequences (channels × steps) in one tensor, as long as the longest of them or as `steps`. */
export function padBatch(sequences: readonly (readonly Float64Array[])[], steps = 0): PaddedBatch {
  const lengths = sequences.map((sequence) => sequence[0]!.length);
  const longest = lengths.reduce((most, length) => Math.max(most, length), steps);
  const channels = sequences[0]!.length;
  const values = new Float32Array(sequences.length * channels * longest);
  for (const [n, sequence] of sequences.entries()) {
    for (const [c, line] of sequence.entries()) values.set(line, (n * channels + c) * longest);
  }
  return {
    x: tensor(values, { shape: [sequences.length, channels, longest] }),
    lengths: lengths.every((length) => length === longest) ? undefined : lengths,
  };
}

/**
 * Which steps of a padded batch [N, ·, L] belong to its sequences. Layers between which padding is put back to 0 give
 * each sequence what they would give it alone.
 */
export class Mask {
  /** [N, 1, L]: 1 behind the end of a sequence, 0 on it. */
  private readonly behind: Tensor;
  /** Places n·L + t on a sequence, in this order, and for each place its position there, or the number of them. */
  private readonly inward: Int32Array;
  private readonly outward: Int32Array;

  constructor(
    readonly lengths: readonly number[],
    private readonly steps: number,
  ) {
    const places = lengths.length * steps;
    const behind = new Float32Array(places).fill(1);
    const inside = lengths.reduce((sum, length) => sum + length, 0);
    this.inward = new Int32Array(inside);
    this.outward = new Int32Array(places).fill(inside);
    let at = 0;
    for (const [n, length] of lengths.entries()) {
      behind.fill(0, n * steps, n * steps + length);
      for (let t = 0; t < length; t++, at++) {
        this.inward[at] = n * steps + t;
        this.outward[n * steps + t] = at;
      }
    }
    this.behind = tensor(behind, { shape: [lengths.length, 1, steps] });
  }

  /** A mask for lengths that vary; undefined stands for "all are whole", and so does the result. */
  static of(lengths: readonly number[] | undefined, x: Tensor): Mask | undefined {
    return lengths && new Mask(lengths, x.shape[2]!);
  }

  /** The mask after a layer that makes L into `steps`, each length following `change`; no sequence vanishes. */
  after(steps: number, change: (length: number) => number): Mask {
    return new Mask(
      this.lengths.map((length) => Math.min(steps, Math.max(1, change(length)))),
      steps,
    );
  }

  /** x [N, C, L] with `value` behind the ends. */
  fill(x: Tensor, value: number): Tensor {
    return x.maskedFill(this.behind, value);
  }

  /** Batch normalisation over what lies on the sequences; 0 behind their ends. */
  batchNorm(norm: nn.BatchNorm1d, x: Tensor): Tensor {
    const [samples, channels] = x.shape as [number, number];
    const lines = x.transpose(0, 1).reshape([channels, samples * this.steps]);
    const inside = norm.forward(lines.indexSelect(1, tensor(this.inward)).unsqueeze(0)).squeeze(0);
    const ended = cat([inside, zeros([channels, 1])], 1);
    return ended
      .indexSelect(1, tensor(this.outward))
      .reshape([channels, samples, this.steps])
      .transpose(0, 1);
  }
}

/** Batch normalisation of x [N, C, L], over what lies on the sequences. */
export function batchNorm(norm: nn.BatchNorm1d, x: Tensor, mask: Mask | undefined): Tensor {
  return mask ? mask.batchNorm(norm, x) : norm.forward(x);
}

/** Mean over the steps of each sequence: x [N, C, L], 0 behind the ends → [N, C]. */
export function meanOverSteps(x: Tensor, mask: Mask | undefined): Tensor {
  if (!mask) return x.mean(2);
  return x.sum(2).div(tensor(Float32Array.from(mask.lengths), { shape: [mask.lengths.length, 1] }));
}
