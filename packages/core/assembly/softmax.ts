// Softmax and log-softmax over the middle of x[outer,mid,inner], four columns at a time (or along the row when inner is 1).
import { exp4, expNegative4, log64 } from "./math";
import { get, high64, low64, narrow, put } from "./simd";

export function softmax(log: i32, outer: i32, mid: i32, inner: i32, x: usize, y: usize): void {
  const bytes = (<usize>mid * inner) << 2;
  for (; outer > 0; outer--, x += bytes, y += bytes) {
    if (inner == 1) softmaxRow(log, mid, x, y);
    else for (let j = 0; j < inner; j += 4) {
      softmaxColumns(log, mid, <usize>inner << 2, min(inner - j, 4), x + (<usize>j << 2), y + (<usize>j << 2));
    }
  }
}

function softmaxRow(log: i32, n: i32, x: usize, y: usize): void {
  let peak: f32 = -Infinity;
  for (let i: usize = 0; i < <usize>n << 2; i += 4) peak = max(peak, load<f32>(x + i));
  const top = f32x4.splat(peak);
  let a = f64x2.splat(0), b = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(n - i, 4);
    const at = <usize>i << 2;
    let e = expNegative4(f32x4.sub(get(x + at, lanes), top));
    if (lanes < 4) e = keep(e, lanes);
    if (!log) put(y + at, e, lanes);
    a = f64x2.add(a, low64(e));
    b = f64x2.add(b, high64(e));
  }
  a = f64x2.add(a, b);
  const sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  const scale = f32x4.splat(<f32>(1 / sum));
  const shift = f64x2.splat(<f64>peak + f64x2.extract_lane(log64(f64x2.splat(sum)), 0));
  for (let i = 0; i < n; i += 4) {
    const lanes = min(n - i, 4);
    const at = <usize>i << 2;
    if (log) {
      const v = get(x + at, lanes);
      put(y + at, narrow(f64x2.sub(low64(v), shift), f64x2.sub(high64(v), shift)), lanes);
    } else put(y + at, f32x4.mul(get(y + at, lanes), scale), lanes);
  }
}

/** The lanes from `lanes` on set to 0. */
function keep(v: v128, lanes: i32): v128 {
  v = f32x4.replace_lane(v, 3, 0);
  if (lanes < 3) v = f32x4.replace_lane(v, 2, 0);
  if (lanes < 2) v = f32x4.replace_lane(v, 1, 0);
  return v;
}

function softmaxColumns(log: i32, n: i32, step: usize, lanes: i32, x: usize, y: usize): void {
  const end = x + step * n;
  let top = f32x4.splat(-Infinity);
  for (let at = x; at < end; at += step) top = f32x4.max(top, get(at, lanes));
  let a = f64x2.splat(0), b = f64x2.splat(0);
  let to = y;
  for (let at = x; at < end; at += step, to += step) {
    const e = expNegative4(f32x4.sub(get(at, lanes), top));
    if (!log) put(to, e, lanes);
    a = f64x2.add(a, low64(e));
    b = f64x2.add(b, high64(e));
  }
  to = y;
  if (log) {
    const shiftA = f64x2.add(low64(top), log64(a));
    const shiftB = f64x2.add(high64(top), log64(b));
    for (let at = x; at < end; at += step, to += step) {
      const v = get(at, lanes);
      put(to, narrow(f64x2.sub(low64(v), shiftA), f64x2.sub(high64(v), shiftB)), lanes);
    }
    return;
  }
  const one = f64x2.splat(1);
  const scale = narrow(f64x2.div(one, a), f64x2.div(one, b));
  for (let at = x; at < end; at += step, to += step) put(to, f32x4.mul(get(to, lanes), scale), lanes);
}

/** dx = y (dy − Σ dy·y), or dy − e^y Σ dy for the logarithm. */
export function softmaxBackward(log: i32, outer: i32, mid: i32, inner: i32, y: usize, dy: usize, dx: usize): void {
  const bytes = (<usize>mid * inner) << 2;
  for (; outer > 0; outer--, y += bytes, dy += bytes, dx += bytes) {
    if (inner == 1) backwardRow(log, mid, y, dy, dx);
    else for (let j = 0; j < inner; j += 4) {
      const at = <usize>j << 2;
      backwardColumns(log, mid, <usize>inner << 2, min(inner - j, 4), y + at, dy + at, dx + at);
    }
  }
}

function backwardRow(log: i32, n: i32, y: usize, dy: usize, dx: usize): void {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const lanes = min(n - i, 4);
    const at = <usize>i << 2;
    let v = get(dy + at, lanes);
    if (!log) v = f32x4.mul(v, get(y + at, lanes));
    a = f64x2.add(a, low64(v));
    b = f64x2.add(b, high64(v));
  }
  a = f64x2.add(a, b);
  const sum = f32x4.splat(<f32>(f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1)));
  for (let i = 0; i < n; i += 4) {
    const lanes = min(n - i, 4);
    const at = <usize>i << 2;
    put(dx + at, slope(log, get(y + at, lanes), get(dy + at, lanes), sum), lanes);
  }
}

function backwardColumns(log: i32, n: i32, step: usize, lanes: i32, y: usize, dy: usize, dx: usize): void {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  const bytes = step * n;
  for (let at: usize = 0; at < bytes; at += step) {
    let v = get(dy + at, lanes);
    if (!log) v = f32x4.mul(v, get(y + at, lanes));
    a = f64x2.add(a, low64(v));
    b = f64x2.add(b, high64(v));
  }
  const sum = narrow(a, b);
  for (let at: usize = 0; at < bytes; at += step) put(dx + at, slope(log, get(y + at, lanes), get(dy + at, lanes), sum), lanes);
}

@inline
function slope(log: i32, y: v128, dy: v128, sum: v128): v128 {
  return log ? f32x4.sub(dy, f32x4.mul(exp4(y), sum)) : f32x4.mul(y, f32x4.sub(dy, sum));
}
