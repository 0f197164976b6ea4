// brain.js: its recurrent networks for series, which predict a step's successor. It has no batches, so B sequences are
// one pattern after another, and its own optimizer; a step is one iteration over all of them.
import { values } from "./data.mjs";

const largest = 64;

export async function open(_options, { peer, where }) {
  const { module: brain, version } = await peer("brain.js");
  const networks = {
    lstm: brain.recurrent.LSTMTimeStep,
    gru: brain.recurrent.GRUTimeStep,
    rnn: brain.recurrent.RNNTimeStep,
  };
  return {
    name: "brain.js",
    version,
    detail: where,
    variants: ({ kind, mode, H }) =>
      kind === "recurrent" && mode === "train" && H <= largest ? ["1 thread"] : [],
    prepare({ cell, T, B, I, H, L }) {
      const net = new networks[cell]({ inputSize: I, outputSize: I, hiddenLayers: Array(L).fill(H) });
      const data = Array.from({ length: B }, (_, b) =>
        Array.from({ length: T }, (_, t) => [...values(I, b * T + t)].map((value) => (value + 1) / 2)),
      );
      return () => net.train(data, { iterations: 1, errorThresh: 0, learningRate: 0.001 }).error;
    },
  };
}
