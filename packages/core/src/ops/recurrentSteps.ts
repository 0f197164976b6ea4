// Layers that go step by step from here, instead of in one call of a kernel.
//
// Large ones do because where W_hh is larger than a thread's cache, threads share a step's product by columns, so that
// each reads its part of the weights for the whole batch, instead of all weights for its part of the batch.
import { engine, writeInts } from "../engine/engine.js";
import type { Call } from "../engine/pool.js";
import { empty } from "./ndarray.js";
import { partsOf, runCalls } from "./parallel.js";
import {
  type BackwardBuffers,
  backwardCall,
  backwardWeights,
  type ForwardWeights,
  forwardCall,
  gateCount,
  howToMultiply,
  type LayerBuffers,
  type LayerSizes,
  usesBlas,
} from "./recurrentCalls.js";

/** The kernels' `how` when the caller does a step's products. */
const byCaller = 2;
const leastHidden = 256;
/** Columns of a step's product that one call computes at least, and calls at most. */
const leastColumns = 128;
const mostSlices = 4;

/** Whether a layer is large enough to go step by step. */
export function goesByStep(sizes: LayerSizes): boolean {
  return sizes.hidden >= leastHidden && usesBlas(sizes);
}

interface Step {
  /** Where the step stands in the sequence. */
  at: number;
  /** Slot of the states that it starts from. */
  from: number;
  /** Rows that take part. */
  rows: number;
}

function stepsOf({ steps, batch, reverse }: LayerSizes, batchSizes: number): Step[] {
  const { i32 } = engine().memory;
  return Array.from({ length: steps }, (_, s) => {
    const at = reverse ? steps - 1 - s : s;
    return {
      at,
      from: reverse ? at + 1 : at,
      rows: batchSizes ? i32[(batchSizes >> 2) + at]! : batch,
    };
  });
}

/** Columns of a matrix of `n` that one call multiplies by. */
export const slicesOf = (n: number) => partsOf(n, leastColumns, mostSlices);

/** C[rows, n] = A[rows, k]·W[k, n] + beta·C, a slice of W a call; the slices lie one after another. */
function sliceCalls(
  rows: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  w: number,
  beta: 0 | 1,
  c: number,
  ldc: number,
): Call[] {
  return slicesOf(n).map(({ from, to }) => {
    const count = to - from;
    return ["gemm", 0, 0, rows, count, k, a, lda, w + 4 * from * k, count, beta, c + 4 * from, ldc];
  });
}

/** A copy of W [k, n] in slices, one after another: the BLAS reads them some 20 % faster than where they lie. */
function slicesFrom(w: number, k: number, n: number): number {
  const { kernels } = engine();
  const to = empty([k, n]).address;
  const strides = writeInts(1, [n, 1]);
  for (const slice of slicesOf(n)) {
    const shape = writeInts(0, [k, slice.to - slice.from]);
    kernels.copyStrided(2, shape, w + 4 * slice.from, strides, to + 4 * slice.from * k);
  }
  return to;
}

/** The rows of one step, as calls of the gates' kernel. */
function rowCalls(batch: number, call: (b0: number, b1: number) => Call): Call[] {
  return partsOf(batch, 16, 8).map(({ from, to }) => call(from, to));
}

/** Where one step's buffers lie. */
function buffersAt(
  buffers: LayerBuffers,
  { batch, hidden, out, cell }: LayerSizes,
  at: number,
): LayerBuffers {
  const unit = 4 * at * batch * hidden;
  return {
    ...buffers,
    gates: buffers.gates + unit * gateCount[cell],
    hs: buffers.hs + 4 * at * batch * out,
    cs: buffers.cs + 4 * at * buffers.cStride,
    extra: buffers.extra && buffers.extra + unit,
    batchSizes: buffers.batchSizes && buffers.batchSizes + 4 * at,
  };
}

/** All steps forward. `weights.hidden` is W_hhᵀ in slices; see `transposeHidden`. */
export function forwardBySteps(sizes: LayerSizes, buffers: LayerBuffers, weights: ForwardWeights): void {
  const { batch, hidden: h, cell } = sizes;
  const width = gateCount[cell] * h;
  const joined = cell === "gru" ? 2 * h : width;
  for (const { at, from, rows } of stepsOf(sizes, buffers.batchSizes)) {
    const here = buffersAt(buffers, sizes, at);
    const state = buffers.hs + 4 * from * batch * h;
    const calls = sliceCalls(rows, joined, h, state, h, weights.hidden, 1, here.gates, width);
    if (cell === "gru") {
      calls.push(...sliceCalls(rows, h, h, state, h, weights.hidden + 4 * joined * h, 0, here.extra, h));
    }
    runCalls(calls);
    const one = { ...sizes, steps: 1 };
    runCalls(rowCalls(batch, (b0, b1) => forwardCall(one, here, weights, b0, b1, byCaller)));
  }
}

/** Where one step's gradients lie. */
function gradsAt(
  grads: BackwardBuffers,
  { batch, hidden, out, cell }: LayerSizes,
  at: number,
): BackwardBuffers {
  const unit = 4 * at * batch * hidden;
  const state = 4 * at * batch * out;
  return {
    ...grads,
    dy: grads.dy && grads.dy + state,
    dgates: grads.dgates + unit * gateCount[cell],
    dhn: grads.dhn && grads.dhn + unit,
    dStates: grads.dStates && grads.dStates + state,
  };
}

/** All steps back. */
export function backwardBySteps(
  sizes: LayerSizes,
  buffers: LayerBuffers,
  wHh: number,
  grads: BackwardBuffers,
): void {
  const { batch, hidden: h, cell } = sizes;
  const width = gateCount[cell] * h;
  const joined = cell === "gru" ? 2 * h : width;
  const weights = { hidden: 0, projection: 0, work: 0 };
  const joinedSlices = slicesFrom(wHh, joined, h);
  const lastSlices = cell === "gru" ? slicesFrom(wHh + 4 * joined * h, h, h) : 0;
  const one = { ...sizes, steps: 1 };
  for (const { at, rows } of stepsOf(sizes, buffers.batchSizes).reverse()) {
    const [from, to] = [buffersAt(buffers, sizes, at), gradsAt(grads, sizes, at)];
    runCalls(rowCalls(batch, (b0, b1) => backwardCall(one, from, weights, to, b0, b1, byCaller)));
    if (cell === "gru") runCalls(sliceCalls(rows, h, h, to.dhn, h, lastSlices, 1, to.dh, h));
    runCalls(sliceCalls(rows, h, joined, to.dgates, width, joinedSlices, cell === "gru" ? 1 : 0, to.dh, h));
  }
}

/** All steps back, of any layer; `onNorm` hears ‖∂loss/∂h_t‖ over the rows that take part before step t is undone. */
export function backwardWatched(
  sizes: LayerSizes,
  buffers: LayerBuffers,
  wHh: number,
  wHr: number,
  grads: BackwardBuffers,
  onNorm: (step: number, norm: number) => void,
): void {
  const { kernels } = engine();
  const { batch, out } = sizes;
  const weights = backwardWeights(sizes, wHh, wHr);
  const how = howToMultiply(sizes);
  const sum = empty([batch, out]).address;
  for (const { at, rows } of stepsOf(sizes, buffers.batchSizes).reverse()) {
    const to = gradsAt(grads, sizes, at);
    // what comes from later steps plus what comes from the output
    kernels.copy(rows * out, to.dh, sum);
    if (to.dy) kernels.axpy(rows * out, 1, to.dy, sum);
    onNorm(at, Math.sqrt(kernels.sumSquares(rows * out, sum)));
    const one = { ...sizes, steps: 1 };
    runCalls([backwardCall(one, buffersAt(buffers, sizes, at), weights, to, 0, batch, how)]);
  }
}
