import { type Batch, Generator, tensor } from "@lookback/core";
import { targetValues, type Units, unitsOf, windowValues, writeTarget, writeWindow } from "./encoding.js";
import type { Frame } from "./frame.js";
import { type Layout, rowSizes } from "./layout.js";
import { type FittedTransform, identity, minMaxScaler, standardScaler } from "./transforms.js";

/** Up to this many windows are one batch. */
const FULL_BATCH = 256;
/** Windows of one series at most: the newest. */
const MOST_OF_ONE = 20_000;
/** Windows at most that a scaler or a mean is fitted on, evenly chosen. */
const MOST_LOOKED_AT = 20_000;
/** Windows at most that an epoch shows, chosen at random in each. */
const MOST_OF_AN_EPOCH = 100_000;
/** Windows at most; beyond, only every so-manyth of each series is taken. */
const MOST_WINDOWS = 1_000_000;

/** The windows to learn from: window i ends before `ends[i]` in frame `owners[i]`. */
export interface WindowPool {
  readonly frames: readonly Frame[];
  readonly owners: Int32Array;
  readonly ends: Int32Array;
}

/** Which windows a pool takes from each frame. */
export interface PoolRange {
  /** Values before a window's end at least; fewer than the lookback only where masks tell what is missing. */
  readonly fewest: number;
  /** Values after a window's end at least. */
  readonly ahead: number;
  /** The first end in each frame. Default 0. */
  readonly from?: readonly number[];
}

/** Collects the windows of frames, in order of series and time. */
export function makePool(frames: readonly Frame[], { fewest, ahead, from }: PoolRange): WindowPool {
  const ranges = frames.map(({ z }, owner) => {
    const last = z.length - ahead;
    return { first: Math.max(fewest, from?.[owner] ?? 0, last - MOST_OF_ONE + 1), last };
  });
  const total = ranges.reduce((sum, { first, last }) => sum + Math.max(0, last - first + 1), 0);
  const stride = Math.ceil(total / MOST_WINDOWS);
  const owners: number[] = [];
  const ends: number[] = [];
  for (const [owner, { first, last }] of ranges.entries()) {
    const offset = (((last - first) % stride) + stride) % stride;
    for (let end = first + offset; end <= last; end += stride) {
      if (
        !hasKnown(frames[owner]!, end - fewest, end) ||
        !hasKnown(frames[owner]!, end, end + Math.max(1, ahead))
      )
        continue;
      owners.push(owner);
      ends.push(end);
    }
  }
  return { frames, owners: Int32Array.from(owners), ends: Int32Array.from(ends) };
}

function hasKnown({ z }: Frame, start: number, end: number): boolean {
  for (let t = start; t < Math.min(end, z.length); t++) if (!Number.isNaN(z[t]!)) return true;
  return false;
}

type ScalerKind = "minmax" | "standard" | "window";

/** Fits a scaler on windows and what follows them, relative to the windows' levels. */
export function fitScaler(pool: WindowPool, layout: Layout, kind: ScalerKind): FittedTransform {
  if (kind === "window") return identity().fit([0]);
  const parts = [...looked(pool)].map(([frame, end]) => {
    const window = windowValues(frame, end, layout.lookback);
    const { level } = unitsOf(window, layout);
    return [...window, ...targetValues(frame, end, layout.outputs)]
      .filter((value) => !Number.isNaN(value))
      .map((value) => value - level);
  });
  return (kind === "minmax" ? minMaxScaler({ range: [-1, 1] }) : standardScaler()).fit(parts.flat());
}

/** Mean weight of the windows before it is made 1. */
function meanWeight(pool: WindowPool, layout: Layout, power: number): number {
  const weights = [...looked(pool)].map(([frame, end]) =>
    rawWeight(unitsOf(windowValues(frame, end, layout.lookback), layout), power),
  );
  return weights.reduce((sum, weight) => sum + weight, 0) / Math.max(1, weights.length);
}

/** An error in z counts noise^(power − 1) times; the network's are in units of the scale. */
function rawWeight({ scale, noise }: Units, power: number): number {
  return scale * noise ** (power - 1);
}

function* looked({ frames, owners, ends }: WindowPool): Iterable<[Frame, number]> {
  const stride = Math.ceil(ends.length / MOST_LOOKED_AT);
  for (let i = 0; i < ends.length; i += Math.max(1, stride)) yield [frames[owners[i]!]!, ends[i]!];
}

/** All that turns windows into what a network learns from. */
export interface TrainingSet {
  readonly pool: WindowPool;
  readonly layout: Layout;
  readonly scaler: FittedTransform;
  /**
   * How errors of calm and of noisy windows compare: they count in units of noise^(1 − power), so 0 puts them in terms
   * of each window's own noise and 1 leaves them as they are in z.
   */
  readonly weightPower: number;
  readonly meanWeight: number;
}

/** A set of windows, with scaler and weights fitted on it. */
export function makeTrainingSet(
  pool: WindowPool,
  layout: Layout,
  kind: ScalerKind,
  weightPower: number,
): TrainingSet {
  return {
    pool,
    layout,
    scaler: fitScaler(pool, layout, kind),
    weightPower,
    meanWeight: meanWeight(pool, layout, weightPower),
  };
}

/** Windows in a batch: all of up to {@link FULL_BATCH}; of more 128, and up to 512 of tens of thousands. */
export function batchSize(windows: number): number {
  if (windows <= FULL_BATCH) return windows;
  return 2 ** Math.max(7, Math.min(9, Math.round(Math.log2(windows / 100))));
}

/** Windows that an epoch shows. */
export function epochWindows(windows: number): number {
  return Math.min(windows, MOST_OF_AN_EPOCH);
}

/** The windows at some positions of the pool as one batch: rows [B, row], and targets [B, 2·outputs] with weights. */
export function batchOf(set: TrainingSet, positions: ArrayLike<number>): Batch {
  const { pool, layout, scaler, weightPower, meanWeight } = set;
  const { row } = rowSizes(layout);
  const { outputs } = layout;
  const count = positions.length;
  const rows = new Float32Array(count * row);
  const targets = new Float32Array(count * 2 * outputs);
  for (let i = 0; i < count; i++) {
    const frame = pool.frames[pool.owners[positions[i]!]!]!;
    const end = pool.ends[positions[i]!]!;
    const units = writeWindow(frame, end, layout, scaler, rows, i * row);
    const weight = rawWeight(units, weightPower) / meanWeight;
    writeTarget(frame, end, units, scaler, outputs, weight, targets, i * 2 * outputs);
  }
  return [tensor(rows, { shape: [count, row] }), tensor(targets, { shape: [count, 2 * outputs] })];
}

/** All of a set as one batch. */
export function wholeBatch(set: TrainingSet): Batch {
  return batchOf(
    set,
    Int32Array.from(set.pool.ends, (_, i) => i),
  );
}

/** Batches of one epoch after the other. The order depends on seed and epoch alone, so a resumed run sees the same. */
export class Batches implements Iterable<Batch> {
  epoch = 0;
  private readonly whole: Batch | undefined;

  constructor(
    private readonly set: TrainingSet,
    private readonly seed: number,
  ) {
    this.whole = set.pool.ends.length <= FULL_BATCH ? wholeBatch(set) : undefined;
  }

  *[Symbol.iterator](): Iterator<Batch> {
    const epoch = this.epoch++;
    if (this.whole) {
      yield this.whole;
      return;
    }
    const { length } = this.set.pool.ends;
    const size = batchSize(length);
    const order = new Generator(BigInt(this.seed) * 1_000_003n + BigInt(epoch)).randperm(length);
    // what does not fill a batch waits for the next epoch's order
    const shown = epochWindows(length);
    for (let start = 0; start + size <= shown; start += size) {
      yield batchOf(this.set, order.slice(start, start + size));
    }
  }
}
