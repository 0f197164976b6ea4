// One-dimensional convolution. A kernel of `kernel` taps slides over a long line of `length` elements and meets a short
// line of `outLength` elements: tap k of position t lies at t·stride + k·dilation − padding. Positions outside of the
// long line count as zeros. Convolution reads the long side; transposed convolution writes it.
import { copyLine } from "./move";
import { sum } from "./reduce";
import { get, high64, low64, madd, madd64, put, total } from "./simd";

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

function zeroLine(n: i32, y: usize): void {
  const zero = f32x4.splat(0);
  for (let i = n >> 2; i > 0; i--, y += 16) v128.store(y, zero);
  for (let i = n & 3; i > 0; i--, y += 4) store<f32>(y, 0);
}

export function im2col(
  channels: i32, length: i32, outLength: i32, kernel: i32, stride: i32, padding: i32, dilation: i32,
  x: usize, columns: usize, ld: i32,
): void {
  const step = <usize>stride << 2;
  for (; channels > 0; channels--, x += <usize>length << 2) {
    for (let k = 0; k < kernel; k++, columns += <usize>ld << 2) {
      const shift = k * dilation - padding;
      const end = endInside(shift, stride, length, outLength);
      const start = min(firstInside(shift, stride, outLength), end);
      zeroLine(start, columns);
      zeroLine(outLength - end, columns + (<usize>end << 2));
      let from = x + (<usize>(start * stride + shift) << 2);
      let to = columns + (<usize>start << 2);
      if (stride == 1) copyLine(end - start, from, to);
      else for (let i = end - start; i > 0; i--, from += step, to += 4) store<f32>(to, load<f32>(from));
    }
  }
}

export function col2im(
  channels: i32, length: i32, outLength: i32, kernel: i32, stride: i32, padding: i32, dilation: i32,
  columns: usize, ld: i32, x: usize,
): void {
  for (; channels > 0; channels--, x += <usize>length << 2) {
    for (let k = 0; k < kernel; k++, columns += <usize>ld << 2) {
      const shift = k * dilation - padding;
      const end = endInside(shift, stride, length, outLength);
      const start = min(firstInside(shift, stride, outLength), end);
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

export function convTaps(
  what: i32, longChannels: i32, shortChannels: i32, groups: i32, length: i32, outLength: i32,
  kernel: i32, stride: i32, padding: i32, dilation: i32, long: usize, weight: usize, short: usize,
): void {
  const longEach = longChannels / groups;
  const shortEach = shortChannels / groups;
  for (let o = 0; o < shortChannels; o++, short += <usize>outLength << 2) {
    let line = long + (<usize>(o / shortEach * longEach * length) << 2);
    for (let c = longEach; c > 0; c--, line += <usize>length << 2) {
      for (let k = 0; k < kernel; k++, weight += 4) {
        const shift = k * dilation - padding;
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

export function fillChannels(samples: i32, channels: i32, length: i32, values: usize, y: usize): void {
  for (; samples > 0; samples--) {
    for (let c = 0; c < channels << 2; c += 4) {
      const value = load<f32>(values + c);
      const v = f32x4.splat(value);
      for (let i = length >> 2; i > 0; i--, y += 16) v128.store(y, v);
      for (let i = length & 3; i > 0; i--, y += 4) store<f32>(y, value);
    }
  }
}

export function addChannelSums(samples: i32, channels: i32, length: i32, x: usize, sums: usize): void {
  const step = <usize>(channels * length) << 2;
  for (let c = channels; c > 0; c--, sums += 4, x += <usize>length << 2) {
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
