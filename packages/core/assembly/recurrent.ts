// Recurrent layers: one layer, one direction, a whole sequence in one call. Each step is one product with the packed
// recurrent weights and one pass over the gates; the passes are in cells.ts.
import { gruBackward, gruForward, lstmBackward, lstmForward, rnnBackward, rnnForward } from "./cells";
import { gemmPacked, pack, packedBytes, sgemm } from "./gemm";

const LSTM = 2;
const GRU = 3;

@inline
function gatesOf(cell: i32): i32 {
  return cell == LSTM ? 4 : cell == GRU ? 3 : 1;
}

/** GRU keeps the n gate's weights apart: their product is multiplied by r before it joins the gate. */
@inline
function joined(cell: i32, h: i32): i32 {
  return cell == GRU ? 2 * h : gatesOf(cell) * h;
}

export function recurrentPackedBytes(cell: i32, h: i32, backward: i32): usize {
  if (backward) return packedBytes(h, gatesOf(cell) * h);
  return packedBytes(joined(cell, h), h) + (cell == GRU ? packedBytes(h, h) : 0);
}

export function recurrentPack(cell: i32, h: i32, backward: i32, whh: usize, packed: usize): void {
  const n = joined(cell, h);
  const last = whh + (<usize>(n * h) << 2);
  if (backward) {
    pack(0, h, n, whh, h, packed);
    if (cell == GRU) pack(0, h, h, last, h, packed + packedBytes(h, n));
  } else {
    pack(1, n, h, whh, h, packed);
    if (cell == GRU) pack(1, h, h, last, h, packed + packedBytes(n, h));
  }
}

/** Rows b0 … of step t that take part: up to b1, or to the step's batch size. */
@inline
function activeRows(t: i32, b0: i32, b1: i32, batchSizes: usize): i32 {
  return max(0, (batchSizes ? min(b1, load<i32>(batchSizes + (<usize>t << 2))) : b1) - b0);
}

// How the products of the steps are done.
const PACKED = 0; // with packed weights
const PLAIN = 1; // with the weights as they are, by the BLAS
// any other: not here, but by the caller

/** c = a·W + beta·c */
@inline
function product(how: i32, rows: i32, n: i32, k: i32, a: usize, lda: i32, w: usize, beta: i32, c: usize, ldc: i32): void {
  if (how == PACKED) gemmPacked(rows, n, k, a, lda, w, beta, c, ldc);
  else if (how == PLAIN && rows) sgemm(0, 0, rows, n, k, a, lda, w, n, beta, c, ldc);
}

/** Bytes of W [k, n]. */
@inline
function matrixBytes(how: i32, n: i32, k: i32): usize {
  return how == PACKED ? packedBytes(n, k) : <usize>n * <usize>k << 2;
}

export function recurrentForward(
  cell: i32, t: i32, b: i32, b0: i32, b1: i32, h: i32, reverse: i32,
  gates: usize, packed: usize, bhn: usize, hs: usize, cs: usize, cStride: i32, extra: usize, batchSizes: usize, how: i32,
): void {
  const gh = gatesOf(cell) * h;
  const n = joined(cell, h);
  const row = <usize>h << 2;
  const slot = row * b;
  const cSlot = <usize>cStride << 2;
  const gateRow = <usize>gh << 2;
  const packedLast = packed + matrixBytes(how, n, h);
  const first = row * b0;
  for (let s = 0; s < t; s++) {
    const step = reverse ? t - 1 - s : s;
    const from = reverse ? step + 1 : step;
    const to = reverse ? step : step + 1;
    const rows = activeRows(step, b0, b1, batchSizes);
    const hFrom = hs + slot * from + first;
    const hTo = hs + slot * to + first;
    const cFrom = cs + cSlot * from + first;
    const cTo = cs + cSlot * to + first;
    const g = gates + gateRow * (<usize>step * b + b0);
    const e = extra ? extra + slot * step + first : 0;
    product(how, rows, n, h, hFrom, h, packed, 1, g, gh);
    if (cell == LSTM) lstmForward(rows, h, g, cFrom, cTo, hTo, e);
    else if (cell == GRU) {
      product(how, rows, h, h, hFrom, h, packedLast, 0, e, h);
      gruForward(rows, h, g, bhn, hFrom, hTo, e);
    } else rnnForward(cell, rows * h, g, hTo);
    // rows that have ended, or not begun, keep their state
    const rest = row * (b1 - b0 - rows);
    if (rest) {
      memory.copy(hTo + row * rows, hFrom + row * rows, rest);
      if (cell == LSTM && cStride) memory.copy(cTo + row * rows, cFrom + row * rows, rest);
    }
  }
}

export function recurrentBackward(
  cell: i32, t: i32, b: i32, b0: i32, b1: i32, h: i32, reverse: i32,
  gates: usize, packed: usize, hs: usize, cs: usize, extra: usize, batchSizes: usize,
  dy: usize, dh: usize, dc: usize, dgates: usize, dhn: usize, how: i32,
): void {
  const gh = gatesOf(cell) * h;
  const n = joined(cell, h);
  const row = <usize>h << 2;
  const slot = row * b;
  const gateRow = <usize>gh << 2;
  const packedLast = packed + matrixBytes(how, h, n);
  const first = row * b0;
  dh += first;
  dc += first;
  for (let s = 0; s < t; s++) {
    const step = reverse ? s : t - 1 - s;
    const from = reverse ? step + 1 : step;
    const to = reverse ? step : step + 1;
    const rows = activeRows(step, b0, b1, batchSizes);
    const hFrom = hs + slot * from + first;
    const cFrom = cs + slot * from + first;
    const at = gateRow * (<usize>step * b + b0);
    const d = dgates + at;
    const e = extra + slot * step + first;
    const y = dy ? dy + slot * step + first : 0;
    if (cell == LSTM) lstmBackward(rows, h, gates + at, cFrom, e, y, dh, dc, d);
    else if (cell == GRU) {
      const n = dhn + slot * step + first;
      gruBackward(rows, h, gates + at, hFrom, e, y, dh, d, n);
      product(how, rows, h, h, n, h, packedLast, 1, dh, h);
    } else rnnBackward(cell, rows * h, gates + at, y, dh, d);
    product(how, rows, h, n, d, gh, packed, cell == GRU ? 1 : 0, dh, h);
    const rest = b1 - b0 - rows;
    if (rest) {
      memory.fill(d + gateRow * rows, 0, gateRow * rest);
      if (cell == GRU) memory.fill(dhn + slot * step + first + row * rows, 0, row * rest);
    }
  }
}
