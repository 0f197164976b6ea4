import { defaultGenerator } from "../engine/random.js";
import { ShapeError } from "../errors.js";
import { recurrent } from "../ops/recurrent.js";
import { type CellName, gateCount } from "../ops/recurrentCalls.js";
import { type PackedWeights, packedWeights } from "../ops/recurrentLayer.js";
import { refuseOptions } from "../options.js";
import { checkInteger, formatShape } from "../shape.js";
import { apply, floats, type Tensor, wantsGrad } from "../tensor/tensor.js";
import { uniformParameter } from "./init.js";
import { Module, type Parameter, wrongFeatures } from "./module.js";
import { checkNonlinearity, checkPair } from "./recurrent.js";
import { checkState } from "./sequence.js";

export interface CellOptions {
  /** Default true. */
  bias?: boolean;
}

/** What the cells share: one step of one layer. */
abstract class RecurrentCell extends Module {
  readonly weight_ih: Parameter;
  readonly weight_hh: Parameter;
  readonly bias_ih: Parameter | null;
  readonly bias_hh: Parameter | null;
  readonly #packed: PackedWeights = packedWeights();

  constructor(
    private readonly kind: "RNNCell" | "LSTMCell" | "GRUCell",
    private readonly cell: CellName,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { bias = true, ...left }: CellOptions,
  ) {
    super();
    const own = { RNNCell: ["nonlinearity"], LSTMCell: [], GRUCell: ["resetAfter"] }[kind];
    refuseOptions(kind, left, ["bias", ...own]);
    checkInteger(inputSize, 1, `${kind}: inputSize`);
    checkInteger(hiddenSize, 1, `${kind}: hiddenSize`);
    const rows = gateCount[cell] * hiddenSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    this.weight_ih = uniformParameter([rows, inputSize], bound);
    this.weight_hh = uniformParameter([rows, hiddenSize], bound);
    this.bias_ih = bias ? uniformParameter([rows], bound) : null;
    this.bias_hh = bias ? uniformParameter([rows], bound) : null;
  }

  /** The states after a step from the given ones, or from zeros. */
  protected run(x: Tensor, states: readonly Tensor[]): Tensor[] {
    const { kind, inputSize, hiddenSize } = this;
    if (x.ndim !== 1 && x.ndim !== 2) {
      throw new ShapeError(
        `${kind}: input has shape ${formatShape(x.shape)}, expected 2 dims (B, I), or 1 (I) without a batch`,
      );
    }
    const single = x.ndim === 1;
    const features = x.shape.at(-1)!;
    if (features !== inputSize)
      throw wrongFeatures(kind, features, inputSize, x.shape, single ? "I" : "B, I");
    const batch = single ? 1 : x.shape[0]!;
    const slots = states.map((state, i) => {
      checkState(
        kind,
        i === 0 ? "h0" : "c0",
        state,
        single ? [hiddenSize] : [batch, hiddenSize],
        single ? "H" : "B, H",
      );
      return state.reshape([1, batch, hiddenSize]);
    });
    const step = x.reshape([1, batch, inputSize]);
    const biases = this.bias_ih && this.bias_hh ? [this.bias_ih, this.bias_hh] : [];
    const inputs = [step, ...slots, this.weight_ih, this.weight_hh, ...biases];
    const [, ...after] = apply(kind, inputs, () =>
      recurrent({
        cell: this.cell,
        x: floats(step),
        layers: [
          {
            wIh: this.weight_ih.array,
            wHh: this.weight_hh.array,
            bIh: this.bias_ih?.array ?? null,
            bHh: this.bias_hh?.array ?? null,
            wHr: null,
          },
        ],
        packed: [this.#packed],
        bidirectional: false,
        h0: slots[0]?.array ?? null,
        c0: slots[1]?.array ?? null,
        batchSizes: null,
        dropout: 0,
        generator: defaultGenerator,
        keep: wantsGrad(inputs),
        onStateGrads: null,
      }),
    );
    return after.map((state) => state.reshape(single ? [hiddenSize] : [batch, hiddenSize]));
  }
}

/**
 * One step of an `RNN`: h′ = tanh(W_ih·x + b_ih + W_hh·h + b_hh), or relu.
 *
 * Shapes: x [B, I], h [B, H] → [B, H], or all without B. `weight_ih` [H, I], `weight_hh` [H, H], `bias_ih`, `bias_hh`
 * [H], uniform within ±1/√H.
 *
 * @throws ArgumentError or ShapeError when an option, the input or the state does not fit.
 * @example let h = zeros([8, 6]); for (let t = 0; t < 24; t++) h = cell.forward(x.select(0, t), h);
 */
export class RNNCell extends RecurrentCell {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = "tanh", ...options }: CellOptions & { nonlinearity?: "tanh" | "relu" } = {},
  ) {
    super("RNNCell", checkNonlinearity("RNNCell", nonlinearity), inputSize, hiddenSize, options);
  }
  /** `h`: state before the step [B, H], zeros by default. */
  override forward(x: Tensor, h?: Tensor | null): Tensor {
    return this.run(x, h ? [h] : [])[0]!;
  }
}

/**
 * One step of an `LSTM`, whose formula stands there.
 *
 * Shapes: x [B, I], h and c [B, H] → [h′, c′], or all without B. `weight_ih` [4·H, I], `weight_hh` [4·H, H], `bias_ih`,
 * `bias_hh` [4·H], rows i, f, g, o, uniform within ±1/√H.
 *
 * @throws ArgumentError or ShapeError when an option, the input or a state does not fit.
 * @example let state = null; for (let t = 0; t < 24; t++) state = cell.forward(x.select(0, t), state);
 */
export class LSTMCell extends RecurrentCell {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super("LSTMCell", "lstm", inputSize, hiddenSize, options);
  }
  /** `state`: [h, c] before the step, zeros by default. */
  override forward(x: Tensor, state?: readonly [Tensor, Tensor] | null): [Tensor, Tensor] {
    return this.run(x, checkPair("LSTMCell", state)) as [Tensor, Tensor];
  }
}

/**
 * One step of a `GRU`, whose formula stands there, with what `resetAfter` means.
 *
 * Shapes: x [B, I], h [B, H] → [B, H], or all without B. `weight_ih` [3·H, I], `weight_hh` [3·H, H], `bias_ih`,
 * `bias_hh` [3·H], rows r, z, n, uniform within ±1/√H.
 *
 * @throws ArgumentError or ShapeError when an option, the input or the state does not fit.
 * @example let h = zeros([8, 6]); for (let t = 0; t < 24; t++) h = cell.forward(x.select(0, t), h);
 */
export class GRUCell extends RecurrentCell {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { resetAfter = true, ...options }: CellOptions & { resetAfter?: boolean } = {},
  ) {
    super("GRUCell", resetAfter ? "gru" : "gruResetBefore", inputSize, hiddenSize, options);
  }
  /** `h`: state before the step [B, H], zeros by default. */
  override forward(x: Tensor, h?: Tensor | null): Tensor {
    return this.run(x, h ? [h] : [])[0]!;
  }
}
