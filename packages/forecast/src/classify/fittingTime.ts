import { isNetworkKind, type MakeClassifierOptions } from "./makeClassifier.js";
import { warpingWork } from "./nearest.js";
import { batchSizeFor, epochsFor, networkConfig } from "./networkOptions.js";
import type { NetworkKind } from "./networks.js";
import { lengthOf, type Sequence } from "./sequences.js";

/** What is estimated. */
export interface FittingTask {
  readonly folds: number;
  readonly network: MakeClassifierOptions;
}

/**
 * Multiplications for one step of one sequence on the way forward, of the layers that weigh most: C channels, hidden
 * units and layers of recurrent networks. From the layers' sizes in networks*.ts.
 */
function stepWork(kind: NetworkKind, channels: number, hidden: number, layers: number): number {
  const fcn = 128 * 8 * channels + 256 * 128 * 5 + 128 * 256 * 3;
  const gates = { rnn: 1, gru: 3, lstm: 4 };
  switch (kind) {
    case "fcn":
    case "lstm-fcn":
      return fcn;
    case "resnet":
      return 64 * channels * 16 + 480_000;
    case "inception-time":
      return 32 * 70 * channels + 450_000;
    case "cnn":
      return 128 * 5 * channels + 128 * 50;
    case "cnn-published":
      return 128 * 5 * channels + 4 * 128 * 50;
    case "time-cnn":
      return 7 * 6 * channels + 7 * 6 * 12;
    default:
      return gates[kind] * hidden * (channels + hidden * (2 * layers - 1));
  }
}

/** Multiplications a second of the machine that is reckoned with: one core of 2020. */
const PER_SECOND = 2e10;
/** Steps of dynamic time warping a second on it. */
const WARPING_PER_SECOND = 2.5e8;
/** Seconds of each update of a network beside its multiplications. */
const PER_UPDATE = 0.003;
/** MiniRocket's features of a step of a sequence in a second: 84 kernels in each of some 30 dilations, a few biases each. */
const ROCKET_STEPS_PER_SECOND = 20_000;

/**
 * About how many seconds a cross-validation takes on one core, from the sizes of the data alone.
 * Wrong by a factor of two or three, which does to tell what takes a second from what takes an hour.
 */
export function fittingSeconds(
  name: string,
  sequences: readonly Sequence[],
  { folds, network }: FittingTask,
): number {
  const steps = sequences.reduce((sum, sequence) => sum + lengthOf(sequence), 0);
  const channels = sequences[0]?.length ?? 1;
  if (name === "nearest-dtw") {
    // each sequence is once compared with those of all other folds
    return (warpingWork(sequences, sequences) * (1 - 1 / folds)) / WARPING_PER_SECOND;
  }
  if (name === "minirocket") return (folds * steps) / ROCKET_STEPS_PER_SECOND;
  if (!isNetworkKind(name)) return (steps * channels * sequences.length) / 1e9;
  const config = networkConfig({ ...network, kind: name });
  const rows = Math.round(sequences.length * (1 - 1 / folds));
  const epochs = epochsFor(rows, config);
  const updates = Math.ceil(rows / batchSizeFor(config)) * epochs;
  // forward, and twice as much backward
  const work = 3 * stepWork(name, channels, config.hidden, config.layers) * steps * (1 - 1 / folds) * epochs;
  return folds * config.ensemble * (work / PER_SECOND + updates * PER_UPDATE);
}
