import { ArgumentError, ShapeError } from "../errors.js";
import { formatShape, sameShape } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";
import { wrongFeatures } from "./module.js";
import {
  batchSizesOf,
  checkLengths,
  invert,
  type Lengths,
  orderByLength,
  PackedSequence,
  rearrange,
} from "./packed.js";

/** How a layer names itself and its input in errors. */
export interface Layout {
  kind: string;
  inputSize: number;
  batchFirst: boolean;
}

/** An input in the order in which the kernels run it, and the way back. */
export interface Arranged<Output> {
  /** [T, B, I]; with lengths, the longest first and 0 for padding. */
  x: Tensor;
  batchSizes: readonly number[] | null;
  /** [S, B, H] in the user's order → in the kernels' order. */
  arrangeState(state: Tensor): Tensor;
  /** [T, B, F] in the kernels' order → as the input came. */
  restore(output: Tensor): Output;
  restoreState(state: Tensor): Tensor;
  /** Whether the input was one sequence without a batch dimension. */
  single: boolean;
}

/** Rows of a batch in another order: [S, B, H] with the batch in the middle. */
function reorder(state: Tensor, order: readonly number[] | null): Tensor {
  if (!order) return state;
  const [slots, batch] = state.shape as [number, number, number];
  const index = Array.from({ length: slots }, (_, s) => order.map((b) => s * batch + b)).flat();
  return rearrange(state, index, state.shape);
}

export function arrange(
  layout: Layout,
  x: Tensor | PackedSequence,
  lengths?: Lengths | null,
): Arranged<Tensor | PackedSequence> {
  if (!(x instanceof PackedSequence)) return arrangeTensor(layout, x, lengths);
  if (lengths) {
    throw new ArgumentError(`${layout.kind}: a PackedSequence knows its lengths; do not give them again`);
  }
  return arrangePacked(layout, x);
}

export function arrangeTensor(layout: Layout, x: Tensor, lengths?: Lengths | null): Arranged<Tensor> {
  const { kind, batchFirst } = layout;
  const dims = batchFirst ? "B, T, I" : "T, B, I";
  if (x.ndim !== 2 && x.ndim !== 3) {
    throw new ShapeError(
      `${kind}: input has shape ${formatShape(x.shape)}, expected 3 dims (${dims}), or 2 (T, I) for a single sequence`,
    );
  }
  const single = x.ndim === 2;
  const features = x.shape.at(-1)!;
  if (features !== layout.inputSize) {
    throw wrongFeatures(kind, features, layout.inputSize, x.shape, single ? "T, I" : dims);
  }
  if (x.shape[batchFirst && !single ? 1 : 0] === 0) {
    throw new ShapeError(
      `${kind}: input has shape ${formatShape(x.shape)} (dims ${single ? "T, I" : dims}); a sequence must have at least 1 step`,
    );
  }
  if (lengths) return arrangePadded(layout, x, lengths);
  const sequence = single ? x.unsqueeze(1) : batchFirst ? x.transpose(0, 1) : x;
  const state = (s: Tensor) => (single ? s.unsqueeze(1) : s);
  return {
    x: sequence,
    batchSizes: null,
    single,
    arrangeState: state,
    restore: (y) => (single ? y.squeeze(1) : batchFirst ? y.transpose(0, 1) : y),
    restoreState: (s) => (single ? s.squeeze(1) : s),
  };
}

/** A padded batch: sorted by length, its padding zeroed (whatever it held), and cut after the longest. */
function arrangePadded({ kind, batchFirst }: Layout, x: Tensor, lengths: Lengths): Arranged<Tensor> {
  const single = x.ndim === 2;
  const rowFirst = batchFirst && !single;
  const [steps, batch] = (
    single ? [x.shape[0], 1] : rowFirst ? [x.shape[1], x.shape[0]] : [x.shape[0], x.shape[1]]
  ) as [number, number];
  const list = checkLengths(lengths, batch, steps, kind);
  const order = orderByLength(list);
  const longest = Math.max(...list);
  const place = (t: number, b: number) => (rowFirst ? b * steps + t : t * batch + b);
  const inward = new Int32Array(longest * batch).fill(-1);
  const outward = new Int32Array(steps * batch).fill(-1);
  for (let k = 0; k < batch; k++) {
    const b = order ? order[k]! : k;
    for (let t = 0; t < list[b]!; t++) {
      inward[t * batch + k] = place(t, b);
      outward[place(t, b)] = t * batch + k;
    }
  }
  const inverse = order && invert(order);
  return {
    x: rearrange(x, inward, [longest, batch, x.shape.at(-1)!]),
    batchSizes: batchSizesOf(list, longest),
    single,
    arrangeState: (s) => reorder(single ? s.unsqueeze(1) : s, order),
    restore: (y) => rearrange(y, outward, [...x.shape.slice(0, -1), y.shape.at(-1)!]),
    restoreState: (s) => (single ? s.squeeze(1) : reorder(s, inverse)),
  };
}

function arrangePacked({ kind, inputSize }: Layout, packed: PackedSequence): Arranged<PackedSequence> {
  const { data, batchSizes, sortedIndices, unsortedIndices } = packed;
  if (data.ndim !== 2 || data.shape[1] !== inputSize) {
    throw new ArgumentError(
      `${kind}: the packed input has shape ${formatShape(data.shape)}, expected ${inputSize} features (dims Σ lengths, I)`,
    );
  }
  const batch = batchSizes[0]!;
  const inward = new Int32Array(batchSizes.length * batch).fill(-1);
  const outward = new Int32Array(data.shape[0]!);
  let row = 0;
  batchSizes.forEach((count, t) => {
    for (let k = 0; k < count; k++, row++) {
      inward[t * batch + k] = row;
      outward[row] = t * batch + k;
    }
  });
  return {
    x: rearrange(data, inward, [batchSizes.length, batch, inputSize]),
    batchSizes,
    single: false,
    arrangeState: (s) => reorder(s, sortedIndices),
    restore: (y) => packed.withData(rearrange(y, outward, [outward.length, y.shape.at(-1)!])),
    restoreState: (s) => reorder(s, unsortedIndices),
  };
}

/** Checks an initial state against its shape; `dims` names its dimensions. */
export function checkState(
  kind: string,
  name: "h0" | "c0",
  state: Tensor,
  expected: readonly number[],
  dims: string,
): void {
  if (!(state instanceof Tensor)) {
    throw new ArgumentError(
      `${kind}: initial state ${name} must be a tensor of shape ${formatShape(expected)} (dims ${dims}), got ${typeof state}`,
    );
  }
  if (!sameShape(state.shape, expected)) {
    throw new ArgumentError(
      `${kind}: initial state ${name} has shape ${formatShape(state.shape)}, expected ${formatShape(expected)} (dims ${dims})`,
    );
  }
}
