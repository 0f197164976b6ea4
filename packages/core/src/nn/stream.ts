import { engine } from "../engine/engine.js";
import type { Kernels } from "../engine/kernels.js";
import { ArgumentError } from "../errors.js";
import { empty, type NDArray, zeros } from "../ops/ndarray.js";
import {
  type CellName,
  type ForwardWeights,
  forwardCall,
  gateCount,
  howToMultiply,
  type LayerBuffers,
  type LayerSizes,
} from "../ops/recurrentCalls.js";
import {
  type LayerWeights,
  type PackedWeights,
  packHidden,
  packInput,
  packProjection,
} from "../ops/recurrentLayer.js";
import { Tensor } from "../tensor/tensor.js";
import { checkState } from "./sequence.js";

export interface StreamOptions {
  /** How many sequences run side by side. Default 1. */
  batch?: number;
}

/** One layer of a stream: its weights, and the buffers of a single step. */
interface StreamLayer {
  weights: LayerWeights;
  packed: PackedWeights;
  sizes: LayerSizes;
  inputs: number;
  width: number;
  /** b_ih + b_hh (GRU: without the n gate of b_hh), made anew when a bias changes. */
  bias: NDArray | null;
  biasVersions: [number, number];
  gates: NDArray;
  /** [2, B, P]: the state before the step, and after it. */
  states: NDArray;
  /** [B, H], LSTM only. */
  cells: NDArray | null;
  buffers: LayerBuffers;
  addresses: ForwardWeights & { input: number };
  /** The kernel that takes a step and its arguments; null before the first one. */
  call: { name: keyof Kernels; args: number[] } | null;
  /** Holds what only the addresses name. */
  held: (NDArray | null)[];
}

/**
 * A recurrent layer that reads its sequence as it comes, one step a call, and remembers the state in between. Made by
 * `layer.stream()`. The outputs are those of `forward` over the whole sequence (to the bit, where that was not handed to
 * a system's BLAS). A step allocates nothing, neither in
 * the engine's memory nor on JavaScript's heap; it follows changes of the weights, and never drops or records anything.
 *
 * @example
 * const stream = lstm.stream();
 * for (const x of readings) alarm(stream.step(x)); // Float32Array [B·I] in, Float32Array [B·H] out
 */
export class Stream<State> {
  /** Outputs of the last step, [B, H] in row-major order (LSTM with `projSize`: [B, P]). Overwritten by the next. */
  readonly output: Float32Array;
  /** Numbers that a step reads: batch · inputSize. */
  readonly inputLength: number;
  readonly #layers: StreamLayer[];
  readonly #input: NDArray;
  readonly #last: StreamLayer;

  /** @internal */
  constructor(
    private readonly kind: string,
    private readonly cell: CellName,
    layers: readonly { weights: LayerWeights; packed: PackedWeights }[],
    readonly batch: number,
    private readonly join: (states: Tensor[]) => State,
  ) {
    const { memory } = engine();
    this.#layers = layers.map((layer) =>
      memory.persistent(() => openLayer(cell, batch, layer.weights, layer.packed)),
    );
    this.#last = this.#layers.at(-1)!;
    this.inputLength = batch * this.#layers[0]!.inputs;
    this.#input = memory.persistent(() => zeros([this.inputLength]));
    this.output = new Float32Array(batch * this.#last.sizes.out);
  }

  /**
   * One step. `x` holds the inputs of all sequences, [B, I] in row-major order; the result goes to `out`, by default
   * `output`, and is returned.
   *
   * @throws ArgumentError when `x` or `out` is not as long as it must be.
   */
  step(x: ArrayLike<number>, out: Float32Array = this.output): Float32Array {
    if (x.length !== this.inputLength) throw this.wrongLength("x", x.length, this.inputLength, "B·I");
    if (out.length !== this.output.length)
      throw this.wrongLength("out", out.length, this.output.length, "B·H");
    const { memory } = engine();
    memory.f32.set(x, this.#input.address >> 2);
    let from = this.#input.address;
    for (let i = 0; i < this.#layers.length; i++) from = stepLayer(this.#layers[i]!, from, this.batch);
    const f32 = memory.f32;
    const start = from >> 2;
    for (let i = 0; i < out.length; i++) out[i] = f32[start + i]!;
    return out;
  }

  /** A copy of the state: what `forward` would return after the steps so far, and takes to go on. */
  get state(): State {
    const { kernels } = engine();
    const copyAll = (parts: (NDArray | null)[], size: number) => {
      const to = empty([parts.length, this.batch, size]);
      const bytes = this.batch * size * 4;
      parts.forEach((part, i) => {
        kernels.copy(this.batch * size, part!.address, to.address + i * bytes);
      });
      return new Tensor(to);
    };
    const { out, hidden } = this.#last.sizes;
    const states = [
      copyAll(
        this.#layers.map((layer) => layer.states),
        out,
      ),
    ];
    if (this.cell === "lstm")
      states.push(
        copyAll(
          this.#layers.map((layer) => layer.cells),
          hidden,
        ),
      );
    return this.join(states);
  }

  /** Starts a new sequence, from zeros or from a state as `forward` takes it. */
  reset(state?: State | null): void {
    const { kernels } = engine();
    const given = state ? ([state].flat() as Tensor[]) : [];
    const { out, hidden } = this.#last.sizes;
    given.forEach((tensor, i) => {
      const [name, size, letter] =
        i === 0 ? (["h0", out, out === hidden ? "H" : "P"] as const) : (["c0", hidden, "H"] as const);
      checkState(this.kind, name, tensor, [this.#layers.length, this.batch, size], `L, B, ${letter}`);
    });
    const set = (to: NDArray | null, from: Tensor | undefined, index: number, size: number) => {
      const count = this.batch * size;
      if (!to) return;
      if (from) kernels.copy(count, from.array.address + index * count * 4, to.address);
      else kernels.fill(count, 0, to.address);
    };
    this.#layers.forEach((layer, i) => {
      set(layer.states, given[0], i, out);
      set(layer.cells, given[1], i, hidden);
    });
  }

  private wrongLength(name: string, got: number, expected: number, dims: string): ArgumentError {
    return new ArgumentError(
      `${this.kind} stream: ${name} holds ${got} numbers, expected ${expected} (dims ${dims}, batch ${this.batch})`,
    );
  }
}

function openLayer(cell: CellName, batch: number, weights: LayerWeights, packed: PackedWeights): StreamLayer {
  const [width, inputs] = weights.wIh.shape as [number, number];
  const hidden = width / gateCount[cell];
  const out = weights.wHh.shape[1]!;
  const projected = weights.wHr !== null;
  const gates = empty([batch, width]);
  const states = zeros([2, batch, out]);
  const cells = cell === "lstm" ? zeros([batch, hidden]) : null;
  const extra = cell === "gru" || cell === "gruResetBefore" ? empty([batch, hidden]) : null;
  const unprojected = projected ? empty([batch, hidden]) : null;
  return {
    weights,
    packed,
    sizes: { cell, steps: 1, batch, hidden, out, reverse: false, projected },
    inputs,
    width,
    bias: weights.bIh && empty([width]),
    biasVersions: [-1, -1],
    gates,
    states,
    cells,
    buffers: {
      gates: gates.address,
      hs: states.address,
      cs: cells?.address ?? 0,
      cStride: 0,
      extra: extra?.address ?? 0,
      unprojected: unprojected?.address ?? 0,
      batchSizes: 0,
    },
    addresses: {
      input: 0,
      hidden: 0,
      projection: 0,
      bhn: cell === "gru" && weights.bHh ? weights.bHh.address + 2 * hidden * 4 : 0,
    },
    call: null,
    held: [extra, unprojected],
  };
}

/** One step of one layer from the input at an address; gives the address of its output. */
function stepLayer(layer: StreamLayer, input: number, batch: number): number {
  const { kernels } = engine();
  const { sizes, inputs, width, bias, gates, buffers, addresses } = layer;
  refresh(layer);
  if (bias) kernels.broadcastRow(batch, width, bias.address, gates.address);
  // biome-ignore format: one product, one line
  kernels.gemmPacked(batch, width, inputs, input, inputs, addresses.input, bias ? 1 : 0, gates.address, width);
  const { call } = layer;
  (kernels[call!.name] as (...args: number[]) => unknown).apply(undefined, call!.args);
  const size = batch * sizes.out;
  kernels.copy(size, buffers.hs + size * 4, buffers.hs);
  return buffers.hs;
}

/** Packs again what has changed since the last step. */
function refresh(layer: StreamLayer): void {
  const { weights, packed, addresses, sizes } = layer;
  addresses.input = packInput(packed.input, weights.wIh);
  const hidden = packHidden(packed, sizes, weights.wHh, false);
  if (weights.wHr) addresses.projection = packProjection(packed.projection, weights.wHr, false);
  if (layer.call === null || hidden !== addresses.hidden) {
    addresses.hidden = hidden;
    const [name, ...args] = forwardCall(
      sizes,
      layer.buffers,
      addresses,
      0,
      sizes.batch,
      howToMultiply(sizes),
    );
    layer.call = { name, args };
  }
  const { bIh, bHh } = weights;
  const versions = layer.biasVersions;
  if (!bIh || !bHh || (versions[0] === bIh.block.version && versions[1] === bHh.block.version)) return;
  versions[0] = bIh.block.version;
  versions[1] = bHh.block.version;
  const { kernels } = engine();
  const shared = sizes.cell === "gru" ? 2 * sizes.hidden : layer.width;
  kernels.copy(layer.width, bIh.address, layer.bias!.address);
  kernels.axpy(shared, 1, bHh.address, layer.bias!.address);
}
