import type { NetworkSizes, TrainingSet } from "./network.js";
import {
  epochsFor,
  FEWEST_WINDOWS,
  type NeuralConfig,
  type WindowSizes,
  windowSizes,
} from "./neuralOptions.js";
import { choosePreparation, historyNeeded, type Preparation, prepare } from "./preparation.js";
import type { Series } from "./series.js";
import { fitScaler, type Pair, pairsOf, trainingSet } from "./training.js";
import { type FittedTransform, minMaxScaler, standardScaler } from "./transforms.js";

/** One training part with everything fitted on it, and nothing that came later. */
export interface Part {
  readonly scaler: FittedTransform;
  readonly train: TrainingSet;
  /** Held-out windows in this part's scale, when training may stop early. */
  readonly validation?: TrainingSet;
}

/** What is going to be trained. */
export interface Plan {
  readonly preparation: Preparation;
  readonly sizes: WindowSizes;
  readonly network: NetworkSizes;
  readonly epochs: number;
  /** All values. */
  readonly full: Part;
  /** All but the last `heldOut`, for early stopping and for honest residuals. Absent when the series is too short. */
  readonly head?: Part;
  /** Values held out from `head`. */
  readonly heldOut: number;
  /** Whether the values, once prepared, do not change at all: nothing to learn. */
  readonly constant: boolean;
}

/** Plans the training on a series. @throws DataError when it is too short. */
export function planTraining(series: Series, config: NeuralConfig): Plan {
  const { values } = series;
  const preparation = choosePreparation(values, series.seasonLength, config.log);
  const sizes = windowSizes(series, preparation.seasonLength, config);
  const { lookback, outputs } = sizes;
  const { cell, hidden, layers } = config;
  const pairs = pairsOf(prepare(values, preparation).adjusted, lookback, outputs);
  const full = partOf(pairs, config);
  const heldOut = heldOutCount(values.length, preparation, sizes);
  const plan = {
    preparation,
    sizes,
    network: { cell, hidden, layers, outputs },
    epochs: epochsFor(pairs.length, config),
    full,
    heldOut,
    constant: pairs.every(({ window, target }) => isConstant(window) && isConstant(target)),
  };
  if (heldOut === 0) return plan;
  const start = values.length - heldOut;
  const known = prepare(values.subarray(0, start), preparation).adjusted;
  const head = partOf(pairsOf(known, lookback, outputs), config);
  if (config.patience === 0) return { ...plan, head };
  const validation = trainingSet(validationPairs(values, start, preparation, sizes), head.scaler);
  return { ...plan, head: { ...head, validation } };
}

function partOf(pairs: readonly Pair[], config: NeuralConfig): Part {
  const scaler = fitScaler(
    pairs,
    config.scaler === "minmax" ? minMaxScaler({ range: [-1, 1] }) : standardScaler(),
  );
  return { scaler, train: trainingSet(pairs, scaler) };
}

/** Twice the horizon, or a third of a short series; 0 when what is left would be too little to train on. */
function heldOutCount(rows: number, { seasonLength }: Preparation, sizes: WindowSizes): number {
  const { lookback, outputs, horizon } = sizes;
  const least = Math.max(2 * seasonLength, lookback + outputs + FEWEST_WINDOWS - 1);
  const count = Math.min(2 * horizon, Math.floor(rows / 3), rows - least);
  return count > horizon ? count : 0;
}

/**
 * Windows that end in the held-out values, each prepared from what was known at its end; what follows is brought to
 * the same level with the seasonal part expected then.
 */
function validationPairs(
  values: Float64Array,
  start: number,
  preparation: Preparation,
  sizes: WindowSizes,
): Pair[] {
  const pairs: Pair[] = [];
  for (let end = start; end + sizes.outputs <= values.length; end++) {
    const { window, ahead } = windowAt(values, end, preparation, sizes.lookback);
    const target = Float64Array.from({ length: sizes.outputs }, (_, j) => {
      const value = values[end + j]!;
      return (preparation.log ? Math.log(value) : value) - ahead(j + 1);
    });
    pairs.push({ window, target });
  }
  return pairs;
}

/** The window that ends before index `end`, from nothing but the values before it, and the seasonal part after it. */
export function windowAt(values: Float64Array, end: number, preparation: Preparation, lookback: number) {
  const start = Math.max(0, end - historyNeeded(preparation, lookback));
  const { adjusted, seasonalAhead } = prepare(values.subarray(start, end), preparation);
  return { window: adjusted.slice(-lookback), ahead: seasonalAhead };
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => Math.abs(value - values[0]!) <= 1e-12 * Math.abs(values[0]!));
}
