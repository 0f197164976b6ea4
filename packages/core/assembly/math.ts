// exp, tanh, sigmoid on four float32 lanes; exp, log and the normal distribution on two float64 lanes, for functions
// that need more digits on the way than they return. Polynomials are minimax fits on the stated intervals.
import { madd, madd64 } from "./simd";

// ---- float32 -------------------------------------------------------------------------------------------------

const LOG2E: f32 = 1.44269504;
/** ln 2 in two parts; the upper has so few bits that n·LN2_HIGH is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
/** 1.5·2²³: adding it rounds to a whole number and leaves that number in the lowest bits. */
const ROUND: f32 = 12582912;

// @ts-ignore: decorator
@inline
function scaled(x: v128): v128 {
  return madd(x, f32x4.splat(LOG2E), f32x4.splat(ROUND));
}

/** x − n·ln 2, n being the number in `t = scaled(x)`. */
// @ts-ignore: decorator
@inline
function remainder(x: v128, t: v128): v128 {
  const n = f32x4.sub(t, f32x4.splat(ROUND));
  return madd(n, f32x4.splat(-LN2_LOW), madd(n, f32x4.splat(-LN2_HIGH), x));
}

/** e^r − 1 for |r| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline
function expm1Core(r: v128): v128 {
  let q = madd(r, f32x4.splat(0.000199183853498), f32x4.splat(0.0013946073334));
  q = madd(q, r, f32x4.splat(0.00833326435507));
  q = madd(q, r, f32x4.splat(0.0416662699425));
  q = madd(q, r, f32x4.splat(0.166666668607));
  q = madd(q, r, f32x4.splat(0.50000000779));
  return madd(f32x4.mul(r, r), q, r);
}

/** 2^n from t. */
// @ts-ignore: decorator
@inline
function power(t: v128): v128 {
  return i32x4.add(i32x4.shl(t, 23), i32x4.splat(127 << 23));
}

/** e^x */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  x = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-104));
  const t = scaled(x);
  const m = expm1Core(remainder(x, t));
  // 2^n in two factors: n reaches from −150 to 128, and only the last product may round
  const n = i32x4.sub(t, f32x4.splat(ROUND));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), i32x4.splat(127)), 23);
  return f32x4.mul(madd(m, first, first), second);
}

/** e^x − 1 for x ≤ 0. */
// @ts-ignore: decorator
@inline
export function expm1Negative4(x: v128): v128 {
  x = f32x4.pmax(x, f32x4.splat(-20));
  const t = scaled(x);
  const m = expm1Core(remainder(x, t));
  const p = power(t);
  return madd(m, p, f32x4.sub(p, f32x4.splat(1)));
}

/** 1 / (1 + e^−x) */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const e = exp4(v128.or(x, i32x4.splat(0x80000000)));
  const one = f32x4.splat(1);
  const above = v128.bitselect(e, one, i32x4.shr_s(x, 31));
  return f32x4.div(above, f32x4.add(one, e));
}

/** tanh |x| = −u / (2 + u) with u = e^(−2|x|) − 1. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const size = v128.xor(x, sign);
  const u = expm1Negative4(f32x4.mul(size, f32x4.splat(-2)));
  const y = f32x4.div(u, f32x4.add(f32x4.splat(2), u));
  return v128.or(v128.and(y, i32x4.splat(0x7fffffff)), sign);
}

// ---- float64 -------------------------------------------------------------------------------------------------

const ROUND64: f64 = 6755399441055744; // 1.5·2⁵²

/** e^x; 0 below −708, infinite above 709.8 only after narrowing to float32. */
export function exp64(x: v128): v128 {
  x = f64x2.pmax(f64x2.pmin(x, f64x2.splat(709)), f64x2.splat(-708));
  const t = madd64(x, f64x2.splat(1.4426950408889634), f64x2.splat(ROUND64));
  const n = f64x2.sub(t, f64x2.splat(ROUND64));
  let r = madd64(n, f64x2.splat(-0.6931471803691238), x);
  r = madd64(n, f64x2.splat(-1.9082149292705877e-10), r);
  let q = madd64(r, f64x2.splat(2.76326588517472464e-6), f64x2.splat(0.0000248678852314813093));
  q = madd64(q, r, f64x2.splat(0.000198411928735031697));
  q = madd64(q, r, f64x2.splat(0.0013888839087430608));
  q = madd64(q, r, f64x2.splat(0.00833333336325572177));
  q = madd64(q, r, f64x2.splat(0.0416666667863520859));
  q = madd64(q, r, f64x2.splat(0.166666666666339824));
  q = madd64(q, r, f64x2.splat(0.499999999999550609));
  const y = f64x2.add(f64x2.splat(1), madd64(f64x2.mul(r, r), q, r));
  return i64x2.add(y, i64x2.shl(t, 52));
}

/** ln x, −∞ at 0, NaN below. */
export function log64(x: v128): v128 {
  const root = i64x2.splat(0x3fe6a09e667f3bcd); // √½
  const e = i64x2.shr_s(i64x2.sub(x, root), 52);
  const m = i64x2.sub(x, i64x2.shl(e, 52));
  const k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(e, e, 0, 2, 0, 2));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = madd64(z, f64x2.splat(0.166251652283345622), f64x2.splat(0.181399614659735157));
  p = madd64(p, z, f64x2.splat(0.222228679016396093));
  p = madd64(p, z, f64x2.splat(0.285714240830482938));
  p = madd64(p, z, f64x2.splat(0.400000000113957847));
  p = madd64(p, z, f64x2.splat(0.666666666666619801));
  let y = madd64(f64x2.mul(s, z), p, f64x2.add(s, s));
  y = madd64(k, f64x2.splat(0.6931471805599453), y);
  const zero = f64x2.splat(0);
  y = v128.bitselect(x, y, f64x2.eq(x, f64x2.splat(Infinity)));
  y = v128.bitselect(f64x2.splat(-Infinity), y, f64x2.eq(x, zero));
  return v128.bitselect(y, f64x2.splat(NaN), f64x2.ge(x, zero));
}

/** ln(1 + u) for u ≥ 0, with all its digits when u is tiny. */
export function log1p64(u: v128): v128 {
  const one = f64x2.splat(1);
  const w = f64x2.add(one, u);
  const lost = f64x2.div(f64x2.sub(u, f64x2.sub(w, one)), w);
  return f64x2.add(log64(w), lost);
}

/** Φ(x), the normal distribution function, to 10⁻¹⁰ of its value: ½ erfc(|x|/√2) = ½ e^(−x²/2) t·P(t), t = 1/(1 + 0.3275911 |x|/√2). */
export function normal64(x: v128): v128 {
  const size = f64x2.abs(x);
  const one = f64x2.splat(1);
  const t = f64x2.div(one, madd64(size, f64x2.splat(0.3275911 * 0.7071067811865476), one));
  let p = madd64(t, f64x2.splat(-0.0259183000876295146), f64x2.splat(0.184791325819705949));
  p = madd64(p, t, f64x2.splat(-0.528101913689527667));
  p = madd64(p, t, f64x2.splat(0.766022433128538082));
  p = madd64(p, t, f64x2.splat(-0.676078430737348955));
  p = madd64(p, t, f64x2.splat(0.508825527675916894));
  p = madd64(p, t, f64x2.splat(-0.10752524802121202));
  p = madd64(p, t, f64x2.splat(0.1903503318667336));
  p = madd64(p, t, f64x2.splat(0.141269124416025153));
  p = madd64(p, t, f64x2.splat(0.176878249927677004));
  p = madd64(p, t, f64x2.splat(0.184657142867748455));
  p = madd64(p, t, f64x2.splat(0.184829756926605452));
  const e = exp64(f64x2.mul(f64x2.mul(x, x), f64x2.splat(-0.5)));
  const tail = f64x2.mul(f64x2.mul(e, f64x2.splat(0.5)), f64x2.mul(t, p));
  return v128.bitselect(f64x2.sub(one, tail), tail, f64x2.gt(x, f64x2.splat(0)));
}

/** |x|^y = e^(y ln |x|), with C's rules for the special values. */
export function pow(x: f32, y: f32): f32 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const size = abs(x);
  const whole = floor(y) == y;
  const odd = whole && abs(y) < 16777216 && (<i32>y & 1) != 0;
  if (x < 0 && !whole && size != Infinity && size != 0) return NaN;
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
