import { nn, noGrad, scope, type Tensor, tensor } from "@lookback/core";
import { writeWindow } from "./encoding.js";
import { rowSizes } from "./layout.js";
import type { FittedNeural } from "./neuralModel.js";

/** The gates of a cell while it read its last window. */
export interface GateHistory {
  /** The time of each step's last value, oldest first. */
  readonly times: readonly string[];
  /** By gate, `[units][steps]`, each from 0 (closed) to 1 (open). */
  readonly gates: readonly { readonly name: string; readonly units: readonly Float32Array[] }[];
}

/**
 * The gates of the last recurrent layer of the ensemble's first network over the window from which series `index` is
 * forecast: i, f and o of an LSTM, r and z of a GRU. Undefined for a network without gates, or of a constant series.
 */
export function gatesOf(fitted: FittedNeural, index: number): GateHistory | undefined {
  const [network] = fitted.networks;
  const frame = fitted.frames[index];
  const cell = network?.rnn;
  if (!network || !frame || !(cell instanceof nn.LSTM || cell instanceof nn.GRU)) return undefined;
  const { layout, scaler } = fitted;
  const rows = new Float32Array(rowSizes(layout).row);
  writeWindow(frame, frame.z.length, layout, scaler, rows, 0);
  return scope(() =>
    noGrad(() => {
      const sequence = network.sequence(tensor(rows, { shape: [1, rows.length] }));
      const steps = sequence.shape[0]!;
      const times = stepTimes(frame.series.times, steps, layout.patch);
      const before = steps - times.length;
      return {
        times,
        gates: Object.entries(open(cell, sequence)).map(([name, gate]) => ({
          name,
          units: unitsOf(gate.toTypedArray(), steps).map((unit) => unit.subarray(before)),
        })),
      };
    }),
  );
}

/** The gates of a cell's last layer, [T, 1, H] each. */
function open(cell: nn.LSTM | nn.GRU, sequence: Tensor): Record<string, Tensor> {
  if (cell instanceof nn.LSTM) {
    const { input, forget, output } = cell.inspect(sequence).at(-1)!.gates;
    return { input, forget, output };
  }
  const { reset, update } = cell.inspect(sequence).at(-1)!.gates;
  return { reset, update };
}

/** [steps][units] → units of steps. */
function unitsOf(values: ArrayLike<number>, steps: number): Float32Array[] {
  const units = values.length / steps;
  return Array.from({ length: units }, (_, unit) =>
    Float32Array.from({ length: steps }, (_, step) => values[step * units + unit]!),
  );
}

/** The last time of each patch, without those that a padded window has before its series. */
function stepTimes(times: readonly string[], steps: number, patch: number): string[] {
  const last = times.length - 1;
  return Array.from({ length: steps }, (_, step) => times[last - (steps - 1 - step) * patch]).filter(
    (time) => time !== undefined,
  );
}
