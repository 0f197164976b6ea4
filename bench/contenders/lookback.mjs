// Lookback itself. Options are init()'s: { threads, blas, deterministic }; what this version does not know is left out.
import { engineInfo, init, manualSeed, nn, noGrad, optim, scope, tensor } from "@lookback/core";
import { product, shapes, values } from "./data.mjs";

export async function open(options, { where }) {
  await init(options);
  const { simd, threads, blas } = engineInfo();
  return {
    name: "Lookback",
    version: where,
    detail: `${simd} SIMD, ${threads} thread${threads > 1 ? "s" : ""}, BLAS: ${blas ?? "none"}`,
    variants: () => ["default"],
    prepare,
  };
}

const array = (shape, phase, options) => tensor(values(product(shape), phase), options).reshape(shape);

const layers = { rnn: nn.RNN, gru: nn.GRU, lstm: nn.LSTM };

function prepare(row) {
  manualSeed(0);
  const shape = shapes(row);
  if (row.kind === "matmul") return matmul(row);
  if (row.kind === "stream") return stream(row);
  const x = array(shape.x, 1);
  const y = array(shape.y, 2);
  if (row.kind === "recurrent") {
    const { cell, I, H, L, mode } = row;
    const layer = new layers[cell](I, H, { numLayers: L });
    const head = new nn.Linear(H, 1);
    const forward = () => head.forward(layer.forward(x)[0]);
    if (mode === "forward") return () => scope(() => noGrad(() => void forward()));
    return training([...layer.parameters(), ...head.parameters()], forward, y);
  }
  const net = row.kind === "cnn" ? tutorialCnn(row) : tcnBlock(row);
  // A block in the middle of a network owes its input a gradient; here it adds up from step to step.
  if (row.kind === "tcn") x.requiresGrad = true;
  return training([...net.parameters()], () => net.forward(x), y);
}

function training(parameters, forward, y) {
  const optimizer = new optim.Adam(parameters);
  const mse = new nn.MSELoss();
  let loss;
  return () => {
    scope(() => {
      optimizer.zeroGrad();
      const result = mse.forward(forward(), y);
      result.backward();
      optimizer.step();
      loss ??= result.item();
    });
    return loss;
  };
}

function tutorialCnn({ I, T }) {
  const block = (from, to) => [new nn.Conv1d(from, to, 2), new nn.ReLU(), new nn.MaxPool1d(2, { stride: 1 })];
  return new nn.Sequential(
    ...block(I, 64),
    ...block(64, 128),
    new nn.Flatten(),
    new nn.Linear(128 * (T - 4), 50),
    new nn.ReLU(),
    new nn.Linear(50, 1),
  );
}

function tcnBlock({ I, H }) {
  return new nn.Sequential(new nn.Conv1d(I, H, 3, { dilation: 4, padding: 4 }), new nn.ReLU());
}

function stream({ I, H }) {
  const step = new nn.LSTM(I, H).stream();
  const x = new Float32Array([0.5]);
  return () => {
    step.step(x);
  };
}

function matmul({ n }) {
  const a = array([n, n], 1);
  const b = array([n, n], 2);
  return () => scope(() => noGrad(() => void a.matmul(b)));
}
