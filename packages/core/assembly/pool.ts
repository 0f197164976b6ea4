// Pooling of the last dimension. Window i takes the elements windows[2i], windows[2i] + step, … below windows[2i + 1].

export function windowMax(
  lines: i32, length: i32, outLength: i32, windows: usize, step: i32, x: usize, y: usize, indices: usize,
): void {
  for (; lines > 0; lines--, x += <usize>length << 2) {
    let window = windows;
    for (let i = outLength; i > 0; i--, window += 8, y += 4, indices += 4) {
      const start = load<i32>(window), end = load<i32>(window, 4);
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
