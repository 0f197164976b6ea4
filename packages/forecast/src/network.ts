import { cat, defaultGenerator, manualSeed, nn, type Tensor } from "@lookback/core";
import { TemporalConvNet } from "./networks/tcn.js";

/** The networks there are: three recurrent cells, a temporal convolution, and no body at all but the head. */
export type CellKind = "lstm" | "gru" | "rnn" | "tcn" | "mlp";

/** Sizes of a {@link SequenceNetwork}. */
export interface NetworkSizes {
  readonly cell: CellKind;
  readonly hidden: number;
  readonly layers: number;
  /** T, the steps that it reads. */
  readonly steps: number;
  /** C, numbers a step. */
  readonly channels: number;
  /** E, numbers that hold for the whole window. */
  readonly fixed: number;
  /** Units of the head's two hidden layers; 0 for a linear head. */
  readonly head: number;
  /** Numbers that it gives. */
  readonly outputs: number;
}

/**
 * A recurrent or convolutional body that reads a window, and a head that turns its last state into the steps that
 * follow. A linear head is ŷ = W·[h_T, fixed] + b. A head with hidden layers also sees the window itself:
 * ŷ = W₃·ReLU(W₂·ReLU(W₁·[h_T, fixed, window] + b₁) + b₂) + b₃. An `mlp` is the head alone, over [window, fixed].
 *
 * A window is one row: T·C numbers, step by step, then E that hold for all of it and are shown to the body at each
 * step. Shapes: [B, T·C + E] → [B, outputs].
 */
export class SequenceNetwork extends nn.Module {
  readonly rnn: nn.LSTM | nn.GRU | nn.RNN | null;
  readonly tcn: TemporalConvNet | null;
  readonly head: nn.Linear | nn.Sequential;

  constructor(readonly sizes: NetworkSizes) {
    super();
    const { cell, hidden, layers, steps, channels, fixed, head, outputs } = sizes;
    const [inputs, row] = [channels + fixed, steps * channels + fixed];
    this.tcn = cell === "tcn" ? new TemporalConvNet(inputs, hidden, layers) : null;
    this.rnn =
      cell === "tcn" || cell === "mlp"
        ? null
        : new { lstm: nn.LSTM, gru: nn.GRU, rnn: nn.RNN }[cell](inputs, hidden, { numLayers: layers });
    const width = cell === "mlp" ? row : hidden + (head > 0 ? row : fixed);
    this.head =
      head === 0
        ? new nn.Linear(width, outputs)
        : new nn.Sequential(
            new nn.Linear(width, head),
            new nn.ReLU(),
            new nn.Linear(head, head),
            new nn.ReLU(),
            new nn.Linear(head, outputs),
          );
  }

  override forward(rows: Tensor): Tensor {
    const { cell, steps, channels, fixed, head } = this.sizes;
    if (cell === "mlp") return this.head.forward(rows);
    const state = this.lastState(this.sequence(rows));
    const beside = head > 0 ? rows : rows.narrow(1, steps * channels, fixed);
    return this.head.forward(head > 0 || fixed > 0 ? cat([state, beside], 1) : state);
  }

  /** What the body reads step by step, [T, B, C + E]. */
  sequence(rows: Tensor): Tensor {
    const { steps, channels, fixed } = this.sizes;
    const batch = rows.shape[0]!;
    const window = rows
      .narrow(1, 0, steps * channels)
      .reshape([batch, steps, channels])
      .transpose(0, 1);
    if (fixed === 0) return window;
    const same = rows
      .narrow(1, steps * channels, fixed)
      .unsqueeze(0)
      .expand([steps, batch, fixed]);
    return cat([window, same], 2);
  }

  /** [T, B, C + E] → [B, hidden]. */
  private lastState(sequence: Tensor): Tensor {
    const last = sequence.shape[0]! - 1;
    if (this.tcn) return this.tcn.forward(sequence.permute([1, 2, 0])).select(2, last);
    const [states] = this.rnn!.forward(sequence);
    return states.select(0, last);
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
