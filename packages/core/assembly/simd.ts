// Small helpers that every kernel uses.


/** a·b + c, with one rounding where the machine has fused multiply-add and the build may use it. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  else return f32x4.add(f32x4.mul(a, b), c);
}

@inline
export function madd64(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(a, b, c);
  else return f64x2.add(f64x2.mul(a, b), c);
}

/** `lanes` floats (1 … 4) from p, the other lanes 0; never reads past them. */
@inline
export function get(p: usize, lanes: i32): v128 {
  if (lanes == 4) return v128.load(p);
  return getPart(p, lanes);
}

/** Writes the first `lanes` floats (1 … 4) of v. */
@inline
export function put(p: usize, v: v128, lanes: i32): void {
  if (lanes == 4) v128.store(p, v);
  else putPart(p, v, lanes);
}

function getPart(p: usize, lanes: i32): v128 {
  if (lanes == 1) return v128.load32_zero(p);
  const pair = v128.load64_zero(p);
  if (lanes == 2) return pair;
  return v128.load32_lane(p, pair, 2, 8);
}

function putPart(p: usize, v: v128, lanes: i32): void {
  if (lanes == 1) {
    v128.store32_lane(p, v, 0);
    return;
  }
  v128.store64_lane(p, v, 0);
  if (lanes == 3) v128.store32_lane(p, v, 2, 8);
}

/** The lower and the upper two lanes as float64. */
@inline
export function low64(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

@inline
export function high64(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
}

/** Two pairs of float64 as four float32. */
@inline
export function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** The sum of both float64 lanes. */
@inline
export function total(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
