// npm run bench -- memory: the engine's memory in a training step beside a formula, and over a hundred thousand steps.

import { engine } from "../packages/core/src/engine/engine.js";
import { engineInfo, nn, optim, rand, scope } from "../packages/core/src/index.js";
import { digits, table } from "./measure.js";
import { describe, recurrentWork, type Work } from "./rows.js";

const gates = { lstm: 4, gru: 3, rnn: 1 };
/** What a layer holds for each step, row and unit at the height of backward; see docs/benchmarks.md. */
const perUnit = { lstm: 12, gru: 10, rnn: 4 };

/**
 * Bytes that training a recurrent layer and Linear(H, 1) takes at its highest: parameters, Adam, data, one step; and 64
 * for each of the small arrays beside them, 24 a layer and 18 more.
 */
export function predictedBytes({ cell = "lstm", T, B, I, H, L }: Work): number {
  const G = gates[cell];
  let parameters = H + 1;
  for (let layer = 0; layer < L; layer++) parameters += G * H * ((layer === 0 ? I : H) + H + 2);
  const step = T * B * (I + 4 + perUnit[cell] * L * H);
  return 4 * (step + 5 * parameters + 2 * L * G * H * H) + 64 * (24 * L + 18);
}

/** The most bytes in use at any time while a net is made and trained for three steps, above those in use before. */
function measuredBytes({ cell = "lstm", T, B, I, H, L }: Work): number {
  const { memory } = engine();
  const before = memory.bytesInUse;
  let most = before;
  const allocate = memory.allocate;
  memory.allocate = (bytes) => {
    const block = allocate.call(memory, bytes);
    most = Math.max(most, memory.bytesInUse);
    return block;
  };
  try {
    const layer = new { lstm: nn.LSTM, gru: nn.GRU, rnn: nn.RNN }[cell](I, H, { numLayers: L });
    const head = new nn.Linear(H, 1);
    const step = trainingStep(layer, head, rand([T, B, I]), rand([T, B, 1]));
    for (let i = 0; i < 3; i++) step();
  } finally {
    memory.allocate = allocate;
  }
  return most - before;
}

type Layer = nn.LSTM | nn.GRU | nn.RNN;

function trainingStep(layer: Layer, head: nn.Linear, x: ReturnType<typeof rand>, y: ReturnType<typeof rand>) {
  const optimizer = new optim.Adam([...layer.parameters(), ...head.parameters()]);
  const mse = new nn.MSELoss();
  return () =>
    scope(() => {
      optimizer.zeroGrad();
      mse.forward(head.forward(layer.forward(x)[0]), y).backward();
      optimizer.step();
    });
}

const sizes = [
  { T: 112, B: 1, I: 3, H: 6, L: 2 },
  { T: 24, B: 32, I: 8, H: 64, L: 1 },
  { T: 48, B: 64, I: 16, H: 128, L: 2 },
  { T: 100, B: 64, I: 64, H: 512, L: 1 },
  { T: 200, B: 20, I: 5, H: 100, L: 3 },
];

const mib = (bytes: number) => digits(bytes / 2 ** 20);

export async function memory(): Promise<void> {
  // What the engine makes for itself when it first works belongs to no step.
  measuredBytes(recurrentWork("lstm", sizes[1]!));
  console.log("## Memory of a training step, MiB\n");
  const rows = (["lstm", "gru", "rnn"] as const).flatMap((cell) =>
    sizes.map((size) => {
      const work = recurrentWork(cell, size);
      const [predicted, measured] = [predictedBytes(work), measuredBytes(work)];
      const off = 100 * (measured / predicted - 1);
      return [
        `${cell.toUpperCase()} ${describe(size)}`,
        mib(predicted),
        mib(measured),
        `${off > 0 ? "+" : ""}${off.toFixed(1)} %`,
      ];
    }),
  );
  console.log(table(["work", "by the formula", "measured", "difference"], rows));
}

/** What is in use must not grow with the number of steps. */
export async function soak(): Promise<void> {
  console.log("## Memory over 100,000 training steps of the tutorial's network\n");
  const step = trainingStep(
    new nn.LSTM(3, 6, { numLayers: 2 }),
    new nn.Linear(6, 1),
    rand([112, 1, 3]),
    rand([112, 1, 1]),
  );
  for (let i = 1; i <= 100_000; i++) {
    step();
    if (i !== 10 && i !== 1000 && i % 25_000 !== 0) continue;
    const { inUse, capacity } = engineInfo().memory;
    const { rss, heapUsed } = process.memoryUsage();
    console.log(
      `after ${String(i).padStart(6)} steps: engine ${inUse} bytes in use of ${capacity}; process ${mib(rss)} MiB, JavaScript heap ${mib(heapUsed)} MiB`,
    );
  }
}
