// Optimizer steps, in PyTorch's order of operations.
import { get, madd, put } from "./simd";

@inline
function splat(value: f64): v128 {
  return f32x4.splat(<f32>value);
}

export function sgd(
  n: i32, p: usize, g: usize, buf: usize, lr: f64, momentum: f64, dampening: f64, weightDecay: f64, nesterov: i32, first: i32,
): void {
  const rate = splat(-lr), keep = splat(momentum), take = splat(1 - dampening), decay = splat(weightDecay);
  for (let i = n; i > 0; i -= 4, p += 16, g += 16) {
    const lanes = min(i, 4);
    const old = get(p, lanes);
    let d = get(g, lanes);
    if (weightDecay != 0) d = madd(old, decay, d);
    if (buf) {
      const b = first ? d : madd(d, take, f32x4.mul(get(buf, lanes), keep));
      put(buf, b, lanes);
      d = nesterov ? madd(b, keep, d) : b;
      buf += 16;
    }
    put(p, madd(d, rate, old), lanes);
  }
}

export function adam(
  n: i32, p: usize, g: usize, m: usize, v: usize, vmax: usize, lr: f64, beta1: f64, beta2: f64,
  eps: f64, weightDecay: f64, bias1: f64, bias2: f64, decoupled: i32,
): void {
  const keep1 = splat(beta1), take1 = splat(1 - beta1), keep2 = splat(beta2), take2 = splat(1 - beta2);
  const step = splat(-lr / bias1), root = splat(Math.sqrt(bias2)), small = splat(eps);
  const shrink = splat(1 - lr * weightDecay), decay = splat(weightDecay);
  const inLoss = weightDecay != 0 && !decoupled, apart = weightDecay != 0 && decoupled != 0;
  for (let i = n; i > 0; i -= 4, p += 16, g += 16, m += 16, v += 16) {
    const lanes = min(i, 4);
    let x = get(p, lanes);
    let d = get(g, lanes);
    if (inLoss) d = madd(x, decay, d);
    if (apart) x = f32x4.mul(x, shrink);
    const mean = madd(d, take1, f32x4.mul(get(m, lanes), keep1));
    let square = madd(f32x4.mul(d, take2), d, f32x4.mul(get(v, lanes), keep2));
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
