import { defaultGenerator, manualSeed, nn, noGrad, scope, type Tensor, tensor } from "@lookback/core";
import type { FittedTransform } from "./transforms.js";

/** The recurrent cells there are. */
export type CellKind = "lstm" | "gru" | "rnn";

/** Sizes of a {@link SequenceNetwork}. */
export interface NetworkSizes {
  readonly cell: CellKind;
  readonly hidden: number;
  readonly layers: number;
  readonly outputs: number;
}

/**
 * A recurrent layer that reads a window, and a linear layer that turns its last state into the steps that follow:
 * ŷ = W·h_T + b. Shapes: [T, B, 1] → [B, outputs].
 */
export class SequenceNetwork extends nn.Module {
  readonly rnn: nn.LSTM | nn.GRU | nn.RNN;
  readonly head: nn.Linear;

  constructor({ cell, hidden, layers, outputs }: NetworkSizes) {
    super();
    const Layer = { lstm: nn.LSTM, gru: nn.GRU, rnn: nn.RNN }[cell];
    this.rnn = new Layer(1, hidden, { numLayers: layers });
    this.head = new nn.Linear(hidden, outputs);
  }

  override forward(x: Tensor): Tensor {
    const [states] = this.rnn.forward(x);
    return this.head.forward(states.select(0, x.shape[0]! - 1));
  }
}

/** A network whose weights are drawn from `seed`, leaving the default generator as it was. */
export function seededNetwork(sizes: NetworkSizes, seed: number): SequenceNetwork {
  const before = defaultGenerator.getState();
  try {
    manualSeed(seed);
    return new SequenceNetwork(sizes);
  } finally {
    defaultGenerator.setState(before);
  }
}

/** Windows and what follows them, each relative to the window's last value and scaled. */
export interface TrainingSet {
  readonly count: number;
  readonly lookback: number;
  readonly outputs: number;
  /** [T, N], step by step: what the network reads. */
  readonly inputs: Float32Array;
  /** [N, outputs]. */
  readonly targets: Float32Array;
}

/** The level of a window, which is taken off it and added to its forecast: its last value. */
export function levelOf(window: ArrayLike<number>): number {
  return window[window.length - 1]!;
}

/** Windows as network input [T, N], each without its level, scaled. */
export function encode(windows: readonly Float64Array[], scaler: FittedTransform): Float32Array {
  const count = windows.length;
  const inputs = new Float32Array(count * (windows[0]?.length ?? 0));
  for (const [i, window] of windows.entries()) {
    const level = levelOf(window);
    const scaled = scaler.apply(window.map((value) => value - level));
    for (let t = 0; t < scaled.length; t++) inputs[t * count + i] = scaled[t]!;
  }
  return inputs;
}

/**
 * What an ensemble forecasts after each window, `steps` steps: one pass gives as many as the networks have outputs;
 * beyond those, forecasts are appended to the window and the networks read on. Of the members' forecasts the median.
 */
export function forecastWindows(
  networks: readonly SequenceNetwork[],
  windows: readonly Float64Array[],
  scaler: FittedTransform,
  steps: number,
): Float64Array[] {
  const forecasts = windows.map(() => new Float64Array(steps));
  let current = windows;
  for (let done = 0; done < steps; ) {
    const next = onePass(networks, current, scaler);
    const take = Math.min(next[0]?.length ?? steps, steps - done);
    for (const [i, forecast] of forecasts.entries()) forecast.set(next[i]!.subarray(0, take), done);
    done += take;
    if (done < steps) current = current.map((window, i) => slide(window, next[i]!));
  }
  return forecasts;
}

function onePass(
  networks: readonly SequenceNetwork[],
  windows: readonly Float64Array[],
  scaler: FittedTransform,
): Float64Array[] {
  const shape = [windows[0]?.length ?? 0, windows.length, 1];
  const inputs = encode(windows, scaler);
  const members = networks.map((network) =>
    scope(() => noGrad(() => network.forward(tensor(inputs, { shape })).toTypedArray())),
  );
  const outputs = (members[0]?.length ?? 0) / windows.length;
  return windows.map((window, i) => {
    const level = levelOf(window);
    const scaled = Float64Array.from({ length: outputs }, (_, j) =>
      median(members.map((member) => member[i * outputs + j]!)),
    );
    return scaler.invert(scaled).map((value) => level + value);
  });
}

function slide(window: Float64Array, next: Float64Array): Float64Array {
  const joined = new Float64Array(window.length + next.length);
  joined.set(window);
  joined.set(next, window.length);
  return joined.slice(-window.length);
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
