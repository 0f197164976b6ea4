// Functions of one variable. Each is a class with `f`, the function, and `d`, its derivative times dy; the loops below
// are compiled once per class, so the choice is made once per call and not once per element.
import { bell64, exp4, exp64, expm1Negative4, log1p64, log64, normal64, pow, sigmoid4, tanh4 } from "./math";
import { get, high64, low64, narrow, put } from "./simd";

@inline
function one(): v128 {
  return f32x4.splat(1);
}

@inline
function zero(): v128 {
  return f32x4.splat(0);
}

@unmanaged class Neg {
  @inline f(x: v128, a: v128): v128 { return f32x4.neg(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.neg(dy); }
}
@unmanaged class Abs {
  @inline f(x: v128, a: v128): v128 { return f32x4.abs(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, sign4(x)); }
}
@unmanaged class Exp {
  @inline f(x: v128, a: v128): v128 { return exp4(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, y); }
}
@unmanaged class Log {
  @inline f(x: v128, a: v128): v128 { return narrow(log64(low64(x)), log64(high64(x))); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.div(dy, x); }
}
@unmanaged class Sqrt {
  @inline f(x: v128, a: v128): v128 { return f32x4.sqrt(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.div(dy, f32x4.add(y, y)); }
}
@unmanaged class Square {
  @inline f(x: v128, a: v128): v128 { return f32x4.mul(x, x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, f32x4.add(x, x)); }
}
@unmanaged class Reciprocal {
  @inline f(x: v128, a: v128): v128 { return f32x4.div(one(), x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.neg(f32x4.mul(dy, f32x4.mul(y, y))); }
}
@unmanaged class Sigmoid {
  @inline f(x: v128, a: v128): v128 { return sigmoid4(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, f32x4.mul(y, f32x4.sub(one(), y))); }
}
@unmanaged class Tanh {
  @inline f(x: v128, a: v128): v128 { return tanh4(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, f32x4.sub(one(), f32x4.mul(y, y))); }
}
@unmanaged class Relu {
  @inline f(x: v128, a: v128): v128 { return f32x4.pmax(x, zero()); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return v128.andnot(dy, f32x4.le(x, zero())); }
}
@unmanaged class LeakyRelu {
  @inline f(x: v128, a: v128): v128 { return v128.bitselect(x, f32x4.mul(x, a), f32x4.gt(x, zero())); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return v128.bitselect(dy, f32x4.mul(dy, a), f32x4.gt(x, zero())); }
}
@unmanaged class Elu {
  @inline f(x: v128, a: v128): v128 {
    return v128.bitselect(x, f32x4.mul(a, expm1Negative4(f32x4.pmin(x, zero()))), f32x4.gt(x, zero()));
  }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 {
    return v128.bitselect(dy, f32x4.mul(dy, f32x4.mul(a, exp4(f32x4.pmin(x, zero())))), f32x4.gt(x, zero()));
  }
}
/** x·Φ(x) */
@unmanaged class Gelu {
  @inline f(x: v128, a: v128): v128 { return narrow(gelu64(low64(x)), gelu64(high64(x))); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 {
    return f32x4.mul(dy, narrow(geluSlope64(low64(x)), geluSlope64(high64(x))));
  }
}
/** x·σ(x) */
@unmanaged class Silu {
  @inline f(x: v128, a: v128): v128 { return f32x4.mul(x, sigmoid4(x)); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 {
    const s = sigmoid4(x);
    return f32x4.mul(dy, f32x4.mul(s, f32x4.add(one(), f32x4.mul(x, f32x4.sub(one(), s)))));
  }
}
/** ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|); PyTorch's threshold at 20 is below float32's resolution. */
@unmanaged class Softplus {
  @inline f(x: v128, a: v128): v128 { return narrow(softplus64(low64(x)), softplus64(high64(x))); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, sigmoid4(x)); }
}
@unmanaged class Sign {
  @inline f(x: v128, a: v128): v128 { return sign4(x); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return zero(); }
}
@unmanaged class Pow {
  @inline f(x: v128, a: v128): v128 { return pow4(x, f32x4.extract_lane(a, 0)); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 {
    const exponent = f32x4.extract_lane(a, 0);
    if (exponent == 0) return zero();
    return f32x4.mul(dy, f32x4.mul(a, pow4(x, exponent - 1)));
  }
}
/** ½x(1 + tanh u) = x·σ(2u), u = √(2/π)(x + 0.044715 x³) */
@unmanaged class GeluTanh {
  @inline f(x: v128, a: v128): v128 { return narrow(geluTanh64(low64(x)), geluTanh64(high64(x))); }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 {
    return f32x4.mul(dy, narrow(geluTanhSlope64(low64(x)), geluTanhSlope64(high64(x))));
  }
}
/** ln σ(x) = −softplus(−x) */
@unmanaged class LogSigmoid {
  @inline f(x: v128, a: v128): v128 {
    return f32x4.neg(narrow(softplus64(f64x2.neg(low64(x))), softplus64(f64x2.neg(high64(x)))));
  }
  @inline d(x: v128, y: v128, dy: v128, a: v128): v128 { return f32x4.mul(dy, sigmoid4(f32x4.neg(x))); }
}

@inline
function sign4(x: v128): v128 {
  const above = v128.and(f32x4.gt(x, zero()), one());
  return f32x4.sub(above, v128.and(f32x4.lt(x, zero()), one()));
}

function pow4(x: v128, exponent: f32): v128 {
  if (exponent == 1) return x;
  if (exponent == 2) return f32x4.mul(x, x);
  if (exponent == 3) return f32x4.mul(f32x4.mul(x, x), x);
  if (exponent == 0) return one();
  if (exponent == -1) return f32x4.div(one(), x);
  let y = f32x4.splat(pow(f32x4.extract_lane(x, 0), exponent));
  y = f32x4.replace_lane(y, 1, pow(f32x4.extract_lane(x, 1), exponent));
  y = f32x4.replace_lane(y, 2, pow(f32x4.extract_lane(x, 2), exponent));
  return f32x4.replace_lane(y, 3, pow(f32x4.extract_lane(x, 3), exponent));
}

function gelu64(x: v128): v128 {
  return f64x2.mul(x, normal64(x, bell64(x)));
}

/** Φ(x) + x·φ(x) */
function geluSlope64(x: v128): v128 {
  const e = bell64(x);
  return f64x2.add(normal64(x, e), f64x2.mul(f64x2.mul(x, f64x2.splat(0.3989422804014327)), e));
}

function softplus64(x: v128): v128 {
  const e = exp64(f64x2.neg(f64x2.abs(x)));
  return f64x2.add(f64x2.pmax(x, f64x2.splat(0)), log1p64(e));
}

/** e^(−2u) of the tanh form. */
function geluTanhExp64(x: v128): v128 {
  const cubic = f64x2.mul(f64x2.mul(x, x), f64x2.splat(0.044715));
  return exp64(f64x2.mul(f64x2.mul(x, f64x2.add(f64x2.splat(1), cubic)), f64x2.splat(-1.5957691216057308)));
}

function geluTanh64(x: v128): v128 {
  return f64x2.div(x, f64x2.add(f64x2.splat(1), geluTanhExp64(x)));
}

/** σ + x·σ(1 − σ)·2u′ with σ = σ(2u) */
function geluTanhSlope64(x: v128): v128 {
  const one = f64x2.splat(1);
  const s = f64x2.div(one, f64x2.add(one, geluTanhExp64(x)));
  const inner = f64x2.add(one, f64x2.mul(f64x2.mul(x, x), f64x2.splat(3 * 0.044715)));
  const slope = f64x2.mul(f64x2.mul(s, f64x2.sub(one, s)), f64x2.mul(inner, f64x2.splat(1.5957691216057308)));
  return f64x2.add(s, f64x2.mul(x, slope));
}

function each<F>(n: i32, x: usize, alpha: f32, y: usize): void {
  const a = f32x4.splat(alpha);
  const op = changetype<F>(0);
  for (let i = n >> 2; i; i--, x += 16, y += 16) v128.store(y, op.f(v128.load(x), a));
  const rest = n & 3;
  if (rest) put(y, op.f(get(x, rest), a), rest);
}

function eachBackward<F>(n: i32, x: usize, y: usize, dy: usize, alpha: f32, dx: usize): void {
  const a = f32x4.splat(alpha);
  const op = changetype<F>(0);
  for (let i = n >> 2; i; i--, x += 16, y += 16, dy += 16, dx += 16) {
    v128.store(dx, op.d(v128.load(x), v128.load(y), v128.load(dy), a));
  }
  const rest = n & 3;
  if (rest) put(dx, op.d(get(x, rest), get(y, rest), get(dy, rest), a), rest);
}

export function unary(op: i32, n: i32, x: usize, alpha: f32, y: usize): void {
  switch (op) {
    case 0: return each<Neg>(n, x, alpha, y);
    case 1: return each<Abs>(n, x, alpha, y);
    case 2: return each<Exp>(n, x, alpha, y);
    case 3: return each<Log>(n, x, alpha, y);
    case 4: return each<Sqrt>(n, x, alpha, y);
    case 5: return each<Square>(n, x, alpha, y);
    case 6: return each<Reciprocal>(n, x, alpha, y);
    case 7: return each<Sigmoid>(n, x, alpha, y);
    case 8: return each<Tanh>(n, x, alpha, y);
    case 9: return each<Relu>(n, x, alpha, y);
    case 10: return each<LeakyRelu>(n, x, alpha, y);
    case 11: return each<Elu>(n, x, alpha, y);
    case 12: return each<Gelu>(n, x, alpha, y);
    case 13: return each<Silu>(n, x, alpha, y);
    case 14: return each<Softplus>(n, x, alpha, y);
    case 15: return each<Sign>(n, x, alpha, y);
    case 16: return each<Pow>(n, x, alpha, y);
    case 17: return each<GeluTanh>(n, x, alpha, y);
    case 18: return each<LogSigmoid>(n, x, alpha, y);
  }
}

export function unaryBackward(op: i32, n: i32, x: usize, y: usize, dy: usize, alpha: f32, dx: usize): void {
  switch (op) {
    case 0: return eachBackward<Neg>(n, x, y, dy, alpha, dx);
    case 1: return eachBackward<Abs>(n, x, y, dy, alpha, dx);
    case 2: return eachBackward<Exp>(n, x, y, dy, alpha, dx);
    case 3: return eachBackward<Log>(n, x, y, dy, alpha, dx);
    case 4: return eachBackward<Sqrt>(n, x, y, dy, alpha, dx);
    case 5: return eachBackward<Square>(n, x, y, dy, alpha, dx);
    case 6: return eachBackward<Reciprocal>(n, x, y, dy, alpha, dx);
    case 7: return eachBackward<Sigmoid>(n, x, y, dy, alpha, dx);
    case 8: return eachBackward<Tanh>(n, x, y, dy, alpha, dx);
    case 9: return eachBackward<Relu>(n, x, y, dy, alpha, dx);
    case 10: return eachBackward<LeakyRelu>(n, x, y, dy, alpha, dx);
    case 11: return eachBackward<Elu>(n, x, y, dy, alpha, dx);
    case 12: return eachBackward<Gelu>(n, x, y, dy, alpha, dx);
    case 13: return eachBackward<Silu>(n, x, y, dy, alpha, dx);
    case 14: return eachBackward<Softplus>(n, x, y, dy, alpha, dx);
    case 15: return eachBackward<Sign>(n, x, y, dy, alpha, dx);
    case 16: return eachBackward<Pow>(n, x, y, dy, alpha, dx);
    case 17: return eachBackward<GeluTanh>(n, x, y, dy, alpha, dx);
    case 18: return eachBackward<LogSigmoid>(n, x, y, dy, alpha, dx);
  }
}
