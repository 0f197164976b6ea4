import { ArgumentError, DataError } from "@lookback/core";
import { softmax } from "./calibrate.js";
import type { NetworkState } from "./networkFile.js";
import { RecurrentNetwork } from "./networksRecurrent.js";

/** Classifies a sequence while it comes. */
export interface ClassifierStream {
  /** Steps seen. */
  readonly steps: number;
  /**
   * Takes the values of one step, one for each channel, and gives the probabilities of the classes after the steps so
   * far: at the last step those of the whole sequence. A missing value (NaN) is taken as the channel's last one, since
   * what follows is not known yet, and as its mean before there was any.
   */
  next(values: ArrayLike<number>): Float64Array;
  /** Starts a new sequence. */
  reset(): void;
}

/**
 * Opens a stream on a fitted recurrent classifier (rnn, lstm, gru) of this name.
 *
 * @throws ArgumentError for another network, or one whose standardisation has to see the whole sequence.
 */
export function openStream(
  name: string,
  { members, standardisation, sizes }: NetworkState,
): ClassifierStream {
  const { kind, means, scales } = standardisation;
  if (kind === "sequence") {
    throw new ArgumentError(
      `${name}: it standardises by each sequence's own mean, which is known at its end only. Train it with standardise: "channel" to classify step by step.`,
    );
  }
  const parts = members.map((network) => {
    if (!(network instanceof RecurrentNetwork)) {
      throw new ArgumentError(
        `${name}: only rnn, lstm and gru read a sequence step by step. Train one of them for a stream.`,
      );
    }
    return {
      stream: network.rnn.stream(),
      sum: new Float64Array(sizes.hidden),
      weight: network.head.weight.toTypedArray(),
      bias: network.head.bias!.toTypedArray(),
    };
  });
  const last = new Float64Array(sizes.channels);
  let steps = 0;
  return {
    get steps() {
      return steps;
    },
    next(values) {
      if (values.length !== sizes.channels) {
        throw new ArgumentError(
          `${name}: step ${steps + 1} has ${values.length} values, expected ${sizes.channels}, one for each channel.`,
        );
      }
      for (let c = 0; c < sizes.channels; c++) {
        const value = values[c]!;
        if (value === Infinity || value === -Infinity) {
          throw new DataError(
            `${name}: step ${steps + 1} has an infinite value in channel ${c + 1}. Mark what is missing with NaN.`,
          );
        }
        if (!Number.isNaN(value)) last[c] = kind === "channel" ? (value - means[c]!) / scales[c]! : value;
      }
      steps++;
      const probabilities = new Float64Array(sizes.classes);
      for (const { stream, sum, weight, bias } of parts) {
        const state = stream.step(last);
        for (let j = 0; j < sum.length; j++) sum[j] = sum[j]! + state[j]!;
        const logits = Float64Array.from(bias, (b, k) => {
          let logit = b;
          for (let j = 0; j < sum.length; j++) logit += (weight[k * sum.length + j]! * sum[j]!) / steps;
          return logit;
        });
        for (const [k, p] of softmax(logits).entries()) {
          probabilities[k] = probabilities[k]! + p / parts.length;
        }
      }
      return probabilities;
    },
    reset() {
      steps = 0;
      last.fill(0);
      for (const { stream, sum } of parts) {
        stream.reset();
        sum.fill(0);
      }
    },
  };
}
