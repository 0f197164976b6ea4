import { ArgumentError } from "../errors.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { type AnyOptimizer, LRScheduler } from "./schedulers.js";

/** One number, or one for each parameter group. */
type PerGroup = number | readonly number[];

export interface OneCycleLROptions {
  /** Steps of the whole cycle; or `epochs` and `stepsPerEpoch` instead. */
  totalSteps?: number;
  epochs?: number;
  stepsPerEpoch?: number;
  /** Share of the cycle in which the rate rises. Default 0.3. */
  pctStart?: number;
  /** Shape of the way between two rates. Default cos. */
  annealStrategy?: "cos" | "linear";
  /** Moves the momentum (or Adam's first beta) against the rate. Default true. */
  cycleMomentum?: boolean;
  /** Momentum at the highest rate. Default 0.85. */
  baseMomentum?: PerGroup;
  /** Momentum at the start and the end. Default 0.95. */
  maxMomentum?: PerGroup;
  /** The first rate is maxLr / divFactor. Default 25. */
  divFactor?: number;
  /** The last rate is the first one / finalDivFactor. Default 1e4. */
  finalDivFactor?: number;
  /** Falls as long as it rose and then on to the last rate, instead of at once. Default false. */
  threePhase?: boolean;
}

const optionNames: (keyof OneCycleLROptions)[] = [
  "totalSteps",
  "epochs",
  "stepsPerEpoch",
  "pctStart",
  "annealStrategy",
  "cycleMomentum",
  "baseMomentum",
  "maxMomentum",
  "divFactor",
  "finalDivFactor",
  "threePhase",
];

/** From one value to another by the step `end`. */
interface Phase {
  end: number;
  lr: readonly ["first" | "highest" | "last", "first" | "highest" | "last"];
  momentum: readonly ["high" | "low", "high" | "low"];
}

/**
 * The one-cycle policy (Smith & Topin 2018): the rate rises from maxLr/divFactor to maxLr over pctStart of the steps,
 * then falls to maxLr/divFactor/finalDivFactor; the momentum does the opposite. Made to be stepped after every batch;
 * sets rates and momenta when it is made. Past `totalSteps` it throws.
 *
 * @throws ArgumentError if an option is out of range, or the optimizer has no momentum to cycle.
 * @example
 * const scheduler = new optim.OneCycleLR(optimizer, 0.1, { epochs: 10, stepsPerEpoch: loader.length });
 */
export class OneCycleLR extends LRScheduler {
  readonly totalSteps: number;
  readonly #phases: readonly Phase[];
  readonly #rates: Record<"first" | "highest" | "last", number>[];
  readonly #momenta: Record<"high" | "low", number>[] | null;
  readonly #anneal: (from: number, to: number, share: number) => number;

  constructor(optimizer: AnyOptimizer, maxLr: PerGroup, options: OneCycleLROptions = {}) {
    super(optimizer);
    refuseOptions("OneCycleLR", options, optionNames);
    const { pctStart = 0.3, annealStrategy = "cos", cycleMomentum = true, threePhase = false } = options;
    const { baseMomentum = 0.85, maxMomentum = 0.95, divFactor = 25, finalDivFactor = 1e4 } = options;
    const total = (this.totalSteps = totalSteps(options));
    if (!(pctStart >= 0 && pctStart <= 1))
      throw new ArgumentError(`OneCycleLR: pctStart must lie between 0 and 1, got ${pctStart}`);
    if (annealStrategy !== "cos" && annealStrategy !== "linear") {
      throw new ArgumentError(
        `OneCycleLR: annealStrategy must be "cos" or "linear", got "${annealStrategy}"`,
      );
    }
    this.#anneal =
      annealStrategy === "cos"
        ? (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share))
        : (from, to, share) => from + (to - from) * share;
    const rise: Phase = { end: pctStart * total - 1, lr: ["first", "highest"], momentum: ["high", "low"] };
    this.#phases = threePhase
      ? [
          rise,
          { end: 2 * pctStart * total - 2, lr: ["highest", "first"], momentum: ["low", "high"] },
          { end: total - 1, lr: ["first", "last"], momentum: ["high", "high"] },
        ]
      : [rise, { end: total - 1, lr: ["highest", "last"], momentum: ["low", "high"] }];
    this.#rates = this.#perGroup("maxLr", maxLr).map((highest) => {
      const first = highest / divFactor;
      return { first, highest, last: first / finalDivFactor };
    });
    const low = this.#perGroup("baseMomentum", baseMomentum);
    const high = this.#perGroup("maxMomentum", maxMomentum);
    this.#momenta = cycleMomentum ? low.map((value, i) => ({ low: value, high: high[i]! })) : null;
    if (cycleMomentum && optimizer.paramGroups.some((g) => !("momentum" in g) && !("betas" in g))) {
      throw new ArgumentError(
        `OneCycleLR: ${optimizer.constructor.name} has no momentum to cycle; pass { cycleMomentum: false }`,
      );
    }
    this.setRates((_, group) => this.#at(group));
  }

  override step(): void {
    if (this.lastEpoch >= this.totalSteps) {
      throw new ArgumentError(
        `OneCycleLR: all ${this.totalSteps} steps are done; make the cycle as long as the training`,
      );
    }
    super.step();
  }

  protected override nextLr(_lr: number, _baseLr: number, group: number): number {
    return this.#at(group);
  }

  /** The rate of a group at this step; sets its momentum too. */
  #at(group: number): number {
    const t = this.lastEpoch;
    const found = this.#phases.findIndex((phase) => t <= phase.end);
    const i = found < 0 ? this.#phases.length - 1 : found;
    const { end, lr, momentum } = this.#phases[i]!;
    const start = i === 0 ? 0 : this.#phases[i - 1]!.end;
    const share = (t - start) / (end - start);
    const between = (values: Record<string, number>, [from, to]: readonly [string, string]) =>
      this.#anneal(values[from]!, values[to]!, share);
    if (this.#momenta) {
      const value = between(this.#momenta[group]!, momentum);
      const own = this.optimizer.paramGroups[group] as { momentum?: number; betas?: readonly number[] };
      if (own.betas) own.betas = [value, own.betas[1]!];
      else own.momentum = value;
    }
    return between(this.#rates[group]!, lr);
  }

  #perGroup(name: string, value: PerGroup): readonly number[] {
    const groups = this.optimizer.paramGroups.length;
    const list = typeof value === "number" ? new Array<number>(groups).fill(value) : value;
    if (list.length !== groups || !list.every((n) => Number.isFinite(n) && n >= 0)) {
      throw new ArgumentError(
        `OneCycleLR: ${name} must be a number of at least 0, or one for each of the ${groups} parameter groups, got ${typeof value === "number" ? value : `[${value.join(", ")}]`}`,
      );
    }
    return list;
  }
}

function totalSteps({ totalSteps: total, epochs, stepsPerEpoch }: OneCycleLROptions): number {
  if (total !== undefined) return checkInteger(total, 1, "OneCycleLR: totalSteps");
  if (epochs === undefined || stepsPerEpoch === undefined) {
    throw new ArgumentError("OneCycleLR: pass totalSteps, or epochs and stepsPerEpoch");
  }
  return (
    checkInteger(epochs, 1, "OneCycleLR: epochs") *
    checkInteger(stepsPerEpoch, 1, "OneCycleLR: stepsPerEpoch")
  );
}
