// Pooling of the last dimension. Window i takes the elements windows[2i], windows[2i] + step, … below windows[2i + 1].

/** The end of the windows from `first` on that lie as far apart as the first two and are as long. */
function regular(first: i32, end: i32, windows: usize): i32 {
  const at = windows + (first << 3);
  const start = load<i32>(at), length = load<i32>(at, 4) - start;
  const apart = load<i32>(at, 8) - start;
  let i = first + 1;
  for (; i < end; i++) {
    const other = load<i32>(windows + (i << 3));
    if (other != start + (i - first) * apart || load<i32>(windows + (i << 3), 4) - other != length) break;
  }
  return i;
}

/** x[0], x[apart], x[2·apart], x[3·apart] */
@inline
function spread(x: usize, apart: i32): v128 {
  if (apart == 1) return v128.load(x);
  if (apart == 2) return v128.shuffle<i32>(v128.load(x), v128.load(x, 12), 0, 2, 5, 7);
  const step = <usize>apart << 2;
  let v = v128.load32_zero(x);
  v = v128.load32_lane(x + step, v, 1);
  v = v128.load32_lane(x + 2 * step, v, 2);
  return v128.load32_lane(x + 3 * step, v, 3);
}

/** Four windows of `length`, `apart` elements apart, the first at `start`. */
@inline
function fourMax(start: i32, length: i32, apart: i32, step: i32, x: usize, y: usize, indices: usize): void {
  let place = i32x4.add(i32x4.splat(start), i32x4.mul(i32x4.splat(apart), i32x4(0, 1, 2, 3)));
  let best = f32x4.splat(-Infinity), index = place;
  const on = i32x4.splat(step);
  let from = x + (<usize>start << 2);
  for (let i = 0; i < length; i += step, from += <usize>step << 2, place = i32x4.add(place, on)) {
    const v = spread(from, apart);
    const larger = v128.or(f32x4.gt(v, best), f32x4.ne(v, v));
    best = v128.bitselect(v, best, larger);
    index = v128.bitselect(place, index, larger);
  }
  v128.store(y, best);
  v128.store(indices, index);
}

function oneMax(start: i32, end: i32, step: i32, x: usize, y: usize, indices: usize): void {
  let best: f32 = -Infinity;
  let index = start < end ? start : -1;
  for (let at = start; at < end; at += step) {
    const v = load<f32>(x + (<usize>at << 2));
    if (v > best || v != v) {
      best = v;
      index = at;
    }
  }
  store<f32>(y, best);
  store<i32>(indices, index);
}

export function windowMax(
  lines: i32, length: i32, outLength: i32, windows: usize, step: i32, x: usize, y: usize, indices: usize,
): void {
  // all but a few windows at the ends are alike: those go four at a time
  let first = 0, end = 0, start = 0, size = 0, apart = 0;
  if (outLength > 4) {
    end = regular(0, outLength, windows);
    if (end < outLength >> 1) end = regular((first = 1), outLength, windows);
    const at = windows + (first << 3);
    start = load<i32>(at);
    size = load<i32>(at, 4) - start;
    apart = load<i32>(at, 8) - start;
    if (end - first < 4 || size <= 0 || apart <= 0) end = first;
  }
  for (; lines > 0; lines--, x += <usize>length << 2, y += <usize>outLength << 2, indices += <usize>outLength << 2) {
    for (let i = 0; i < outLength; i++) {
      if (i >= first && i < end) {
        // the last four may overlap those before
        i = min(i, end - 4);
        const at = <usize>i << 2;
        const from = start + (i - first) * apart;
        if (apart == 1) fourMax(from, size, 1, step, x, y + at, indices + at);
        else if (apart == 2) fourMax(from, size, 2, step, x, y + at, indices + at);
        else fourMax(from, size, apart, step, x, y + at, indices + at);
        i += 3;
        continue;
      }
      const window = windows + (<usize>i << 3), at = <usize>i << 2;
      oneMax(load<i32>(window), load<i32>(window, 4), step, x, y + at, indices + at);
    }
  }
}

export function windowMaxBackward(lines: i32, length: i32, outLength: i32, indices: usize, dy: usize, dx: usize): void {
  for (; lines > 0; lines--, dx += <usize>length << 2) {
    for (let i = outLength; i > 0; i--, indices += 4, dy += 4) {
      const index = load<i32>(indices);
      if (index < 0) continue;
      const to = dx + (<usize>index << 2);
      store<f32>(to, load<f32>(to) + load<f32>(dy));
    }
  }
}

export function windowMean(
  lines: i32, length: i32, outLength: i32, windows: usize, divisors: usize, x: usize, y: usize,
): void {
  for (; lines > 0; lines--, x += <usize>length << 2) {
    let window = windows;
    for (let i = 0; i < outLength << 2; i += 4, window += 8, y += 4) {
      const end = x + (<usize>load<i32>(window, 4) << 2);
      let s: f64 = 0;
      for (let at = x + (<usize>load<i32>(window) << 2); at < end; at += 4) s += <f64>load<f32>(at);
      store<f32>(y, <f32>(s / <f64>load<f32>(divisors + i)));
    }
  }
}

export function windowMeanBackward(
  lines: i32, length: i32, outLength: i32, windows: usize, divisors: usize, dy: usize, dx: usize,
): void {
  for (; lines > 0; lines--, dx += <usize>length << 2) {
    let window = windows;
    for (let i = 0; i < outLength << 2; i += 4, window += 8, dy += 4) {
      const share = load<f32>(dy) / load<f32>(divisors + i);
      const end = dx + (<usize>load<i32>(window, 4) << 2);
      for (let at = dx + (<usize>load<i32>(window) << 2); at < end; at += 4) store<f32>(at, load<f32>(at) + share);
    }
  }
}
