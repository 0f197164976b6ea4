// Runs a model that PyTorch trained and saved with safetensors: same keys, same numbers.
import { readFile } from "node:fs/promises";
import { loadSafetensors, nn, noGrad, type Tensor, tensor } from "@lookback/core";

class Net extends nn.Module {
  lstm = new nn.LSTM(3, 6, { numLayers: 2 });
  output = new nn.Linear(6, 1);
  override forward(x: Tensor): Tensor {
    return this.output.forward(this.lstm.forward(x)[0]);
  }
}

export async function run(file: string | URL) {
  const { tensors } = loadSafetensors(await readFile(file));
  const net = new Net();
  net.loadStateDict(tensors);
  const scaled = [0.015, 0.027, 0.054]; // three months of passengers, min-max scaled
  return { prediction: noGrad(() => net.forward(tensor([[scaled]])).item()) };
}
