// Reductions. Sums are kept in float64.
import { blockA } from "./scratch";
import { get, high64, low64, madd64, put, total } from "./simd";

@inline
function none(): v128 {
  return f64x2.splat(0);
}

@unmanaged class Plain { @inline f(v: v128): v128 { return v; } }
@unmanaged class Squared { @inline f(v: v128): v128 { return f64x2.mul(v, v); } }

function sumOf<F>(n: i32, x: usize): f64 {
  const op = changetype<F>(0);
  let a = none(), b = none(), c = none(), d = none();
  for (let i = n >> 3; i; i--, x += 32) {
    const v = v128.load(x), w = v128.load(x, 16);
    a = f64x2.add(a, op.f(low64(v)));
    b = f64x2.add(b, op.f(high64(v)));
    c = f64x2.add(c, op.f(low64(w)));
    d = f64x2.add(d, op.f(high64(w)));
  }
  for (let i = n & 7; i > 0; i -= 4, x += 16) {
    const v = get(x, min(i, 4));
    a = f64x2.add(a, op.f(low64(v)));
    b = f64x2.add(b, op.f(high64(v)));
  }
  return total(f64x2.add(f64x2.add(a, c), f64x2.add(b, d)));
}

export function sum(n: i32, x: usize): f64 {
  return sumOf<Plain>(n, x);
}

export function sumSquares(n: i32, x: usize): f64 {
  return sumOf<Squared>(n, x);
}

export function sumSquaredDifference(n: i32, a: usize, b: usize): f64 {
  let s = none(), t = none();
  for (let i = n; i > 0; i -= 4, a += 16, b += 16) {
    const lanes = min(i, 4);
    const v = f32x4.sub(get(a, lanes), get(b, lanes));
    const l = low64(v), h = high64(v);
    s = madd64(l, l, s);
    t = madd64(h, h, t);
  }
  return total(f64x2.add(s, t));
}

export function scaledDifference(n: i32, a: usize, b: usize, scale: f32, y: usize): void {
  const s = f32x4.splat(scale);
  for (let i = n; i > 0; i -= 4, a += 16, b += 16, y += 16) {
    const lanes = min(i, 4);
    put(y, f32x4.mul(f32x4.sub(get(a, lanes), get(b, lanes)), s), lanes);
  }
}

/** A number minus itself is 0 exactly when it is finite. */
export function allFinite(n: i32, x: usize): i32 {
  let bad = i32x4.splat(0);
  const zero = f32x4.splat(0);
  for (let i = n; i > 0; i -= 4, x += 16) {
    const v = get(x, min(i, 4));
    bad = v128.or(bad, f32x4.ne(f32x4.sub(v, v), zero));
  }
  return v128.any_true(bad) ? 0 : 1;
}

export function addColumnSums(rows: i32, cols: i32, x: usize, y: usize): void {
  const step = <usize>cols << 2;
  // float64 sums of a stretch of columns stay in the cache while the rows pass in the order of memory
  const sums = blockA();
  for (let j = 0; j < cols; j += 1024) {
    const width = min(cols - j, 1024);
    memory.fill(sums, 0, (<usize>width + 3) << 3);
    let i = rows;
    let row = x + (<usize>j << 2);
    for (; i >= 4; i -= 4, row += step << 2) {
      let at = row;
      let to = sums;
      for (let w = width; w > 0; w -= 4, at += 16, to += 32) {
        const lanes = min(w, 4);
        const a = get(at, lanes), b = get(at + step, lanes), c = get(at + 2 * step, lanes), d = get(at + 3 * step, lanes);
        const low = f64x2.add(f64x2.add(low64(a), low64(b)), f64x2.add(low64(c), low64(d)));
        const high = f64x2.add(f64x2.add(high64(a), high64(b)), f64x2.add(high64(c), high64(d)));
        v128.store(to, f64x2.add(v128.load(to), low));
        v128.store(to, f64x2.add(v128.load(to, 16), high), 16);
      }
    }
    for (; i > 0; i--, row += step) {
      let at = row;
      let to = sums;
      for (let w = width; w > 0; w--, at += 4, to += 8) store<f64>(to, load<f64>(to) + <f64>load<f32>(at));
    }
    let from = sums;
    for (let w = width; w > 0; w--, from += 8, y += 4) store<f32>(y, <f32>(<f64>load<f32>(y) + load<f64>(from)));
  }
}

@unmanaged class Add {
  @inline start(): v128 { return f64x2.splat(0); }
  @inline f(s: v128, v: v128): v128 { return f64x2.add(s, v); }
}
@unmanaged class Max {
  @inline start(): v128 { return f64x2.splat(-Infinity); }
  @inline f(s: v128, v: v128): v128 { return f64x2.max(s, v); }
}
@unmanaged class Min {
  @inline start(): v128 { return f64x2.splat(Infinity); }
  @inline f(s: v128, v: v128): v128 { return f64x2.min(s, v); }
}
@unmanaged class Mul {
  @inline start(): v128 { return f64x2.splat(1); }
  @inline f(s: v128, v: v128): v128 { return f64x2.mul(s, v); }
}

function fold<F>(outer: i32, mid: i32, inner: i32, divisor: f64, x: usize, y: usize): void {
  const op = changetype<F>(0);
  const step = <usize>inner << 2;
  for (; outer > 0; outer--, x += step * mid) {
    if (inner == 1) {
      let a = op.start(), b = op.start();
      let at = x;
      let i = mid;
      for (; i >= 4; i -= 4, at += 16) {
        const v = v128.load(at);
        a = op.f(a, low64(v));
        b = op.f(b, high64(v));
      }
      for (; i > 0; i--, at += 4) a = op.f(a, f64x2.replace_lane(op.start(), 0, <f64>load<f32>(at)));
      a = op.f(a, b);
      a = op.f(a, v128.shuffle<i64>(a, a, 1, 0));
      store<f32>(y, <f32>(f64x2.extract_lane(a, 0) / divisor));
      y += 4;
      continue;
    }
    let column = x;
    for (let j = inner; j > 0; j -= 4, column += 16, y += 16) {
      const lanes = min(j, 4);
      let a = op.start(), b = op.start();
      let at = column;
      for (let i = mid; i > 0; i--, at += step) {
        const v = get(at, lanes);
        a = op.f(a, low64(v));
        b = op.f(b, high64(v));
      }
      const d = f64x2.splat(divisor);
      const out = v128.shuffle<i64>(
        f32x4.demote_f64x2_zero(f64x2.div(a, d)), f32x4.demote_f64x2_zero(f64x2.div(b, d)), 0, 2);
      if (lanes == 4) v128.store(y, out);
      else {
        store<f32>(y, f32x4.extract_lane(out, 0));
        if (lanes > 1) store<f32>(y, f32x4.extract_lane(out, 1), 4);
        if (lanes > 2) store<f32>(y, f32x4.extract_lane(out, 2), 8);
        y += <usize>(lanes << 2) - 16;
      }
    }
  }
}

export function reduce(op: i32, outer: i32, mid: i32, inner: i32, x: usize, y: usize): void {
  switch (op) {
    case 0: return fold<Add>(outer, mid, inner, 1, x, y);
    case 1: return fold<Add>(outer, mid, inner, <f64>mid, x, y);
    case 2: return fold<Max>(outer, mid, inner, 1, x, y);
    case 3: return fold<Min>(outer, mid, inner, 1, x, y);
    case 4: return fold<Mul>(outer, mid, inner, 1, x, y);
  }
}

export function argReduce(largest: i32, outer: i32, mid: i32, inner: i32, x: usize, y: usize): void {
  const step = <usize>inner << 2;
  const sign: f32 = largest ? 1 : -1;
  for (; outer > 0; outer--, x += step * mid) {
    let column = x;
    for (let j = inner; j > 0; j--, column += 4, y += 4) {
      let best = sign * load<f32>(column);
      let index = 0;
      let at = column + step;
      for (let i = 1; i < mid && best == best; i++, at += step) {
        const v = sign * load<f32>(at);
        if (v > best || v != v) {
          best = v;
          index = i;
        }
      }
      store<i32>(y, index);
    }
  }
}
