import { manualSeed, nn, optim, scope, type Tensor, tensor } from "@lookback/core";
import { type SectionOptions, stepper } from "./section.js";

/**
 * The tutorial's input [4, 9] (channels, length), as its two printings give it. Where they are damaged:
 * row 0, column 3 is "?.1003" in one and 1.1003 in the other; row 3, column 7 stands in one only, with an unreadable
 * figure before "3211" and perhaps no sign. It is read as 0.3211: the page's numbers are standard normal, and of those
 * only one in a thousand is beyond 3.3. Missing decimal points are put back.
 */
export const printedInput: readonly (readonly number[])[] = [
  [-0.2105, -1.0958, 0.7299, 1.1003, 2.3175, 0.8186, -1.751, -0.1925, 0.8591],
  [1.0991, -0.3016, 1.5633, 0.6162, 0.315, 1.0413, 1.0571, -0.7014, 0.2239],
  [-0.0658, 0.4755, -0.6653, -0.0696, 0.3483, -0.036, -0.4665, 1.2606, 1.3365],
  [-0.0186, -1.1802, -0.8835, -1.1813, 0.5145, -0.0534, -1.2568, 0.3211, -2.4793],
];
/** Where a figure or sign of the input is a reading and not certain: [channel, position]. */
export const uncertain: readonly (readonly [number, number])[] = [
  [0, 3],
  [3, 7],
];
/** The tutorial's output [2, 4]. */
export const printedOutput: readonly (readonly number[])[] = [
  [-0.8012, 0.0589, 0.1576, -0.8222],
  [-0.8231, -0.4233, 0.7178, -0.6621],
];
const kernelSize = 3;
const stride = 2;
const lr = 0.05;
const mostSteps = 5000;
/** Half of the last printed decimal, less a little for rounding. */
const close = 4e-5;

export interface Conv1dNumbers {
  seed: number;
  inputShape: readonly number[];
  outputShape: readonly number[];
  stride: number;
  kernelSize: number;
  input: readonly (readonly number[])[];
  uncertain: readonly (readonly [number, number])[];
  printedOutput: readonly (readonly number[])[];
  /** Of the layer as drawn from the seed. */
  firstOutput: number[][];
  /** Of the layer as trained. */
  output: number[][];
  outputPrinted: string;
  largestDifference: number;
  steps: number;
  losses: number[];
  /** [2, 4, 3] and [2]: weights that give the printed output, among infinitely many that do. */
  weight: number[][][];
  bias: number[];
  /** Σ of the window's products for the first output number: what "to slide a kernel" means. */
  byHand: { terms: number[]; bias: number; sum: number };
}

/** `Conv1d(4, 2, 3, stride 2)` on the tutorial's input, trained until it gives the tutorial's output. */
export async function measureConv1d(options: SectionOptions): Promise<Conv1dNumbers> {
  const seed = options.seed ?? 0;
  const step = stepper(options, mostSteps);
  manualSeed(seed);
  const conv = new nn.Conv1d(4, 2, kernelSize, { stride });
  const optimizer = new optim.Adam(conv.parameters(), { lr });
  const x = tensor([printedInput.map((row) => [...row])]);
  const y = tensor([printedOutput.map((row) => [...row])]);
  const output = (): number[][] => scope(() => conv.forward(x).squeeze(0).toArray<number[][]>());
  const firstOutput = output();
  const losses: number[] = [];
  const lossFn = new nn.MSELoss();
  for (let worst = Number.POSITIVE_INFINITY; worst > close && losses.length < mostSteps; ) {
    worst = scope(() => {
      const found = conv.forward(x);
      const error = found.sub(y).abs().max().item();
      const loss = lossFn.forward(found, y);
      losses.push(loss.item());
      if (error <= close) return error;
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
      return error;
    });
    await step();
  }
  const trained = output();
  const weight = conv.weight.toArray<number[][][]>();
  const bias = conv.bias!.toArray<number[]>();
  const terms = weight[0]!.flatMap((taps, c) => taps.map((w, k) => w * printedInput[c]![k]!));
  return {
    seed,
    inputShape: x.shape,
    outputShape: scope(() => shapeOf(conv.forward(x))),
    stride,
    kernelSize,
    input: printedInput,
    uncertain,
    printedOutput,
    firstOutput,
    output: trained,
    outputPrinted: scope(() => String(conv.forward(x).detach())),
    largestDifference: Math.max(
      ...trained.flatMap((row, o) => row.map((value, t) => Math.abs(value - printedOutput[o]![t]!))),
    ),
    steps: losses.length - 1,
    losses,
    weight,
    bias,
    byHand: { terms, bias: bias[0]!, sum: terms.reduce((a, b) => a + b, bias[0]!) },
  };
}

const shapeOf = (x: Tensor) => [...x.shape];
