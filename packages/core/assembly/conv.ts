// One-dimensional convolution. A kernel of `kernel` taps slides over a long line of `length` elements and meets a short
// line of `outLength` elements: tap k of position t lies at t·stride + k·dilation − padding. Positions outside of the
// long line count as zeros. Convolution reads the long side; transposed convolution writes it.
//
// Samples go through in runs: the columns of a run (a row for each channel and tap, an element for each position) stand
// side by side in work space of the caller's and are multiplied at once. Making them costs 6 µs beside a product of 170
// (64 channels, 3 taps, 256 positions), so backward makes them anew. Which samples make a run depends on the lengths
// alone: a range of whole runs gives the same bits by itself as among others.
import { gemm } from "./gemm";
import { copyLine, fill } from "./move";
import { sum } from "./reduce";
import { get, high64, low64, madd, madd64, put, total } from "./simd";

/** How the caller lays out a geometry: int32 each. */
@unmanaged
class Geometry {
  longChannels: i32;
  shortChannels: i32;
  groups: i32;
  length: i32;
  outLength: i32;
  kernel: i32;
  stride: i32;
  padding: i32;
  dilation: i32;
}

/** Columns that one product should have. */
const COLUMNS: i32 = 256;
/** Up to so many short channels in a group, going tap by tap beats making columns for a product. */
const FEW: i32 = 2;

@inline
function usesTaps(g: Geometry): bool {
  return g.shortChannels / g.groups <= FEW;
}

/** Whether a sample's columns are the sample itself. */
@inline
function isPlain(g: Geometry): bool {
  return g.kernel == 1 && g.stride == 1 && g.padding == 0 && g.length == g.outLength;
}

export function convRun(geometry: usize): i32 {
  return max(1, (COLUMNS + (COLUMNS >> 1)) / max(1, changetype<Geometry>(geometry).outLength));
}

export function convWorkBytes(geometry: usize): usize {
  const g = changetype<Geometry>(geometry);
  if (usesTaps(g)) return 0;
  const run = convRun(geometry);
  return <usize>(run * g.outLength) * <usize>(g.longChannels * g.kernel + (run > 1 ? g.shortChannels : 0)) << 2;
}

/** The first position whose tap, `shift` elements on, lies on the line. */
@inline
function firstInside(shift: i32, stride: i32, outLength: i32): i32 {
  return shift >= 0 ? 0 : min((stride - 1 - shift) / stride, outLength);
}

/** The position after the last one whose tap lies on the line. */
@inline
function endInside(shift: i32, stride: i32, length: i32, outLength: i32): i32 {
  const last = length - 1 - shift;
  return last < 0 ? 0 : min(last / stride + 1, outLength);
}

/** columns[c·kernel + k, t] = tap k of position t in x[c]; `ld` elements between rows. */
function im2col(g: Geometry, x: usize, columns: usize, ld: i32): void {
  const stride = g.stride, outLength = g.outLength;
  const step = <usize>stride << 2;
  for (let c = g.longChannels; c > 0; c--, x += <usize>g.length << 2) {
    for (let k = 0; k < g.kernel; k++, columns += <usize>ld << 2) {
      const shift = k * g.dilation - g.padding;
      const end = endInside(shift, stride, g.length, outLength);
      const start = min(firstInside(shift, stride, outLength), end);
      fill(start, 0, columns);
      fill(outLength - end, 0, columns + (<usize>end << 2));
      let from = x + (<usize>(start * stride + shift) << 2);
      let to = columns + (<usize>start << 2);
      if (stride == 1) copyLine(end - start, from, to);
      else for (let i = end - start; i > 0; i--, from += step, to += 4) store<f32>(to, load<f32>(from));
    }
  }
}

/** The reverse: adds every column's elements to where they come from. */
function col2im(g: Geometry, columns: usize, ld: i32, x: usize): void {
  const stride = g.stride;
  for (let c = g.longChannels; c > 0; c--, x += <usize>g.length << 2) {
    for (let k = 0; k < g.kernel; k++, columns += <usize>ld << 2) {
      const shift = k * g.dilation - g.padding;
      const end = endInside(shift, stride, g.length, g.outLength);
      const start = min(firstInside(shift, stride, g.outLength), end);
      addTap(end - start, stride, 1, columns + (<usize>start << 2), x + (<usize>(start * stride + shift) << 2));
    }
  }
}

/** long[t·stride] += w·short[t] */
function addTap(n: i32, stride: i32, w: f32, short: usize, long: usize): void {
  if (stride == 1) return addScaled(n, w, short, long);
  const step = <usize>stride << 2;
  for (; n > 0; n--, short += 4, long += step) store<f32>(long, load<f32>(long) + w * load<f32>(short));
}

/** short[t] += w·long[t·stride] */
function readTap(n: i32, stride: i32, w: f32, long: usize, short: usize): void {
  if (stride == 1) return addScaled(n, w, long, short);
  const step = <usize>stride << 2;
  for (; n > 0; n--, short += 4, long += step) store<f32>(short, load<f32>(short) + w * load<f32>(long));
}

function addScaled(n: i32, w: f32, x: usize, y: usize): void {
  const scale = f32x4.splat(w);
  for (let i = n >> 2; i > 0; i--, x += 16, y += 16) v128.store(y, madd(scale, v128.load(x), v128.load(y)));
  const rest = n & 3;
  if (rest > 0) put(y, madd(scale, get(x, rest), get(y, rest)), rest);
}

/** Σ long[t·stride]·short[t] */
function dotTap(n: i32, stride: i32, long: usize, short: usize): f64 {
  let a = f64x2.splat(0), b = f64x2.splat(0);
  if (stride != 1) {
    let s: f64 = 0;
    const step = <usize>stride << 2;
    for (; n > 0; n--, short += 4, long += step) s += <f64>load<f32>(short) * <f64>load<f32>(long);
    return s;
  }
  for (; n > 0; n -= 4, long += 16, short += 16) {
    const lanes = min(n, 4);
    const v = get(long, lanes), w = get(short, lanes);
    a = madd64(low64(v), low64(w), a);
    b = madd64(high64(v), high64(w), b);
  }
  return total(f64x2.add(a, b));
}

/** One sample tap by tap. what 0: short += weight ∗ long; 1: long += weightᵀ ∗ short; 2: weight += short · long. */
function taps(what: i32, g: Geometry, long: usize, weight: usize, short: usize): void {
  const longEach = g.longChannels / g.groups, shortEach = g.shortChannels / g.groups;
  const length = g.length, outLength = g.outLength, stride = g.stride;
  for (let o = 0; o < g.shortChannels; o++, short += <usize>outLength << 2) {
    let line = long + (<usize>(o / shortEach * longEach * length) << 2);
    for (let c = longEach; c > 0; c--, line += <usize>length << 2) {
      for (let k = 0; k < g.kernel; k++, weight += 4) {
        const shift = k * g.dilation - g.padding;
        const end = endInside(shift, stride, length, outLength);
        const start = min(firstInside(shift, stride, outLength), end);
        const from = line + (<usize>(start * stride + shift) << 2);
        const to = short + (<usize>start << 2);
        if (what == 0) readTap(end - start, stride, load<f32>(weight), from, to);
        else if (what == 1) addTap(end - start, stride, load<f32>(weight), to, from);
        else store<f32>(weight, <f32>(<f64>load<f32>(weight) + dotTap(end - start, stride, from, to)));
      }
    }
  }
}

/** y[c] = values[c], or 0, over lines of `length`. */
function fillLines(channels: i32, length: i32, values: usize, y: usize): void {
  for (let c = 0; c < channels << 2; c += 4, y += <usize>length << 2) fill(length, values ? load<f32>(values + c) : 0, y);
}

/** The lines of `count` samples of the short side ↔ the rows of a run. */
function exchange(g: Geometry, count: i32, short: usize, rows: usize, back: bool): void {
  const line = <usize>g.outLength << 2;
  for (let i = 0; i < count; i++, rows += line) {
    let row = rows;
    for (let c = g.shortChannels; c > 0; c--, short += line, row += line * count) {
      if (back) copyLine(g.outLength, row, short);
      else copyLine(g.outLength, short, row);
    }
  }
}

/** A run's columns: the sample itself, or made in `work`. */
function makeColumns(g: Geometry, count: i32, long: usize, work: usize): usize {
  if (count == 1 && isPlain(g)) return long;
  const sample = <usize>(g.longChannels * g.length) << 2;
  const width = count * g.outLength;
  for (let i = 0; i < count; i++) im2col(g, long + i * sample, work + (<usize>(i * g.outLength) << 2), width);
  return work;
}

/** A run's rows of the short side: where they are for one sample, else behind the columns in `work`. */
@inline
function rowsOf(g: Geometry, run: i32, count: i32, short: usize, work: usize): usize {
  return count == 1 ? short : work + (<usize>(run * g.outLength * g.longChannels * g.kernel) << 2);
}

// In the three below, a group multiplies O rows of the short side with Q = channels · kernel rows of columns.

export function convToShort(
  n0: i32, n1: i32, geometry: usize, long: usize, weight: usize, bias: usize, short: usize, work: usize,
): void {
  const g = changetype<Geometry>(geometry);
  const longSample = <usize>(g.longChannels * g.length) << 2, shortSample = <usize>(g.shortChannels * g.outLength) << 2;
  const o = g.shortChannels / g.groups, q = g.longChannels / g.groups * g.kernel;
  const run = usesTaps(g) ? 1 : convRun(geometry);
  for (let n = n0; n < n1; n += run) {
    const count = min(run, n1 - n);
    const width = count * g.outLength;
    const from = long + n * longSample, to = short + n * shortSample;
    const rows = rowsOf(g, run, count, to, work);
    fillLines(g.shortChannels, width, bias, rows);
    if (usesTaps(g)) {
      taps(0, g, from, weight, to);
      continue;
    }
    const columns = makeColumns(g, count, from, work);
    for (let i = 0; i < g.groups; i++) {
      gemm(0, 0, o, width, q, weight + (<usize>(i * o * q) << 2), q, columns + (<usize>(i * q * width) << 2), width,
        1, rows + (<usize>(i * o * width) << 2), width);
    }
    if (count > 1) exchange(g, count, to, rows, true);
  }
}

export function convToLong(
  n0: i32, n1: i32, geometry: usize, short: usize, weight: usize, bias: usize, long: usize, work: usize,
): void {
  const g = changetype<Geometry>(geometry);
  const longSample = <usize>(g.longChannels * g.length) << 2, shortSample = <usize>(g.shortChannels * g.outLength) << 2;
  const o = g.shortChannels / g.groups, q = g.longChannels / g.groups * g.kernel;
  const run = usesTaps(g) ? 1 : convRun(geometry);
  for (let n = n0; n < n1; n += run) {
    const count = min(run, n1 - n);
    const width = count * g.outLength;
    const from = short + n * shortSample, to = long + n * longSample;
    for (let i = 0; i < count; i++) fillLines(g.longChannels, g.length, bias, to + i * longSample);
    if (usesTaps(g)) {
      taps(1, g, to, weight, from);
      continue;
    }
    const rows = rowsOf(g, run, count, from, work);
    if (count > 1) exchange(g, count, from, rows, false);
    const direct = count == 1 && isPlain(g);
    const columns = direct ? to : work;
    for (let i = 0; i < g.groups; i++) {
      gemm(1, 0, q, width, o, weight + (<usize>(i * o * q) << 2), q, rows + (<usize>(i * o * width) << 2), width,
        direct ? 1 : 0, columns + (<usize>(i * q * width) << 2), width);
    }
    if (direct) continue;
    for (let i = 0; i < count; i++) col2im(g, work + (<usize>(i * g.outLength) << 2), width, to + i * longSample);
  }
}

export function convToWeight(
  n0: i32, n1: i32, geometry: usize, long: usize, short: usize, weight: usize, work: usize,
): void {
  const g = changetype<Geometry>(geometry);
  const longSample = <usize>(g.longChannels * g.length) << 2, shortSample = <usize>(g.shortChannels * g.outLength) << 2;
  const o = g.shortChannels / g.groups, q = g.longChannels / g.groups * g.kernel;
  const run = usesTaps(g) ? 1 : convRun(geometry);
  fill(g.shortChannels * q, 0, weight);
  for (let n = n0; n < n1; n += run) {
    const count = min(run, n1 - n);
    const width = count * g.outLength;
    const from = long + n * longSample, by = short + n * shortSample;
    if (usesTaps(g)) {
      taps(2, g, from, weight, by);
      continue;
    }
    const columns = makeColumns(g, count, from, work);
    const rows = rowsOf(g, run, count, by, work);
    if (count > 1) exchange(g, count, by, rows, false);
    for (let i = 0; i < g.groups; i++) {
      gemm(0, 1, o, q, width, rows + (<usize>(i * o * width) << 2), width, columns + (<usize>(i * q * width) << 2), width,
        1, weight + (<usize>(i * o * q) << 2), q);
    }
  }
}

export function addChannelSums(
  samples: i32, channels: i32, length: i32, c0: i32, c1: i32, x: usize, sums: usize,
): void {
  const step = <usize>(channels * length) << 2;
  x += <usize>(c0 * length) << 2;
  sums += <usize>c0 << 2;
  for (let c = c0; c < c1; c++, sums += 4, x += <usize>length << 2) {
    let s: f64 = 0;
    let line = x;
    for (let i = samples; i > 0; i--, line += step) s += sum(length, line);
    store<f32>(sums, <f32>(<f64>load<f32>(sums) + s));
  }
}

export function gatherLast(lines: i32, length: i32, outLength: i32, index: usize, x: usize, y: usize): void {
  for (; lines > 0; lines--, x += <usize>length << 2) {
    for (let i = 0; i < outLength << 2; i += 4, y += 4) store<f32>(y, load<f32>(x + (load<u32>(index + i) << 2)));
  }
}

export function scatterLast(lines: i32, length: i32, outLength: i32, index: usize, dy: usize, dx: usize): void {
  for (; lines > 0; lines--, dx += <usize>length << 2) {
    for (let i = 0; i < outLength << 2; i += 4, dy += 4) {
      const to = dx + (load<u32>(index + i) << 2);
      store<f32>(to, load<f32>(to) + load<f32>(dy));
    }
  }
}
