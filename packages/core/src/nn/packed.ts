import { ArgumentError, ShapeError } from "../errors.js";
import { takeRows } from "../ops/rows.js";
import { refuseOptions } from "../options.js";
import { formatShape } from "../shape.js";
import { apply, Tensor } from "../tensor/tensor.js";

/**
 * Sequences of several lengths without their padding: the first steps of all of them, then all second steps, and so
 * on. Made by `packPaddedSequence`; recurrent layers take and give it.
 */
export class PackedSequence {
  constructor(
    /** [Σ lengths, *]: step after step, and in each step the longest sequence first. */
    readonly data: Tensor,
    /** How many sequences reach each step. */
    readonly batchSizes: readonly number[],
    /** Which sequence of the original batch is k-th by length; null when they came sorted. */
    readonly sortedIndices: readonly number[] | null = null,
    /** Where each sequence of the original batch stands by length; null when they came sorted. */
    readonly unsortedIndices: readonly number[] | null = null,
  ) {
    const rows = batchSizes.reduce((sum, n) => sum + n, 0);
    if (data.shape[0] !== rows) {
      throw new ShapeError(
        `PackedSequence: data has ${data.shape[0] ?? 0} rows (shape ${formatShape(data.shape)}), expected ${rows}, the sum of batchSizes`,
      );
    }
  }

  /** Another PackedSequence of the same lengths and order. */
  withData(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices);
  }
}

export interface PackOptions {
  /** x is [B, T, *] instead of [T, B, *]. Default false. */
  batchFirst?: boolean;
  /** Whether the lengths must be given from the longest to the shortest. Default true, as in PyTorch. */
  enforceSorted?: boolean;
}

export interface PadOptions {
  /** The result is [B, T, *] instead of [T, B, *]. Default false. */
  batchFirst?: boolean;
  /** What stands after the end of a sequence. Default 0. */
  paddingValue?: number;
  /** T of the result; default, and least, the longest length. */
  totalLength?: number;
}

/** Lengths as numbers; a tensor or any array may hold them. */
export type Lengths = ArrayLike<number> | Tensor;

/** The lengths of a batch, checked. @internal */
export function checkLengths(lengths: Lengths, batch: number, steps: number, what: string): number[] {
  const list = Array.from(lengths instanceof Tensor ? lengths.toTypedArray() : lengths);
  if (list.length !== batch) {
    throw new ArgumentError(
      `${what}: got ${list.length} lengths for a batch of ${batch}; expected one length per sequence`,
    );
  }
  if (batch === 0) throw new ArgumentError(`${what}: an empty batch has no lengths, and cannot be packed`);
  for (const [i, n] of list.entries()) {
    if (!Number.isInteger(n) || n < 1 || n > steps) {
      throw new ArgumentError(
        `${what}: length ${n} of sequence ${i} must be a whole number from 1 to T = ${steps}`,
      );
    }
  }
  return list;
}

/** Sequences by length, the longest first, equals in their order; null when they are so already. @internal */
export function orderByLength(lengths: readonly number[]): number[] | null {
  if (lengths.every((n, i) => i === 0 || n <= lengths[i - 1]!)) return null;
  return lengths.map((_, i) => i).sort((a, b) => lengths[b]! - lengths[a]! || a - b);
}

export function invert(order: readonly number[]): number[] {
  const inverse = new Array<number>(order.length);
  order.forEach((from, to) => {
    inverse[from] = to;
  });
  return inverse;
}

/** How many sequences reach each of `steps` steps. @internal */
export function batchSizesOf(lengths: readonly number[], steps: number): number[] {
  return Array.from({ length: steps }, (_, t) => lengths.reduce((sum, n) => sum + (n > t ? 1 : 0), 0));
}

/** `takeRows` on tensors: rows of x in its last dimension's width. @internal */
export function rearrange(x: Tensor, index: ArrayLike<number>, shape: readonly number[], fill = 0): Tensor {
  return apply("takeRows", [x], () => takeRows(x.array, Int32Array.from(index), shape, fill))[0]!;
}

/**
 * Takes the padding out of a batch of sequences.
 *
 * Shapes: x [T, B, *] or with `batchFirst` [B, T, *]; lengths [B], each from 1 to T → data [Σ lengths, *]. With
 * `enforceSorted` (the default) the lengths must fall; otherwise the sequences are sorted here, and recurrent layers
 * give their states back in the original order. Gradients flow through; those of the padding are 0.
 *
 * @throws ArgumentError when there are not B lengths, when one is below 1 or above T, or when they are not sorted.
 * @example const [output, hn] = gru.forward(packPaddedSequence(x, [5, 3, 2]));
 */
export function packPaddedSequence(
  x: Tensor,
  lengths: Lengths,
  { batchFirst = false, enforceSorted = true, ...left }: PackOptions = {},
): PackedSequence {
  refuseOptions("packPaddedSequence", left, ["batchFirst", "enforceSorted"]);
  const dims = batchFirst ? "B, T, *" : "T, B, *";
  if (x.ndim < 2) {
    throw new ShapeError(
      `packPaddedSequence: x has shape ${formatShape(x.shape)}, expected at least 2 dims (${dims})`,
    );
  }
  const [steps, batch] = (batchFirst ? [x.shape[1]!, x.shape[0]!] : x.shape) as [number, number];
  const list = checkLengths(lengths, batch, steps, "packPaddedSequence");
  const order = orderByLength(list);
  if (order && enforceSorted) {
    throw new ArgumentError(
      `packPaddedSequence: lengths [${list.join(", ")}] are not sorted from the longest to the shortest; pass { enforceSorted: false } to have the sequences sorted here`,
    );
  }
  const sizes = batchSizesOf(list, Math.max(...list));
  const index: number[] = [];
  sizes.forEach((count, t) => {
    for (let k = 0; k < count; k++) {
      const b = order ? order[k]! : k;
      index.push(batchFirst ? b * steps + t : t * batch + b);
    }
  });
  const rest = x.shape.slice(2);
  const flat = x.reshape([steps * batch, rest.reduce((product, n) => product * n, 1)]);
  const data = rearrange(flat, index, [index.length, flat.shape[1]!]).reshape([index.length, ...rest]);
  // PyTorch gives indices whenever it was allowed to sort.
  const kept = enforceSorted ? null : (order ?? list.map((_, i) => i));
  return new PackedSequence(data, sizes, kept, kept && invert(kept));
}

/**
 * The reverse of `packPaddedSequence`: [the padded sequences in their original order, their lengths].
 *
 * Shapes: data [Σ lengths, *] → [T, B, *], or with `batchFirst` [B, T, *]; T is the longest length, or `totalLength`.
 *
 * @throws ArgumentError when `totalLength` is below the longest length.
 * @example const [output, lengths] = padPackedSequence(packedOutput, { batchFirst: true });
 */
export function padPackedSequence(
  packed: PackedSequence,
  { batchFirst = false, paddingValue = 0, totalLength, ...left }: PadOptions = {},
): [Tensor, number[]] {
  refuseOptions("padPackedSequence", left, ["batchFirst", "paddingValue", "totalLength"]);
  const { data, batchSizes, unsortedIndices } = packed;
  const longest = batchSizes.length;
  const steps = totalLength ?? longest;
  if (!Number.isInteger(steps) || steps < longest) {
    throw new ArgumentError(
      `padPackedSequence: totalLength must be a whole number of at least ${longest}, the longest length, got ${steps}`,
    );
  }
  const batch = batchSizes[0] ?? 0;
  const lengths = Array.from({ length: batch }, (_, b) => {
    const k = unsortedIndices ? unsortedIndices[b]! : b;
    return batchSizes.filter((n) => n > k).length;
  });
  const rest = data.shape.slice(1);
  const width = rest.reduce((product, n) => product * n, 1);
  const index = paddedIndex(packed, steps, batchFirst);
  const [first, second] = batchFirst ? [batch, steps] : [steps, batch];
  const rows = data.reshape([data.shape[0]!, width]);
  const padded = rearrange(rows, index, [first, second, width], paddingValue);
  return [padded.reshape([first, second, ...rest]), lengths];
}

/** For each place of the padded batch its row in the packed data, or -1. */
function paddedIndex(packed: PackedSequence, steps: number, batchFirst: boolean): Int32Array {
  const { batchSizes, unsortedIndices } = packed;
  const batch = batchSizes[0] ?? 0;
  const index = new Int32Array(steps * batch).fill(-1);
  let start = 0;
  batchSizes.forEach((count, t) => {
    for (let b = 0; b < batch; b++) {
      const k = unsortedIndices ? unsortedIndices[b]! : b;
      if (k < count) index[batchFirst ? b * steps + t : t * batch + b] = start + k;
    }
    start += count;
  });
  return index;
}
