import { engine } from "../engine/engine.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { full } from "../ops/ndarray.js";
import { batchNorm, channelMoments, layerNorm } from "../ops/norm.js";
import { refuseOptions } from "../options.js";
import { checkInteger, formatShape, type Shape, sameShape, sizeOf } from "../shape.js";
import { apply, floats, Tensor } from "../tensor/tensor.js";
import { Module, type Parameter, parameter } from "./module.js";

const constant = (shape: Shape, value: number): Parameter => parameter(() => new Tensor(full(shape, value)));

/** A tensor of the state that is not learned. Lives as long as the module. */
function buffer(shape: Shape, value: number, dtype: "float32" | "int32" = "float32"): Tensor {
  return engine().memory.persistent(() => new Tensor(full(shape, value, dtype)));
}

function checkEps(eps: number, layer: string): number {
  if (!(eps >= 0)) throw new ArgumentError(`${layer}: eps must be a number of at least 0, got ${eps}`);
  return eps;
}

export interface BatchNorm1dOptions {
  /** Added to the variance before its root is taken. Default 1e-5. */
  eps?: number;
  /** The share of a new batch in the running statistics; null: the average over all batches. Default 0.1. */
  momentum?: number | null;
  /** Whether there are a weight and a bias to learn. Default true. */
  affine?: boolean;
  /** Whether there is a bias among what is learned. Default true. */
  bias?: boolean;
  /** Whether statistics are collected in training and used in evaluation. Default true. */
  trackRunningStats?: boolean;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015), for each channel c:
 *
 *     y = (x − mean) / √(variance + eps) · weight[c] + bias[c]
 *
 * In training, mean and (biased) variance are taken over the batch, N and L, and the running statistics follow:
 * running ← (1 − momentum)·running + momentum·new, with the unbiased variance. In evaluation the running statistics take
 * their place, or the batch's own without `trackRunningStats`.
 *
 * Shapes: x [N, C] or [N, C, L] → the same. `weight` [C] starts at 1, `bias` [C] at 0. Buffers: `running_mean` [C],
 * `running_var` [C], `num_batches_tracked` (int32).
 *
 * Throws ShapeError for another number of channels, and in training for a single value per channel.
 *
 * @example new nn.BatchNorm1d(64).forward(rand([4, 64, 23])).shape // [4, 64, 23]
 */
export class BatchNorm1d extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly running_mean: Tensor | null;
  readonly running_var: Tensor | null;
  readonly num_batches_tracked: Tensor | null;
  readonly eps: number;
  readonly momentum: number | null;

  constructor(
    readonly numFeatures: number,
    {
      eps = 1e-5,
      momentum = 0.1,
      affine = true,
      bias = true,
      trackRunningStats = true,
      ...left
    }: BatchNorm1dOptions = {},
  ) {
    super();
    refuseOptions("BatchNorm1d", left, ["eps", "momentum", "affine", "bias", "trackRunningStats"]);
    checkInteger(numFeatures, 1, "BatchNorm1d: numFeatures");
    if (momentum !== null && !Number.isFinite(momentum))
      throw new ArgumentError(`BatchNorm1d: momentum must be a number or null, got ${momentum}`);
    this.eps = checkEps(eps, "BatchNorm1d");
    this.momentum = momentum;
    this.weight = affine ? constant([numFeatures], 1) : null;
    this.bias = affine && bias ? constant([numFeatures], 0) : null;
    this.running_mean = trackRunningStats ? buffer([numFeatures], 0) : null;
    this.running_var = trackRunningStats ? buffer([numFeatures], 1) : null;
    this.num_batches_tracked = trackRunningStats ? buffer([], 0, "int32") : null;
  }

  override forward(x: Tensor): Tensor {
    if ((x.ndim !== 2 && x.ndim !== 3) || x.shape[1] !== this.numFeatures) {
      throw new ShapeError(
        `BatchNorm1d: input has shape ${formatShape(x.shape)}, expected [N, ${this.numFeatures}] or [N, ${this.numFeatures}, L]`,
      );
    }
    // Channels as lines: [N, C] becomes [1, C, N].
    if (x.ndim === 2) return this.normalise(x.transpose(0, 1).unsqueeze(0)).squeeze(0).transpose(0, 1);
    return this.normalise(x);
  }

  private normalise(x: Tensor): Tensor {
    const { weight, bias, running_mean: mean, running_var: variance, eps } = this;
    const fixed = !this.training && mean !== null && variance !== null;
    const moments = fixed
      ? { mean: mean.array, variance: variance.array }
      : this.measure(x.shape[0]! * x.shape[2]!, x);
    const inputs = [x, weight, bias].filter((t) => t !== null);
    return apply("batchNorm", inputs, () =>
      batchNorm(floats(x), weight?.array ?? null, bias?.array ?? null, moments, eps, fixed),
    )[0]!;
  }

  /** The batch's own statistics, which the running ones follow in training. */
  private measure(count: number, x: Tensor): ReturnType<typeof channelMoments> {
    if (count <= 1) {
      throw new ShapeError(
        `BatchNorm1d: expected more than 1 value per channel in training, got ${count}; use a larger batch or eval()`,
      );
    }
    const moments = channelMoments(floats(x));
    const tracked = this.num_batches_tracked;
    if (!this.training || !tracked) return moments;
    tracked.array.data[0]!++;
    const share = this.momentum ?? 1 / tracked.array.data[0]!;
    follow(this.running_mean!, moments.mean.data, share);
    const unbiased = count / (count - 1);
    follow(
      this.running_var!,
      moments.variance.data.map((v) => v * unbiased),
      share,
    );
    return moments;
  }
}

/** running ← (1 − share)·running + share·measured */
function follow(running: Tensor, measured: ArrayLike<number>, share: number): void {
  const values = running.array.data;
  running.array.block.version++;
  for (let i = 0; i < values.length; i++) values[i] = (1 - share) * values[i]! + share * measured[i]!;
}

export interface LayerNormOptions {
  /** Added to the variance before its root is taken. Default 1e-5. */
  eps?: number;
  /** Whether there are a weight and a bias to learn. Default true. */
  elementwiseAffine?: boolean;
  /** Whether there is a bias beside the weight. Default true. */
  bias?: boolean;
}

/**
 * Layer normalisation (Ba, Kiros & Hinton 2016): each sample by its own mean and (biased) variance over the last
 * dimensions, y = (x − mean) / √(variance + eps) · weight + bias.
 *
 * Shapes: x [*, ...normalizedShape] → the same. `weight` and `bias` [...normalizedShape] start at 1 and 0.
 * Throws ShapeError where the input does not end in normalizedShape.
 *
 * @example new nn.LayerNorm(6).forward(rand([24, 32, 6])).shape // [24, 32, 6]
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly normalizedShape: Shape;
  readonly eps: number;

  constructor(
    normalizedShape: number | Shape,
    { eps = 1e-5, elementwiseAffine = true, bias = true, ...left }: LayerNormOptions = {},
  ) {
    super();
    refuseOptions("LayerNorm", left, ["eps", "elementwiseAffine", "bias"]);
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    if (this.normalizedShape.length === 0)
      throw new ArgumentError("LayerNorm: normalizedShape must name at least one size, got []");
    for (const n of this.normalizedShape) checkInteger(n, 1, "LayerNorm: normalizedShape");
    this.eps = checkEps(eps, "LayerNorm");
    this.weight = elementwiseAffine ? constant(this.normalizedShape, 1) : null;
    this.bias = elementwiseAffine && bias ? constant(this.normalizedShape, 0) : null;
  }

  override forward(x: Tensor): Tensor {
    const { normalizedShape: shape, weight, bias, eps } = this;
    if (x.ndim < shape.length || !sameShape(x.shape.slice(x.ndim - shape.length), shape)) {
      throw new ShapeError(
        `LayerNorm: input has shape ${formatShape(x.shape)}, expected it to end in ${formatShape(shape)}`,
      );
    }
    const inputs = [x, weight, bias].filter((t) => t !== null);
    return apply("layerNorm", inputs, () =>
      layerNorm(floats(x), sizeOf(shape), weight?.array ?? null, bias?.array ?? null, eps),
    )[0]!;
  }
}
