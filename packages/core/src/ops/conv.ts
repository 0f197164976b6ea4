import { engine, writeInts } from "../engine/engine.js";
import type { Call } from "../engine/pool.js";
import { empty, fromValues, type NDArray, type OpResult, result, zeros } from "./ndarray.js";
import { partsOf, runCalls, runChannels, worthSharing } from "./parallel.js";

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

/** Columns that the products of one part should have at least, so that adding weight gradients up costs little. */
const columnsWorthSharing = 256;
const mostParts = 8;

/** A part of the batch for one kernel call: its samples, the geometry's address, and work space of its own. */
interface Part {
  first: number;
  end: number;
  geometry: number;
  space: number;
}

/**
 * Cuts the batch into parts of whole runs (see `Kernels.convRun`), by shapes alone, and runs the call that `call` makes
 * for each.
 */
function eachPart(g: ConvGeometry, call: (part: Part, index: number) => Call): void {
  const { kernels, memory, threads } = engine();
  const geometry = writeGeometry(g);
  const run = kernels.convRun(geometry);
  const columns = run * Math.max(1, g.shortLength);
  const products = columns * g.shortChannels * (g.longChannels / g.groups) * g.kernel;
  const least = Math.ceil(Math.max(columnsWorthSharing / columns, worthSharing / Math.max(1, products)));
  const parts = partsOf(Math.ceil(g.samples / run), least, mostParts);
  const bytes = kernels.convWorkBytes(geometry);
  // On one thread the parts take turns with one space, which then stays in the cache.
  const space = memory.allocate(Math.max(4, bytes * (threads > 1 ? parts.length : 1)));
  const calls = parts.map(({ from, to }, i) => {
    const [first, end] = [from * run, Math.min(to * run, g.samples)];
    return call({ first, end, geometry, space: space.address + (threads > 1 ? i * bytes : 0) }, i);
  });
  runCalls(calls);
  memory.release(space);
}

/** short[n, o, t] = bias[o] + Σ over c and k of weight[o, c, k] · long[n, c, t·stride + k·dilation − padding] */
function toShort(g: ConvGeometry, long: NDArray, weight: NDArray, bias: NDArray | null): NDArray {
  const short = empty([g.samples, g.shortChannels, g.shortLength]);
  const [x, w, b, y] = [long.address, weight.address, bias?.address ?? 0, short.address];
  eachPart(g, ({ first, end, geometry, space }) => ["convToShort", first, end, geometry, x, w, b, y, space]);
  return short;
}

/** The same sum the other way: every element of the short side adds its weighted taps to the long side. */
function toLong(g: ConvGeometry, short: NDArray, weight: NDArray, bias: NDArray | null): NDArray {
  const long = empty([g.samples, g.longChannels, g.longLength]);
  const [x, w, b, y] = [short.address, weight.address, bias?.address ?? 0, long.address];
  eachPart(g, ({ first, end, geometry, space }) => ["convToLong", first, end, geometry, x, w, b, y, space]);
  return long;
}

/** Σ over samples and positions of short[n, o, t] · long[n, c, t·stride + k·dilation − padding], part after part. */
function weightGradient(g: ConvGeometry, long: NDArray, short: NDArray, weight: NDArray): NDArray {
  const { kernels } = engine();
  const sums: NDArray[] = [];
  eachPart(g, ({ first, end, geometry, space }, i) => {
    sums[i] = empty(weight.shape);
    const [x, y] = [long.address, short.address];
    return ["convToWeight", first, end, geometry, x, y, sums[i].address, space];
  });
  const [sum, ...others] = sums as [NDArray, ...NDArray[]];
  for (const other of others) kernels.axpy(sum.size, 1, other.address, sum.address);
  return sum;
}

/** Σ over samples and positions: the gradient of a bias. x [N, C, L] → [C] */
function channelSums(x: NDArray): NDArray {
  const sums = zeros([x.shape[1]!]);
  runChannels(x, (n, c, l, c0, c1) => ["addChannelSums", n, c, l, c0, c1, x.address, sums.address]);
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
