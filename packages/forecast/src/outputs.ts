import { nn, type Tensor } from "@lookback/core";
import { levelToZ } from "./normal.js";

/** What a network says about each step: a point, quantiles, or a normal distribution. */
export type OutputKind = "point" | "quantiles" | "gaussian";

/** Losses of points. */
export type LossKind = "huber" | "mae" | "mse";

/** The quantiles of the output `quantiles`; the middle one is the forecast. */
export const QUANTILES: readonly number[] = [0.025, 0.1, 0.5, 0.9, 0.975];

/** What a network says about one step, and how far below and above it a standard deviation reaches. */
export interface StepForecast {
  center: number;
  down: number;
  up: number;
}

/** How a network's numbers are read, and learned. */
export interface Output {
  /** Numbers for each step. */
  readonly width: number;
  /** Whether it says how far its forecasts may be off; a point does not. */
  readonly spreads: boolean;
  /**
   * The loss of predictions [B, S·width] for targets [B, 2·S]: S values, then their S weights, 0 where the value is
   * missing.
   */
  loss(prediction: Tensor, target: Tensor): Tensor;
  /** Reads the `width` numbers of one step from position `at`. */
  read(numbers: ArrayLike<number>, at: number): StepForecast;
}

/**
 * How each kind of output is learned and read:
 *
 * - `point`: Huber's loss (quadratic up to 1, linear beyond), mean absolute or mean squared error;
 * - `quantiles`: the pinball loss of {@link QUANTILES}, sorted when read, so that they never cross;
 * - `gaussian`: the negative log-likelihood of mean and log-variance.
 */
export function outputOf(kind: OutputKind, loss: LossKind = "huber"): Output {
  if (kind === "gaussian") return gaussian;
  if (kind === "quantiles") return quantiles;
  const each = {
    huber: new nn.HuberLoss({ reduction: "none" }),
    mae: new nn.L1Loss({ reduction: "none" }),
    mse: new nn.MSELoss({ reduction: "none" }),
  }[loss];
  return {
    width: 1,
    spreads: false,
    loss(prediction, target) {
      const [values, weights] = target.chunk(2, 1);
      return each.forward(prediction, values!).mul(weights!).mean();
    },
    read: (numbers, at) => ({ center: numbers[at]!, down: 1, up: 1 }),
  };
}

const pinball = new nn.PinballLoss(QUANTILES, { reduction: "none" });
const half = (QUANTILES.length - 1) / 2;
const outermost = levelToZ(100 * (1 - 2 * QUANTILES[0]!));

const quantiles: Output = {
  width: QUANTILES.length,
  spreads: true,
  loss(prediction, target) {
    const [values, weights] = target.chunk(2, 1);
    const each = pinball.forward(prediction.reshape([...values!.shape, QUANTILES.length]), values!);
    return each.mul(weights!.unsqueeze(-1)).mean().mul(2);
  },
  read(numbers, at) {
    const own = Array.from({ length: QUANTILES.length }, (_, i) => numbers[at + i]!).sort((a, b) => a - b);
    const center = own[half]!;
    return { center, down: (center - own[0]!) / outermost, up: (own.at(-1)! - center) / outermost };
  },
};

/** Logarithms of variances are kept within these bounds, so that no loss overflows. */
const LOG_VARIANCE = 14;

const likelihood = new nn.GaussianNLLLoss({ reduction: "none" });

const gaussian: Output = {
  width: 2,
  spreads: true,
  loss(prediction, target) {
    const [values, weights] = target.chunk(2, 1);
    const both = prediction.reshape([...values!.shape, 2]);
    const variance = both.select(2, 1).clamp(-LOG_VARIANCE, LOG_VARIANCE).exp();
    return likelihood.forward(both.select(2, 0), values!, variance).mul(weights!).mean();
  },
  read(numbers, at) {
    const spread = Math.exp(Math.max(-LOG_VARIANCE, Math.min(LOG_VARIANCE, numbers[at + 1]!)) / 2);
    return { center: numbers[at]!, down: spread, up: spread };
  },
};
