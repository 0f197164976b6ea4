import { cat, nn, type Tensor, tensor } from "@lookback/core";
import { FcnBlocks, type StepCounts } from "./networksConvolutional.js";
import { Mask, meanOverSteps } from "./padding.js";

/** The recurrent cells there are. */
export type RecurrentCell = "rnn" | "lstm" | "gru";

/** Sizes of a {@link RecurrentNetwork}. */
export interface RecurrentSizes {
  readonly cell: RecurrentCell;
  readonly channels: number;
  readonly classes: number;
  readonly hidden: number;
  readonly layers: number;
}

/**
 * A recurrent layer that reads a sequence step by step, and a linear layer on the mean of its states so far:
 * logits = W·(1/T · Σ_t h_t) + b. The mean learns from long sequences where a last state forgets their beginning, and
 * it can be kept step by step. x [N, C, L] → [N, K].
 */
export class RecurrentNetwork extends nn.Module {
  readonly rnn: nn.RNN | nn.LSTM | nn.GRU;
  readonly head: nn.Linear;

  constructor({ cell, channels, classes, hidden, layers }: RecurrentSizes) {
    super();
    const Layer = { rnn: nn.RNN, lstm: nn.LSTM, gru: nn.GRU }[cell];
    this.rnn = new Layer(channels, hidden, { numLayers: layers });
    this.head = new nn.Linear(hidden, classes);
  }

  override forward(x: Tensor, lengths?: StepCounts): Tensor {
    const steps = x.permute([2, 0, 1]);
    const [states] = lengths
      ? this.rnn.forward(steps, null, { lengths: [...lengths] })
      : this.rnn.forward(steps);
    const mean = lengths
      ? states.sum(0).div(tensor(Float32Array.from(lengths), { shape: [lengths.length, 1] }))
      : states.mean(0);
    return this.head.forward(mean);
  }
}

/** Units of the LSTM in {@link LstmFcn}, and the share of them that training drops. */
const UNITS = 8;
const DROPPED = 0.8;

/**
 * LSTM-FCN (Karim et al. 2018): beside the three convolutions of a fully convolutional network an LSTM of 8 units that
 * reads the sequence with its dimensions exchanged, as C steps of L values each. Both join before the linear layer.
 * x [N, C, L] → [N, K]; L as it was built for.
 */
export class LstmFcn extends nn.Module {
  readonly lstm: nn.LSTM;
  readonly dropout = new nn.Dropout({ p: DROPPED });
  readonly blocks: FcnBlocks;
  readonly head: nn.Linear;

  constructor(channels: number, length: number, classes: number) {
    super();
    this.lstm = new nn.LSTM(length, UNITS);
    this.blocks = new FcnBlocks(channels);
    this.head = new nn.Linear(UNITS + 128, classes);
  }

  override forward(x: Tensor, lengths?: StepCounts): Tensor {
    const mask = Mask.of(lengths, x);
    const [, [state]] = this.lstm.forward(x.transpose(0, 1));
    const pooled = meanOverSteps(this.blocks.forward(x, mask), mask);
    return this.head.forward(cat([pooled, this.dropout.forward(state.select(0, 0))], 1));
  }
}
