import { ArgumentError, FormatError } from "../errors.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import type { Optimizer } from "./optimizer.js";

// biome-ignore lint/suspicious/noExplicitAny: any optimizer will do
export type AnyOptimizer = Optimizer<any>;

/** A scheduler's place: plain JSON, to be saved beside the optimizer's state. */
export type SchedulerState = Record<string, unknown>;

/**
 * The base of the schedulers: each sets the learning rate of every parameter group anew when `step()` is called, once
 * an epoch (or as often as the scheduler's own numbers count). As in PyTorch, a rate follows from the one before, so
 * what you set by hand in `optimizer.paramGroups` is taken into account.
 *
 * The state holds the scheduler's place and not the optimizer's rates: save and load both.
 */
export abstract class LRScheduler {
  /** Steps taken. */
  lastEpoch = 0;
  protected readonly baseLrs: number[];
  #lastLr: number[];

  constructor(readonly optimizer: AnyOptimizer) {
    this.baseLrs = optimizer.paramGroups.map((group) => group.lr);
    this.#lastLr = [...this.baseLrs];
  }

  /** The next learning rate of a group, `lastEpoch` counting this step already. */
  protected abstract nextLr(lr: number, baseLr: number, group: number): number;

  step(): void {
    this.lastEpoch++;
    this.setRates((lr, group) => this.nextLr(lr, this.baseLrs[group]!, group));
  }

  protected setRates(rate: (lr: number, group: number) => number): void {
    this.#lastLr = this.optimizer.paramGroups.map((group, i) => (group.lr = rate(group.lr, i)));
  }

  /** The learning rate of each group, as the last step left it. */
  getLastLr(): number[] {
    return [...this.#lastLr];
  }

  stateDict(): SchedulerState {
    return { lastEpoch: this.lastEpoch, baseLrs: [...this.baseLrs], lastLr: this.getLastLr() };
  }

  /** Takes over the place of a scheduler of the same kind and options. */
  loadStateDict(state: SchedulerState): void {
    const { lastEpoch, baseLrs, lastLr } = state as {
      lastEpoch: number;
      baseLrs: number[];
      lastLr: number[];
    };
    const groups = this.optimizer.paramGroups.length;
    const fits = (rates: unknown) => Array.isArray(rates) && rates.length === groups;
    if (!Number.isSafeInteger(lastEpoch) || !fits(baseLrs) || !fits(lastLr)) {
      throw new FormatError(
        `${this.constructor.name}: the saved state is not that of a scheduler over ${groups} parameter groups`,
      );
    }
    this.lastEpoch = lastEpoch;
    this.baseLrs.splice(0, groups, ...baseLrs);
    this.#lastLr = [...lastLr];
  }
}

function checkGamma(name: string, gamma: number): number {
  if (!(gamma >= 0)) throw new ArgumentError(`${name}: gamma must be a number of at least 0, got ${gamma}`);
  return gamma;
}

/**
 * Multiplies the learning rate by gamma every `stepSize` steps.
 *
 * @example new optim.StepLR(optimizer, 30, { gamma: 0.1 })
 */
export class StepLR extends LRScheduler {
  readonly stepSize: number;
  readonly gamma: number;
  /** `gamma`: default 0.1. */
  constructor(optimizer: AnyOptimizer, stepSize: number, { gamma = 0.1, ...left }: { gamma?: number } = {}) {
    super(optimizer);
    refuseOptions("StepLR", left, ["gamma"]);
    this.stepSize = checkInteger(stepSize, 1, "StepLR: stepSize");
    this.gamma = checkGamma("StepLR", gamma);
  }
  protected override nextLr(lr: number): number {
    return this.lastEpoch % this.stepSize === 0 ? lr * this.gamma : lr;
  }
}

/**
 * Multiplies the learning rate by gamma at each milestone; a milestone that is named twice counts twice.
 *
 * @example new optim.MultiStepLR(optimizer, [30, 80], { gamma: 0.1 })
 */
export class MultiStepLR extends LRScheduler {
  readonly milestones: readonly number[];
  readonly gamma: number;
  /** `gamma`: default 0.1. */
  constructor(
    optimizer: AnyOptimizer,
    milestones: readonly number[],
    { gamma = 0.1, ...left }: { gamma?: number } = {},
  ) {
    super(optimizer);
    refuseOptions("MultiStepLR", left, ["gamma"]);
    this.milestones = milestones.map((m) => checkInteger(m, 0, "MultiStepLR: a milestone"));
    this.gamma = checkGamma("MultiStepLR", gamma);
  }
  protected override nextLr(lr: number): number {
    return lr * this.gamma ** this.milestones.filter((m) => m === this.lastEpoch).length;
  }
}

/**
 * Multiplies the learning rate by gamma at every step.
 *
 * @example new optim.ExponentialLR(optimizer, 0.95)
 */
export class ExponentialLR extends LRScheduler {
  readonly gamma: number;
  constructor(optimizer: AnyOptimizer, gamma: number) {
    super(optimizer);
    this.gamma = checkGamma("ExponentialLR", gamma);
  }
  protected override nextLr(lr: number): number {
    return lr * this.gamma;
  }
}

/**
 * Half a cosine from the first learning rate to etaMin over TMax steps, and back over the next TMax (Loshchilov &
 * Hutter 2017, without restarts): etaMin + (lr₀ − etaMin)·(1 + cos(π·t/TMax))/2.
 *
 * @example new optim.CosineAnnealingLR(optimizer, 100, { etaMin: 1e-5 })
 */
export class CosineAnnealingLR extends LRScheduler {
  readonly TMax: number;
  readonly etaMin: number;
  /** `etaMin`: default 0. */
  constructor(optimizer: AnyOptimizer, TMax: number, { etaMin = 0, ...left }: { etaMin?: number } = {}) {
    super(optimizer);
    refuseOptions("CosineAnnealingLR", left, ["etaMin"]);
    this.TMax = checkInteger(TMax, 1, "CosineAnnealingLR: TMax");
    if (!(etaMin >= 0)) {
      throw new ArgumentError(`CosineAnnealingLR: etaMin must be a number of at least 0, got ${etaMin}`);
    }
    this.etaMin = etaMin;
  }
  protected override nextLr(lr: number, baseLr: number): number {
    const { lastEpoch: t, TMax, etaMin } = this;
    if ((t - 1 - TMax) % (2 * TMax) === 0) {
      return lr + ((baseLr - etaMin) * (1 - Math.cos(Math.PI / TMax))) / 2;
    }
    const ratio = (1 + Math.cos((Math.PI * t) / TMax)) / (1 + Math.cos((Math.PI * (t - 1)) / TMax));
    return ratio * (lr - etaMin) + etaMin;
  }
}
