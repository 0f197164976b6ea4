import { ArgumentError, ShapeError } from "../errors.js";
import { type Windows, windowMax, windowMean } from "../ops/pool.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { onBatch, shapeOf } from "./conv.js";
import { Module } from "./module.js";

export interface PoolOptions {
  /** Elements from one window to the next. Default kernelSize. */
  stride?: number;
  /** Elements beyond each end that windows may cover, at most half a window. Default 0. */
  padding?: number;
  /** Whether a last window that the end of the input cuts short counts. Default false. */
  ceilMode?: boolean;
}

export interface ReturnIndices<R extends boolean> {
  /** Whether to give [output, indices] instead of the output alone. Default false. */
  returnIndices?: R;
}

export interface MaxPool1dOptions<R extends boolean> extends PoolOptions, ReturnIndices<R> {
  /** Elements from one tap of the window to the next. Default 1. */
  dilation?: number;
}

export interface AvgPool1dOptions extends PoolOptions {
  /** Whether padding counts in what a sum is divided by. Default true. */
  countIncludePad?: boolean;
}

/** A maximum alone, or with where it stood. */
type Maximum<R extends boolean> = R extends true ? [output: Tensor, indices: Tensor] : Tensor;

/** What pooling with a kernel shares: the options and where its windows lie. */
abstract class Pool extends Module {
  readonly stride: number;
  readonly padding: number;
  readonly ceilMode: boolean;

  constructor(
    protected readonly layer: string,
    readonly kernelSize: number,
    readonly dilation: number,
    { stride = kernelSize, padding = 0, ceilMode = false, ...left }: PoolOptions,
    own: readonly string[],
  ) {
    super();
    refuseOptions(layer, left, ["stride", "padding", "ceilMode", ...own]);
    checkInteger(kernelSize, 1, `${layer}: kernelSize`);
    checkInteger(dilation, 1, `${layer}: dilation`);
    this.stride = checkInteger(stride, 1, `${layer}: stride`);
    this.padding = checkInteger(padding, 0, `${layer}: padding`);
    this.ceilMode = ceilMode;
    if (padding > kernelSize / 2) {
      throw new ArgumentError(
        `${layer}: padding must be at most half of kernelSize, got ${padding} with kernelSize ${kernelSize}`,
      );
    }
  }

  /** Start and end of each window on the line that padding has made longer. */
  protected positions(x: Tensor): [start: number, end: number][] {
    const length = x.shape[2]!;
    const reach = this.dilation * (this.kernelSize - 1) + 1;
    const room = length + 2 * this.padding - reach;
    let count = Math[this.ceilMode ? "ceil" : "floor"](room / this.stride) + 1;
    // A window must not begin beyond the input and its padding on the left.
    if (this.ceilMode && (count - 1) * this.stride >= length + this.padding) count--;
    if (count < 1 || length === 0) {
      throw new ShapeError(
        `${this.layer}: a window spans ${reach} elements, but the input has only ${length}` +
          `${this.padding > 0 ? ` and ${2 * this.padding} of padding` : ""} (${shapeOf(x)})`,
      );
    }
    return Array.from({ length: count }, (_, i) => {
      const start = i * this.stride - this.padding;
      return [start, start + reach];
    });
  }
}

/**
 * The largest element of each window: y[n, c, t] = max over k of x[n, c, t·stride + k·dilation − padding].
 *
 * Shapes: x [N, C, L] → y [N, C, L′], or [C, L] → [C, L′];
 * L′ = ⌊(L + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1, rounded up instead with `ceilMode` as long as the
 * last window still begins inside. With `returnIndices`, [y, indices]: int32 positions on the line, of the first of
 * equals. Padding never wins. The gradient goes to the element that won.
 *
 * Throws ArgumentError where padding exceeds half of kernelSize, ShapeError where the input is shorter than a window.
 *
 * @example new nn.MaxPool1d(2, { stride: 1 }).forward(rand([4, 64, 23])).shape // [4, 64, 22]
 */
export class MaxPool1d<R extends boolean = false> extends Pool {
  readonly returnIndices: boolean;
  constructor(kernelSize: number, { dilation = 1, returnIndices, ...options }: MaxPool1dOptions<R> = {}) {
    super("MaxPool1d", kernelSize, dilation, options, ["dilation", "returnIndices"]);
    this.returnIndices = returnIndices ?? false;
  }
  override forward(x: Tensor): Maximum<R> {
    const outputs = onBatch("MaxPool1d", x, null, (batch) => {
      const windows = this.positions(batch).map(([start, end]): [number, number] => {
        // The first tap on the line.
        const from = start < 0 ? start + Math.ceil(-start / this.dilation) * this.dilation : start;
        return [from, Math.min(end, batch.shape[2]!)];
      });
      return apply("maxPool1d", [batch], () => windowMax(floats(batch), split(windows), this.dilation));
    });
    return (this.returnIndices ? outputs : outputs[0]) as Maximum<R>;
  }
}

function split(windows: readonly [number, number][], divisors: number[] = []): Windows {
  return { starts: windows.map(([start]) => start), ends: windows.map(([, end]) => end), divisors };
}

/**
 * The mean of each window: y[n, c, t] = Σ_k x[n, c, t·stride + k − padding] / count.
 *
 * Shapes: x [N, C, L] → y [N, C, L′], or [C, L] → [C, L′]; L′ = ⌊(L + 2·padding − kernelSize) / stride⌋ + 1, rounded up
 * instead with `ceilMode` as long as the last window still begins inside. count is kernelSize, less what lies beyond the
 * padding; with `countIncludePad: false`, only the elements of the input count.
 *
 * Throws ArgumentError where padding exceeds half of kernelSize, ShapeError where the input is shorter than a window.
 *
 * @example new nn.AvgPool1d(2).forward(tensor([[[1, 3, 5, 7]]])).toArray() // [[[2, 6]]]
 */
export class AvgPool1d extends Pool {
  readonly countIncludePad: boolean;
  constructor(kernelSize: number, { countIncludePad = true, ...options }: AvgPool1dOptions = {}) {
    super("AvgPool1d", kernelSize, 1, options, ["countIncludePad"]);
    this.countIncludePad = countIncludePad;
  }
  override forward(x: Tensor): Tensor {
    return onBatch("AvgPool1d", x, null, (batch) => {
      const length = batch.shape[2]!;
      const positions = this.positions(batch);
      const inside = positions.map(([start, end]): [number, number] => [
        Math.max(start, 0),
        Math.min(end, length),
      ]);
      const divisors = positions.map(([start, end], i) =>
        this.countIncludePad ? Math.min(end, length + this.padding) - start : inside[i]![1] - inside[i]![0],
      );
      return apply("avgPool1d", [batch], () => windowMean(floats(batch), split(inside, divisors)));
    })[0]!;
  }
}

/** What adaptive pooling shares: `outputSize` windows that cover the input evenly, [⌊t·L/L′⌋, ⌈(t + 1)·L/L′⌉). */
abstract class AdaptivePool extends Module {
  constructor(
    protected readonly layer: string,
    readonly outputSize: number | null,
  ) {
    super();
    if (outputSize !== null) checkInteger(outputSize, 0, `${layer}: outputSize`);
  }

  protected windows(x: Tensor): [start: number, end: number][] {
    const length = x.shape[2]!;
    if (length === 0)
      throw new ShapeError(`${this.layer}: the input is empty (${shapeOf(x)}); expected L of at least 1`);
    const size = this.outputSize ?? length;
    return Array.from({ length: size }, (_, t) => [
      Math.floor((t * length) / size),
      Math.ceil(((t + 1) * length) / size),
    ]);
  }
}

/**
 * Averages down (or repeats up) to a length that is told: y[n, c, t] = mean of x[n, c, ⌊t·L/L′⌋ … ⌈(t + 1)·L/L′⌉ − 1].
 *
 * Shapes: x [N, C, L] → y [N, C, L′], or [C, L] → [C, L′], with L′ = outputSize, or L where it is null.
 * Throws ShapeError for an empty input.
 *
 * @example new nn.AdaptiveAvgPool1d(1).forward(rand([4, 64, 20])).shape // [4, 64, 1]
 */
export class AdaptiveAvgPool1d extends AdaptivePool {
  constructor(outputSize: number | null) {
    super("AdaptiveAvgPool1d", outputSize);
  }
  override forward(x: Tensor): Tensor {
    return onBatch(this.layer, x, null, (batch) => {
      const windows = this.windows(batch);
      const counts = windows.map(([start, end]) => end - start);
      return apply("adaptiveAvgPool1d", [batch], () => windowMean(floats(batch), split(windows, counts)));
    })[0]!;
  }
}

/**
 * The largest element of each of L′ windows that cover the input evenly: max of x[n, c, ⌊t·L/L′⌋ … ⌈(t + 1)·L/L′⌉ − 1].
 *
 * Shapes: x [N, C, L] → y [N, C, L′], or [C, L] → [C, L′], with L′ = outputSize, or L where it is null. With
 * `returnIndices`, [y, indices] as MaxPool1d gives them. Throws ShapeError for an empty input.
 *
 * @example new nn.AdaptiveMaxPool1d(4).forward(rand([2, 3, 10])).shape // [2, 3, 4]
 */
export class AdaptiveMaxPool1d<R extends boolean = false> extends AdaptivePool {
  readonly returnIndices: boolean;
  constructor(outputSize: number | null, { returnIndices, ...left }: ReturnIndices<R> = {}) {
    super("AdaptiveMaxPool1d", outputSize);
    refuseOptions("AdaptiveMaxPool1d", left, ["returnIndices"]);
    this.returnIndices = returnIndices ?? false;
  }
  override forward(x: Tensor): Maximum<R> {
    const outputs = onBatch(this.layer, x, null, (batch) =>
      apply("adaptiveMaxPool1d", [batch], () => windowMax(floats(batch), split(this.windows(batch)), 1)),
    );
    return (this.returnIndices ? outputs : outputs[0]) as Maximum<R>;
  }
}
