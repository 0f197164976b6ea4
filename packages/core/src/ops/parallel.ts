// How work is cut into kernel calls that threads can share. The cuts depend on shapes alone, never on the number of
// threads, so that a result has the same bits on one thread or eight.
import { engine, runCalls } from "../engine/engine.js";
import type { Call } from "../engine/pool.js";
import type { NDArray } from "./ndarray.js";

/** Multiplications below which a product stays one call: handing work over costs some microseconds, or 50 to wake a thread. */
export const worthSharing = 500_000;
const mostParts = 16;

/** `count` cut into at most `most` even parts of at least `least`; the first ones are the longer. */
export function partsOf(count: number, least: number, most = mostParts): { from: number; to: number }[] {
  const parts = Math.max(1, Math.min(most, Math.floor(count / least)));
  return Array.from({ length: parts }, (_, i) => ({
    from: Math.ceil((count * i) / parts),
    to: Math.ceil((count * (i + 1)) / parts),
  }));
}

/** Whether a product is worth cutting; if not, a plain call of the kernel costs a third of one from a list. */
export const isLarge = (m: number, n: number, k: number): boolean => m * n * k >= 2 * worthSharing;

/** Rows of the parts of a product with `m` rows: each part packs all of B, which long parts make up for. */
function productParts(m: number, n: number, k: number): { from: number; to: number }[] {
  if (!isLarge(m, n, k)) return [{ from: 0, to: m }];
  return partsOf(m, Math.max(32, Math.ceil(worthSharing / (n * k))), 8);
}

/** Arguments of a whole product C[M,N] = op(A)·B + beta·C with rows of A, B and C `lda`, `ldb` and `ldc` elements apart. */
export interface Product {
  transA?: boolean;
  transB?: boolean;
  m: number;
  n: number;
  k: number;
  a: number;
  lda: number;
  b: number;
  ldb: number;
  beta: 0 | 1;
  c: number;
  ldc: number;
}

/** A product as calls, each for some rows of C. */
export function productCalls(product: Product): Call[] {
  const { transA = false, transB = false, m, n, k, a, lda, b, ldb, beta, c, ldc } = product;
  return productParts(m, n, k).map(({ from, to }) => {
    const start = a + 4 * from * (transA ? 1 : lda);
    // biome-ignore format: the kernel's arguments in the order of its declaration
    return ["gemm", transA ? 1 : 0, transB ? 1 : 0, to - from, n, k, start, lda, b, ldb, beta, c + 4 * from * ldc, ldc];
  });
}

/** y [M,N] = x [M,K]·Wᵀ + bias, shared if it is large. */
export function runLinear(
  m: number,
  n: number,
  k: number,
  x: number,
  w: number,
  bias: number,
  y: number,
): void {
  if (isLarge(m, n, k)) runCalls(linearCalls(m, n, k, x, w, bias, y));
  else engine().kernels.linear(m, n, k, x, w, bias, y);
}

/** y [M,N] = x [M,K]·Wᵀ + bias as calls, each for some rows. */
function linearCalls(m: number, n: number, k: number, x: number, w: number, bias: number, y: number): Call[] {
  return productParts(m, n, k).map(({ from, to }) => [
    "linear",
    to - from,
    n,
    k,
    x + 4 * from * k,
    w,
    bias,
    y + 4 * from * n,
  ]);
}

/** Elements that a pass over memory handles as fast as it is handed to a thread. */
const elementsWorthSharing = 16_384;

/** Runs a pass over `n` elements as calls, each for some of them; `call` makes one for `count` elements from `from` on. */
export function runElements(n: number, call: (from: number, count: number) => Call): void {
  const least = n < 2 * elementsWorthSharing ? n : elementsWorthSharing;
  runCalls(partsOf(n, least).map(({ from, to }) => call(from, to - from)));
}

/** Runs a pass over `lines` of `length` elements as calls, each for `count` lines after `before` others. */
export function runLines(lines: number, length: number, call: (count: number, before: number) => Call): void {
  const least = Math.ceil(elementsWorthSharing / Math.max(1, length));
  runCalls(partsOf(lines, least).map(({ from, to }) => call(to - from, from)));
}

/** Runs a pass over x [N, C, L] as calls, each for the channels from c0 to below c1. */
export function runChannels(
  x: NDArray,
  call: (samples: number, channels: number, length: number, c0: number, c1: number) => Call,
): void {
  const [samples, channels, length] = x.shape as [number, number, number];
  const least = Math.ceil(elementsWorthSharing / Math.max(1, samples * length));
  runCalls(partsOf(channels, least).map(({ from, to }) => call(samples, channels, length, from, to)));
}

export { runCalls };
