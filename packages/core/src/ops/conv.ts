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

/** Columns that one matrix product should have: short samples are multiplied together until they have as many. */
const columnsWanted = 256;

/** Up to so many output channels in a group, going tap by tap beats making columns for a matrix product. */
const fewChannels = 2;

const usesTaps = (g: ConvGeometry) => g.shortChannels / g.groups <= fewChannels;

/** Lends memory for the time of `work`. */
function withScratch<T>(floats: number, work: (address: number) => T): T {
  const { memory } = engine();
  const block = memory.allocate(Math.max(4, floats * 4));
  try {
    return work(block.address);
  } finally {
    memory.release(block);
  }
}

const longAt = (g: ConvGeometry, x: NDArray, sample: number) =>
  x.address + sample * g.longChannels * g.longLength * 4;
const shortAt = (g: ConvGeometry, y: NDArray, sample: number) =>
  y.address + sample * g.shortChannels * g.shortLength * 4;

/** The samples tap by tap. `what`: 0 short += …, 1 long += …, 2 weight += …. */
function taps(what: 0 | 1 | 2, g: ConvGeometry, long: NDArray, weight: NDArray, short: NDArray): void {
  for (let n = 0; n < g.samples; n++) {
    engine().kernels.convTaps(
      what,
      g.longChannels,
      g.shortChannels,
      g.groups,
      g.longLength,
      g.shortLength,
      g.kernel,
      g.stride,
      g.padding,
      g.dilation,
      longAt(g, long, n),
      weight.address,
      shortAt(g, short, n),
    );
  }
}

/** A run of samples whose columns stand side by side in one matrix. */
interface Run {
  first: number;
  count: number;
  /** Columns of the matrix: count · shortLength. */
  width: number;
  /** Address of [longChannels · kernel, width]. */
  columns: number;
  /** Address of [shortChannels, width]. */
  rows: number;
}

/**
 * Calls `work` for runs of samples. One sample alone has its rows where `short` holds them; several get a copy, whose
 * rows are as long as the run.
 */
function eachRun(g: ConvGeometry, short: NDArray, work: (run: Run) => void): void {
  const most = Math.min(g.samples, Math.max(1, Math.round(columnsWanted / Math.max(1, g.shortLength))));
  const widest = most * g.shortLength;
  withScratch(g.longChannels * g.kernel * widest, (columns) =>
    withScratch(most > 1 ? g.shortChannels * widest : 0, (copy) => {
      for (let first = 0; first < g.samples; first += most) {
        const count = Math.min(most, g.samples - first);
        const rows = most > 1 ? copy : shortAt(g, short, first);
        work({ first, count, width: count * g.shortLength, columns, rows });
      }
    }),
  );
}

/** Copies a run of `short` to its rows, or back: [count, C, L] ↔ [C, count, L]. */
function exchange(g: ConvGeometry, short: NDArray, { first, count, rows, width }: Run, back: boolean): void {
  const here = shortAt(g, short, first);
  if (rows === here) return;
  const { kernels } = engine();
  const [c, l] = [g.shortChannels, g.shortLength];
  if (back) kernels.copyStrided(3, writeInts(0, [count, c, l]), rows, writeInts(1, [l, width, 1]), here);
  else kernels.copyStrided(3, writeInts(0, [c, count, l]), here, writeInts(1, [l, c * l, 1]), rows);
}

/** Fills the columns of a run from the long side, or adds them to it. */
function moveColumns(g: ConvGeometry, long: NDArray, run: Run, add: boolean): void {
  const { kernels } = engine();
  for (let i = 0; i < run.count; i++) {
    const x = longAt(g, long, run.first + i);
    const columns = run.columns + i * g.shortLength * 4;
    const { longChannels: c, longLength: l, shortLength: out, kernel, stride, padding, dilation } = g;
    if (add) kernels.col2im(c, l, out, kernel, stride, padding, dilation, columns, run.width, x);
    else kernels.im2col(c, l, out, kernel, stride, padding, dilation, x, columns, run.width);
  }
}

/** One matrix product per group. O rows of the short side, Q = longChannels/groups · kernel rows of columns. */
function eachGroup(
  g: ConvGeometry,
  run: Run,
  weight: NDArray,
  work: (o: number, q: number, weight: number, columns: number, rows: number) => void,
): void {
  const o = g.shortChannels / g.groups;
  const q = (g.longChannels / g.groups) * g.kernel;
  for (let i = 0; i < g.groups; i++) {
    const at = (perGroup: number) => i * perGroup * 4;
    work(o, q, weight.address + at(o * q), run.columns + at(q * run.width), run.rows + at(o * run.width));
  }
}

/** short[n, o, t] = bias[o] + Σ over c and k of weight[o, c, k] · long[n, c, t·stride + k·dilation − padding] */
function toShort(g: ConvGeometry, long: NDArray, weight: NDArray, bias: NDArray | null): NDArray {
  const { kernels } = engine();
  const short = bias ? empty(shortShape(g)) : zeros(shortShape(g));
  if (bias) kernels.fillChannels(g.samples, g.shortChannels, g.shortLength, bias.address, short.address);
  if (usesTaps(g)) {
    taps(0, g, long, weight, short);
    return short;
  }
  eachRun(g, short, (run) => {
    moveColumns(g, long, run, false);
    exchange(g, short, run, false);
    eachGroup(g, run, weight, (o, q, w, columns, rows) => {
      kernels.gemm(0, 0, o, run.width, q, w, q, columns, run.width, 1, rows, run.width);
    });
    exchange(g, short, run, true);
  });
  return short;
}

/** The same sum the other way: every element of the short side adds its weighted taps to the long side. */
function toLong(g: ConvGeometry, short: NDArray, weight: NDArray, bias: NDArray | null): NDArray {
  const { kernels } = engine();
  const shape = [g.samples, g.longChannels, g.longLength];
  const long = bias ? empty(shape) : zeros(shape);
  if (bias) kernels.fillChannels(g.samples, g.longChannels, g.longLength, bias.address, long.address);
  if (usesTaps(g)) {
    taps(1, g, long, weight, short);
    return long;
  }
  eachRun(g, short, (run) => {
    exchange(g, short, run, false);
    eachGroup(g, run, weight, (o, q, w, columns, rows) => {
      kernels.gemm(1, 0, q, run.width, o, w, q, rows, run.width, 0, columns, run.width);
    });
    moveColumns(g, long, run, true);
  });
  return long;
}

/** Σ over samples and positions of short[n, o, t] · long[n, c, t·stride + k·dilation − padding] */
function weightGradient(g: ConvGeometry, long: NDArray, short: NDArray, weight: NDArray): NDArray {
  const dw = zeros(weight.shape);
  if (usesTaps(g)) {
    taps(2, g, long, dw, short);
    return dw;
  }
  eachRun(g, short, (run) => {
    moveColumns(g, long, run, false);
    exchange(g, short, run, false);
    eachGroup(g, run, dw, (o, q, w, columns, rows) => {
      engine().kernels.gemm(0, 1, o, q, run.width, rows, run.width, columns, run.width, 1, w, q);
    });
  });
  return dw;
}

const shortShape = (g: ConvGeometry) => [g.samples, g.shortChannels, g.shortLength];

/** Σ over samples and positions: the gradient of a bias. x [N, C, L] → [C] */
function channelSums(x: NDArray): NDArray {
  const [samples, channels, length] = x.shape as [number, number, number];
  const sums = zeros([channels]);
  engine().kernels.addChannelSums(samples, channels, length, x.address, sums.address);
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
