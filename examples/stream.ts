// Runs a recurrent layer one step at a time, as values arrive, with the state kept between steps and no allocation.
import { manualSeed, nn, rand } from "@lookback/core";

export function run() {
  manualSeed(2);
  const gru = new nn.GRU(2, 8);
  const sequence = rand([50, 1, 2]);
  const [whole] = gru.forward(sequence);
  const stream = gru.stream();
  for (let t = 0; t < 50; t++) stream.step(sequence.select(0, t).toTypedArray());
  return { streamed: [...stream.output], atOnce: [...whole.select(0, -1).toTypedArray()] };
}
