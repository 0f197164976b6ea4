import { engine, writeInts } from "../engine/engine.js";
import { empty, fromValues, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/**
 * How a kernel of `kernel` taps slides over the long side and meets the short side, one position for each of its
 * elements. Convolution reads the long side and writes the short one; transposed convolution the other way round, with
 * the same weight layout [shortChannels, longChannels / groups, kernel].
 */
export interface ConvGeometry {
  samples: number;
  longChannels: number;
  longLength: number;
  shortChannels: number;
  shortLength: number;
  kernel: number;
  stride: number;
  /** Zeros before the first element of the long side. */
  padding: number;
  dilation: number;
  groups: number;
}

/** Where the kernels read a geometry. */
function writeGeometry(g: ConvGeometry): number {
  const { longChannels, shortChannels, groups, longLength, shortLength, kernel, stride, padding, dilation } =
    g;
  return writeInts(0, [
    longChannels,
    shortChannels,
    groups,
    longLength,
    shortLength,
    kernel,
    stride,
    padding,
    dilation,
  ]);
}

/** Columns of the products that one chunk of samples should have at least, and the most chunks of a batch. */
const chunkColumns = 256;
const mostChunks = 8;

/**
 * The batch in chunks of whole runs (see `Kernels.convRun`). They depend on the batch alone, so that sums over chunks
 * have the same bits whoever computes them: as many as a power of two that leaves each enough to do.
 */
function chunksOf(g: ConvGeometry, run: number): { first: number; end: number }[] {
  const runs = Math.ceil(g.samples / run);
  const enough = Math.min(mostChunks, runs, (g.samples * g.shortLength) / chunkColumns);
  const count = 2 ** Math.max(0, Math.floor(Math.log2(enough)));
  const edge = (i: number) => Math.min(g.samples, Math.round((i * runs) / count) * run);
  return Array.from({ length: count }, (_, i) => ({ first: edge(i), end: edge(i + 1) }));
}

/** Calls `work` for every chunk of the batch, with the geometry's address and work space that a kernel may use. */
function eachChunk(
  g: ConvGeometry,
  work: (first: number, end: number, geometry: number, space: number) => void,
): void {
  const { kernels, memory } = engine();
  const geometry = writeGeometry(g);
  const space = memory.allocate(Math.max(4, kernels.convWorkBytes(geometry)));
  chunksOf(g, kernels.convRun(geometry)).forEach(({ first, end }) => {
    work(first, end, geometry, space.address);
  });
  memory.release(space);
}

/** short[n, o, t] = bias[o] + Σ over c and k of weight[o, c, k] · long[n, c, t·stride + k·dilation − padding] */
function toShort(g: ConvGeometry, long: NDArray, weight: NDArray, bias: NDArray | null): NDArray {
  const short = empty([g.samples, g.shortChannels, g.shortLength]);
  const [x, w, b, y] = [long.address, weight.address, bias?.address ?? 0, short.address];
  eachChunk(g, (first, end, geometry, space) => {
    engine().kernels.convToShort(first, end, geometry, x, w, b, y, space);
  });
  return short;
}

/** The same sum the other way: every element of the short side adds its weighted taps to the long side. */
function toLong(g: ConvGeometry, short: NDArray, weight: NDArray, bias: NDArray | null): NDArray {
  const long = empty([g.samples, g.longChannels, g.longLength]);
  const [x, w, b, y] = [short.address, weight.address, bias?.address ?? 0, long.address];
  eachChunk(g, (first, end, geometry, space) => {
    engine().kernels.convToLong(first, end, geometry, x, w, b, y, space);
  });
  return long;
}

/** Σ over samples and positions of short[n, o, t] · long[n, c, t·stride + k·dilation − padding], chunk by chunk. */
function weightGradient(g: ConvGeometry, long: NDArray, short: NDArray, weight: NDArray): NDArray {
  const parts: NDArray[] = [];
  eachChunk(g, (first, end, geometry, space) => {
    const part = empty(weight.shape);
    parts.push(part);
    engine().kernels.convToWeight(first, end, geometry, long.address, short.address, part.address, space);
  });
  const sum = parts[0]!;
  for (const part of parts.slice(1)) engine().kernels.axpy(sum.size, 1, part.address, sum.address);
  return sum;
}

/** Σ over samples and positions: the gradient of a bias. x [N, C, L] → [C] */
function channelSums(x: NDArray): NDArray {
  const [samples, channels, length] = x.shape as [number, number, number];
  const sums = zeros([channels]);
  engine().kernels.addChannelSums(samples, channels, length, 0, channels, x.address, sums.address);
  return sums;
}

/** Convolution. x [N, C, L] is the long side, the result [N, O, L′] the short one. */
export function conv(x: NDArray, weight: NDArray, bias: NDArray | null, g: ConvGeometry): OpResult {
  return result(toShort(g, x, weight, bias), (dy, needs) => [
    needs[0] ? toLong(g, dy, weight, null) : null,
    needs[1] ? weightGradient(g, x, dy, weight) : null,
    bias && needs[2] ? channelSums(dy) : null,
  ]);
}

/** Transposed convolution: x [N, C, L] is the short side, the result the long one. */
export function convTranspose(x: NDArray, weight: NDArray, bias: NDArray | null, g: ConvGeometry): OpResult {
  return result(toLong(g, x, weight, bias), (dy, needs) => [
    needs[0] ? toShort(g, dy, weight, null) : null,
    needs[1] ? weightGradient(g, dy, x, weight) : null,
    bias && needs[2] ? channelSums(dy) : null,
  ]);
}

/** How padding other than zeros continues a line: mirrored about its end, by its last element, or from its other end. */
export type PadMode = "reflect" | "replicate" | "circular";

/** Where position i, which may lie before or after a line of `length`, takes its element from. */
function padSource(mode: PadMode, i: number, length: number): number {
  if (mode === "replicate") return Math.min(Math.max(i, 0), length - 1);
  if (mode === "circular") return ((i % length) + length) % length;
  return i < 0 ? -i : i >= length ? 2 * (length - 1) - i : i;
}

/** The last dimension made longer at both ends. */
export function pad(x: NDArray, mode: PadMode, left: number, right: number): OpResult {
  const length = x.shape.at(-1)!;
  const padded = left + length + right;
  const lines = x.size / Math.max(1, length);
  const sources = Array.from({ length: padded }, (_, i) => padSource(mode, i - left, length));
  const index = fromValues(sources, [padded], "int32");
  const y = empty([...x.shape.slice(0, -1), padded]);
  engine().kernels.gatherLast(lines, length, padded, index.address, x.address, y.address);
  return result(y, (dy) => {
    const dx = zeros(x.shape);
    engine().kernels.scatterLast(lines, length, padded, index.address, dy.address, dx.address);
    return [dx];
  });
}
