/** Pooling of lines of L elements, float64. Positions outside of a line count as nothing for a maximum, as 0 for a sum. */
export interface Pooling {
  L: number;
  kernel: number;
  stride: number;
  padding: number;
  dilation: number;
  ceilMode: boolean;
}

/** PyTorch's rule: windows that fit the padded line, and with ceilMode a cut one too if it begins before the right padding. */
export function pooledLength({ L, kernel, stride, padding, dilation, ceilMode }: Pooling): number {
  const room = L + 2 * padding - dilation * (kernel - 1) - 1;
  const length = (ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  return ceilMode && (length - 1) * stride >= L + padding ? length - 1 : length;
}

/** Positions of window t that lie on the line. */
function inside(p: Pooling, t: number): number[] {
  const taps = Array.from({ length: p.kernel }, (_, k) => t * p.stride + k * p.dilation - p.padding);
  return taps.filter((i) => i >= 0 && i < p.L);
}

/** Of each window the largest element's position on its line; −1 where the window has none. */
export function maxPool(p: Pooling, line: ArrayLike<number>): number[] {
  return Array.from({ length: pooledLength(p) }, (_, t) =>
    inside(p, t).reduce((best, i) => (best < 0 || line[i]! > line[best]! ? i : best), -1),
  );
}

/** Of each window, the weight of every element of the line in its mean. */
export function avgPool(p: Pooling, countIncludePad: boolean): number[][] {
  return Array.from({ length: pooledLength(p) }, (_, t) => {
    const elements = inside(p, t);
    const start = t * p.stride - p.padding;
    const count = countIncludePad ? Math.min(start + p.kernel, p.L + p.padding) - start : elements.length;
    return Array.from({ length: p.L }, (_, i) => (elements.includes(i) ? 1 / count : 0));
  });
}
