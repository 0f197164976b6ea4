// The kernels' calls for one layer in one direction: which kernel runs a cell, and where its buffers lie.
import { blasThreshold } from "../engine/blas.js";
import { engine } from "../engine/engine.js";
import { Cell } from "../engine/kernels.js";
import type { Call } from "../engine/pool.js";
import { empty } from "./ndarray.js";
import { partsOf, runCalls } from "./parallel.js";

export type CellName = keyof typeof Cell | "gruResetBefore";

/** Gates of a cell: how many times H the rows of its weights number. */
export const gateCount: Record<CellName, number> = {
  rnnTanh: 1,
  rnnRelu: 1,
  lstm: 4,
  gru: 3,
  gruResetBefore: 3,
};

/** The cell whose packing of W_hh a cell uses. */
export const cellCode: Record<CellName, number> = { ...Cell, gruResetBefore: Cell.gru };

export interface LayerSizes {
  cell: CellName;
  steps: number;
  batch: number;
  hidden: number;
  /** Size of h: `hidden`, or the projection's. */
  out: number;
  reverse: boolean;
  projected: boolean;
}

/** Addresses of what forward writes and backward reads; see `Kernels.recurrentForward`. 0 where a cell has no such thing. */
export interface LayerBuffers {
  gates: number;
  hs: number;
  cs: number;
  cStride: number;
  /** LSTM tanh c_t; GRU W_hn·h_{t−1} + b_hn, or with the reset before, r·h_{t−1}. */
  extra: number;
  /** Projected LSTM: o·tanh c. */
  unprojected: number;
  batchSizes: number;
}

/** Addresses of packed weights, and of GRU's b_hh for the n gate. */
export interface ForwardWeights {
  hidden: number;
  projection: number;
  bhn: number;
}

/** Multiplications of all steps below which a layer is neither shared nor handed to the BLAS. */
const smallWork = 500_000;

const multiplications = ({ steps, batch, hidden, cell }: LayerSizes) =>
  steps * batch * hidden * hidden * gateCount[cell];

/**
 * Rows of the batch that go through the sequence together: a thread takes whole sequences, so that threads never wait
 * for each other inside one. Large weights are read once for more rows.
 */
function batchParts(sizes: LayerSizes): { from: number; to: number }[] {
  if (multiplications(sizes) < smallWork) return [{ from: 0, to: sizes.batch }];
  return partsOf(sizes.batch, sizes.hidden >= 256 ? 32 : 16);
}

/** Whether the products of the steps go to the BLAS: they are large, and the loop is the one that can. */
export function usesBlas(sizes: LayerSizes): boolean {
  const { cell, hidden, projected } = sizes;
  if (multiplications(sizes) < smallWork || projected || cell === "gruResetBefore") return false;
  const rows = batchParts(sizes)[0]!.to;
  return rows * hidden * hidden * gateCount[cell] >= blasThreshold && engine().blas().name !== null;
}

/** How the kernels shall do the products of the steps: see `Kernels.recurrentForward`. */
export const howToMultiply = (sizes: LayerSizes): number => (usesBlas(sizes) ? 1 : 0);

/** The kernel's call that runs all steps for rows b0 … b1−1. */
export function forwardCall(
  sizes: LayerSizes,
  buffers: LayerBuffers,
  weights: ForwardWeights,
  b0: number,
  b1: number,
  how: number,
): Call {
  const { cell, steps: t, batch: b, hidden: h, out: p, projected } = sizes;
  const { gates, hs, cs, cStride, extra, unprojected, batchSizes } = buffers;
  const { hidden, projection, bhn } = weights;
  const reverse = sizes.reverse ? 1 : 0;
  if (projected) {
    // biome-ignore format: the kernel's arguments in the order of its declaration
    return ["projectedForward", t, b, b0, b1, h, p, reverse, gates, hidden, projection, hs, cs, cStride, unprojected, extra, batchSizes];
  }
  if (cell === "gruResetBefore") {
    return ["resetBeforeForward", t, b, b0, b1, h, reverse, gates, hidden, hs, extra, batchSizes];
  }
  // biome-ignore format: the kernel's arguments in the order of its declaration
  return ["recurrentForward", cellCode[cell], t, b, b0, b1, h, reverse, gates, hidden, bhn, hs, cs, cStride, extra, batchSizes, how];
}

/** All steps forward, each thread with its own rows of the batch. */
export function runForward(sizes: LayerSizes, buffers: LayerBuffers, weights: ForwardWeights): void {
  const how = howToMultiply(sizes);
  runCalls(batchParts(sizes).map(({ from, to }) => forwardCall(sizes, buffers, weights, from, to, how)));
}

/** Addresses of the gradients that backward reads and writes; see `Kernels.recurrentBackward`. */
export interface BackwardBuffers {
  dy: number;
  dh: number;
  dc: number;
  dgates: number;
  dhn: number;
  /** Projected LSTM: the whole gradient of every h_t. */
  dStates: number;
}

/** Addresses of what backward multiplies by, packed or plain, and of work space [B, H]. */
export interface BackwardWeights {
  hidden: number;
  projection: number;
  work: number;
}

/** The kernel's call that goes back through all steps for rows b0 … b1−1. */
export function backwardCall(
  sizes: LayerSizes,
  { gates, hs, cs, extra, batchSizes }: LayerBuffers,
  { hidden, projection, work }: BackwardWeights,
  { dy, dh, dc, dgates, dhn, dStates }: BackwardBuffers,
  b0: number,
  b1: number,
  how: number,
): Call {
  const { cell, steps: t, batch: b, hidden: h, out: p, projected } = sizes;
  const reverse = sizes.reverse ? 1 : 0;
  if (projected) {
    // biome-ignore format: the kernel's arguments in the order of its declaration
    return ["projectedBackward", t, b, b0, b1, h, p, reverse, gates, hidden, projection, cs, extra, batchSizes, dy, dh, dc, dgates, dStates, work];
  }
  if (cell === "gruResetBefore") {
    return [
      "resetBeforeBackward",
      t,
      b,
      b0,
      b1,
      h,
      reverse,
      gates,
      hidden,
      hs,
      batchSizes,
      dy,
      dh,
      dgates,
      work,
    ];
  }
  // biome-ignore format: the kernel's arguments in the order of its declaration
  return ["recurrentBackward", cellCode[cell], t, b, b0, b1, h, reverse, gates, hidden, hs, cs, extra, batchSizes, dy, dh, dc, dgates, dhn, how];
}

/** All steps back, each thread with its own rows of the batch. */
export function runBackward(
  sizes: LayerSizes,
  buffers: LayerBuffers,
  wHh: number,
  wHr: number,
  grads: BackwardBuffers,
): void {
  const weights = backwardWeights(sizes, wHh, wHr);
  const how = howToMultiply(sizes);
  runCalls(
    batchParts(sizes).map(({ from, to }) => backwardCall(sizes, buffers, weights, grads, from, to, how)),
  );
}

/** W_hh and W_hr as the loop of backward multiplies by them. */
export function backwardWeights(sizes: LayerSizes, wHh: number, wHr: number): BackwardWeights {
  const { cell, batch, hidden: h, out: p, projected } = sizes;
  const { kernels } = engine();
  const work = projected || cell === "gruResetBefore" ? empty([batch, h]).address : 0;
  if (howToMultiply(sizes)) return { hidden: wHh, projection: 0, work };
  if (projected) {
    const pack = (n: number, k: number, from: number) => {
      const to = empty([kernels.packedBytes(n, k) >> 2]).address;
      kernels.pack(0, n, k, from, n, to);
      return to;
    };
    return { hidden: pack(p, 4 * h, wHh), projection: pack(h, p, wHr), work };
  }
  const to = empty([kernels.recurrentPackedBytes(cellCode[cell], h, 1) >> 2]).address;
  kernels.recurrentPack(cellCode[cell], h, 1, wHh, to);
  return { hidden: to, projection: 0, work };
}
