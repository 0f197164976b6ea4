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

/** The kernel's call that runs all steps for rows b0 … b1−1. */
export function forwardCall(
  sizes: LayerSizes,
  buffers: LayerBuffers,
  weights: ForwardWeights,
  b0: number,
  b1: number,
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
  const plain = usesBlas(sizes) ? 1 : 0;
  // biome-ignore format: the kernel's arguments in the order of its declaration
  return ["recurrentForward", cellCode[cell], t, b, b0, b1, h, reverse, gates, hidden, bhn, hs, cs, cStride, extra, batchSizes, plain];
}

export function runForward(sizes: LayerSizes, buffers: LayerBuffers, weights: ForwardWeights): void {
  runCalls(batchParts(sizes).map(({ from, to }) => forwardCall(sizes, buffers, weights, from, to)));
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
  onNorm: ((step: number, norm: number) => void) | null;
}

/** Goes back through all steps; with `onNorm` in one call a step, so that each step's gradient can be seen. */
export function runBackward(
  sizes: LayerSizes,
  buffers: LayerBuffers,
  wHh: number,
  wHr: number,
  grads: BackwardBuffers,
): void {
  const { kernels } = engine();
  const { cell, batch: b, hidden: h, out: p, projected } = sizes;
  const code = cellCode[cell];
  const plain = usesBlas(sizes);
  const packed = plain ? wHh : packBackward(sizes, wHh);
  const packedProjection = projected ? empty([kernels.packedBytes(h, p) >> 2]).address : 0;
  if (projected) kernels.pack(0, h, p, wHr, h, packedProjection);
  const work = projected || cell === "gruResetBefore" ? empty([b, h]).address : 0;
  const reverse = sizes.reverse ? 1 : 0;

  const undo = (first: number, t: number) => {
    const unit = first * b * h * 4;
    const state = first * b * p * 4;
    const gate = unit * gateCount[cell];
    const gates = buffers.gates + gate;
    const hs = buffers.hs + state;
    const cs = buffers.cs + unit;
    const extra = buffers.extra + unit;
    const batchSizes = buffers.batchSizes && buffers.batchSizes + first * 4;
    const dy = grads.dy && grads.dy + state;
    const dgates = grads.dgates + gate;
    const { dh, dc } = grads;
    const call = (b0: number, b1: number): Call => {
      if (projected) {
        // biome-ignore format: the kernel's arguments in the order of its declaration
        return ["projectedBackward", t, b, b0, b1, h, p, reverse, gates, packed, packedProjection, cs, extra, batchSizes, dy, dh, dc, dgates, grads.dStates + state, work];
      }
      if (cell === "gruResetBefore") {
        // biome-ignore format: the kernel's arguments in the order of its declaration
        return ["resetBeforeBackward", t, b, b0, b1, h, reverse, gates, packed, hs, batchSizes, dy, dh, dgates, work];
      }
      // biome-ignore format: the kernel's arguments in the order of its declaration
      return ["recurrentBackward", code, t, b, b0, b1, h, reverse, gates, packed, hs, cs, extra, batchSizes, dy, dh, dc, dgates, grads.dhn + unit, plain ? 1 : 0];
    };
    runCalls(batchParts(sizes).map(({ from, to }) => call(from, to)));
  };
  if (grads.onNorm) undoWatched(sizes, buffers.batchSizes, grads, undo);
  else undo(0, sizes.steps);
}

/** The address of W_hh packed for the loop of backward. */
function packBackward({ cell, hidden: h, out: p, projected }: LayerSizes, wHh: number): number {
  const { kernels } = engine();
  const code = cellCode[cell];
  const bytes = projected ? kernels.packedBytes(p, 4 * h) : kernels.recurrentPackedBytes(code, h, 1);
  const packed = empty([bytes >> 2]).address;
  if (projected) kernels.pack(0, p, 4 * h, wHh, p, packed);
  else kernels.recurrentPack(code, h, 1, wHh, packed);
  return packed;
}

/** Step by step; before each, ‖∂loss/∂h_t‖ of the rows that take part: what comes from later steps plus dy_t. */
function undoWatched(
  { steps, batch, out, reverse }: LayerSizes,
  batchSizes: number,
  { dy, dh, onNorm }: BackwardBuffers,
  undo: (first: number, count: number) => void,
): void {
  const { kernels, memory } = engine();
  const sum = empty([batch, out]).address;
  for (let s = 0; s < steps; s++) {
    const step = reverse ? s : steps - 1 - s;
    const rows = batchSizes ? memory.i32[(batchSizes >> 2) + step]! : batch;
    kernels.copy(rows * out, dh, sum);
    if (dy) kernels.axpy(rows * out, 1, dy + step * batch * out * 4, sum);
    onNorm?.(step, Math.sqrt(kernels.sumSquares(rows * out, sum)));
    undo(step, 1);
  }
}
