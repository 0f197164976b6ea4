// What the cells do between two products, forward and backward, row by row, four units at a time.
import { sigmoid4, tanh4 } from "./math";
import { get, madd, put } from "./simd";

@inline
function one(): v128 {
  return f32x4.splat(1);
}

/** 1 − v² */
@inline
function tanhSlope(v: v128): v128 {
  return f32x4.sub(one(), f32x4.mul(v, v));
}

/** v (1 − v) */
@inline
function sigmoidSlope(v: v128): v128 {
  return f32x4.mul(v, f32x4.sub(one(), v));
}

// ---- RNN: h = tanh a, or max(a, 0) ---------------------------------------------------------------------------

export function rnnForward(cell: i32, n: i32, g: usize, hTo: usize): void {
  for (let i = n; i > 0; i -= 4, g += 16, hTo += 16) {
    const lanes = min(i, 4);
    const a = get(g, lanes);
    const y = cell ? f32x4.pmax(a, f32x4.splat(0)) : tanh4(a);
    put(g, y, lanes);
    put(hTo, y, lanes);
  }
}

export function rnnBackward(cell: i32, n: i32, g: usize, dy: usize, dh: usize, d: usize): void {
  for (let i = n; i > 0; i -= 4, g += 16, dh += 16, d += 16) {
    const lanes = min(i, 4);
    const y = get(g, lanes);
    let v = get(dh, lanes);
    if (dy) {
      v = f32x4.add(v, get(dy, lanes));
      dy += 16;
    }
    put(d, cell ? v128.andnot(v, f32x4.le(y, f32x4.splat(0))) : f32x4.mul(v, tanhSlope(y)), lanes);
  }
}

// ---- LSTM: c = f·c₋ + i·g, h = o·tanh c ----------------------------------------------------------------------

@inline
function lstmUnits(lanes: i32, width: usize, g: usize, cFrom: usize, cTo: usize, hTo: usize, extra: usize): void {
  const i = sigmoid4(get(g, lanes));
  const f = sigmoid4(get(g + width, lanes));
  const n = tanh4(get(g + 2 * width, lanes));
  const o = sigmoid4(get(g + 3 * width, lanes));
  const c = madd(f, get(cFrom, lanes), f32x4.mul(i, n));
  const t = tanh4(c);
  put(g, i, lanes);
  put(g + width, f, lanes);
  put(g + 2 * width, n, lanes);
  put(g + 3 * width, o, lanes);
  put(cTo, c, lanes);
  put(hTo, f32x4.mul(o, t), lanes);
  if (extra) put(extra, t, lanes);
}

export function lstmForward(rows: i32, h: i32, g: usize, cFrom: usize, cTo: usize, hTo: usize, extra: usize): void {
  const width = <usize>h << 2;
  const rest = h & 3;
  const tail = <usize>rest << 2;
  for (; rows > 0; rows--, g += 3 * width) {
    for (let j = h >> 2; j; j--) {
      lstmUnits(4, width, g, cFrom, cTo, hTo, extra);
      g += 16;
      cFrom += 16;
      cTo += 16;
      hTo += 16;
      if (extra) extra += 16;
    }
    if (rest) {
      lstmUnits(rest, width, g, cFrom, cTo, hTo, extra);
      g += tail;
      cFrom += tail;
      cTo += tail;
      hTo += tail;
      if (extra) extra += tail;
    }
  }
}

@inline
function lstmUnitsBackward(
  lanes: i32, width: usize, g: usize, cFrom: usize, extra: usize, dy: usize, dh: usize, dc: usize, d: usize,
): void {
  const i = get(g, lanes), f = get(g + width, lanes), n = get(g + 2 * width, lanes), o = get(g + 3 * width, lanes);
  const t = get(extra, lanes);
  let v = get(dh, lanes);
  if (dy) v = f32x4.add(v, get(dy, lanes));
  const c = madd(f32x4.mul(v, o), tanhSlope(t), get(dc, lanes));
  put(d, f32x4.mul(f32x4.mul(c, n), sigmoidSlope(i)), lanes);
  put(d + width, f32x4.mul(f32x4.mul(c, get(cFrom, lanes)), sigmoidSlope(f)), lanes);
  put(d + 2 * width, f32x4.mul(f32x4.mul(c, i), tanhSlope(n)), lanes);
  put(d + 3 * width, f32x4.mul(f32x4.mul(v, t), sigmoidSlope(o)), lanes);
  put(dc, f32x4.mul(c, f), lanes);
}

export function lstmBackward(
  rows: i32, h: i32, g: usize, cFrom: usize, extra: usize, dy: usize, dh: usize, dc: usize, d: usize,
): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 3 * width, d += 3 * width) {
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      if (lanes == 4) lstmUnitsBackward(4, width, g, cFrom, extra, dy, dh, dc, d);
      else lstmUnitsBackward(lanes, width, g, cFrom, extra, dy, dh, dc, d);
      const by = <usize>lanes << 2;
      g += by;
      cFrom += by;
      extra += by;
      if (dy) dy += by;
      dh += by;
      dc += by;
      d += by;
    }
  }
}

// ---- GRU: n = tanh(a_n + r·e), e = W_hn·h₋ + b_hn; h = n + z (h₋ − n) ----------------------------------------

@inline
function gruUnits(lanes: i32, width: usize, g: usize, bhn: usize, hFrom: usize, hTo: usize, extra: usize): void {
  const r = sigmoid4(get(g, lanes));
  const z = sigmoid4(get(g + width, lanes));
  let e = get(extra, lanes);
  if (bhn) e = f32x4.add(e, get(bhn, lanes));
  const n = tanh4(madd(r, e, get(g + 2 * width, lanes)));
  put(g, r, lanes);
  put(g + width, z, lanes);
  put(g + 2 * width, n, lanes);
  put(extra, e, lanes);
  put(hTo, madd(z, f32x4.sub(get(hFrom, lanes), n), n), lanes);
}

export function gruForward(rows: i32, h: i32, g: usize, bhn: usize, hFrom: usize, hTo: usize, extra: usize): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 2 * width) {
    let bias = bhn;
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      if (lanes == 4) gruUnits(4, width, g, bias, hFrom, hTo, extra);
      else gruUnits(lanes, width, g, bias, hFrom, hTo, extra);
      const by = <usize>lanes << 2;
      g += by;
      if (bias) bias += by;
      hFrom += by;
      hTo += by;
      extra += by;
    }
  }
}

@inline
function gruUnitsBackward(
  lanes: i32, width: usize, g: usize, hFrom: usize, extra: usize, dy: usize, dh: usize, d: usize, dhn: usize,
): void {
  const r = get(g, lanes), z = get(g + width, lanes), n = get(g + 2 * width, lanes);
  const e = get(extra, lanes);
  let v = get(dh, lanes);
  if (dy) v = f32x4.add(v, get(dy, lanes));
  const an = f32x4.mul(f32x4.mul(v, f32x4.sub(one(), z)), tanhSlope(n));
  const az = f32x4.mul(f32x4.mul(v, f32x4.sub(get(hFrom, lanes), n)), sigmoidSlope(z));
  put(d, f32x4.mul(f32x4.mul(an, e), sigmoidSlope(r)), lanes);
  put(d + width, az, lanes);
  put(d + 2 * width, an, lanes);
  put(dhn, f32x4.mul(an, r), lanes);
  put(dh, f32x4.mul(v, z), lanes);
}

export function gruBackward(
  rows: i32, h: i32, g: usize, hFrom: usize, extra: usize, dy: usize, dh: usize, d: usize, dhn: usize,
): void {
  const width = <usize>h << 2;
  for (; rows > 0; rows--, g += 2 * width, d += 2 * width) {
    for (let j = h; j > 0; j -= 4) {
      const lanes = min(j, 4);
      if (lanes == 4) gruUnitsBackward(4, width, g, hFrom, extra, dy, dh, d, dhn);
      else gruUnitsBackward(lanes, width, g, hFrom, extra, dy, dh, d, dhn);
      const by = <usize>lanes << 2;
      g += by;
      hFrom += by;
      extra += by;
      if (dy) dy += by;
      dh += by;
      d += by;
      dhn += by;
    }
  }
}
