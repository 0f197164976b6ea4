import {
  Generator,
  manualSeed,
  nn,
  noGrad,
  optim,
  rand,
  randn,
  scope,
  type Tensor,
  tensor,
} from "@lookback/core";
import { CorrectedCnn, channels, length, PublishedCnn } from "./cnnNets.js";
import { type SectionOptions, stepper } from "./section.js";

const classes = 3;
const batch = 4;
const trainCount = 60;
const testCount = 120;
const epochs = 10;
const lr = 0.001;
/** Standard deviation of the noise; each wave has amplitude 1. */
const noise = 0.7;

export interface CnnNumbers {
  seed: number;
  /** Shape after each stage for a batch of `batch`. */
  stages: { name: "input" | "conv1" | "pool1" | "conv2" | "pool2"; channels: number; length: number }[];
  batch: number;
  classes: number;
  trainCount: number;
  testCount: number;
  epochs: number;
  /** Parameters of the published network by its batch size, and of the corrected one. */
  parameters: { published: { batch: number; count: number }[]; corrected: number };
  /** ‖∂output_i/∂input_j‖ for samples i, j of one batch; the corrected network's output is the sum of its logits. */
  mixing: { published: number[][]; corrected: number[][] };
  published: TrainedNet & {
    /** Held-out samples whose class changes when they are judged beside other samples. */
    changed: number;
    /** What happens with a batch of another size. */
    otherBatch: string;
    outputShape: number[];
  };
  corrected: TrainedNet & { changed: number; outputShape: number[] };
}

export interface TrainedNet {
  losses: number[];
  trainAccuracy: number;
  testAccuracy: number;
}

export interface WaveData {
  /** [N, 15, 24] */
  x: Tensor;
  labels: number[];
}

/**
 * Samples of three classes in equal number: a wave of 1, 2 or 3 periods in 24 steps, with a phase of its own in each
 * sample and a sign of its own in each channel, the same for all samples, under noise.
 */
export function waves(count: number, signs: Float32Array, generator: Generator): WaveData {
  const values = randn([count, channels, length], { generator }).mul(noise).toTypedArray() as Float32Array;
  const phases = rand([count], { generator }).toTypedArray();
  const labels = Array.from({ length: count }, (_, n) => n % classes);
  for (let n = 0, at = 0; n < count; n++) {
    for (let c = 0; c < channels; c++) {
      for (let t = 0; t < length; t++, at++) {
        const angle = 2 * Math.PI * (((labels[n]! + 1) * t) / length + phases[n]!);
        values[at] = values[at]! + signs[c]! * Math.sin(angle);
      }
    }
  }
  return { x: tensor(values, { shape: [count, channels, length] }), labels };
}

/** The published network and the corrected one: shapes, sizes, what depends on what, and what they learn. */
export async function measureCnn(options: SectionOptions): Promise<CnnNumbers> {
  const seed = options.seed ?? 0;
  const step = stepper(options, (2 * epochs * trainCount) / batch);
  const generator = new Generator(seed);
  const signs = rand([channels], { generator }).sub(0.5).sign().toTypedArray() as Float32Array;
  const train = waves(trainCount, signs, generator);
  const test = waves(testCount, signs, generator);
  manualSeed(seed);
  const published = new PublishedCnn(batch);
  manualSeed(seed);
  const corrected = new CorrectedCnn(classes);
  const first = train.x.narrow(0, 0, batch);
  const sizes = [1, 4, 16, 64, 256].map((B) => ({ batch: B, count: publishedParameters(B) }));
  const numbers = {
    seed,
    stages: stagesOf(published, first),
    batch,
    classes,
    trainCount,
    testCount,
    epochs,
    parameters: { published: sizes, corrected: corrected.parameterCount() },
    mixing: { published: mixing(published, first), corrected: mixing(corrected, first) },
  };
  // One number for each sample is all that the published network gives, so the class's number is what it can learn.
  const number = new nn.MSELoss();
  const round = (y: Tensor) =>
    Array.from(y.toTypedArray(), (v) => Math.min(classes - 1, Math.max(0, Math.round(v))));
  const asNumber: Task = {
    loss: (y, labels) => number.forward(y, tensor(labels, { shape: [labels.length, 1] })),
    decide: round,
  };
  const entropy = new nn.CrossEntropyLoss();
  const asClass: Task = {
    loss: (y, labels) => entropy.forward(y, tensor(labels, { dtype: "int32" })),
    decide: (y) => Array.from(y.argmax(1).toTypedArray()),
  };
  const publishedRun = await fitNet(published, asNumber, train, test, seed, step);
  const correctedRun = await fitNet(corrected, asClass, train, test, seed, step);
  return {
    ...numbers,
    published: {
      ...publishedRun,
      otherBatch: refusal(published, train.x.narrow(0, 0, batch - 1)),
      outputShape: shapeOf(published, first),
    },
    corrected: { ...correctedRun, outputShape: shapeOf(corrected, first) },
  };
}

/** Parameters of the published network for a batch of B: two convolutions, then 2560·B × 50·B and 50·B × B weights. */
export function publishedParameters(B: number): number {
  const convolutions = 15 * 64 * 2 + 64 + (64 * 128 * 2 + 128);
  return convolutions + 2560 * B * 50 * B + 50 * B + (50 * B * B + B);
}

const shapeOf = (net: nn.Module, x: Tensor) =>
  scope(() => noGrad(() => [...(net.forward(x) as Tensor).shape]));

export function stagesOf(net: PublishedCnn, x: Tensor): CnnNumbers["stages"] {
  return scope(() =>
    noGrad(() => {
      const names = ["input", "conv1", "pool1", "conv2", "pool2"] as const;
      const shapes = [x];
      for (const block of [net.conv1, net.conv2]) {
        const [conv, relu, pool] = [...block] as [nn.Module, nn.Module, nn.Module];
        const convolved: Tensor = relu.forward(conv.forward(shapes.at(-1)!));
        shapes.push(convolved, pool.forward(convolved));
      }
      return shapes.map((y, i) => ({ name: names[i]!, channels: y.shape[1]!, length: y.shape[2]! }));
    }),
  );
}

/** ‖∂output_i/∂input_j‖, by going back from one sample's output at a time. */
export function mixing(net: nn.Module, samples: Tensor): number[][] {
  const count = samples.shape[0]!;
  return Array.from({ length: count }, (_, i) =>
    scope(() => {
      const x = samples.clone();
      x.requiresGrad = true;
      (net.forward(x) as Tensor).select(0, i).sum().backward();
      const gradient = x.grad!;
      net.zeroGrad({ setToNone: true });
      return Array.from({ length: count }, (_, j) => gradient.select(0, j).norm().item());
    }),
  );
}

interface Task {
  loss(output: Tensor, labels: number[]): Tensor;
  /** The class of each sample, from the outputs. */
  decide(output: Tensor): number[];
}

async function fitNet(
  net: nn.Module,
  task: Task,
  train: WaveData,
  test: WaveData,
  seed: number,
  step: () => Promise<void>,
): Promise<TrainedNet & { changed: number }> {
  const optimizer = new optim.Adam(net.parameters(), { lr });
  const generator = new Generator(seed);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = generator.randperm(trainCount);
    let sum = 0;
    for (let at = 0; at < trainCount; at += batch) {
      const rows = Array.from(order.slice(at, at + batch));
      sum += scope(() => {
        optimizer.zeroGrad();
        const x = train.x.indexSelect(0, tensor(rows, { dtype: "int32" }));
        const loss = task.loss(
          net.forward(x) as Tensor,
          rows.map((row) => train.labels[row]!),
        );
        loss.backward();
        optimizer.step();
        return loss.item();
      });
      await step();
    }
    losses.push(sum / (trainCount / batch));
  }
  // The same held-out samples in two orders: only what stands beside each sample differs.
  const [inOrder, shuffled] = [
    inBatches(net, task, test, null),
    inBatches(net, task, test, generator.randperm(testCount)),
  ];
  const accuracy = (data: WaveData, found: number[]) =>
    found.filter((label, n) => label === data.labels[n]).length / found.length;
  return {
    losses,
    trainAccuracy: accuracy(train, inBatches(net, task, train, null)),
    testAccuracy: accuracy(test, shuffled),
    changed: inOrder.filter((label, n) => label !== shuffled[n]).length,
  };
}

/** Classes of all samples, judged `batch` at a time in some order. */
function inBatches(
  net: nn.Module,
  task: Task,
  { x, labels }: WaveData,
  order: ArrayLike<number> | null,
): number[] {
  const found: number[] = new Array(labels.length);
  const rows = order ? Array.from(order) : labels.map((_, n) => n);
  for (let at = 0; at < rows.length; at += batch) {
    scope(() =>
      noGrad(() => {
        const some = rows.slice(at, at + batch);
        const decided = task.decide(net.forward(x.indexSelect(0, tensor(some, { dtype: "int32" }))));
        some.forEach((row, i) => {
          found[row] = decided[i]!;
        });
      }),
    );
  }
  return found;
}

/** The sentence with which a network refuses an input. */
function refusal(net: nn.Module, x: Tensor): string {
  try {
    scope(() => noGrad(() => net.forward(x)));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "";
}
