import { Generator, manualSeed, nn, rand, scope, type Tensor } from "@lookback/core";
import type { SectionOptions } from "./section.js";

const inputSize = 3;
const hiddenSize = 4;

/** The four quantities of one step, each [H]. z as PyTorch has it: the share of h_{t−1} that is kept. */
export interface GruStep {
  reset: number[];
  update: number[];
  candidate: number[];
  hidden: number[];
}

export interface GruForm {
  resetAfter: boolean;
  /** The formulas in float64, one multiplication after another. */
  byHand: GruStep;
  /** What nn.GRU computes. */
  layer: GruStep;
  largestDifference: number;
}

export interface GruNumbers {
  seed: number;
  x: number[];
  /** h_{t−1} */
  before: number[];
  forms: GruForm[];
  /**
   * The tutorial's four formulas as printed, its weights being PyTorch's with the sign of the z rows changed: z is
   * 1 − z of the layer, and h is the same.
   */
  printed: GruStep & { largestDifference: number };
  /** Largest difference between the two forms' h_t: that of two functions, not of rounding. */
  betweenForms: number;
}

interface GruWeights {
  wIh: number[][];
  wHh: number[][];
  bIh: number[];
  bHh: number[];
}

/** One step of a GRU, computed from its formulas and by the layer. */
export async function measureGru({ seed = 0 }: SectionOptions): Promise<GruNumbers> {
  return scope(() => {
    const generator = new Generator(seed);
    const x = uniform([1, 1, inputSize], generator);
    const before = uniform([1, 1, hiddenSize], generator);
    const [xs, hs] = [numbers(x), numbers(before)];
    const made = [true, false].map((resetAfter) => {
      manualSeed(seed);
      const gru = new nn.GRU(inputSize, hiddenSize, { resetAfter });
      const [{ gates, hidden }] = gru.inspect(x, before) as [nn.GRUInspection];
      const layer: GruStep = {
        reset: numbers(gates.reset),
        update: numbers(gates.update),
        candidate: numbers(gates.new),
        hidden: numbers(hidden),
      };
      const weights = weightsOf(gru);
      const byHand = gruStep(xs, hs, weights, resetAfter);
      return { form: { resetAfter, byHand, layer, largestDifference: difference(byHand, layer) }, weights };
    });
    const forms = made.map(({ form }) => form);
    const [after, beforeProduct] = forms as [GruForm, GruForm];
    const printed = printedStep(xs, hs, negateUpdate(made[1]!.weights));
    const asPyTorch = { ...printed, update: printed.update.map((z) => 1 - z) };
    return {
      seed,
      x: xs,
      before: hs,
      forms,
      printed: { ...printed, largestDifference: difference(asPyTorch, beforeProduct.layer) },
      betweenForms: Math.max(
        ...after.layer.hidden.map((h, i) => Math.abs(h - beforeProduct.layer.hidden[i]!)),
      ),
    };
  });
}

/**
 * PyTorch's form, and with `resetAfter` false the one where r multiplies h before the product:
 *
 *     r, z = σ(W·x + b + U·h + b′)     h_t = (1 − z)·n + z·h
 *     n = tanh(W·x + b + r·(U·h + b′))     or     tanh(W·x + b + U·(r·h) + b′)
 */
export function gruStep(x: number[], h: number[], weights: GruWeights, resetAfter: boolean): GruStep {
  const { reset, update } = gatesOf(x, h, weights);
  const candidate = candidateOf(x, h, weights, reset, resetAfter);
  const hidden = h.map((before, i) => (1 - update[i]!) * candidate[i]! + update[i]! * before);
  return { reset, update, candidate, hidden };
}

/** The tutorial's: n from r·h, and h_t = (1 − z)·h + z·n. */
export function printedStep(x: number[], h: number[], weights: GruWeights): GruStep {
  const { reset, update } = gatesOf(x, h, weights);
  const candidate = candidateOf(x, h, weights, reset, false);
  const hidden = h.map((before, i) => (1 - update[i]!) * before + update[i]! * candidate[i]!);
  return { reset, update, candidate, hidden };
}

function gatesOf(x: number[], h: number[], { wIh, wHh, bIh, bHh }: GruWeights) {
  const gate = (row: number) => sigmoid(dot(wIh[row]!, x) + bIh[row]! + dot(wHh[row]!, h) + bHh[row]!);
  return { reset: h.map((_, i) => gate(i)), update: h.map((_, i) => gate(h.length + i)) };
}

function candidateOf(
  x: number[],
  h: number[],
  weights: GruWeights,
  reset: number[],
  resetAfter: boolean,
): number[] {
  const { wIh, wHh, bIh, bHh } = weights;
  const weakened = h.map((value, i) => reset[i]! * value);
  return h.map((_, i) => {
    const row = 2 * h.length + i;
    const fromInput = dot(wIh[row]!, x) + bIh[row]!;
    const fromState = resetAfter
      ? reset[i]! * (dot(wHh[row]!, h) + bHh[row]!)
      : dot(wHh[row]!, weakened) + bHh[row]!;
    return Math.tanh(fromInput + fromState);
  });
}

const sigmoid = (a: number) => 1 / (1 + Math.exp(-a));
const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

function uniform(shape: number[], generator: Generator): Tensor {
  return rand(shape, { generator }).mul(2).sub(1);
}

const numbers = (x: Tensor): number[] => Array.from(x.toTypedArray());

function weightsOf(gru: nn.GRU): GruWeights {
  return {
    wIh: gru.weight_ih_l0!.toArray<number[][]>(),
    wHh: gru.weight_hh_l0!.toArray<number[][]>(),
    bIh: numbers(gru.bias_ih_l0!),
    bHh: numbers(gru.bias_hh_l0!),
  };
}

/** σ(−a) = 1 − σ(a): with the z rows' signs changed, z becomes 1 − z. */
function negateUpdate({ wIh, wHh, bIh, bHh }: GruWeights): GruWeights {
  const isUpdate = (row: number) => row >= hiddenSize && row < 2 * hiddenSize;
  const matrix = (w: number[][]) => w.map((row, i) => (isUpdate(i) ? row.map((value) => -value) : row));
  const vector = (b: number[]) => b.map((value, i) => (isUpdate(i) ? -value : value));
  return { wIh: matrix(wIh), wHh: matrix(wHh), bIh: vector(bIh), bHh: vector(bHh) };
}

function difference(a: GruStep, b: GruStep): number {
  const names = ["reset", "update", "candidate", "hidden"] as const;
  return Math.max(...names.flatMap((name) => a[name].map((value, i) => Math.abs(value - b[name][i]!))));
}
