import { Generator, manualSeed, nn, optim, randn, scope } from "@lookback/core";
import { type SectionOptions, stepper } from "./section.js";

const steps = 100;
const hidden = 32;
/** Sizes of the RNN's recurrent weights, as √H times their standard deviation. PyTorch starts at 1/√3. */
const scales = [1 / Math.sqrt(3), 1, 1.25, 1.5, 2];
/** Added to the bias of the gate that keeps the memory. */
const openGate = 5;

export interface GradientCurve {
  cell: "rnn" | "lstm" | "gru";
  /** RNN: √H · standard deviation of the recurrent weights, about the matrix's largest eigenvalue. */
  scale?: number;
  /** LSTM: added to the forget gate's bias; GRU: to the update gate's. 0 is PyTorch's start. */
  gateBias?: number;
  /** ‖∂loss/∂h_t‖ for t = 1 … T. */
  norms: number[];
  /** By what the norm is multiplied from the last step back to the first. */
  firstToLast: number;
}

export interface ClippingRun {
  seed: number;
  clipped: boolean;
  /** Loss before each step, Σ(ŷ − y)²/B. Always guessing the mean gives 1 on average. */
  losses: number[];
  /** Norm of all gradients before each step, and before clipping. */
  norms: number[];
  /** Median loss of the last 50 steps. */
  finalLoss: number;
  largestNorm: number;
  clippedSteps: number;
}

export interface GradientNumbers {
  seed: number;
  steps: number;
  hidden: number;
  curves: GradientCurve[];
  clipping: {
    length: number;
    batch: number;
    hidden: number;
    scale: number;
    lr: number;
    maxNorm: number;
    runs: ClippingRun[];
  };
}

/** How a loss at the last step reaches back to every earlier one, and what clipping does to training. */
export async function measureGradients(options: SectionOptions): Promise<GradientNumbers> {
  const seed = options.seed ?? 0;
  const seeds = (options.seeds ?? [0, 1, 2, 3, 4].map((i) => seed + i)).slice(0, 5);
  const step = stepper(options, 2 * seeds.length * clipping.updates);
  const curves = [
    ...scales.map((scale) => curve("rnn", seed, { scale })),
    ...[0, openGate].map((gateBias) => curve("lstm", seed, { gateBias })),
    ...[0, openGate].map((gateBias) => curve("gru", seed, { gateBias })),
  ];
  const runs: ClippingRun[] = [];
  for (const s of seeds) for (const clipped of [false, true]) runs.push(await train(s, clipped, step));
  const { updates: _, ...setting } = clipping;
  return { seed, steps, hidden, curves, clipping: { ...setting, runs } };
}

/**
 * ‖∂loss/∂h_t‖ for loss = ‖h_T‖²/2 on a sequence of T standard normal numbers. Drawn by: x from Generator(seed),
 * the layer after manualSeed(seed); then the recurrent weights are multiplied or the gate's bias is raised.
 */
function curve(
  cell: GradientCurve["cell"],
  seed: number,
  { scale, gateBias }: Pick<GradientCurve, "scale" | "gateBias">,
): GradientCurve {
  return scope(() => {
    const x = randn([steps, 1, 1], { generator: new Generator(seed) });
    manualSeed(seed);
    const layer = {
      rnn: () => new nn.RNN(1, hidden),
      lstm: () => new nn.LSTM(1, hidden),
      gru: () => new nn.GRU(1, hidden),
    }[cell]();
    if (scale !== undefined) {
      const weights = layer.weight_hh_l0!;
      weights.copy_(weights.toTypedArray().map((w) => w * scale * Math.sqrt(3)));
    }
    if (gateBias !== undefined) {
      // Rows H to 2H belong to the LSTM's forget gate, and to the GRU's update gate.
      const bias = layer.bias_ih_l0!;
      bias.copy_(bias.toTypedArray().map((b, i) => (i >= hidden && i < 2 * hidden ? b + gateBias : b)));
    }
    const [{ norms }] = layer.hiddenGradNorms(() =>
      layer
        .forward(x)[0]
        .select(0, steps - 1)
        .square()
        .sum()
        .mul(0.5),
    ) as [nn.HiddenGradNorms];
    return {
      cell,
      ...(scale === undefined ? {} : { scale }),
      ...(gateBias === undefined ? {} : { gateBias }),
      norms,
      firstToLast: norms[0]! / norms[steps - 1]!,
    };
  });
}

const clipping = { length: 60, batch: 16, hidden: 16, scale: 1.3, lr: 0.05, maxNorm: 1, updates: 300 };

/** An RNN learns to add up a sequence: y = Σ x_t / √T, by plain SGD, on new numbers at every step. */
async function train(seed: number, clipped: boolean, step: () => Promise<void>): Promise<ClippingRun> {
  const { length, batch, hidden, scale, lr, maxNorm, updates } = clipping;
  manualSeed(seed);
  const rnn = new nn.RNN(1, hidden);
  rnn.weight_hh_l0!.copy_(rnn.weight_hh_l0!.toTypedArray().map((w) => w * scale * Math.sqrt(3)));
  const head = new nn.Linear(hidden, 1);
  const parameters = [...rnn.parameters(), ...head.parameters()];
  const optimizer = new optim.SGD(parameters, { lr });
  const lossFn = new nn.MSELoss();
  const generator = new Generator(seed);
  const losses: number[] = [];
  const norms: number[] = [];
  for (let update = 0; update < updates; update++) {
    scope(() => {
      const x = randn([length, batch, 1], { generator });
      optimizer.zeroGrad();
      const last = rnn.forward(x)[0].select(0, length - 1);
      const loss = lossFn.forward(head.forward(last), x.sum(0).mul(1 / Math.sqrt(length)));
      loss.backward();
      losses.push(loss.item());
      norms.push(optim.clipGradNorm_(parameters, clipped ? maxNorm : Number.POSITIVE_INFINITY));
      optimizer.step();
    });
    await step();
  }
  const last = losses.slice(-50).sort((a, b) => a - b);
  return {
    seed,
    clipped,
    losses,
    norms,
    finalLoss: (last[24]! + last[25]!) / 2,
    largestNorm: Math.max(...norms),
    clippedSteps: clipped ? norms.filter((norm) => norm > maxNorm).length : 0,
  };
}
