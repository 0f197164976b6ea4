// Moving and adding arrays: filling, copying with strides, selecting, adding a multiple.
import { transpose4 } from "./pack";
import { counterArea } from "./scratch";
import { sum } from "./reduce";
import { get, madd, put } from "./simd";

export function fill(n: i32, value: f32, y: usize): void {
  const v = f32x4.splat(value);
  for (let i = n >> 2; i; i--, y += 16) v128.store(y, v);
  const rest = n & 3;
  if (rest) put(y, v, rest);
}

export function copy(n: i32, x: usize, y: usize): void {
  memory.copy(y, x, <usize>n << 2);
}

export function where(n: i32, cond: usize, a: usize, b: usize, y: usize): void {
  const zero = f32x4.splat(0);
  for (let i = n >> 2; i; i--, cond += 16, a += 16, b += 16, y += 16) {
    v128.store(y, v128.bitselect(v128.load(a), v128.load(b), f32x4.ne(v128.load(cond), zero)));
  }
  const rest = n & 3;
  if (rest) put(y, v128.bitselect(get(a, rest), get(b, rest), f32x4.ne(get(cond, rest), zero)), rest);
}

export function axpy(n: i32, alpha: f32, x: usize, y: usize): void {
  const a = f32x4.splat(alpha);
  for (let i = n >> 2; i; i--, x += 16, y += 16) v128.store(y, madd(a, v128.load(x), v128.load(y)));
  const rest = n & 3;
  if (rest) put(y, madd(a, get(x, rest), get(y, rest)), rest);
}

export function broadcastRow(rows: i32, cols: i32, row: usize, y: usize): void {
  if (cols == 1) return fill(rows, load<f32>(row), y);
  const step = <usize>cols << 2;
  for (; rows > 0; rows--, y += step) copyLine(cols, row, y);
}

/** memory.copy leaves wasm and costs 10 ns at least; rows are often a few floats. */
export function copyLine(n: i32, x: usize, y: usize): void {
  for (let i = n >> 2; i; i--, x += 16, y += 16) v128.store(y, v128.load(x));
  const rest = n & 3;
  if (rest) put(y, get(x, rest), rest);
}

/** How many dimensions are left without the last ones of size 1, over which the inner loops would turn once. */
export function withoutTrailing(ndim: i32, shape: usize): i32 {
  while (ndim > 1 && load<i32>(shape + ((ndim - 1) << 2)) == 1) ndim--;
  return ndim;
}

/** Sets `lines` counters to zero and returns how many lines there are. */
function start(last: i32, shape: usize, counters: usize): i32 {
  let lines = 1;
  for (let d = 0; d < last; d += 4) {
    lines *= load<i32>(shape + d);
    store<i32>(counters + d, 0);
  }
  return lines;
}

/** Counts one line on and returns by how many bytes the strided address moves. */
function advance(last: i32, shape: usize, strides: usize, counters: usize): usize {
  let by: usize = 0;
  for (let d = last - 4; d >= 0; d -= 4) {
    const size = load<i32>(shape + d);
    const i = load<i32>(counters + d) + 1;
    const step = <usize>load<i32>(strides + d) << 2;
    if (i < size) {
      store<i32>(counters + d, i);
      return by + step;
    }
    store<i32>(counters + d, 0);
    by -= step * (size - 1);
  }
  return by;
}

export function copyStrided(ndim: i32, shape: usize, x: usize, strides: usize, y: usize): void {
  if (ndim == 0) {
    store<u32>(y, load<u32>(x));
    return;
  }
  const last = (withoutTrailing(ndim, shape) - 1) << 2;
  const n = load<i32>(shape + last);
  const step = <usize>load<i32>(strides + last) << 2;
  const counters = counterArea();
  for (let lines = start(last, shape, counters); lines > 0; lines--, y += <usize>n << 2) {
    if (step == 4) copyLine(n, x, y);
    else {
      let from = x;
      for (let i: usize = 0; i < <usize>n << 2; i += 4, from += step) store<u32>(y + i, load<u32>(from));
    }
    x += advance(last, shape, strides, counters);
  }
}

export function addStrided(ndim: i32, shape: usize, x: usize, y: usize, strides: usize): void {
  if (ndim == 0) {
    store<f32>(y, load<f32>(y) + load<f32>(x));
    return;
  }
  const last = (withoutTrailing(ndim, shape) - 1) << 2;
  const n = load<i32>(shape + last);
  const step = <usize>load<i32>(strides + last) << 2;
  const counters = counterArea();
  for (let lines = start(last, shape, counters); lines > 0; lines--, x += <usize>n << 2) {
    if (step == 4) axpy(n, 1, x, y);
    else if (step == 0) store<f32>(y, <f32>(<f64>load<f32>(y) + sum(n, x)));
    else {
      let to = y;
      for (let i: usize = 0; i < <usize>n << 2; i += 4, to += step) store<f32>(to, load<f32>(to) + load<f32>(x + i));
    }
    y += advance(last, shape, strides, counters);
  }
}

/** y[j,i] = x[i,j]; strides are elements. In squares of 4, in blocks that stay in the cache. */
export function transpose(rows: i32, cols: i32, x: usize, ldx: i32, y: usize, ldy: i32): void {
  const xRow = <usize>ldx << 2, yRow = <usize>ldy << 2;
  for (let i = 0; i < rows; i += BLOCK) {
    const height = min(rows - i, BLOCK);
    for (let j = 0; j < cols; j += BLOCK) {
      const from = x + i * xRow + (<usize>j << 2);
      const to = y + j * yRow + (<usize>i << 2);
      transposeBlock(height, min(cols - j, BLOCK), from, xRow, to, yRow);
    }
  }
}

const BLOCK: i32 = 32;

function transposeBlock(rows: i32, cols: i32, x: usize, xRow: usize, y: usize, yRow: usize): void {
  const evenRows = rows & ~3, evenCols = cols & ~3;
  for (let i = 0; i < evenRows; i += 4) {
    for (let j = 0; j < evenCols; j += 4) {
      transpose4(x + i * xRow + (<usize>j << 2), xRow, y + j * yRow + (<usize>i << 2), yRow);
    }
  }
  for (let i = 0; i < rows; i++) {
    for (let j = i < evenRows ? evenCols : 0; j < cols; j++) {
      store<f32>(y + j * yRow + (<usize>i << 2), load<f32>(x + i * xRow + (<usize>j << 2)));
    }
  }
}
