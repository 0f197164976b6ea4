import { scope, tensor } from "@lookback/core";
import { expect, test } from "vitest";
import { TemporalConvNet } from "../src/networks/tcn.js";
import { golden } from "./neuralGolden.js";

test("a temporal convolutional network gives PyTorch's numbers for PyTorch's weights", () => {
  const { channels, hidden, layers, state, x, y } = golden.tcn;
  const network = new TemporalConvNet(channels, hidden, layers);
  network.loadStateDict(
    Object.fromEntries(Object.entries(state).map(([key, value]) => [key, tensor(value)])),
  );
  expect(network.forward(tensor(x)).allclose(tensor(y), { atol: 1e-6 })).toBe(true);
});

test("it sees nothing of the future", () => {
  const network = new TemporalConvNet(1, 4, 3);
  const of = (last: number) =>
    scope(() => network.forward(tensor([[[1, 2, 3, 4, last]]])).toArray<number[][][]>()[0]!);
  const [a, b] = [of(5), of(-50)];
  for (const [channel, values] of a.entries()) expect(b[channel]!.slice(0, 4)).toEqual(values.slice(0, 4));
});
