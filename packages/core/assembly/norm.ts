// Normalisation: y = (x − mean)·rstd·weight + bias, with sums in float64.
import { sum } from "./reduce";
import { get, high64, low64, madd, madd64, put, total } from "./simd";

/** Σ (x − mean)² */
function sumSquaredDeviations(n: i32, x: usize, mean: f64): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  const m = f64x2.splat(mean);
  for (let i = n >> 2; i > 0; i--, x += 16) {
    const v = v128.load(x);
    const l = f64x2.sub(low64(v), m), h = f64x2.sub(high64(v), m);
    a = madd64(l, l, a);
    b = madd64(h, h, b);
  }
  let s = total(f64x2.add(a, b));
  for (let i = n & 3; i > 0; i--, x += 4) {
    const d = <f64>load<f32>(x) - mean;
    s += d * d;
  }
  return s;
}

/** Σ (x − mean)·dy */
function sumDeviationProducts(n: i32, x: usize, mean: f32, dy: usize): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  const m = f64x2.splat(<f64>mean);
  for (let i = n >> 2; i > 0; i--, x += 16, dy += 16) {
    const v = v128.load(x), w = v128.load(dy);
    a = madd64(f64x2.sub(low64(v), m), low64(w), a);
    b = madd64(f64x2.sub(high64(v), m), high64(w), b);
  }
  let s = total(f64x2.add(a, b));
  for (let i = n & 3; i > 0; i--, x += 4, dy += 4) s += (<f64>load<f32>(x) - <f64>mean) * <f64>load<f32>(dy);
  return s;
}

/** y = (x − mean)·scale + shift over one line; y may be x. */
function scaleLine(n: i32, x: usize, mean: f32, scale: f32, shift: f32, y: usize): void {
  const m = f32x4.splat(mean), a = f32x4.splat(scale), b = f32x4.splat(shift);
  for (let i = n >> 2; i > 0; i--, x += 16, y += 16) v128.store(y, madd(f32x4.sub(v128.load(x), m), a, b));
  const rest = n & 3;
  if (rest > 0) put(y, madd(f32x4.sub(get(x, rest), m), a, b), rest);
}

/** dx = a·dy + b·(x − mean) + c over one line. */
function slopeLine(n: i32, x: usize, mean: f32, dy: usize, a: f32, b: f32, c: f32, dx: usize): void {
  const m = f32x4.splat(mean), va = f32x4.splat(a), vb = f32x4.splat(b), vc = f32x4.splat(c);
  for (let i = n; i > 0; i -= 4, x += 16, dy += 16, dx += 16) {
    const lanes = min(i, 4);
    put(dx, madd(va, get(dy, lanes), madd(vb, f32x4.sub(get(x, lanes), m), vc)), lanes);
  }
}

// The three below handle channels c0 to c1 − 1 of x [samples, channels, length].

export function channelMoments(
  samples: i32, channels: i32, length: i32, c0: i32, c1: i32, x: usize, mean: usize, variance: usize,
): void {
  const step = <usize>(channels * length) << 2;
  const count = <f64>samples * <f64>length;
  x += <usize>(c0 * length) << 2;
  for (let c = c0 << 2; c < c1 << 2; c += 4, x += <usize>length << 2) {
    let s: f64 = 0;
    let line = x;
    for (let i = samples; i > 0; i--, line += step) s += sum(length, line);
    const average = s / count;
    s = 0;
    line = x;
    for (let i = samples; i > 0; i--, line += step) s += sumSquaredDeviations(length, line, average);
    store<f32>(mean + c, <f32>average);
    store<f32>(variance + c, <f32>(s / count));
  }
}

export function channelNorm(
  samples: i32, channels: i32, length: i32, c0: i32, c1: i32,
  x: usize, mean: usize, rstd: usize, weight: usize, bias: usize, y: usize,
): void {
  const step = <usize>(channels * length) << 2;
  for (let at: usize = 0; samples > 0; samples--, at += step) {
    let line = at + (<usize>(c0 * length) << 2);
    for (let c = c0 << 2; c < c1 << 2; c += 4, line += <usize>length << 2) {
      const scale = weight ? load<f32>(rstd + c) * load<f32>(weight + c) : load<f32>(rstd + c);
      scaleLine(length, x + line, load<f32>(mean + c), scale, bias ? load<f32>(bias + c) : 0, y + line);
    }
  }
}

export function channelNormBackward(
  samples: i32, channels: i32, length: i32, c0: i32, c1: i32, fixed: i32,
  x: usize, mean: usize, rstd: usize, weight: usize, dy: usize, dx: usize, dweight: usize, dbias: usize,
): void {
  const step = <usize>(channels * length) << 2;
  const count = <f64>samples * <f64>length;
  for (let c = c0 << 2; c < c1 << 2; c += 4) {
    const at = <usize>c * length;
    const m = load<f32>(mean + c), r = load<f32>(rstd + c);
    let ofDy: f64 = 0, ofProducts: f64 = 0;
    let line = at;
    for (let i = samples; i > 0; i--, line += step) {
      ofDy += sum(length, dy + line);
      ofProducts += sumDeviationProducts(length, x + line, m, dy + line);
    }
    if (dweight) store<f32>(dweight + c, <f32>(ofProducts * <f64>r));
    if (dbias) store<f32>(dbias + c, <f32>ofDy);
    if (!dx) continue;
    const a = weight ? r * load<f32>(weight + c) : r;
    const b: f32 = fixed ? 0 : <f32>(-<f64>a * ofProducts * <f64>r * <f64>r / count);
    const shift: f32 = fixed ? 0 : <f32>(-<f64>a * ofDy / count);
    line = at;
    for (let i = samples; i > 0; i--, line += step) slopeLine(length, x + line, m, dy + line, a, b, shift, dx + line);
  }
}

export function rowNorm(
  rows: i32, cols: i32, eps: f64, x: usize, weight: usize, bias: usize, y: usize, mean: usize, rstd: usize,
): void {
  for (; rows > 0; rows--, x += <usize>cols << 2, y += <usize>cols << 2, mean += 4, rstd += 4) {
    const average = sum(cols, x) / <f64>cols;
    const r = <f32>(1 / Math.sqrt(sumSquaredDeviations(cols, x, average) / <f64>cols + eps));
    store<f32>(mean, <f32>average);
    store<f32>(rstd, r);
    scaleLine(cols, x, <f32>average, r, 0, y);
    if (!weight) continue;
    for (let i = cols, at: usize = 0; i > 0; i -= 4, at += 16) {
      const lanes = min(i, 4);
      const shift = bias ? get(bias + at, lanes) : f32x4.splat(0);
      put(y + at, madd(get(y + at, lanes), get(weight + at, lanes), shift), lanes);
    }
  }
}

export function rowNormBackward(
  rows: i32, cols: i32, x: usize, weight: usize, mean: usize, rstd: usize,
  dy: usize, dx: usize, dweight: usize, dbias: usize,
): void {
  for (; rows > 0; rows--, x += <usize>cols << 2, dy += <usize>cols << 2, mean += 4, rstd += 4) {
    const m = load<f32>(mean), r = load<f32>(rstd);
    if (dweight || dbias) addRowGradients(cols, x, m, r, dy, dweight, dbias);
    if (!dx) continue;
    let scaled = dy;
    if (weight) {
      scaled = dx;
      for (let i = cols, at: usize = 0; i > 0; i -= 4, at += 16) {
        const lanes = min(i, 4);
        put(dx + at, f32x4.mul(get(dy + at, lanes), get(weight + at, lanes)), lanes);
      }
    }
    const ofDy = sum(cols, scaled) / <f64>cols;
    const ofProducts = sumDeviationProducts(cols, x, m, scaled) / <f64>cols;
    const cubed = -<f64>r * <f64>r * <f64>r * ofProducts;
    slopeLine(cols, x, m, scaled, r, <f32>cubed, <f32>(-<f64>r * ofDy), dx);
    dx += <usize>cols << 2;
  }
}

function addRowGradients(cols: i32, x: usize, mean: f32, rstd: f32, dy: usize, dweight: usize, dbias: usize): void {
  const m = f32x4.splat(mean), r = f32x4.splat(rstd);
  for (let i = cols, at: usize = 0; i > 0; i -= 4, at += 16) {
    const lanes = min(i, 4);
    const g = get(dy + at, lanes);
    const xhat = f32x4.mul(f32x4.sub(get(x + at, lanes), m), r);
    if (dweight) put(dweight + at, madd(g, xhat, get(dweight + at, lanes)), lanes);
    if (dbias) put(dbias + at, f32x4.add(g, get(dbias + at, lanes)), lanes);
  }
}
