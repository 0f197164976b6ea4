// Two recurrent layers that do not fit the loop of recurrent.ts: the GRU whose reset gate multiplies the state before the
// product, and the LSTM whose output is projected. Buffers lie as in recurrent.ts; the W_hh of both is packed there (the
// projected one with `pack`, as it is not square).
import { lstmBackward, lstmForward } from "./cells";
import { gemmPacked, packedBytes } from "./gemm";
import { sigmoid4, tanh4 } from "./math";
import { get, madd, put } from "./simd";

@inline
function one(): v128 {
  return f32x4.splat(1);
}

/** v (1 − v) */
@inline
function sigmoidSlope(v: v128): v128 {
  return f32x4.mul(v, f32x4.sub(one(), v));
}

/** Rows b0 … of step t that take part: up to b1, or to the step's batch size. */
@inline
function activeRows(t: i32, b0: i32, b1: i32, batchSizes: usize): i32 {
  return max(0, (batchSizes ? min(b1, load<i32>(batchSizes + (<usize>t << 2))) : b1) - b0);
}

// ---- GRU, reset before: q = r·h₋, n = tanh(a_n + W_n·q), h = n + z (h₋ − n) ------------------------------------

/** r, z = σ(a); q = r·h₋ */
function resetState(rows: i32, h: i32, g: usize, hFrom: usize, q: usize): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 2 * width) {
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      const r = sigmoid4(get(g, lanes));
      put(g, r, lanes);
      put(g + width, sigmoid4(get(g + width, lanes)), lanes);
      put(q, f32x4.mul(r, get(hFrom, lanes)), lanes);
      const by = <usize>lanes << 2;
      g += by;
      hFrom += by;
      q += by;
    }
  }
}

/** n = tanh(a_n); h = n + z (h₋ − n) */
function mixState(rows: i32, h: i32, g: usize, hFrom: usize, hTo: usize): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 2 * width) {
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      const n = tanh4(get(g + 2 * width, lanes));
      put(g + 2 * width, n, lanes);
      put(hTo, madd(get(g + width, lanes), f32x4.sub(get(hFrom, lanes), n), n), lanes);
      const by = <usize>lanes << 2;
      g += by;
      hFrom += by;
      hTo += by;
    }
  }
}

/** From v = dh + dy: da_n, da_z, and dh = v·z, what goes past the cell. */
function mixBackward(rows: i32, h: i32, g: usize, hFrom: usize, dy: usize, dh: usize, d: usize): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 2 * width, d += 2 * width) {
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      const by = <usize>lanes << 2;
      const z = get(g + width, lanes), n = get(g + 2 * width, lanes);
      let v = get(dh, lanes);
      if (dy) {
        v = f32x4.add(v, get(dy, lanes));
        dy += by;
      }
      const an = f32x4.mul(f32x4.mul(v, f32x4.sub(one(), z)), f32x4.sub(one(), f32x4.mul(n, n)));
      put(d + 2 * width, an, lanes);
      put(d + width, f32x4.mul(f32x4.mul(v, f32x4.sub(get(hFrom, lanes), n)), sigmoidSlope(z)), lanes);
      put(dh, f32x4.mul(v, z), lanes);
      g += by;
      hFrom += by;
      dh += by;
      d += by;
    }
  }
}

/** From dq: da_r, and its share of dh. */
function resetBackward(rows: i32, h: i32, g: usize, hFrom: usize, dq: usize, dh: usize, d: usize): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 2 * width, d += 2 * width) {
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      const r = get(g, lanes), v = get(dq, lanes);
      put(d, f32x4.mul(f32x4.mul(v, get(hFrom, lanes)), sigmoidSlope(r)), lanes);
      put(dh, madd(v, r, get(dh, lanes)), lanes);
      const by = <usize>lanes << 2;
      g += by;
      hFrom += by;
      dq += by;
      dh += by;
      d += by;
    }
  }
}

export function resetBeforeForward(
  t: i32, b: i32, b0: i32, b1: i32, h: i32, reverse: i32,
  gates: usize, packed: usize, hs: usize, q: usize, batchSizes: usize,
): void {
  const row = <usize>h << 2;
  const slot = row * b;
  const packedLast = packed + packedBytes(2 * h, h);
  const first = row * b0;
  for (let s = 0; s < t; s++) {
    const step = reverse ? t - 1 - s : s;
    const rows = activeRows(step, b0, b1, batchSizes);
    const hFrom = hs + slot * (reverse ? step + 1 : step) + first;
    const hTo = hs + slot * (reverse ? step : step + 1) + first;
    const g = gates + 3 * row * (<usize>step * b + b0);
    const e = q + slot * step + first;
    gemmPacked(rows, 2 * h, h, hFrom, h, packed, 1, g, 3 * h);
    resetState(rows, h, g, hFrom, e);
    gemmPacked(rows, h, h, e, h, packedLast, 1, g + 2 * row, 3 * h);
    mixState(rows, h, g, hFrom, hTo);
    const rest = row * (b1 - b0 - rows);
    if (rest) {
      memory.copy(hTo + row * rows, hFrom + row * rows, rest);
      memory.fill(e + row * rows, 0, rest);
    }
  }
}

export function resetBeforeBackward(
  t: i32, b: i32, b0: i32, b1: i32, h: i32, reverse: i32,
  gates: usize, packed: usize, hs: usize, batchSizes: usize, dy: usize, dh: usize, dgates: usize, dq: usize,
): void {
  const row = <usize>h << 2;
  const slot = row * b;
  const packedLast = packed + packedBytes(h, 2 * h);
  const first = row * b0;
  dh += first;
  dq += first;
  for (let s = 0; s < t; s++) {
    const step = reverse ? s : t - 1 - s;
    const rows = activeRows(step, b0, b1, batchSizes);
    const hFrom = hs + slot * (reverse ? step + 1 : step) + first;
    const at = 3 * row * (<usize>step * b + b0);
    const d = dgates + at;
    mixBackward(rows, h, gates + at, hFrom, dy ? dy + slot * step + first : 0, dh, d);
    gemmPacked(rows, h, h, d + 2 * row, 3 * h, packedLast, 0, dq, h);
    resetBackward(rows, h, gates + at, hFrom, dq, dh, d);
    gemmPacked(rows, h, 2 * h, d, 3 * h, packed, 1, dh, h);
    const rest = b1 - b0 - rows;
    if (rest) memory.fill(d + 3 * row * rows, 0, 3 * row * rest);
  }
}

// ---- LSTM with a projection: m = o·tanh c, h = W_hr·m ------------------------------------------------------------

export function projectedForward(
  t: i32, b: i32, b0: i32, b1: i32, h: i32, p: i32, reverse: i32,
  gates: usize, packed: usize, packedProjection: usize, hs: usize, cs: usize, cStride: i32, m: usize, extra: usize,
  batchSizes: usize,
): void {
  const row = <usize>h << 2;
  const out = <usize>p << 2;
  const cSlot = <usize>cStride << 2;
  for (let s = 0; s < t; s++) {
    const step = reverse ? t - 1 - s : s;
    const from = reverse ? step + 1 : step;
    const to = reverse ? step : step + 1;
    const rows = activeRows(step, b0, b1, batchSizes);
    const hFrom = hs + out * (<usize>from * b + b0);
    const hTo = hs + out * (<usize>to * b + b0);
    const cFrom = cs + cSlot * from + row * b0;
    const cTo = cs + cSlot * to + row * b0;
    const here = row * (<usize>step * b + b0);
    const g = gates + 4 * here;
    gemmPacked(rows, 4 * h, p, hFrom, p, packed, 1, g, 4 * h);
    lstmForward(rows, h, g, cFrom, cTo, m + here, extra ? extra + here : 0);
    gemmPacked(rows, p, h, m + here, h, packedProjection, 0, hTo, p);
    const rest = b1 - b0 - rows;
    if (rest) {
      memory.copy(hTo + out * rows, hFrom + out * rows, out * rest);
      memory.fill(m + here + row * rows, 0, row * rest);
      if (cStride) memory.copy(cTo + row * rows, cFrom + row * rows, row * rest);
    }
  }
}

export function projectedBackward(
  t: i32, b: i32, b0: i32, b1: i32, h: i32, p: i32, reverse: i32,
  gates: usize, packed: usize, packedProjection: usize, cs: usize, extra: usize, batchSizes: usize,
  dy: usize, dh: usize, dc: usize, dgates: usize, dhs: usize, dm: usize,
): void {
  const row = <usize>h << 2;
  const out = <usize>p << 2;
  dh += out * b0;
  dc += row * b0;
  dm += row * b0;
  for (let s = 0; s < t; s++) {
    const step = reverse ? s : t - 1 - s;
    const rows = activeRows(step, b0, b1, batchSizes);
    const here = row * (<usize>step * b + b0);
    const there = out * (<usize>step * b + b0);
    const d = dgates + 4 * here;
    const v = dhs + there;
    const cFrom = cs + row * ((reverse ? step + 1 : step) * <usize>b + b0);
    for (let i = rows * p, at: usize = 0; i > 0; i -= 4, at += 16) {
      const lanes = min(i, 4);
      const sum = get(dh + at, lanes);
      put(v + at, dy ? f32x4.add(sum, get(dy + there + at, lanes)) : sum, lanes);
    }
    gemmPacked(rows, h, p, v, p, packedProjection, 0, dm, h);
    lstmBackward(rows, h, gates + 4 * here, cFrom, extra + here, 0, dm, dc, d);
    gemmPacked(rows, p, 4 * h, d, 4 * h, packed, 0, dh, p);
    const rest = b1 - b0 - rows;
    if (rest) {
      memory.fill(d + 4 * row * rows, 0, 4 * row * rest);
      memory.fill(v + out * rows, 0, out * rest);
    }
  }
}
