import { engine } from "../engine/engine.js";
import type { Call } from "../engine/pool.js";
import { clone, empty, type NDArray, zeros } from "./ndarray.js";
import { productCalls, runCalls, runLinear, worthSharing } from "./parallel.js";
import { Prepacked } from "./prepacked.js";
import {
  type CellName,
  cellCode,
  gateCount,
  type LayerSizes,
  runBackward,
  runForward,
  usesBlas,
} from "./recurrentCalls.js";
import { backwardBySteps, backwardWatched, forwardBySteps, goesByStep, slicesOf } from "./recurrentSteps.js";

/**
 * Parameters of one layer in one direction: W_ih [G·H, I], W_hh [G·H, P], b_ih and b_hh [G·H] or both null, and for a
 * projected LSTM W_hr [P, H]. P, the size of h, is H where there is no W_hr.
 */
export interface LayerWeights {
  wIh: NDArray;
  wHh: NDArray;
  bIh: NDArray | null;
  bHh: NDArray | null;
  wHr: NDArray | null;
}

/** Weights of one layer in one direction, packed for the forward loop. */
export interface PackedWeights {
  readonly input: Prepacked;
  readonly hidden: Prepacked;
  /** W_hh as the BLAS reads it: which of the two is used depends on the batch. */
  readonly transposed: Prepacked;
  readonly projection: Prepacked;
}

export const packedWeights = (): PackedWeights => ({
  input: new Prepacked(),
  hidden: new Prepacked(),
  transposed: new Prepacked(),
  projection: new Prepacked(),
});

export interface LayerCall {
  cell: CellName;
  /** [T, B, I] */
  x: NDArray;
  weights: LayerWeights;
  packed: PackedWeights;
  /** [B, P] and [B, H], or null for zeros. */
  h0: NDArray | null;
  c0: NDArray | null;
  /** Receives the states of all steps and the initial one, [T+1, B, P]. */
  states: NDArray;
  reverse: boolean;
  /** int32 [T]: how many rows take part in each step; null when all do. */
  batchSizes: NDArray | null;
  /** Whether backward will be wanted. */
  keep: boolean;
}

/** What one layer computed in one direction, and the way back. */
export interface LayerRun {
  /** [T, B, P], a view of the states. */
  y: NDArray;
  /** [B, P] */
  hn: NDArray;
  /** [B, H], LSTM only */
  cn: NDArray | null;
  /** [T, B, G·H], activated; good until backward. */
  gates: NDArray;
  /** [T, B, H], LSTM with `keep` only */
  cells: NDArray | null;
  backward(grads: LayerGrads): LayerWeights;
  release(): void;
}

export interface LayerGrads {
  /** [T, B, P] */
  dy: NDArray | null;
  /** Gradients of the final states; overwritten with those of the initial states. */
  dh: NDArray;
  dc: NDArray | null;
  /** Receives the gradient of x, or is added to. */
  dx: { array: NDArray; add: boolean } | null;
  /** Called before each step is undone, with the norm of the whole gradient that arrives at its h_t. */
  onNorm: ((step: number, norm: number) => void) | null;
}

const rowsWorthPacking = 32;

/**
 * One layer over a whole sequence: the input projection of all steps in one product, then per step one product with
 * W_hh and the cell's gates, in one call of a kernel; backward likewise, and each weight gradient as one product over
 * all steps. `keep` false (inference) keeps nothing for backward.
 */
export function runLayer(call: LayerCall): LayerRun {
  const { cell, x, weights, packed, h0, c0, states, reverse, batchSizes, keep } = call;
  const { kernels, memory } = engine();
  const [steps, batch, inputs] = x.shape as [number, number, number];
  const hidden = weights.wHh.shape[0]! / gateCount[cell];
  const out = weights.wHh.shape[1]!;
  const width = gateCount[cell] * hidden;
  const rows = steps * batch;
  const state = batch * out;
  const lstm = cell === "lstm";
  const sizes: LayerSizes = { cell, steps, batch, hidden, out, reverse, projected: weights.wHr !== null };

  const gates = empty([steps, batch, width]);
  projectInput(call, rows, inputs, hidden, gates);
  setState(states.view([batch, out], reverse ? steps * state : 0), h0);
  const cs = lstm ? empty([keep ? steps + 1 : 1, batch, hidden]) : null;
  if (cs) setState(cs.view([batch, hidden], keep && reverse ? steps * batch * hidden : 0), c0);
  const perStep = () => empty([steps, batch, hidden]);
  const extra = cell === "gru" || cell === "gruResetBefore" || (lstm && keep) ? perStep() : null;
  const unprojected = weights.wHr ? perStep() : null;
  const buffers = {
    gates: gates.address,
    hs: states.address,
    cs: cs?.address ?? 0,
    cStride: keep ? batch * hidden : 0,
    extra: extra?.address ?? 0,
    unprojected: unprojected?.address ?? 0,
    batchSizes: batchSizes?.address ?? 0,
  };
  const forwardWeights = {
    hidden: packHidden(call.packed, sizes, weights.wHh, keep),
    projection: weights.wHr ? packProjection(packed.projection, weights.wHr, keep) : 0,
    bhn: cell === "gru" && weights.bHh ? weights.bHh.address + 2 * hidden * 4 : 0,
  };
  const byStep = goesByStep(sizes);
  if (byStep) forwardBySteps(sizes, buffers, forwardWeights);
  else runForward(sizes, buffers, forwardWeights);
  const y = states.view([steps, batch, out], reverse ? 0 : state);
  const hn = states.view([batch, out], reverse ? 0 : steps * state);
  const cn = cs?.view([batch, hidden], keep && !reverse ? steps * batch * hidden : 0) ?? null;
  const cells = keep && cs ? cs.view([steps, batch, hidden], reverse ? 0 : batch * hidden) : null;
  const release = () => {
    memory.release(gates.block);
    if (extra) memory.release(extra.block);
    if (unprojected) memory.release(unprojected.block);
  };
  if (!keep) release();

  function backward({ dy, dh, dc, dx, onNorm }: LayerGrads): LayerWeights {
    const dGates = empty(gates.shape);
    const dHidden = cell === "gru" ? perStep() : null;
    const dStates = unprojected ? empty([steps, batch, out]) : null;
    const flow = {
      dy: dy?.address ?? 0,
      dh: dh.address,
      dc: dc?.address ?? 0,
      dgates: dGates.address,
      dhn: dHidden?.address ?? 0,
      dStates: dStates?.address ?? 0,
    };
    const [wHh, wHr] = [weights.wHh.address, weights.wHr?.address ?? 0];
    if (onNorm) backwardWatched(sizes, buffers, wHh, wHr, flow, onNorm);
    else if (byStep) backwardBySteps(sizes, buffers, wHh, flow);
    else runBackward(sizes, buffers, wHh, wHr, flow);

    const before = states.view([rows, out], reverse ? state : 0);
    const grads: LayerWeights = {
      wIh: empty(weights.wIh.shape),
      wHh: empty(weights.wHh.shape),
      bIh: weights.bIh && zeros(weights.bIh.shape),
      bHh: null,
      wHr: weights.wHr && empty(weights.wHr.shape),
    };
    // Large products share one job, small ones run at once.
    const calls: Call[] = [];
    const large = rows * width * (inputs + out) >= worthSharing;
    /** to [m, n] = op(a)·b + beta·to, with k terms each */
    // biome-ignore format: one product, one line
    const multiply = (transA: boolean, m: number, n: number, k: number, a: number, lda: number, b: number, beta: 0 | 1, to: number) => {
      if (large) calls.push(...productCalls({ transA, m, n, k, a, lda, b, ldb: n, beta, c: to, ldc: n }));
      else kernels.gemm(transA ? 1 : 0, 0, m, n, k, a, lda, b, n, beta, to, n);
    };
    /** to [m, n] = Σ over all rows of aᵀ·b */
    const outer = (m: number, n: number, a: number, lda: number, b: number, to: number) =>
      multiply(true, m, n, rows, a, lda, b, 0, to);
    const lastBias = dHidden && grads.bIh && zeros([hidden]);
    const shared = cell === "gru" || cell === "gruResetBefore" ? 2 * hidden : width;
    outer(width, inputs, dGates.address, width, x.address, grads.wIh.address);
    outer(shared, out, dGates.address, width, before.address, grads.wHh.address);
    const lastRows = grads.wHh.address + shared * hidden * 4;
    if (dHidden) outer(hidden, hidden, dHidden.address, hidden, before.address, lastRows);
    else if (shared < width) {
      outer(hidden, hidden, dGates.address + shared * 4, width, extra!.address, lastRows);
    }
    if (dStates && grads.wHr) {
      outer(out, hidden, dStates.address, out, unprojected!.address, grads.wHr.address);
    }
    const sumRows = (n: number, x: number, to: number) => {
      if (large) calls.push(["addColumnSums", rows, n, x, to]);
      else kernels.addColumnSums(rows, n, x, to);
    };
    if (grads.bIh) sumRows(width, dGates.address, grads.bIh.address);
    if (lastBias) sumRows(hidden, dHidden!.address, lastBias.address);
    if (dx) {
      const beta = dx.add ? 1 : 0;
      multiply(
        false,
        rows,
        inputs,
        width,
        dGates.address,
        width,
        weights.wIh.address,
        beta,
        dx.array.address,
      );
    }
    runCalls(calls);
    if (grads.bIh) {
      grads.bHh = clone(grads.bIh);
      if (lastBias) kernels.copy(hidden, lastBias.address, grads.bHh.address + shared * 4);
    }
    return grads;
  }
  return { y, hn, cn, gates, cells, backward, release };
}

/** gates = x·W_ihᵀ + b_ih + b_hh for all steps; of GRU's b_hh only r and z belong here, n's is multiplied by r. */
function projectInput(
  { cell, x, weights, packed, keep }: LayerCall,
  rows: number,
  inputs: number,
  hidden: number,
  gates: NDArray,
): void {
  const { kernels } = engine();
  const { wIh, bIh, bHh } = weights;
  const width = gateCount[cell] * hidden;
  const bias = bIh && clone(bIh);
  if (bias) kernels.axpy(cell === "gru" ? 2 * hidden : width, 1, bHh!.address, bias.address);
  if (!keep && rows <= rowsWorthPacking) {
    if (bias) kernels.broadcastRow(rows, width, bias.address, gates.address);
    const matrix = packInput(packed.input, wIh);
    kernels.gemmPacked(rows, width, inputs, x.address, inputs, matrix, bias ? 1 : 0, gates.address, width);
  } else {
    runLinear(rows, width, inputs, x.address, wIh.address, bias?.address ?? 0, gates.address);
  }
}

/** The address of W_ih packed for `gemmPacked`. */
export function packInput(slot: Prepacked, wIh: NDArray): number {
  return packTransposed(slot, wIh, false);
}

/** The address of W_hh prepared for the forward loop; `fresh` prepares it whether or not it has changed. */
export function packHidden(packed: PackedWeights, sizes: LayerSizes, wHh: NDArray, fresh: boolean): number {
  if (sizes.projected) return packTransposed(packed.hidden, wHh, fresh);
  const blas = usesBlas(sizes);
  const slot = blas ? packed.transposed : packed.hidden;
  if (!fresh && slot.isCurrent(wHh)) return slot.address;
  const { kernels } = engine();
  const code = cellCode[sizes.cell];
  if (blas) return transposeHidden(sizes, wHh.address, slot.prepare(wHh, wHh.size * 4));
  const to = slot.prepare(wHh, kernels.recurrentPackedBytes(code, sizes.hidden, 0));
  kernels.recurrentPack(code, sizes.hidden, 0, wHh.address, to);
  return to;
}

/** W_hhᵀ as the BLAS reads it fastest, whole or in slices; of GRU, the transpose of r's and z's rows, then of n's. */
function transposeHidden(sizes: LayerSizes, from: number, to: number): number {
  const { cell, hidden } = sizes;
  const rows = gateCount[cell] * hidden;
  const joined = cell === "gru" ? 2 * hidden : rows;
  const transpose = (first: number, count: number) => {
    for (const slice of goesByStep(sizes) ? slicesOf(count) : [{ from: 0, to: count }]) {
      const size = slice.to - slice.from;
      const at = 4 * (first + slice.from) * hidden;
      engine().kernels.transpose(size, hidden, from + at, hidden, to + at, size);
    }
  };
  transpose(0, joined);
  if (joined < rows) transpose(joined, hidden);
  return to;
}

/** The address of W_hr packed for `gemmPacked`. */
export function packProjection(slot: Prepacked, wHr: NDArray, fresh: boolean): number {
  return packTransposed(slot, wHr, fresh);
}

function packTransposed(slot: Prepacked, weights: NDArray, fresh: boolean): number {
  if (!fresh && slot.isCurrent(weights)) return slot.address;
  const { kernels } = engine();
  const [n, k] = weights.shape as [number, number];
  const to = slot.prepare(weights, kernels.packedBytes(n, k));
  kernels.pack(1, n, k, weights.address, k, to);
  return to;
}

function setState(slot: NDArray, initial: NDArray | null): void {
  const { kernels } = engine();
  if (initial) kernels.copy(slot.size, initial.address, slot.address);
  else kernels.fill(slot.size, 0, slot.address);
}
