import { ArgumentError, ShapeError } from "../errors.js";
import { type ConvGeometry, conv, convTranspose, type PadMode, pad } from "../ops/conv.js";
import { refuseOptions } from "../options.js";
import { checkInteger, formatShape, type Shape } from "../shape.js";
import { apply, floats, type Tensor } from "../tensor/tensor.js";
import { kaimingUniformBound, uniformParameter } from "./init.js";
import { Module, type Parameter } from "./module.js";

/** Where the shape of an error's tensor is told, with the letters of its dimensions. */
export function shapeOf(x: Tensor): string {
  return `shape ${formatShape(x.shape)}, dims ${x.ndim === 2 ? "C, L" : "N, C, L"}`;
}

/** Checks an input [N, C, L] or [C, L] and runs a layer on [N, C, L]. `channels`: how many C must be, or any. */
export function onBatch(
  layer: string,
  x: Tensor,
  channels: number | null,
  run: (batch: Tensor) => Tensor[],
): Tensor[] {
  if (x.ndim !== 2 && x.ndim !== 3) {
    throw new ShapeError(
      `${layer}: input has shape ${formatShape(x.shape)}, expected 3 dims (N, C, L), or 2 (C, L) for a single sample`,
    );
  }
  if (channels !== null && x.shape.at(-2) !== channels) {
    throw new ShapeError(
      `${layer}: input has ${x.shape.at(-2)} channels, expected ${channels} (${shapeOf(x)})`,
    );
  }
  return x.ndim === 3 ? run(x) : run(x.unsqueeze(0)).map((y) => y.squeeze(0));
}

export interface ConvOptions {
  /** Elements that the kernel moves from one position to the next. Default 1. */
  stride?: number;
  /** Elements from one tap of the kernel to the next. Default 1. */
  dilation?: number;
  /** Channels are split into so many groups that see only each other; inChannels groups make it depthwise. Default 1. */
  groups?: number;
  /** Default true. */
  bias?: boolean;
}

export interface Conv1dOptions extends ConvOptions {
  /**
   * Elements added at both ends; `"valid"`: none; `"same"`: as many as keep the length, the odd one at the end (stride 1
   * only); `"causal"` (not in PyTorch): dilation·(kernelSize − 1) at the start only, so that no output sees an input of
   * its future. Default 0.
   */
  padding?: number | "same" | "valid" | "causal";
  /** What is added: zeros, the line mirrored about its end, its last element, or its other end. Default zeros. */
  paddingMode?: "zeros" | PadMode;
}

export interface ConvTranspose1dOptions extends ConvOptions {
  /** Elements taken off both ends of the output. Default 0. */
  padding?: number;
  /** Elements added at the end of the output, to choose among the lengths that a strided convolution maps to one. Default 0. */
  outputPadding?: number;
}

/** What both convolutions share: sizes, their checks, and parameters drawn as PyTorch draws them. */
abstract class Convolution extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;

  constructor(
    protected readonly layer: string,
    readonly inChannels: number,
    readonly outChannels: number,
    readonly kernelSize: number,
    { stride = 1, dilation = 1, groups = 1, bias = true, ...left }: ConvOptions,
    transposed: boolean,
  ) {
    super();
    const own = transposed ? "outputPadding" : "paddingMode";
    refuseOptions(layer, left, ["stride", "padding", "dilation", "groups", "bias", own]);
    const sizes = { inChannels, outChannels, kernelSize, stride, dilation, groups };
    for (const [name, value] of Object.entries(sizes)) checkInteger(value, 1, `${layer}: ${name}`);
    for (const [name, channels] of Object.entries({ inChannels, outChannels })) {
      if (channels % groups !== 0) {
        throw new ArgumentError(
          `${layer}: ${name} must be divisible by groups, got ${channels} and ${groups}`,
        );
      }
    }
    this.stride = stride;
    this.dilation = dilation;
    this.groups = groups;
    const [first, second] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
    const fanIn = (second / groups) * kernelSize;
    this.weight = uniformParameter([first, second / groups, kernelSize], kaimingUniformBound(fanIn));
    this.bias = bias ? uniformParameter([outChannels], 1 / Math.sqrt(fanIn)) : null;
  }

  /** Elements from the kernel's first tap to its last, both counted. */
  protected get reach(): number {
    return this.dilation * (this.kernelSize - 1) + 1;
  }

  /** Runs one of the two operations on [N, C, L]. */
  protected convolve(op: typeof conv, x: Tensor, sides: Sides): Tensor {
    const { kernelSize: kernel, stride, dilation, groups, weight, bias } = this;
    const geometry = { samples: x.shape[0]!, ...sides, kernel, stride, dilation, groups };
    const inputs = bias ? [x, weight, bias] : [x, weight];
    return apply(this.layer, inputs, () => op(floats(x), weight.array, bias?.array ?? null, geometry))[0]!;
  }
}

type Sides = Pick<ConvGeometry, "longChannels" | "longLength" | "shortChannels" | "shortLength" | "padding">;

/**
 * One-dimensional convolution (cross-correlation, as everywhere in this field):
 *
 *     y[n, o, t] = bias[o] + Σ_c Σ_k weight[o, c, k] · x[n, c, t·stride + k·dilation − padding]
 *
 * where c runs over the input channels of o's group.
 *
 * Shapes: x [N, C, L] → y [N, O, L′], or [C, L] → [O, L′];
 * L′ = ⌊(L + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1, and L with `"same"`, ⌊(L − 1) / stride⌋ + 1 with
 * `"causal"`. `weight` [O, C / groups, K], `bias` [O]: both start uniform within ±1/√(C / groups · K), as PyTorch's do.
 *
 * Throws ArgumentError where channels do not divide into groups or `"same"` meets a stride, ShapeError where the padded
 * input is shorter than the kernel, or too short for the padding to be taken from it.
 *
 * @example
 * new nn.Conv1d(4, 2, 3, { stride: 2 }).forward(rand([1, 4, 9])).shape; // [1, 2, 4]
 * new nn.Conv1d(8, 8, 2, { padding: "causal", dilation: 4 }).forward(rand([1, 8, 24])).shape; // [1, 8, 24]
 */
export class Conv1d extends Convolution {
  readonly padding: number | "same" | "valid" | "causal";
  readonly paddingMode: "zeros" | PadMode;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    { padding = 0, paddingMode = "zeros", ...options }: Conv1dOptions = {},
  ) {
    checkPadding(padding, options.stride ?? 1);
    if (!["zeros", "reflect", "replicate", "circular"].includes(paddingMode)) {
      throw new ArgumentError(
        `Conv1d: paddingMode must be "zeros", "reflect", "replicate" or "circular", got "${paddingMode}"`,
      );
    }
    super("Conv1d", inChannels, outChannels, kernelSize, options, false);
    this.padding = padding;
    this.paddingMode = paddingMode;
  }

  override forward(x: Tensor): Tensor {
    return onBatch("Conv1d", x, this.inChannels, (batch) => [this.run(batch)])[0]!;
  }

  private run(x: Tensor): Tensor {
    const [left, right] = this.ends();
    if (this.paddingMode !== "zeros" && left + right > 0)
      return this.slide(this.extend(x, left, right), 0, 0);
    return this.slide(x, left, right);
  }

  private slide(x: Tensor, left: number, right: number): Tensor {
    const longLength = x.shape[2]!;
    const room = left + longLength + right - this.reach;
    if (room < 0) {
      throw new ShapeError(
        `Conv1d: the kernel spans ${this.reach} elements (kernelSize ${this.kernelSize}, dilation ${this.dilation}), ` +
          `but the input has only ${longLength}${left + right > 0 ? ` and ${left + right} of padding` : ""} (${shapeOf(x)})`,
      );
    }
    return this.convolve(conv, x, {
      longChannels: this.inChannels,
      longLength,
      shortChannels: this.outChannels,
      shortLength: Math.floor(room / this.stride) + 1,
      padding: left,
    });
  }

  /** Elements to add before and after. */
  private ends(): [left: number, right: number] {
    const total = this.reach - 1;
    if (this.padding === "same") return [total >> 1, total - (total >> 1)];
    if (this.padding === "causal") return [total, 0];
    return this.padding === "valid" ? [0, 0] : [this.padding, this.padding];
  }

  private extend(x: Tensor, left: number, right: number): Tensor {
    const mode = this.paddingMode as PadMode;
    const length = x.shape[2]!;
    const most = { reflect: length - 1, circular: length, replicate: length > 0 ? Infinity : 0 }[mode];
    if (Math.max(left, right) > most) {
      throw new ShapeError(
        `Conv1d: ${mode} padding of ${Math.max(left, right)} needs an input of at least ` +
          `${mode === "reflect" ? Math.max(left, right) + 1 : mode === "circular" ? Math.max(left, right) : 1} elements, got ${length} (${shapeOf(x)})`,
      );
    }
    return apply("pad", [x], () => pad(floats(x), mode, left, right))[0]!;
  }
}

function checkPadding(padding: Conv1dOptions["padding"], stride: number): void {
  if (typeof padding === "number") {
    checkInteger(padding, 0, "Conv1d: padding");
  } else if (padding !== "same" && padding !== "valid" && padding !== "causal") {
    throw new ArgumentError(
      `Conv1d: padding must be a whole number, "same", "valid" or "causal", got "${padding}"`,
    );
  } else if (padding === "same" && stride !== 1) {
    throw new ArgumentError(
      `Conv1d: padding "same" keeps the length, which needs stride 1, got stride ${stride}`,
    );
  }
}

/**
 * Transposed one-dimensional convolution: the linear map whose matrix is the transpose of Conv1d's, so that it undoes
 * what a strided convolution does to the length. Each input element adds its weighted kernel to the output:
 *
 *     y[n, o, t·stride + k·dilation − padding] += weight[c, o, k] · x[n, c, t]      starting from bias[o]
 *
 * Shapes: x [N, C, L] → y [N, O, L′], or [C, L] → [O, L′];
 * L′ = (L − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1.
 * `weight` [C, O / groups, K], `bias` [O]: both start uniform within ±1/√(O / groups · K), as PyTorch's do.
 *
 * Throws ArgumentError where channels do not divide into groups, or outputPadding is neither below stride nor below
 * dilation; ShapeError where nothing of the output is left.
 *
 * @example new nn.ConvTranspose1d(2, 4, 3, { stride: 2 }).forward(rand([1, 2, 4])).shape // [1, 4, 9]
 */
export class ConvTranspose1d extends Convolution {
  readonly padding: number;
  readonly outputPadding: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: number,
    { padding = 0, outputPadding = 0, ...options }: ConvTranspose1dOptions = {},
  ) {
    super("ConvTranspose1d", inChannels, outChannels, kernelSize, options, true);
    this.padding = checkInteger(padding, 0, "ConvTranspose1d: padding");
    this.outputPadding = checkInteger(outputPadding, 0, "ConvTranspose1d: outputPadding");
    if (outputPadding >= this.stride && outputPadding >= this.dilation) {
      throw new ArgumentError(
        `ConvTranspose1d: outputPadding must be smaller than stride or dilation, got ${outputPadding} with stride ${this.stride} and dilation ${this.dilation}`,
      );
    }
  }

  /** `outputSize`: the length L′ to give, one of the `stride` possible ones, in place of `outputPadding`. */
  override forward(x: Tensor, outputSize?: number): Tensor {
    return onBatch("ConvTranspose1d", x, this.inChannels, (batch) => [
      this.convolve(convTranspose, batch, {
        longChannels: this.outChannels,
        longLength: this.outputLength(batch.shape, outputSize),
        shortChannels: this.inChannels,
        shortLength: batch.shape[2]!,
        padding: this.padding,
      }),
    ])[0]!;
  }

  private outputLength([, , length = 0]: Shape, asked: number | undefined): number {
    const least = (length - 1) * this.stride - 2 * this.padding + this.reach;
    const last = least + Math.max(this.stride, this.dilation) - 1;
    if (asked !== undefined && !(Number.isInteger(asked) && asked >= least && asked <= last)) {
      throw new ArgumentError(
        `ConvTranspose1d: outputSize must lie between ${least} and ${last} for an input of length ${length}, got ${asked}`,
      );
    }
    const result = asked ?? least + this.outputPadding;
    if (length === 0 || result < 1) {
      throw new ShapeError(
        `ConvTranspose1d: an input of length ${length} (dims N, C, L) leaves an output of length ${result} after padding ${this.padding}; expected at least 1`,
      );
    }
    return result;
  }
}
