// exp, tanh, sigmoid on four float32 lanes; exp, log and the normal distribution on two float64 lanes, for functions
// that need more digits on the way than they return. Their constants are in constants.ts.
import {
  bits, c, c64,
  BITS_ONE, BITS_UP24, DOWN24, ERFC64, ERFC_STEP64, EXPM1, EXPM1_64, EXPM1_LOW, EXP_HIGH, EXP_HIGH64,
  EXP_LOW, EXP_LOW64, HALF64, LN2, LN2_64, LN2_WHOLE64, LOG2E, LOG2E64, LOG64, MINUS_HALF64, MINUS_LN3,
  MINUS_TWO, ONE, ONE64, ROUND, ROUND64, SIGN, TANH, TANH_HIGH, TANH_NEAR,
} from "./constants";
import { madd, madd64 } from "./simd";

// ---- float32 -------------------------------------------------------------------------------------------------

/** x·log₂e rounded to a whole number n, as n + ROUND: n stands in the lowest bits. */
@inline
function scaled(x: v128): v128 {
  return madd(x, c(LOG2E), c(ROUND));
}

/** e^r − 1 to 3·10⁻⁹ of e^r, r = x − n·ln 2, with n from `t = scaled(x)`. */
@inline
function expm1Core(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, c(ROUND));
  const r = madd(n, c(LN2 + 1), madd(n, c(LN2), x));
  const r2 = f32x4.mul(r, r);
  // in pairs rather than one power after another: as many operations in a shorter chain, and recurrences wait for it
  let q = madd(c(EXPM1), r2, madd(c(EXPM1 + 1), r, c(EXPM1 + 2)));
  q = madd(q, r2, madd(c(EXPM1 + 3), r, c(EXPM1 + 4)));
  return madd(q, r2, r);
}

/** 2^n from t, or from n. */
@inline
function power(t: v128): v128 {
  return i32x4.add(i32x4.shl(t, 23), bits(BITS_ONE));
}

/** e^x */
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, c(EXP_HIGH)), c(EXP_LOW));
  const t = scaled(x);
  const m = expm1Core(x, t);
  // 2^n in two factors: n reaches from −150 to 128, and only the last product may round
  const n = i32x4.sub(t, c(ROUND));
  const half = i32x4.shr_s(n, 1);
  const first = power(half);
  const second = power(i32x4.sub(n, half));
  return f32x4.mul(madd(m, first, first), second);
}

/** e^x for x ≤ 0: 2²⁴·e^x is never denormal, so that only the last product may round. */
@inline
export function expNegative4(x: v128): v128 {
  x = f32x4.pmax(x, c(EXP_LOW));
  const t = scaled(x);
  const p = i32x4.add(i32x4.shl(t, 23), bits(BITS_UP24));
  return f32x4.mul(madd(expm1Core(x, t), p, p), c(DOWN24));
}

/** e^x − 1 for x ≤ 0. */
@inline
export function expm1Negative4(x: v128): v128 {
  x = f32x4.pmax(x, c(EXPM1_LOW));
  const t = scaled(x);
  const p = power(t);
  return madd(expm1Core(x, t), p, f32x4.sub(p, c(ONE)));
}

/**
 * y = 1 / (1 + e) for x ≥ 0 and e / (1 + e) below, e = e^−|x|, so that neither tail loses digits; where e < ⅓ the latter
 * as e − e·y, because the three roundings of e / (1 + e) may add up to 2.5 ulp.
 */
@inline
export function sigmoid4(x: v128): v128 {
  const e = expNegative4(v128.or(x, bits(SIGN)));
  const above = v128.bitselect(e, c(ONE), i32x4.shr_s(x, 31));
  const y = f32x4.div(above, f32x4.add(c(ONE), e));
  return v128.bitselect(f32x4.sub(e, f32x4.mul(e, y)), y, f32x4.lt(x, c(MINUS_LN3)));
}

/** x + x³·P(x²) up to 0.55; beyond, 1 − 2e / (1 + e) with e = e^(−2|x|). */
@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, bits(SIGN));
  const size = v128.xor(x, sign);
  const z = f32x4.mul(x, x);
  let p = madd(z, c(TANH), c(TANH + 1));
  p = madd(p, z, c(TANH + 2));
  p = madd(p, z, c(TANH + 3));
  p = madd(p, z, c(TANH + 4));
  const near = madd(f32x4.mul(size, z), p, size);
  const twice = f32x4.mul(f32x4.pmin(size, c(TANH_HIGH)), c(MINUS_TWO));
  const t = scaled(twice);
  const scale = power(t);
  const e = madd(expm1Core(twice, t), scale, scale);
  const far = f32x4.sub(c(ONE), f32x4.div(f32x4.add(e, e), f32x4.add(c(ONE), e)));
  return v128.or(v128.bitselect(near, far, f32x4.lt(size, c(TANH_NEAR))), sign);
}

// ---- float64 -------------------------------------------------------------------------------------------------

/** e^x; constant below −708 and above 709, which is 0 and infinity once narrowed to float32. */
export function exp64(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, c64(EXP_HIGH64)), c64(EXP_LOW64));
  const t = madd64(x, c64(LOG2E64), c64(ROUND64));
  const n = f64x2.sub(t, c64(ROUND64));
  const r = madd64(n, c64(LN2_64 + 1), madd64(n, c64(LN2_64), x));
  let q = madd64(r, c64(EXPM1_64), c64(EXPM1_64 + 1));
  q = madd64(q, r, c64(EXPM1_64 + 2));
  q = madd64(q, r, c64(EXPM1_64 + 3));
  q = madd64(q, r, c64(EXPM1_64 + 4));
  q = madd64(q, r, c64(EXPM1_64 + 5));
  q = madd64(q, r, c64(EXPM1_64 + 6));
  q = madd64(q, r, c64(EXPM1_64 + 7));
  const y = f64x2.add(c64(ONE64), madd64(f64x2.mul(r, r), q, r));
  return i64x2.add(y, i64x2.shl(t, 52));
}

/** ln x, −∞ at 0, NaN below. */
export function log64(x: v128): v128 {
  // x = 2^k·m with √½ ≤ m < √2; e = k + 1024, as the shift that keeps the sign is slow on x86
  const e = i64x2.shr_u(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd - (1024 << 52))), 52);
  const m = i64x2.sub(i64x2.add(x, i64x2.splat(1024 << 52)), i64x2.shl(e, 52));
  const k = f64x2.sub(v128.or(e, i64x2.splat(0x4330000000000000)), f64x2.splat(4503599627370496 + 1024));
  const s = f64x2.div(f64x2.sub(m, c64(ONE64)), f64x2.add(m, c64(ONE64)));
  const z = f64x2.mul(s, s);
  let p = madd64(z, c64(LOG64), c64(LOG64 + 1));
  p = madd64(p, z, c64(LOG64 + 2));
  p = madd64(p, z, c64(LOG64 + 3));
  p = madd64(p, z, c64(LOG64 + 4));
  p = madd64(p, z, c64(LOG64 + 5));
  let y = madd64(f64x2.mul(s, z), p, f64x2.add(s, s));
  y = madd64(k, c64(LN2_WHOLE64), y);
  const zero = f64x2.splat(0);
  y = v128.bitselect(x, y, f64x2.eq(x, f64x2.splat(Infinity)));
  y = v128.bitselect(f64x2.splat(-Infinity), y, f64x2.eq(x, zero));
  return v128.bitselect(y, f64x2.splat(NaN), f64x2.ge(x, zero));
}

/** ln(1 + u) for u ≥ 0, with all its digits when u is tiny. */
export function log1p64(u: v128): v128 {
  const w = f64x2.add(c64(ONE64), u);
  const lost = f64x2.div(f64x2.sub(u, f64x2.sub(w, c64(ONE64))), w);
  return f64x2.add(log64(w), lost);
}

/** e^(−x²/2) */
@inline
export function bell64(x: v128): v128 {
  return exp64(f64x2.mul(f64x2.mul(x, x), c64(MINUS_HALF64)));
}

/** Φ(x), the normal distribution function, to 10⁻¹⁰ of its value: ½ erfc(|x|/√2) = ½ e^(−x²/2) t·P(t). `e` is bell64(x). */
export function normal64(x: v128, e: v128): v128 {
  const t = f64x2.div(c64(ONE64), madd64(f64x2.abs(x), c64(ERFC_STEP64), c64(ONE64)));
  let p = madd64(t, c64(ERFC64), c64(ERFC64 + 1));
  p = madd64(p, t, c64(ERFC64 + 2));
  p = madd64(p, t, c64(ERFC64 + 3));
  p = madd64(p, t, c64(ERFC64 + 4));
  p = madd64(p, t, c64(ERFC64 + 5));
  p = madd64(p, t, c64(ERFC64 + 6));
  p = madd64(p, t, c64(ERFC64 + 7));
  p = madd64(p, t, c64(ERFC64 + 8));
  p = madd64(p, t, c64(ERFC64 + 9));
  p = madd64(p, t, c64(ERFC64 + 10));
  p = madd64(p, t, c64(ERFC64 + 11));
  const tail = f64x2.mul(f64x2.mul(e, c64(HALF64)), f64x2.mul(t, p));
  return v128.bitselect(f64x2.sub(c64(ONE64), tail), tail, f64x2.gt(x, f64x2.splat(0)));
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
