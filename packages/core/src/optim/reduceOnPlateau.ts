import { ArgumentError, FormatError } from "../errors.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { type AnyOptimizer, LRScheduler, type SchedulerState } from "./schedulers.js";

export interface ReduceLROnPlateauOptions {
  /** Whether smaller or larger metrics are better. Default min. */
  mode?: "min" | "max";
  /** What the learning rate is multiplied by; below 1. Default 0.1. */
  factor?: number;
  /** Steps without an improvement that are let pass. Default 10. */
  patience?: number;
  /** By how much a metric has to beat the best one. Default 1e-4. */
  threshold?: number;
  /** Whether the threshold is a share of the best metric or a difference. Default rel. */
  thresholdMode?: "rel" | "abs";
  /** Steps after a reduction in which nothing is counted. Default 0. */
  cooldown?: number;
  /** No rate is set below this; one number, or one for each parameter group. Default 0. */
  minLr?: number | readonly number[];
  /** A change smaller than this is not made. Default 1e-8. */
  eps?: number;
}

const optionNames: (keyof ReduceLROnPlateauOptions)[] = [
  "mode",
  "factor",
  "patience",
  "threshold",
  "thresholdMode",
  "cooldown",
  "minLr",
  "eps",
];

/**
 * Multiplies the learning rate by `factor` when the metric given to `step(metric)`, such as the validation loss, has
 * not improved for more than `patience` steps. `fit({ scheduler })` passes the validation loss, or the training loss
 * where there is no validation set.
 *
 * @throws ArgumentError if an option is out of range, or `step` gets no number.
 * @example new optim.ReduceLROnPlateau(optimizer, { factor: 0.5, patience: 3 })
 */
export class ReduceLROnPlateau extends LRScheduler {
  readonly mode: "min" | "max";
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly thresholdMode: "rel" | "abs";
  readonly cooldown: number;
  readonly minLrs: readonly number[];
  readonly eps: number;
  #best: number;
  #bad = 0;
  #cooling = 0;

  constructor(optimizer: AnyOptimizer, options: ReduceLROnPlateauOptions = {}) {
    super(optimizer);
    refuseOptions("ReduceLROnPlateau", options, optionNames);
    const { mode = "min", factor = 0.1, patience = 10, threshold = 1e-4 } = options;
    const { thresholdMode = "rel", cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (!(factor >= 0 && factor < 1)) {
      throw new ArgumentError(`ReduceLROnPlateau: factor must be at least 0 and below 1, got ${factor}`);
    }
    if (mode !== "min" && mode !== "max")
      throw new ArgumentError(`ReduceLROnPlateau: mode must be "min" or "max", got "${mode}"`);
    if (thresholdMode !== "rel" && thresholdMode !== "abs") {
      throw new ArgumentError(
        `ReduceLROnPlateau: thresholdMode must be "rel" or "abs", got "${thresholdMode}"`,
      );
    }
    const groups = optimizer.paramGroups.length;
    this.minLrs = typeof minLr === "number" ? new Array<number>(groups).fill(minLr) : [...minLr];
    if (this.minLrs.length !== groups) {
      throw new ArgumentError(
        `ReduceLROnPlateau: minLr has ${this.minLrs.length} numbers, expected one or ${groups}, as many as there are parameter groups`,
      );
    }
    this.mode = mode;
    this.factor = factor;
    this.patience = checkInteger(patience, 0, "ReduceLROnPlateau: patience");
    this.threshold = threshold;
    this.thresholdMode = thresholdMode;
    this.cooldown = checkInteger(cooldown, 0, "ReduceLROnPlateau: cooldown");
    this.eps = eps;
    this.#best = mode === "min" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  override step(metric?: number): void {
    if (typeof metric !== "number") {
      throw new ArgumentError(
        "ReduceLROnPlateau: step() needs the metric to judge by, such as the validation loss",
      );
    }
    this.lastEpoch++;
    if (this.#isBetter(metric)) {
      this.#best = metric;
      this.#bad = 0;
    } else this.#bad++;
    if (this.#cooling > 0) {
      this.#cooling--;
      this.#bad = 0;
    }
    if (this.#bad > this.patience) {
      this.#cooling = this.cooldown;
      this.#bad = 0;
      this.setRates((lr, group) => this.nextLr(lr, lr, group));
    } else this.setRates((lr) => lr);
  }

  protected override nextLr(lr: number, _: number, group: number): number {
    const next = Math.max(lr * this.factor, this.minLrs[group]!);
    return lr - next > this.eps ? next : lr;
  }

  #isBetter(metric: number): boolean {
    const best = this.#best;
    const sign = this.mode === "min" ? -1 : 1;
    const bar =
      this.thresholdMode === "rel" ? best * (1 + sign * this.threshold) : best + sign * this.threshold;
    return sign < 0 ? metric < bar : metric > bar;
  }

  override stateDict(): SchedulerState {
    return { ...super.stateDict(), best: this.#best, bad: this.#bad, cooling: this.#cooling };
  }

  override loadStateDict(state: SchedulerState): void {
    const { best, bad, cooling } = state as Record<string, number>;
    if (typeof best !== "number" || !Number.isSafeInteger(bad) || !Number.isSafeInteger(cooling)) {
      throw new FormatError("ReduceLROnPlateau: the saved state is not that of a ReduceLROnPlateau");
    }
    super.loadStateDict(state);
    this.#best = best;
    this.#bad = bad!;
    this.#cooling = cooling!;
  }
}
