import { ArgumentError } from "../errors.js";
import type { Tensor } from "../tensor/tensor.js";
import type { PackedSequence } from "./packed.js";
import {
  type ForwardOptions,
  type LayerInspection,
  RecurrentLayer,
  type RecurrentOptions,
} from "./recurrentLayer.js";
import type { Stream, StreamOptions } from "./stream.js";

// Each layer's first overload is the same in all three but for its result, so that `RNN | LSTM | GRU` can be called.

export interface RNNOptions extends RecurrentOptions {
  /** Default tanh. */
  nonlinearity?: "tanh" | "relu";
}

export interface LSTMOptions extends RecurrentOptions {
  /** P: h is projected from H to P units by `weight_hr`, and outputs and next layers see P. Below H; default 0, none. */
  projSize?: number;
}

export interface GRUOptions extends RecurrentOptions {
  /** Whether the reset gate multiplies after the product with U (PyTorch, default) or before it (Cho et al. 2014). */
  resetAfter?: boolean;
}

/** Initial or final state of an LSTM: [h, c]. */
export type LSTMState = readonly [Tensor, Tensor];

export interface LSTMInspection extends LayerInspection<"input" | "forget" | "cell" | "output"> {
  /** c_t [T, B, H] */
  cell: Tensor;
}
export type GRUInspection = LayerInspection<"reset" | "update" | "new">;

/**
 * Elman's recurrent network: h_t = tanh(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), or relu instead of tanh.
 * (The tutorial's S_t = f(U·X_t + W·S_{t−1}).)
 *
 * Shapes, with D = 2 when `bidirectional` and 1 otherwise: x [T, B, I] → [output [T, B, D·H], h_n [L·D, B, H]]; with
 * `batchFirst`, [B, T, ·]. A single sequence may be [T, I]. Sequences of several lengths come as a PackedSequence, or
 * padded with `{ lengths }`. Parameters start uniform within ±1/√H: `weight_ih_l0` [H, I], `weight_hh_l0` [H, H],
 * `bias_ih_l0`, `bias_hh_l0` [H], the same with `_reverse`, then `_l1` …
 *
 * @throws ArgumentError or ShapeError when an option, the input, a state or the lengths do not fit.
 * @example const [output, hn] = new nn.RNN(3, 6, { bidirectional: true }).forward(rand([24, 32, 3]));
 */
export class RNN extends RecurrentLayer {
  readonly nonlinearity: "tanh" | "relu";
  constructor(inputSize: number, hiddenSize: number, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    super("RNN", checkNonlinearity("RNN", nonlinearity), inputSize, hiddenSize, 0, options);
    this.nonlinearity = nonlinearity;
  }

  /** `h0`: initial state [L·D, B, H], zeros by default. */
  override forward(x: Tensor, h0?: null, options?: ForwardOptions): [Tensor, Tensor];
  override forward(x: Tensor, h0?: Tensor | null, options?: ForwardOptions): [Tensor, Tensor];
  override forward(x: PackedSequence, h0?: Tensor | null): [PackedSequence, Tensor];
  override forward(
    x: Tensor | PackedSequence,
    h0?: Tensor | null,
    options: ForwardOptions = {},
  ): [Tensor | PackedSequence, Tensor] {
    const [output, hn] = this.run(x, h0 ? [h0] : [], options);
    return [output, hn!];
  }

  /** h_t of every layer and direction over time. An RNN has no gates. */
  inspect(x: Tensor, h0?: Tensor | null, options: ForwardOptions = {}): LayerInspection<never>[] {
    return this.trace(x, h0 ? [h0] : [], options, []);
  }

  /** Runs step by step over sequences as they come; see `Stream`. */
  stream(options: StreamOptions = {}): Stream<Tensor> {
    return this.openStream(options, ([h]) => h!);
  }
}

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997, with Gers' forget gate):
 *
 *     i, f, o = σ(W·x_t + b + U·h_{t−1} + b′)     g = tanh(W·x_t + b + U·h_{t−1} + b′)     each with weights of its own
 *     c_t = f ∘ c_{t−1} + i ∘ g                   h_t = o ∘ tanh(c_t)
 *
 * With `projSize` P (Sak et al. 2014), h_t = W_hr·(o ∘ tanh c_t) has P units, W_hr being `weight_hr_l0` [P, H].
 *
 * Shapes, with D = 2 when `bidirectional` and 1 otherwise: x [T, B, I] → [output [T, B, D·H], [h_n, c_n]], both
 * [L·D, B, H] (output and h_n: P for H where projected); with `batchFirst`, [B, T, ·]. A single sequence may be [T, I].
 * Sequences of several lengths come as a PackedSequence, or padded with `{ lengths }`. Rows of the weights
 * `weight_ih_l0` [4·H, I], `weight_hh_l0` [4·H, H or P], `bias_ih_l0`, `bias_hh_l0` [4·H]: i, f, g, o. Parameters start
 * uniform within ±1/√H.
 *
 * @throws ArgumentError or ShapeError when an option, the input, a state or the lengths do not fit.
 * @example const [output, [hn, cn]] = new nn.LSTM(3, 6, { numLayers: 2 }).forward(rand([24, 32, 3]));
 */
export class LSTM extends RecurrentLayer {
  constructor(inputSize: number, hiddenSize: number, { projSize = 0, ...options }: LSTMOptions = {}) {
    super("LSTM", "lstm", inputSize, hiddenSize, projSize, options);
  }

  /** `state`: initial [h, c], [L·D, B, H (or P)] and [L·D, B, H], zeros by default. */
  override forward(x: Tensor, state?: null, options?: ForwardOptions): [Tensor, [Tensor, Tensor]];
  override forward(x: Tensor, state?: LSTMState | null, options?: ForwardOptions): [Tensor, [Tensor, Tensor]];
  override forward(x: PackedSequence, state?: LSTMState | null): [PackedSequence, [Tensor, Tensor]];
  override forward(
    x: Tensor | PackedSequence,
    state?: LSTMState | null,
    options: ForwardOptions = {},
  ): [Tensor | PackedSequence, [Tensor, Tensor]] {
    const [output, hn, cn] = this.run(x, checkPair("LSTM", state), options);
    return [output, [hn!, cn!]];
  }

  /**
   * The gates i, f, g ("cell"), o, the states h_t and the cell states c_t of every layer and direction over time.
   *
   * @example const [{ gates, cell }] = lstm.inspect(x); // gates.forget [T, B, H]: 1 keeps c, 0 clears it
   */
  inspect(x: Tensor, state?: LSTMState | null, options: ForwardOptions = {}): LSTMInspection[] {
    const gates = ["input", "forget", "cell", "output"] as const;
    return this.trace(x, checkPair("LSTM", state), options, gates) as LSTMInspection[];
  }

  /** Runs step by step over sequences as they come; see `Stream`. */
  stream(options: StreamOptions = {}): Stream<[Tensor, Tensor]> {
    return this.openStream(options, ([h, c]) => [h!, c!]);
  }
}

/**
 * Gated recurrent unit. By default (`resetAfter: true`) in the form of cuDNN and PyTorch:
 *
 *     r, z = σ(W·x_t + b + U·h_{t−1} + b′)        n = tanh(W·x_t + b + r ∘ (U·h_{t−1} + b′))
 *     h_t = (1 − z) ∘ n + z ∘ h_{t−1}
 *
 * The reset gate r multiplies **after** the product with U. With `resetAfter: false` it multiplies the state **before**
 * the product, as Cho et al. (2014) have it and as the tutorial prints it, h̃_t = tanh(W·[r_t ∗ h_{t−1}, x_t]):
 *
 *     n = tanh(W·x_t + b + U·(r ∘ h_{t−1}) + b′)
 *
 * The tutorial's text ("h_{t−1} is multiplied by its weights, then by the reset gate") describes the first form, its
 * formula is the second. They are different functions with weights of the same names and shapes, so weights trained in
 * one do not fit the other; PyTorch's fit the first. (There, no product has to wait for r, which is why cuDNN chose it.)
 *
 * The tutorial's z is 1 − z here. It writes h_t = (1 − z_t) ∗ h_{t−1} + z_t ∗ h̃_t, so that its z says how much is
 * new; PyTorch's z says how much is kept. Since 1 − σ(a) = σ(−a), weights of one become weights of the other by
 * changing the sign of the z rows of W, U, b and b′.
 *
 * Shapes, with D = 2 when `bidirectional` and 1 otherwise: x [T, B, I] → [output [T, B, D·H], h_n [L·D, B, H]]; with
 * `batchFirst`, [B, T, ·]. A single sequence may be [T, I]. Sequences of several lengths come as a PackedSequence, or
 * padded with `{ lengths }`. Rows of the weights `weight_ih_l0` [3·H, I], `weight_hh_l0` [3·H, H], `bias_ih_l0`,
 * `bias_hh_l0` [3·H]: r, z, n. Parameters start uniform within ±1/√H.
 *
 * @throws ArgumentError or ShapeError when an option, the input, a state or the lengths do not fit.
 * @example const [output, hn] = new nn.GRU(3, 6).forward(rand([24, 32, 3]));
 */
export class GRU extends RecurrentLayer {
  readonly resetAfter: boolean;
  constructor(inputSize: number, hiddenSize: number, { resetAfter = true, ...options }: GRUOptions = {}) {
    super("GRU", resetAfter ? "gru" : "gruResetBefore", inputSize, hiddenSize, 0, options);
    this.resetAfter = resetAfter;
  }

  /** `h0`: initial state [L·D, B, H], zeros by default. */
  override forward(x: Tensor, h0?: null, options?: ForwardOptions): [Tensor, Tensor];
  override forward(x: Tensor, h0?: Tensor | null, options?: ForwardOptions): [Tensor, Tensor];
  override forward(x: PackedSequence, h0?: Tensor | null): [PackedSequence, Tensor];
  override forward(
    x: Tensor | PackedSequence,
    h0?: Tensor | null,
    options: ForwardOptions = {},
  ): [Tensor | PackedSequence, Tensor] {
    const [output, hn] = this.run(x, h0 ? [h0] : [], options);
    return [output, hn!];
  }

  /**
   * The gates r, z, n and the states h_t of every layer and direction over time.
   *
   * @example const [{ gates }] = gru.inspect(x); // gates.update [T, B, H]: 1 keeps h, 0 replaces it
   */
  inspect(x: Tensor, h0?: Tensor | null, options: ForwardOptions = {}): GRUInspection[] {
    return this.trace(x, h0 ? [h0] : [], options, ["reset", "update", "new"]);
  }

  /** Runs step by step over sequences as they come; see `Stream`. */
  stream(options: StreamOptions = {}): Stream<Tensor> {
    return this.openStream(options, ([h]) => h!);
  }
}

/** The kernels' name of an RNN with this nonlinearity. @internal */
export function checkNonlinearity(kind: string, nonlinearity: string): "rnnTanh" | "rnnRelu" {
  if (nonlinearity !== "tanh" && nonlinearity !== "relu") {
    throw new ArgumentError(`${kind}: nonlinearity must be "tanh" or "relu", got "${nonlinearity}"`);
  }
  return nonlinearity === "relu" ? "rnnRelu" : "rnnTanh";
}

/** The states of a pair [h, c]; none when there is no pair. @internal */
export function checkPair(kind: string, state: LSTMState | null | undefined): readonly Tensor[] {
  if (!state) return [];
  if (!Array.isArray(state) || state.length !== 2) {
    throw new ArgumentError(`${kind}: the initial state must be a pair [h0, c0] of tensors`);
  }
  return state as LSTMState;
}
