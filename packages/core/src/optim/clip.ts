import { engine } from "../engine/engine.js";
import { Binary } from "../engine/kernels.js";
import { ArgumentError } from "../errors.js";
import type { NDArray } from "../ops/ndarray.js";
import { refuseOptions } from "../options.js";
import type { Tensor } from "../tensor/tensor.js";

export interface ClipNormOptions {
  /** Which norm: 2 (Euclidean, the default) or Infinity (largest magnitude). */
  normType?: 2 | number;
}

/**
 * Scales all gradients together so that their norm, taken over all of them as one vector, is at most `maxNorm`:
 * g ← g · min(1, maxNorm / (norm + 1e-6)). Returns the norm before.
 *
 * @example clipGradNorm_(model.parameters(), 1.0);
 */
export function clipGradNorm_(
  parameters: Iterable<Tensor>,
  maxNorm: number,
  { normType = 2, ...left }: ClipNormOptions = {},
): number {
  refuseOptions("clipGradNorm_", left, ["normType"]);
  if (!(maxNorm >= 0))
    throw new ArgumentError(`clipGradNorm_: maxNorm must be a number of at least 0, got ${maxNorm}`);
  if (!(normType > 0))
    throw new ArgumentError(`clipGradNorm_: normType must be a number above 0, got ${normType}`);
  const gradients = gradientsOf(parameters);
  const norm = gradientNorm(gradients, normType);
  const scale = maxNorm / (norm + 1e-6);
  if (scale < 1) {
    const { kernels } = engine();
    for (const g of gradients) kernels.binaryScalar(Binary.mul, g.size, g.address, scale, 0, g.address);
  }
  return norm;
}

function gradientsOf(parameters: Iterable<Tensor>): NDArray[] {
  return Array.from(parameters, (p) => p.grad?.array).filter((g) => g !== undefined);
}

function gradientNorm(gradients: readonly NDArray[], normType: number): number {
  if (normType === 2) {
    const { kernels } = engine();
    return Math.sqrt(gradients.reduce((sum, g) => sum + kernels.sumSquares(g.size, g.address), 0));
  }
  let norm = 0;
  for (const g of gradients) {
    for (const value of g.data) {
      const size = Math.abs(value);
      norm =
        normType === Number.POSITIVE_INFINITY
          ? size > norm || Number.isNaN(size)
            ? size
            : norm
          : norm + size ** normType;
    }
  }
  return normType === Number.POSITIVE_INFINITY ? norm : norm ** (1 / normType);
}

/** Limits every element of every gradient to ±`clipValue`, in place. */
export function clipGradValue_(parameters: Iterable<Tensor>, clipValue: number): void {
  if (!(clipValue >= 0))
    throw new ArgumentError(`clipGradValue_: clipValue must be a number of at least 0, got ${clipValue}`);
  const { kernels } = engine();
  for (const g of gradientsOf(parameters)) {
    kernels.binaryScalar(Binary.minimum, g.size, g.address, clipValue, 0, g.address);
    kernels.binaryScalar(Binary.maximum, g.size, g.address, -clipValue, 0, g.address);
  }
}
