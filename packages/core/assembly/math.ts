// exp, tanh, sigmoid on four float32 lanes; exp, log and the normal distribution on two float64 lanes, for functions
// that need more digits on the way than they return. c(i) and c64(i) are listed in constants.ts.
import { bits, c, c64 } from "./constants";
import { madd, madd64 } from "./simd";

// ---- float32 -------------------------------------------------------------------------------------------------

/** x·log₂e rounded to a whole number n, as n + ROUND: n stands in the lowest bits. */
// @ts-ignore: decorator
@inline
function scaled(x: v128): v128 {
  return madd(x, c(8), c(9));
}

/** e^r − 1 to 3·10⁻⁹ of e^r, r = x − n·ln 2, with n from `t = scaled(x)`. */
// @ts-ignore: decorator
@inline
function expm1Core(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, c(9));
  const r = madd(n, c(11), madd(n, c(10), x));
  let q = madd(r, c(12), c(13));
  q = madd(q, r, c(14));
  q = madd(q, r, c(15));
  q = madd(q, r, c(16));
  return madd(f32x4.mul(r, r), q, r);
}

/** 2^n from t. */
// @ts-ignore: decorator
@inline
function power(t: v128): v128 {
  return i32x4.add(i32x4.shl(t, 23), bits(2));
}

/** e^x */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, c(3)), c(4));
  const t = scaled(x);
  const m = expm1Core(x, t);
  // 2^n in two factors: n reaches from −150 to 128, and only the last product may round
  const n = i32x4.sub(t, c(9));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(i32x4.add(half, bits(1)), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), bits(1)), 23);
  return f32x4.mul(madd(m, first, first), second);
}

/** e^x − 1 for x ≤ 0. */
// @ts-ignore: decorator
@inline
export function expm1Negative4(x: v128): v128 {
  x = f32x4.pmax(x, c(6));
  const t = scaled(x);
  const p = power(t);
  return madd(expm1Core(x, t), p, f32x4.sub(p, c(0)));
}

/** 1 / (1 + e^−x) = e^x / (1 + e^x), of which the sign of x chooses the one that loses no digits. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(v128.or(x, bits(0)));
  const above = v128.bitselect(e, c(0), i32x4.shr_s(x, 31));
  return f32x4.div(above, f32x4.add(c(0), e));
}

/** x + x³·P(x²) up to 0.55; beyond, 1 − 2e / (1 + e) with e = e^(−2|x|). */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, bits(0));
  const size = v128.xor(x, sign);
  const z = f32x4.mul(x, x);
  let p = madd(z, c(17), c(18));
  p = madd(p, z, c(19));
  p = madd(p, z, c(20));
  p = madd(p, z, c(21));
  const near = madd(f32x4.mul(size, z), p, size);
  const twice = f32x4.mul(f32x4.pmin(size, c(5)), c(2));
  const t = scaled(twice);
  const scale = power(t);
  const e = madd(expm1Core(twice, t), scale, scale);
  const far = f32x4.sub(c(0), f32x4.div(f32x4.add(e, e), f32x4.add(c(0), e)));
  return v128.or(v128.bitselect(near, far, f32x4.lt(size, c(7))), sign);
}

// ---- float64 -------------------------------------------------------------------------------------------------

/** e^x; constant below −708 and above 709, which is 0 and infinity once narrowed to float32. */
export function exp64(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, c64(3)), c64(4));
  const t = madd64(x, c64(5), c64(6));
  const n = f64x2.sub(t, c64(6));
  const r = madd64(n, c64(8), madd64(n, c64(7), x));
  let q = madd64(r, c64(9), c64(10));
  q = madd64(q, r, c64(11));
  q = madd64(q, r, c64(12));
  q = madd64(q, r, c64(13));
  q = madd64(q, r, c64(14));
  q = madd64(q, r, c64(15));
  q = madd64(q, r, c64(16));
  const y = f64x2.add(c64(0), madd64(f64x2.mul(r, r), q, r));
  return i64x2.add(y, i64x2.shl(t, 52));
}

/** ln x, −∞ at 0, NaN below. */
export function log64(x: v128): v128 {
  // x = 2^k·m with √½ ≤ m < √2; e = k + 1024, as the shift that keeps the sign is slow on x86
  const e = i64x2.shr_u(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd - (1024 << 52))), 52);
  const m = i64x2.sub(i64x2.add(x, i64x2.splat(1024 << 52)), i64x2.shl(e, 52));
  const k = f64x2.sub(v128.or(e, i64x2.splat(0x4330000000000000)), f64x2.splat(4503599627370496 + 1024));
  const s = f64x2.div(f64x2.sub(m, c64(0)), f64x2.add(m, c64(0)));
  const z = f64x2.mul(s, s);
  let p = madd64(z, c64(17), c64(18));
  p = madd64(p, z, c64(19));
  p = madd64(p, z, c64(20));
  p = madd64(p, z, c64(21));
  p = madd64(p, z, c64(22));
  let y = madd64(f64x2.mul(s, z), p, f64x2.add(s, s));
  y = madd64(k, c64(23), y);
  const zero = f64x2.splat(0);
  y = v128.bitselect(x, y, f64x2.eq(x, f64x2.splat(Infinity)));
  y = v128.bitselect(f64x2.splat(-Infinity), y, f64x2.eq(x, zero));
  return v128.bitselect(y, f64x2.splat(NaN), f64x2.ge(x, zero));
}

/** ln(1 + u) for u ≥ 0, with all its digits when u is tiny. */
export function log1p64(u: v128): v128 {
  const w = f64x2.add(c64(0), u);
  const lost = f64x2.div(f64x2.sub(u, f64x2.sub(w, c64(0))), w);
  return f64x2.add(log64(w), lost);
}

/** e^(−x²/2) */
// @ts-ignore: decorator
@inline
export function bell64(x: v128): v128 {
  return exp64(f64x2.mul(f64x2.mul(x, x), c64(2)));
}

/** Φ(x), the normal distribution function, to 10⁻¹⁰ of its value: ½ erfc(|x|/√2) = ½ e^(−x²/2) t·P(t). `e` is bell64(x). */
export function normal64(x: v128, e: v128): v128 {
  const t = f64x2.div(c64(0), madd64(f64x2.abs(x), c64(36), c64(0)));
  let p = madd64(t, c64(24), c64(25));
  p = madd64(p, t, c64(26));
  p = madd64(p, t, c64(27));
  p = madd64(p, t, c64(28));
  p = madd64(p, t, c64(29));
  p = madd64(p, t, c64(30));
  p = madd64(p, t, c64(31));
  p = madd64(p, t, c64(32));
  p = madd64(p, t, c64(33));
  p = madd64(p, t, c64(34));
  p = madd64(p, t, c64(35));
  const tail = f64x2.mul(f64x2.mul(e, c64(1)), f64x2.mul(t, p));
  return v128.bitselect(f64x2.sub(c64(0), tail), tail, f64x2.gt(x, f64x2.splat(0)));
}

/** x^y = ± e^(y ln |x|), with C's rules for the special values. */
export function pow(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const size = abs(x);
  const whole = floor(y) == y;
  const odd = whole && abs(y) < 16777216 && (<i32>y & 1) != 0;
  if (x < 0 && !whole && size != Infinity) return NaN;
  let r: f32;
  if (size == 0) r = y > 0 ? 0 : Infinity;
  else if (size == Infinity) r = y > 0 ? Infinity : 0;
  else if (abs(y) == Infinity) r = size == 1 ? 1 : size > 1 == y > 0 ? Infinity : 0;
  else {
    const exponent = f64x2.mul(f64x2.splat(<f64>y), log64(f64x2.splat(<f64>size)));
    r = <f32>f64x2.extract_lane(exp64(exponent), 0);
  }
  return odd && reinterpret<i32>(x) < 0 ? -r : r;
}
