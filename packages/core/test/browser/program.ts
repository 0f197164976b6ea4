import {
  engineInfo,
  fit,
  init,
  manualSeed,
  nn,
  optim,
  rand,
  saveSafetensors,
  type Tensor,
} from "../../src/index.js";

class Net extends nn.Module {
  conv = new nn.Conv1d(2, 4, 3, { padding: "same" });
  lstm = new nn.LSTM(4, 7, { numLayers: 2, batchFirst: true });
  gru = new nn.GRU(7, 5, { batchFirst: true });
  head = new nn.Linear(5, 1);
  override forward(x: Tensor): Tensor {
    const features = this.conv.forward(x.transpose(1, 2)).transpose(1, 2);
    const [hidden] = this.lstm.forward(features);
    return this.head.forward(this.gru.forward(hidden)[0]);
  }
}

/** Trains a small network of every family with plain SIMD, and gives its losses and a checksum of its weights. */
export async function program() {
  await init({ deterministic: true });
  manualSeed(7);
  const net = new Net();
  const data = [[rand([8, 12, 2]), rand([8, 12, 1])] as const];
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
  const { history } = await fit(net, { data, optimizer, lossFn: new nn.MSELoss(), epochs: 60 });
  const bytes = saveSafetensors(net.stateDict());
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  const hash = Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
  const { simd, deterministic } = engineInfo();
  return { losses: history.loss, hash, simd, deterministic };
}

/** The gradients of a layer that is large enough for threads: by as many as there are, and by one. */
export async function threaded() {
  const run = async (threads: number) => {
    const info = await init({ threads, blas: false });
    manualSeed(3);
    const layer = new nn.LSTM(8, 64);
    const [y] = layer.forward(rand([24, 64, 8]));
    y.square().sum().backward();
    return { threads: info.threads, gradient: [...layer.parameters()].map((p) => p.grad!.sum().item()) };
  };
  return [await run(2), await run(1)] as const;
}
