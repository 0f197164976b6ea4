// The kernels' calls for one layer in one direction: which kernel runs a cell, and where its buffers lie.
import { engine } from "../engine/engine.js";
import { Cell } from "../engine/kernels.js";
import { empty } from "./ndarray.js";

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

export function runForward(sizes: LayerSizes, buffers: LayerBuffers, weights: ForwardWeights): void {
  const { kernels } = engine();
  const { cell, steps: t, batch: b, hidden: h, out: p, projected } = sizes;
  const { gates, hs, cs, cStride, extra, unprojected, batchSizes } = buffers;
  const { hidden, projection, bhn } = weights;
  const reverse = sizes.reverse ? 1 : 0;
  if (projected) {
    // biome-ignore format: the kernel's arguments in the order of its declaration
    kernels.projectedForward(t, b, 0, b, h, p, reverse, gates, hidden, projection, hs, cs, cStride, unprojected, extra, batchSizes);
  } else if (cell === "gruResetBefore") {
    kernels.resetBeforeForward(t, b, 0, b, h, reverse, gates, hidden, hs, extra, batchSizes);
  } else {
    // biome-ignore format: the kernel's arguments in the order of its declaration
    kernels.recurrentForward(cellCode[cell], t, b, 0, b, h, reverse, gates, hidden, bhn, hs, cs, cStride, extra, batchSizes);
  }
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
  const packed = empty([
    projected ? kernels.packedBytes(p, 4 * h) >> 2 : kernels.recurrentPackedBytes(code, h, 1) >> 2,
  ]).address;
  if (projected) kernels.pack(0, p, 4 * h, wHh, p, packed);
  else kernels.recurrentPack(code, h, 1, wHh, packed);
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
    if (projected) {
      // biome-ignore format: the kernel's arguments in the order of its declaration
      kernels.projectedBackward(t, b, 0, b, h, p, reverse, gates, packed, packedProjection, cs, extra, batchSizes, dy, dh, dc, dgates, grads.dStates + state, work);
    } else if (cell === "gruResetBefore") {
      // biome-ignore format: the kernel's arguments in the order of its declaration
      kernels.resetBeforeBackward(t, b, 0, b, h, reverse, gates, packed, hs, batchSizes, dy, dh, dgates, work);
    } else {
      // biome-ignore format: the kernel's arguments in the order of its declaration
      kernels.recurrentBackward(code, t, b, 0, b, h, reverse, gates, packed, hs, cs, extra, batchSizes, dy, dh, dc, dgates, grads.dhn + unit);
    }
  };
  if (grads.onNorm) undoWatched(sizes, buffers.batchSizes, grads, undo);
  else undo(0, sizes.steps);
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
