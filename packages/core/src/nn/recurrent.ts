import { ArgumentError, ShapeError } from "../errors.js";
import { type CellName, gateCount, type LayerWeights, recurrent } from "../ops/recurrent.js";
import { checkInteger, formatShape, sameShape } from "../shape.js";
import { apply, floats, type Tensor, wantsGrad } from "../tensor/tensor.js";
import { uniformParameter } from "./init.js";
import { Module, type Parameter, wrongFeatures } from "./module.js";

export interface RecurrentOptions {
  /** Layers stacked on top of each other; each reads the outputs of the one below. Default 1. */
  numLayers?: number;
  /** Default true. */
  bias?: boolean;
  /** Input and output as [B, T, ·] instead of [T, B, ·]; states stay [L, B, H]. Default false. */
  batchFirst?: boolean;
}

export interface RNNOptions extends RecurrentOptions {
  /** Default tanh. */
  nonlinearity?: "tanh" | "relu";
}

/** PyTorch's parameter names, `weight_ih_l0` and so on. */
interface LayerParameters {
  [name: `weight_ih_l${number}` | `weight_hh_l${number}`]: Parameter;
  [name: `bias_ih_l${number}` | `bias_hh_l${number}`]: Parameter | undefined;
}

// biome-ignore lint/correctness/noUnusedVariables: merged into the class below to type its numbered parameters
interface RecurrentLayer extends LayerParameters {}

/** What RNN, LSTM and GRU share: their parameters, the check of inputs, and the run over a sequence. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets the parameters that the interface names
abstract class RecurrentLayer extends Module {
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;

  constructor(
    private readonly kind: "RNN" | "LSTM" | "GRU",
    private readonly cell: CellName,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { numLayers = 1, bias = true, batchFirst = false }: RecurrentOptions,
  ) {
    super();
    checkInteger(inputSize, 1, `${kind}: inputSize`);
    checkInteger(hiddenSize, 1, `${kind}: hiddenSize`);
    this.numLayers = checkInteger(numLayers, 1, `${kind}: numLayers`);
    this.bias = bias;
    this.batchFirst = batchFirst;
    const rows = gateCount[cell] * hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    for (let layer = 0; layer < numLayers; layer++) {
      this[`weight_ih_l${layer}`] = uniformParameter([rows, layer === 0 ? inputSize : hiddenSize], bound);
      this[`weight_hh_l${layer}`] = uniformParameter([rows, hiddenSize], bound);
      if (!bias) continue;
      this[`bias_ih_l${layer}`] = uniformParameter([rows], bound);
      this[`bias_hh_l${layer}`] = uniformParameter([rows], bound);
    }
  }

  /** Runs the sequence; gives the output and the final states. */
  protected run(x: Tensor, states: readonly Tensor[]): [Tensor, ...Tensor[]] {
    const dims = this.batchFirst ? "B, T, I" : "T, B, I";
    if (x.ndim !== 2 && x.ndim !== 3) {
      throw new ShapeError(
        `${this.kind}: input has shape ${formatShape(x.shape)}, expected 3 dims (${dims}), or 2 (T, I) for a single sequence`,
      );
    }
    const features = x.shape.at(-1)!;
    if (features !== this.inputSize) {
      throw wrongFeatures(this.kind, features, this.inputSize, x.shape, x.ndim === 2 ? "T, I" : dims);
    }
    const single = x.ndim === 2;
    const sequence = single ? x.unsqueeze(1) : this.batchFirst ? x.transpose(0, 1) : x;
    const [steps, batch] = sequence.shape as [number, number, number];
    if (steps === 0 || batch === 0) {
      throw new ShapeError(
        `${this.kind}: input has shape ${formatShape(x.shape)} (dims ${dims}); every size must be at least 1`,
      );
    }
    const given = states.map((state) => this.checkState(state, batch, single));
    const layers: LayerWeights[] = [];
    const weights: Parameter[] = [];
    for (let layer = 0; layer < this.numLayers; layer++) {
      const own = [this[`weight_ih_l${layer}`]!, this[`weight_hh_l${layer}`]!] as const;
      const biases = this.bias ? ([this[`bias_ih_l${layer}`]!, this[`bias_hh_l${layer}`]!] as const) : null;
      layers.push({
        wIh: own[0].array,
        wHh: own[1].array,
        bIh: biases?.[0].array ?? null,
        bHh: biases?.[1].array ?? null,
      });
      weights.push(...own, ...(biases ?? []));
    }
    const inputs = [sequence, ...given, ...weights];
    const [output, ...final] = apply(this.kind, inputs, () =>
      recurrent({
        cell: this.cell,
        x: floats(sequence),
        layers,
        h0: given[0]?.array ?? null,
        c0: given[1]?.array ?? null,
        keep: wantsGrad(inputs),
      }),
    ) as [Tensor, ...Tensor[]];
    const shaped = single ? output.squeeze(1) : this.batchFirst ? output.transpose(0, 1) : output;
    return [shaped, ...(single ? final.map((state) => state.squeeze(1)) : final)];
  }

  private checkState(state: Tensor, batch: number, single: boolean): Tensor {
    const expected = single ? [this.numLayers, this.hiddenSize] : [this.numLayers, batch, this.hiddenSize];
    if (!sameShape(state.shape, expected)) {
      throw new ArgumentError(
        `${this.kind}: initial state has shape ${formatShape(state.shape)}, expected ${formatShape(expected)} (dims ${single ? "L, H" : "L, B, H"})`,
      );
    }
    return single ? state.unsqueeze(1) : state;
  }
}

/**
 * Elman's recurrent network: h_t = tanh(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), or relu instead of tanh.
 * (The tutorial's S_t = f(U·X_t + W·S_{t−1}).)
 *
 * Shapes: x [T, B, I] → [output [T, B, H], h_n [L, B, H]]; with `batchFirst`, [B, T, ·]. A single sequence may be
 * [T, I]. Parameters start uniform within ±1/√H.
 *
 * @example const [output, hn] = new nn.RNN(3, 6).forward(rand([24, 32, 3]));
 */
export class RNN extends RecurrentLayer {
  readonly nonlinearity: "tanh" | "relu";
  constructor(inputSize: number, hiddenSize: number, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
      throw new ArgumentError(`RNN: nonlinearity must be "tanh" or "relu", got "${nonlinearity}"`);
    }
    super("RNN", nonlinearity === "relu" ? "rnnRelu" : "rnnTanh", inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }
  /** `h0`: initial state [L, B, H], zeros by default. */
  override forward(x: Tensor, h0?: Tensor | null): [Tensor, Tensor] {
    const [output, hn] = this.run(x, h0 ? [h0] : []);
    return [output, hn!];
  }
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997, with Gers' forget gate):
 *
 *     i, f, o = σ(W·x_t + b + U·h_{t−1} + b′)     g = tanh(W·x_t + b + U·h_{t−1} + b′)     each with weights of its own
 *     c_t = f ∘ c_{t−1} + i ∘ g                   h_t = o ∘ tanh(c_t)
 *
 * Shapes: x [T, B, I] → [output [T, B, H], [h_n, c_n]], both [L, B, H]; with `batchFirst`, [B, T, ·]. A single
 * sequence may be [T, I]. Rows of the weights: i, f, g, o. Parameters start uniform within ±1/√H.
 *
 * @example const [output, [hn, cn]] = new nn.LSTM(3, 6, { numLayers: 2 }).forward(rand([24, 32, 3]));
 */
export class LSTM extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("LSTM", "lstm", inputSize, hiddenSize, options);
  }
  /** `state`: initial [h, c], each [L, B, H], zeros by default. */
  override forward(x: Tensor, state?: readonly [Tensor, Tensor] | null): [Tensor, [Tensor, Tensor]] {
    const [output, hn, cn] = this.run(x, state ?? []);
    return [output, [hn!, cn!]];
  }
}

/**
 * Gated recurrent unit, in the form of cuDNN and PyTorch:
 *
 *     r, z = σ(W·x_t + b + U·h_{t−1} + b′)        n = tanh(W·x_t + b + r ∘ (U·h_{t−1} + b′))
 *     h_t = (1 − z) ∘ n + z ∘ h_{t−1}
 *
 * The reset gate multiplies after the product with U. (Cho et al. 2014 multiply h before it, and write z for what is
 * 1 − z here.)
 *
 * Shapes: x [T, B, I] → [output [T, B, H], h_n [L, B, H]]; with `batchFirst`, [B, T, ·]. A single sequence may be
 * [T, I]. Rows of the weights: r, z, n. Parameters start uniform within ±1/√H.
 *
 * @example const [output, hn] = new nn.GRU(3, 6).forward(rand([24, 32, 3]));
 */
export class GRU extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super("GRU", "gru", inputSize, hiddenSize, options);
  }
  /** `h0`: initial state [L, B, H], zeros by default. */
  override forward(x: Tensor, h0?: Tensor | null): [Tensor, Tensor] {
    const [output, hn] = this.run(x, h0 ? [h0] : []);
    return [output, hn!];
  }
}
