import { noGrad } from "../autograd/graph.js";
import { defaultGenerator } from "../engine/random.js";
import { ArgumentError, LookbackError } from "../errors.js";
import { gatherStrided } from "../ops/broadcast.js";
import type { NDArray } from "../ops/ndarray.js";
import { type RecurrentInputs, recurrent, type StateGradNorms, traceRecurrent } from "../ops/recurrent.js";
import { type CellName, gateCount } from "../ops/recurrentCalls.js";
import type { PackedWeights } from "../ops/recurrentLayer.js";
import { refuseOptions } from "../options.js";
import { checkInteger } from "../shape.js";
import { scope } from "../tensor/scope.js";
import { apply, floats, Tensor, wantsGrad } from "../tensor/tensor.js";
import { uniformParameter } from "./init.js";
import { Module } from "./module.js";
import type { Lengths, PackedSequence } from "./packed.js";
import { type Arranged, arrange, arrangeTensor, checkState, type Layout } from "./sequence.js";
import { type LayerParameters, makeSlots, type Slot } from "./slots.js";
import { Stream, type StreamOptions } from "./stream.js";

export interface RecurrentOptions {
  /** Layers stacked on top of each other; each reads the outputs of the one below. Default 1. */
  numLayers?: number;
  /** Default true. */
  bias?: boolean;
  /** Input and output as [B, T, ·] instead of [T, B, ·]; states stay [L·D, B, ·]. Default false. */
  batchFirst?: boolean;
  /**
   * While training, the probability with which each output of a layer is zeroed on its way to the next, the others
   * growing by 1/(1 − p). Outputs of the last layer are never dropped. From 0 to below 1; default 0.
   */
  dropout?: number;
  /** A second set of layers runs from the end to the start; outputs stand side by side. Default false. */
  bidirectional?: boolean;
}

export interface ForwardOptions {
  /**
   * Length of each sequence of a padded batch [B], each from 1 to T, in any order. Outputs after a sequence's end are
   * 0, final states are those of its last step, the reverse direction starts there, and padding gets no gradient.
   */
  lengths?: Lengths | null;
}

/** Gates and states of one layer in one direction, over time. */
export interface LayerInspection<Gate extends string> {
  layer: number;
  direction: "forward" | "reverse";
  /** Each [T, B, H], laid out as the layer's output; 0 on padding. */
  gates: Record<Gate, Tensor>;
  /** h_t [T, B, H] (LSTM with `projSize`: P) */
  hidden: Tensor;
}

/** How strongly the loss pulls at the states of one layer in one direction. */
export interface HiddenGradNorms {
  layer: number;
  direction: "forward" | "reverse";
  /** ‖∂loss/∂h_t‖ over batch and units, for t = 0 … T−1. */
  norms: number[];
}

export interface RecurrentLayer extends LayerParameters {}

/** What RNN, LSTM and GRU share: their parameters, the check of inputs, and the run over a sequence. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor sets the parameters that the interface names
export abstract class RecurrentLayer extends Module {
  readonly numLayers: number;
  readonly bias: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly #slots: readonly Slot[];
  readonly #packed: readonly PackedWeights[];
  #onStateGrads: ((norms: StateGradNorms[]) => void) | null = null;

  constructor(
    private readonly kind: "RNN" | "LSTM" | "GRU",
    protected readonly cell: CellName,
    readonly inputSize: number,
    readonly hiddenSize: number,
    /** Size of h when it is projected, 0 when it is not. */
    readonly projSize: number,
    /** What the layer's own constructor has not taken. */
    {
      numLayers = 1,
      bias = true,
      batchFirst = false,
      dropout = 0,
      bidirectional = false,
      ...left
    }: RecurrentOptions,
  ) {
    super();
    const known = ["numLayers", "bias", "batchFirst", "dropout", "bidirectional"];
    refuseOptions(kind, left, [...known, { RNN: "nonlinearity", LSTM: "projSize", GRU: "resetAfter" }[kind]]);
    checkInteger(inputSize, 1, `${kind}: inputSize`);
    checkInteger(hiddenSize, 1, `${kind}: hiddenSize`);
    checkInteger(projSize, 0, `${kind}: projSize`);
    if (projSize >= hiddenSize) {
      throw new ArgumentError(
        `${kind}: projSize must be smaller than hiddenSize (${hiddenSize}), got ${projSize}; leave it out to have no projection`,
      );
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new ArgumentError(`${kind}: dropout must be at least 0 and below 1, got ${dropout}`);
    }
    this.numLayers = checkInteger(numLayers, 1, `${kind}: numLayers`);
    this.bias = bias;
    this.batchFirst = batchFirst;
    this.dropout = dropout;
    this.bidirectional = bidirectional;
    const rows = gateCount[cell] * hiddenSize;
    const out = this.outputSize;
    const bound = 1 / Math.sqrt(hiddenSize);
    this.#slots = makeSlots(numLayers, bidirectional);
    this.#packed = this.#slots.map((slot) => slot.packed);
    for (const slot of this.#slots) {
      const inputs = slot.layer === 0 ? inputSize : out * (bidirectional ? 2 : 1);
      this[slot.weightIh] = uniformParameter([rows, inputs], bound);
      this[slot.weightHh] = uniformParameter([rows, out], bound);
      if (bias) {
        this[slot.biasIh] = uniformParameter([rows], bound);
        this[slot.biasHh] = uniformParameter([rows], bound);
      }
      if (projSize > 0) this[slot.weightHr] = uniformParameter([projSize, hiddenSize], bound);
    }
  }

  private layout(): Layout {
    return { kind: this.kind, inputSize: this.inputSize, batchFirst: this.batchFirst };
  }

  private get outputSize(): number {
    return this.projSize || this.hiddenSize;
  }

  /** Runs the sequence; gives the output and the final states. */
  protected run(
    x: Tensor | PackedSequence,
    states: readonly Tensor[],
    { lengths, ...left }: ForwardOptions,
  ): [Tensor | PackedSequence, ...Tensor[]] {
    refuseOptions(this.kind, left, ["lengths"]);
    const arranged = arrange(this.layout(), x, lengths);
    const { inputs, call } = this.prepare(arranged, states);
    const [output, ...final] = apply(this.kind, inputs, () => recurrent(call)) as [Tensor, ...Tensor[]];
    return [arranged.restore(output), ...final.map(arranged.restoreState)];
  }

  /** What the operation reads, and the tensors that gradients go to. */
  private prepare(
    arranged: Arranged<unknown>,
    states: readonly Tensor[],
  ): { inputs: Tensor[]; call: RecurrentInputs } {
    const { x, batchSizes, single } = arranged;
    const slots = this.#slots.length;
    const batch = x.shape[1]!;
    const given = states.map((state, i) => {
      const [name, size, letter] =
        i === 0
          ? (["h0", this.outputSize, this.projSize ? "P" : "H"] as const)
          : (["c0", this.hiddenSize, "H"] as const);
      const expected = single ? [slots, size] : [slots, batch, size];
      checkState(this.kind, name, state, expected, single ? `L·D, ${letter}` : `L·D, B, ${letter}`);
      return arranged.arrangeState(state);
    });
    const inputs = [x, ...given];
    const layers = this.#slots.map((slot) => slot.weights(this, inputs));
    return {
      inputs,
      call: {
        cell: this.cell,
        x: floats(x),
        layers,
        packed: this.#packed,
        bidirectional: this.bidirectional,
        h0: given[0]?.array ?? null,
        c0: given[1]?.array ?? null,
        batchSizes,
        dropout: this.training ? this.dropout : 0,
        generator: defaultGenerator,
        keep: wantsGrad(inputs),
        onStateGrads: this.#onStateGrads,
      },
    };
  }

  /** Gates (columns of H each, in this order) and states of every layer and direction; nothing is dropped. */
  protected trace<Gate extends string>(
    x: Tensor,
    states: readonly Tensor[],
    { lengths, ...left }: ForwardOptions,
    gateNames: readonly Gate[],
  ): (LayerInspection<Gate> & { cell?: Tensor })[] {
    refuseOptions(this.kind, left, ["lengths"]);
    return noGrad(() =>
      scope(() => {
        const arranged = arrangeTensor(this.layout(), x, lengths);
        const { call } = this.prepare(arranged, states);
        const restore = (array: NDArray) => arranged.restore(new Tensor(array)).clone();
        const traces = traceRecurrent({ ...call, dropout: 0 });
        return this.#slots.map(({ layer, direction }, i) => {
          const { gates, hidden, cells } = traces[i]!;
          const [steps, batch, width] = gates.shape as [number, number, number];
          const size = this.hiddenSize;
          const columns = (g: number) =>
            gatherStrided(gates, [steps * batch, size], [width, 1], g * size).view([steps, batch, size]);
          const named = gateNames.map((name, g) => [name, restore(columns(g))] as const);
          return {
            layer,
            direction,
            gates: Object.fromEntries(named) as Record<Gate, Tensor>,
            hidden: restore(hidden),
            ...(cells ? { cell: restore(cells) } : {}),
          };
        });
      }),
    );
  }

  /**
   * How strongly a loss pulls at this layer's states, step by step: runs `loss`, which must run this layer once,
   * goes back from what it returns, and gives ‖∂loss/∂h_t‖ of every layer and direction. Where the norms shrink or
   * grow by orders of magnitude towards t = 0, gradients vanish or explode. Parameters get their gradients as from
   * any `backward()`.
   *
   * @throws LookbackError when `loss` does not run this layer exactly once, with gradients.
   * @example const [{ norms }] = rnn.hiddenGradNorms(() => rnn.forward(x)[0].select(0, -1).square().mean());
   */
  hiddenGradNorms(loss: () => Tensor): HiddenGradNorms[] {
    const found: StateGradNorms[][] = [];
    const before = this.#onStateGrads;
    this.#onStateGrads = (norms) => found.push(norms);
    try {
      scope(() => loss().backward());
    } finally {
      this.#onStateGrads = before;
    }
    if (found.length !== 1) {
      throw new LookbackError(
        `${this.kind}.hiddenGradNorms: the loss depends on ${found.length} runs of this layer, expected exactly 1`,
      );
    }
    return found[0]!.map(({ layer, reverse, norms }) => ({
      layer,
      direction: reverse ? "reverse" : "forward",
      norms: [...norms],
    }));
  }

  /** See `stream` of the layer itself. */
  protected openStream<State>(
    { batch = 1, ...left }: StreamOptions,
    join: (states: Tensor[]) => State,
  ): Stream<State> {
    refuseOptions(`${this.kind}.stream`, left, ["batch"]);
    if (this.bidirectional) {
      throw new ArgumentError(
        `${this.kind}.stream: a bidirectional layer reads a sequence from its end too, so it cannot run step by step`,
      );
    }
    checkInteger(batch, 1, `${this.kind}.stream: batch`);
    const layers = this.#slots.map((slot) => ({ weights: slot.weights(this, []), packed: slot.packed }));
    return new Stream(this.kind, this.cell, layers, batch, join);
  }
}
