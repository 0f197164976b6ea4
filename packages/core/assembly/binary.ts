// Functions of two variables, with the second one an array, a number, a row, or read with any strides.
import { pow } from "./math";
import { withoutTrailing } from "./move";
import { counterArea } from "./scratch";
import { get, put } from "./simd";

@unmanaged class Add { @inline f(a: v128, b: v128): v128 { return f32x4.add(a, b); } }
@unmanaged class Sub { @inline f(a: v128, b: v128): v128 { return f32x4.sub(a, b); } }
@unmanaged class Mul { @inline f(a: v128, b: v128): v128 { return f32x4.mul(a, b); } }
@unmanaged class Div { @inline f(a: v128, b: v128): v128 { return f32x4.div(a, b); } }
@unmanaged class Maximum { @inline f(a: v128, b: v128): v128 { return f32x4.max(a, b); } }
@unmanaged class Minimum { @inline f(a: v128, b: v128): v128 { return f32x4.min(a, b); } }
@unmanaged class Pow { @inline f(a: v128, b: v128): v128 { return pow4(a, b); } }
@unmanaged class Eq { @inline f(a: v128, b: v128): v128 { return truth(f32x4.eq(a, b)); } }
@unmanaged class Ne { @inline f(a: v128, b: v128): v128 { return truth(f32x4.ne(a, b)); } }
@unmanaged class Lt { @inline f(a: v128, b: v128): v128 { return truth(f32x4.lt(a, b)); } }
@unmanaged class Le { @inline f(a: v128, b: v128): v128 { return truth(f32x4.le(a, b)); } }

@inline
function truth(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

function pow4(a: v128, b: v128): v128 {
  let y = f32x4.splat(pow(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, pow(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, pow(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, pow(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

function each<F>(n: i32, a: usize, b: usize, y: usize): void {
  const op = changetype<F>(0);
  for (let i = n >> 2; i; i--, a += 16, b += 16, y += 16) v128.store(y, op.f(v128.load(a), v128.load(b)));
  const rest = n & 3;
  if (rest) put(y, op.f(get(a, rest), get(b, rest)), rest);
}

function eachLeft<F>(n: i32, a: usize, s: f32, y: usize): void {
  const op = changetype<F>(0);
  const b = f32x4.splat(s);
  for (let i = n >> 2; i; i--, a += 16, y += 16) v128.store(y, op.f(v128.load(a), b));
  const rest = n & 3;
  if (rest) put(y, op.f(get(a, rest), b), rest);
}

function eachRight<F>(n: i32, s: f32, b: usize, y: usize): void {
  const op = changetype<F>(0);
  const a = f32x4.splat(s);
  for (let i = n >> 2; i; i--, b += 16, y += 16) v128.store(y, op.f(a, v128.load(b)));
  const rest = n & 3;
  if (rest) put(y, op.f(a, get(b, rest)), rest);
}

/** One line of a strided operation: n elements, strides in bytes. */
function line<F>(n: i32, a: usize, aStep: usize, b: usize, bStep: usize, y: usize): void {
  if (aStep == 4 && bStep == 4) each<F>(n, a, b, y);
  else if (aStep == 4 && bStep == 0) eachLeft<F>(n, a, load<f32>(b), y);
  else if (aStep == 0 && bStep == 4) eachRight<F>(n, load<f32>(a), b, y);
  else {
    const op = changetype<F>(0);
    for (; n > 0; n--, a += aStep, b += bStep, y += 4) {
      v128.store32_lane(y, op.f(v128.load32_zero(a), v128.load32_zero(b)), 0);
    }
  }
}

function lineOf(op: i32, n: i32, a: usize, aStep: usize, b: usize, bStep: usize, y: usize): void {
  switch (op) {
    case 0: return line<Add>(n, a, aStep, b, bStep, y);
    case 1: return line<Sub>(n, a, aStep, b, bStep, y);
    case 2: return line<Mul>(n, a, aStep, b, bStep, y);
    case 3: return line<Div>(n, a, aStep, b, bStep, y);
    case 4: return line<Maximum>(n, a, aStep, b, bStep, y);
    case 5: return line<Minimum>(n, a, aStep, b, bStep, y);
    case 6: return line<Pow>(n, a, aStep, b, bStep, y);
    case 7: return line<Eq>(n, a, aStep, b, bStep, y);
    case 8: return line<Ne>(n, a, aStep, b, bStep, y);
    case 9: return line<Lt>(n, a, aStep, b, bStep, y);
    case 10: return line<Le>(n, a, aStep, b, bStep, y);
    case 11: return line<Lt>(n, b, bStep, a, aStep, y);
    case 12: return line<Le>(n, b, bStep, a, aStep, y);
  }
}

export function binary(op: i32, n: i32, a: usize, b: usize, y: usize): void {
  lineOf(op, n, a, 4, b, 4, y);
}

export function binaryScalar(op: i32, n: i32, a: usize, s: f32, reversed: i32, y: usize): void {
  const at = counterArea();
  store<f32>(at, s);
  if (reversed) lineOf(op, n, at, 0, a, 4, y);
  else lineOf(op, n, a, 4, at, 0, y);
}

export function binaryRow(op: i32, rows: i32, cols: i32, a: usize, b: usize, reversed: i32, y: usize): void {
  if (cols == 1) return binaryScalar(op, rows, a, load<f32>(b), reversed, y);
  const step = <usize>cols << 2;
  for (; rows > 0; rows--, a += step, y += step) {
    if (reversed) lineOf(op, cols, b, 4, a, 4, y);
    else lineOf(op, cols, a, 4, b, 4, y);
  }
}

export function binaryStrided(
  op: i32, ndim: i32, shape: usize, a: usize, aStrides: usize, b: usize, bStrides: usize, y: usize,
): void {
  if (ndim == 0) return lineOf(op, 1, a, 4, b, 4, y);
  const last = (withoutTrailing(ndim, shape) - 1) << 2;
  const n = load<i32>(shape + last);
  const aStep = <usize>load<i32>(aStrides + last) << 2;
  const bStep = <usize>load<i32>(bStrides + last) << 2;
  const counters = counterArea() + 64;
  let lines = 1;
  for (let d = 0; d < last; d += 4) {
    lines *= load<i32>(shape + d);
    store<i32>(counters + d, 0);
  }
  for (; lines > 0; lines--, y += <usize>n << 2) {
    lineOf(op, n, a, aStep, b, bStep, y);
    for (let d = last - 4; d >= 0; d -= 4) {
      const size = load<i32>(shape + d);
      const i = load<i32>(counters + d) + 1;
      const aBy = <usize>load<i32>(aStrides + d) << 2;
      const bBy = <usize>load<i32>(bStrides + d) << 2;
      if (i < size) {
        store<i32>(counters + d, i);
        a += aBy;
        b += bBy;
        break;
      }
      store<i32>(counters + d, 0);
      a -= aBy * (size - 1);
      b -= bBy * (size - 1);
    }
  }
}
