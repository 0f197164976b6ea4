import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engine } from "../src/engine/engine.js";
import type { Kernels } from "../src/engine/kernels.js";
import { init, nn, optim, rand, scope, type Tensor } from "../src/index.js";

/** What one training step costs, counted rather than timed: a slow path cannot hide behind a noisy machine. */
interface Cost {
  /** Calls of each kernel. */
  calls: Record<string, number>;
  /** Blocks and bytes asked of the engine's memory. */
  blocks: number;
  bytes: number;
}

/** Counts what `work` does, by standing in for the engine's kernels and memory. */
function count(work: () => void): Cost {
  const running = engine() as { kernels: Kernels };
  const { memory } = engine();
  const { kernels } = running;
  const cost: Cost = { calls: {}, blocks: 0, bytes: 0 };
  const counted = Object.entries(kernels).map(([name, kernel]) => [
    name,
    (...numbers: number[]) => {
      cost.calls[name] = (cost.calls[name] ?? 0) + 1;
      return (kernel as (...numbers: number[]) => number)(...numbers);
    },
  ]);
  const allocate = memory.allocate;
  memory.allocate = (bytes) => {
    cost.blocks++;
    cost.bytes += bytes;
    return allocate.call(memory, bytes);
  };
  running.kernels = Object.fromEntries(counted);
  try {
    work();
  } finally {
    running.kernels = kernels;
    memory.allocate = allocate;
  }
  return cost;
}

/** The third of three training steps: by then gradients and optimizer state exist. */
function stepCost(model: nn.Module, x: Tensor, y: Tensor): Cost {
  const optimizer = new optim.Adam(model.parameters());
  const loss = new nn.MSELoss();
  const step = () =>
    scope(() => {
      optimizer.zeroGrad();
      loss.forward(model.forward(x), y).backward();
      optimizer.step();
    });
  step();
  step();
  return count(step);
}

class Recurrent extends nn.Module {
  readonly head = new nn.Linear(6, 1);
  constructor(readonly layer: nn.RNN | nn.LSTM | nn.GRU) {
    super();
  }
  override forward(x: Tensor): Tensor {
    return this.head.forward(this.layer.forward(x)[0]);
  }
}

const convolutional = () =>
  new nn.Sequential(
    new nn.Conv1d(15, 64, 2),
    new nn.ReLU(),
    new nn.MaxPool1d(2),
    new nn.Conv1d(64, 128, 2),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(128 * 10, 1),
  );

describe("a training step (zeroGrad, forward, MSE, backward, Adam) costs no more kernel calls and memory than it did", () => {
  beforeAll(async () => void (await init({ threads: 1, blas: false })));
  afterAll(async () => void (await init()));

  /** What every step with mean squared error and Adam does once. */
  const always = { adam: 1, scaledDifference: 1, sumSquaredDifference: 1, zeroMany: 1 };
  const layers = {
    linear: 3,
    recurrentBackward: 2,
    recurrentForward: 2,
    recurrentPack: 4,
    recurrentPackedBytes: 4,
  };

  it("LSTM of the tutorial, T112 B1 I3 H6 L2", () => {
    const model = new Recurrent(new nn.LSTM(3, 6, { numLayers: 2 }));
    expect(stepCost(model, rand([112, 1, 3]), rand([112, 1, 1]))).toEqual({
      blocks: 36,
      bytes: 70_260,
      calls: { ...always, ...layers, addColumnSums: 3, axpy: 12, copy: 8, fill: 11, gemm: 7 },
    });
  });

  it("GRU of the tutorial, T112 B1 I3 H6 L2", () => {
    const model = new Recurrent(new nn.GRU(3, 6, { numLayers: 2 }));
    expect(stepCost(model, rand([112, 1, 3]), rand([112, 1, 1]))).toEqual({
      blocks: 36,
      bytes: 58_380,
      calls: { ...always, ...layers, addColumnSums: 5, axpy: 12, copy: 8, fill: 10, gemm: 9 },
    });
  });

  it("RNN of the tutorial, T112 B1 I3 H6 L2", () => {
    const model = new Recurrent(new nn.RNN(3, 6, { numLayers: 2 }));
    expect(stepCost(model, rand([112, 1, 3]), rand([112, 1, 1]))).toEqual({
      blocks: 30,
      bytes: 24_012,
      calls: { ...always, ...layers, addColumnSums: 3, axpy: 12, copy: 6, fill: 8, gemm: 7 },
    });
  });

  it("CNN of the tutorial, 15 to 64 to 128 channels, 24 steps, B32", () => {
    expect(stepCost(convolutional(), rand([32, 15, 24]), rand([32, 1]))).toEqual({
      blocks: 30,
      bytes: 3_210_836,
      calls: {
        ...always,
        addChannelSums: 4,
        addColumnSums: 1,
        axpy: 7,
        convRun: 5,
        convToLong: 1,
        convToShort: 3,
        convToWeight: 3,
        convWorkBytes: 5,
        fill: 6,
        gemm: 2,
        linear: 1,
        unary: 4,
        unaryBackward: 4,
        windowMax: 2,
        windowMaxBackward: 2,
      },
    });
  });
});
