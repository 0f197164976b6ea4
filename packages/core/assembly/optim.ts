// Optimizer steps in PyTorch's order of operations, all parameters of a group in one call: a table has one row of 4-byte
// columns for each parameter, n and addresses first.
import { fill } from "./move";
import { get, madd, put } from "./simd";

@inline
function splat(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

/**
 * 0 for denormal numbers. A running mean of zeros would end as one and stay so, which costs the processor a hundred
 * cycles each step: 109 → 26 µs for a network of 20,000 parameters with dead units.
 */
@inline
function normal(v: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), f32x4.splat(1.1754943508222875e-38)));
}

/**
 * 0 for a running mean so small (2^−100) that its step would be denormal. On its way down to 0 the mean of a dead unit
 * spends dozens of steps there: 650 → 180 µs for a convolutional network of 145,000 parameters.
 */
@inline
function alive(v: v128): v128 {
  return v128.andnot(v, f32x4.lt(f32x4.abs(v), f32x4.splat(7.888609052210118e-31)));
}

/** One column of a table's row. */
@inline
function at(row: usize, column: i32): usize {
  return load<u32>(row + (column << 2));
}

export function zeroMany(count: i32, table: usize): void {
  for (; count > 0; count--, table += 8) fill(<i32>at(table, 0), 0, at(table, 1));
}

export function sgd(
  count: i32, table: usize, lr: f64, momentum: f64, dampening: f64, weightDecay: f64, nesterov: i32,
): void {
  const rate = splat(-lr), keep = splat(momentum), take = splat(1 - dampening), decay = splat(weightDecay);
  for (; count > 0; count--, table += 20) {
    let p = at(table, 1), g = at(table, 2), buf = at(table, 3);
    const first = at(table, 4);
    for (let i = <i32>at(table, 0); i > 0; i -= 4, p += 16, g += 16) {
      const lanes = min(i, 4);
      const old = get(p, lanes);
      let d = get(g, lanes);
      if (weightDecay != 0) d = madd(old, decay, d);
      if (buf) {
        const b = first ? d : normal(madd(d, take, f32x4.mul(get(buf, lanes), keep)));
        put(buf, b, lanes);
        d = nesterov ? madd(b, keep, d) : b;
        buf += 16;
      }
      put(p, madd(d, rate, old), lanes);
    }
  }
}

export function adam(
  count: i32, table: usize, lr: f64, beta1: f64, beta2: f64, eps: f64, weightDecay: f64, decoupled: i32,
): void {
  const keep1 = splat(beta1), take1 = splat(1 - beta1), keep2 = splat(beta2), take2 = splat(1 - beta2);
  const small = splat(eps), shrink = splat(1 - lr * weightDecay), decay = splat(weightDecay);
  const inLoss = weightDecay != 0 && !decoupled, apart = weightDecay != 0 && decoupled != 0;
  for (; count > 0; count--, table += 32) {
    let p = at(table, 1), g = at(table, 2), m = at(table, 3), v = at(table, 4), vmax = at(table, 5);
    const step = f32x4.neg(v128.load32_splat(table, 24)), root = v128.load32_splat(table, 28);
    for (let i = <i32>at(table, 0); i > 0; i -= 4, p += 16, g += 16, m += 16, v += 16) {
      const lanes = min(i, 4);
      let x = get(p, lanes);
      let d = get(g, lanes);
      if (inLoss) d = madd(x, decay, d);
      if (apart) x = f32x4.mul(x, shrink);
      const mean = alive(madd(d, take1, f32x4.mul(get(m, lanes), keep1)));
      let square = normal(madd(f32x4.mul(d, take2), d, f32x4.mul(get(v, lanes), keep2)));
      put(m, mean, lanes);
      put(v, square, lanes);
      if (vmax) {
        square = f32x4.max(square, get(vmax, lanes));
        put(vmax, square, lanes);
        vmax += 16;
      }
      const scale = f32x4.add(f32x4.div(f32x4.sqrt(square), root), small);
      put(p, f32x4.add(x, f32x4.div(f32x4.mul(mean, step), scale)), lanes);
    }
  }
}

export function rmsprop(
  count: i32, table: usize, lr: f64, alpha: f64, eps: f64, weightDecay: f64, momentum: f64,
): void {
  const rate = splat(-lr), keep = splat(alpha), take = splat(1 - alpha), small = splat(eps);
  const decay = splat(weightDecay), push = splat(momentum);
  for (; count > 0; count--, table += 24) {
    let p = at(table, 1), g = at(table, 2), v = at(table, 3), mean = at(table, 4), buf = at(table, 5);
    for (let i = <i32>at(table, 0); i > 0; i -= 4, p += 16, g += 16, v += 16) {
      const lanes = min(i, 4);
      const x = get(p, lanes);
      const d = madd(x, decay, get(g, lanes));
      let square = normal(madd(f32x4.mul(d, take), d, f32x4.mul(get(v, lanes), keep)));
      put(v, square, lanes);
      if (mean) {
        const a = normal(madd(d, take, f32x4.mul(get(mean, lanes), keep)));
        put(mean, a, lanes);
        square = f32x4.sub(square, f32x4.mul(a, a));
        mean += 16;
      }
      let step = f32x4.div(d, f32x4.add(f32x4.sqrt(square), small));
      if (buf) {
        step = normal(madd(push, get(buf, lanes), step));
        put(buf, step, lanes);
        buf += 16;
      }
      put(p, madd(step, rate, x), lanes);
    }
  }
}

export function adagrad(count: i32, table: usize, eps: f64, weightDecay: f64): void {
  const small = splat(eps), decay = splat(weightDecay);
  for (; count > 0; count--, table += 20) {
    let p = at(table, 1), g = at(table, 2), s = at(table, 3);
    const rate = f32x4.neg(v128.load32_splat(table, 16));
    for (let i = <i32>at(table, 0); i > 0; i -= 4, p += 16, g += 16, s += 16) {
      const lanes = min(i, 4);
      const x = get(p, lanes);
      const d = madd(x, decay, get(g, lanes));
      const sum = madd(d, d, get(s, lanes));
      put(s, sum, lanes);
      put(p, f32x4.add(x, f32x4.div(f32x4.mul(d, rate), f32x4.add(f32x4.sqrt(sum), small))), lanes);
    }
  }
}
