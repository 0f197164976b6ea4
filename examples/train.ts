// Trains a small LSTM to continue a sine wave, with fit() and early stopping.
import { fit, manualSeed, nn, noGrad, optim, type Tensor, tensor } from "@lookback/core";

class Net extends nn.Module {
  lstm = new nn.LSTM(1, 16, { batchFirst: true });
  head = new nn.Linear(16, 1);
  override forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(x); // [B, T, H]
    return this.head.forward(output.select(1, -1)); // the last step → [B, 1]
  }
}

/** Windows of 20 points of a sine, and the point after each. */
function windows(from: number, count: number): [Tensor, Tensor] {
  const wave = (i: number) => Math.sin(i / 5);
  const x = Array.from({ length: count }, (_, i) =>
    Array.from({ length: 20 }, (_, t) => [wave(from + i + t)]),
  );
  const y = Array.from({ length: count }, (_, i) => [wave(from + i + 20)]);
  return [tensor(x), tensor(y)];
}

export async function run() {
  manualSeed(0);
  const net = new Net();
  const [testX, testY] = windows(500, 50);
  const result = await fit(net, {
    data: [windows(0, 200)],
    validation: [windows(300, 50)],
    optimizer: new optim.Adam(net.parameters(), { lr: 0.01 }),
    lossFn: new nn.MSELoss(),
    epochs: 300,
    earlyStopping: { patience: 40 },
    maxGradNorm: 1,
  });
  const testLoss = noGrad(() => new nn.MSELoss().forward(net.forward(testX), testY).item());
  return { epochs: result.epochs, firstLoss: result.history.loss[0]!, testLoss };
}
