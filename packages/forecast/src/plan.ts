import { DataError } from "@lookback/core";
import { type Frame, type FrameOptions, makeFrame } from "./frame.js";
import { type Layout, layoutFor, networkFor } from "./layout.js";
import type { NetworkSizes } from "./network.js";
import {
  epochsFor,
  FEWEST_WINDOWS,
  type NeuralConfig,
  seasonFor,
  type WindowSizes,
  windowSizes,
} from "./neuralOptions.js";
import { observedValues } from "./observed.js";
import { type Output, outputOf } from "./outputs.js";
import { choosePreparation, type Preparation } from "./preparation.js";
import { type Series, sliceSeries } from "./series.js";
import { epochWindows, makePool, makeTrainingSet, type TrainingSet } from "./windowPool.js";

/** One training part with everything fitted on it, and nothing that came later. */
export interface Part {
  readonly train: TrainingSet;
  /** Held-out windows in this part's scale, when training may stop early. */
  readonly validation?: TrainingSet;
}

/** What is going to be trained. */
export interface Plan {
  readonly preparations: readonly Preparation[];
  readonly sizes: WindowSizes;
  readonly layout: Layout;
  readonly network: NetworkSizes;
  readonly output: Output;
  readonly epochs: number;
  /** The series with seasons as known at each origin, to forecast from. */
  readonly frames: readonly Frame[];
  /** All values. */
  readonly full: Part;
  /** All but the last `heldOut`, for early stopping and for honest residuals. Absent when no series is long enough. */
  readonly head?: Part;
  /** Values of each series held out from `head`. */
  readonly heldOut: readonly number[];
  /** Whether the values, once prepared, do not change at all: nothing to learn. */
  readonly constant: boolean;
}

/** How frames are made with these options. */
export function frameOptions({ discount }: NeuralConfig, { context }: Layout): FrameOptions {
  return { context, discount };
}

/**
 * Plans the training on some series.
 *
 * @throws DataError when all are too short, or one has a value without a logarithm.
 */
export function planTraining(series: readonly Series[], config: NeuralConfig): Plan {
  const preparations = series.map((one) =>
    choosePreparation(observedValues(one), one.seasonLength, {
      log: config.log,
      season: seasonFor(config, one.seasonLength),
    }),
  );
  const longest = Math.max(...preparations.map(({ seasonLength }) => seasonLength));
  const sizes = windowSizes(series, longest, config);
  const layout = layoutFor(series, sizes, longest, config);
  const output = outputOf(config.output, config.loss);
  const options = frameOptions(config, layout);
  const frames = series.map((one, i) => makeFrame(one, preparations[i]!, options));
  const full = partOf(
    frames.map((frame) => trainingFrame(frame, frame.z.length)),
    sizes,
    layout,
    config,
  );
  const heldOut = frames.map((frame) => heldOutCount(frame, sizes, config));
  const plan = {
    preparations,
    sizes,
    layout,
    network: networkFor(config, layout),
    output,
    epochs: epochsFor(epochWindows(full.train.pool.ends.length), config),
    frames,
    full,
    heldOut,
    constant: frames.every(isConstant),
  };
  if (full.train.pool.ends.length < FEWEST_WINDOWS) {
    throw new DataError(
      `${config.cell}: there are ${full.train.pool.ends.length} windows to train on, and at least ${FEWEST_WINDOWS} are needed. ` +
        "Add more of the past, or make lookback or horizon smaller.",
    );
  }
  if (heldOut.every((count) => count === 0)) return plan;
  const known = frames.map((frame, i) => trainingFrame(frame, frame.z.length - heldOut[i]!));
  const part = partOf(known, sizes, layout, config);
  if (part.train.pool.ends.length < FEWEST_WINDOWS) return { ...plan, heldOut: heldOut.map(() => 0) };
  if (config.patience === 0) return { ...plan, head: part };
  const from = frames.map(({ z }, i) => (heldOut[i] === 0 ? z.length + 1 : z.length - heldOut[i]!));
  const pool = makePool(frames, { fewest: sizes.fewest, ahead: sizes.outputs, from });
  return { ...plan, head: { ...part, validation: { ...part.train, pool } } };
}

/** The frame's first `length` values, made ready to train on. */
function trainingFrame({ series, preparation, options }: Frame, length: number): Frame {
  return makeFrame(sliceSeries(series, 0, length), preparation, options, true);
}

function partOf(frames: readonly Frame[], sizes: WindowSizes, layout: Layout, config: NeuralConfig): Part {
  const pool = makePool(frames, { fewest: sizes.fewest, ahead: config.pad ? 1 : sizes.outputs });
  return { train: makeTrainingSet(pool, layout, config.scaler, config.weight) };
}

/**
 * Twice the horizon, or a third of a short series; 0 when what is left would be too little to train on. Where series
 * are padded, what some cannot hold out the others do.
 */
function heldOutCount({ z, preparation }: Frame, sizes: WindowSizes, config: NeuralConfig): number {
  const { fewest, outputs, horizon } = sizes;
  const rows = z.length;
  const seasons = preparation.season === "none" ? 1 : preparation.seasonLength;
  const least = Math.max(2 * seasons, fewest + (config.pad ? 1 : outputs) + FEWEST_WINDOWS - 1);
  const count = Math.min(2 * horizon, Math.floor(rows / 3), rows - least);
  return count > (config.pad ? 0 : horizon) ? count : 0;
}

function isConstant({ z }: Frame): boolean {
  const first = z.find((value) => !Number.isNaN(value)) ?? 0;
  return z.every((value) => Number.isNaN(value) || Math.abs(value - first) <= 1e-12 * Math.abs(first));
}
