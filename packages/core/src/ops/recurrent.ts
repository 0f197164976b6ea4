import { engine } from "../engine/engine.js";
import { Binary } from "../engine/kernels.js";
import type { Generator } from "../engine/random.js";
import { gatherStrided } from "./broadcast.js";
import { clone, empty, fromValues, type NDArray, type OpResult, zeros } from "./ndarray.js";
import type { CellName } from "./recurrentCalls.js";
import { type LayerRun, type LayerWeights, type PackedWeights, runLayer } from "./recurrentLayer.js";

/** Norms of the gradients that arrived at the states of one layer in one direction. */
export interface StateGradNorms {
  layer: number;
  reverse: boolean;
  /** ‖∂loss/∂h_t‖ over batch and units, for each step t. */
  norms: Float64Array;
}

export interface RecurrentInputs {
  cell: CellName;
  /** [T, B, I] */
  x: NDArray;
  /** One entry per layer and direction: layer 0, its reverse, layer 1, … */
  layers: readonly LayerWeights[];
  packed: readonly PackedWeights[];
  bidirectional: boolean;
  /** [L·D, B, P] and [L·D, B, H], or null for zeros. */
  h0: NDArray | null;
  c0: NDArray | null;
  /** How many rows take part in each step, never growing; null when all do. Other rows keep their state. */
  batchSizes: readonly number[] | null;
  /** Probability with which an output is dropped between layers; 0 when not training. */
  dropout: number;
  generator: Generator;
  /** Whether backward will be wanted. */
  keep: boolean;
  /** Called at the end of backward. */
  onStateGrads: ((norms: StateGradNorms[]) => void) | null;
}

interface Stack {
  /** As `layers`. */
  runs: LayerRun[];
  /** [T, B, D·P] of every layer, before dropout. */
  outputs: NDArray[];
  /** What each layer's outputs were multiplied by; null without dropout. */
  masks: (NDArray | null)[];
}

function runStack(call: RecurrentInputs): Stack {
  const { cell, x, layers, packed, bidirectional, h0, c0, batchSizes, dropout, keep } = call;
  const [steps, batch] = x.shape as [number, number, number];
  const directions = bidirectional ? 2 : 1;
  const depth = layers.length / directions;
  const out = layers[0]!.wHh.shape[1]!;
  const sizes = batchSizes && fromValues(batchSizes, [steps], "int32");
  const stack: Stack = { runs: [], outputs: [], masks: [] };
  let input = x;
  for (let layer = 0; layer < depth; layer++) {
    const states = empty([directions, steps + 1, batch, out]);
    for (let direction = 0; direction < directions; direction++) {
      const index = layer * directions + direction;
      const run = runLayer({
        cell,
        x: input,
        weights: layers[index]!,
        packed: packed[index]!,
        h0: stateAt(h0, index),
        c0: stateAt(c0, index),
        states: states.view([steps + 1, batch, out], direction * (steps + 1) * batch * out),
        reverse: direction === 1,
        batchSizes: sizes,
        keep,
      });
      stack.runs.push(run);
    }
    const output = bidirectional ? joinDirections(states) : stack.runs.at(-1)!.y;
    stack.outputs.push(output);
    const drops = dropout > 0 && layer + 1 < depth;
    const mask = drops ? dropoutMask(call, steps, batch, directions * out) : null;
    stack.masks.push(mask);
    input = mask ? multiply(output, mask, empty(output.shape)) : output;
  }
  return stack;
}

/**
 * A stack of recurrent layers as one operation. Outputs: y [T, B, D·P], h_n [L·D, B, P], and c_n for LSTM. Inputs for
 * gradients, in this order: x, h0 and c0 when given, then wIh, wHh (bIh, bHh) (wHr) of each layer and direction.
 */
export function recurrent(call: RecurrentInputs): OpResult {
  const { cell, x, h0, c0, bidirectional, onStateGrads } = call;
  const { runs, outputs, masks } = runStack(call);
  const directions = bidirectional ? 2 : 1;
  const hn = stackStates(runs.map((run) => run.hn));
  const cn = cell === "lstm" ? stackStates(runs.map((run) => run.cn!)) : null;

  return {
    outputs: [outputs.at(-1)!, hn, ...(cn ? [cn] : [])],
    backward([dy, dhn, dcn], needs) {
      // The kernel turns gradients of the final states into gradients of the initial ones, in place.
      const dh = dhn ? clone(dhn) : zeros(hn.shape);
      const dc = cn && (dcn ? clone(dcn) : zeros(cn.shape));
      const grads: (NDArray | null)[][] = [];
      const seen: StateGradNorms[] = [];
      let flowing = dy ?? null;
      for (let layer = outputs.length - 1; layer >= 0; layer--) {
        const mask = masks[layer];
        if (mask && flowing) multiply(flowing, mask, flowing);
        const dx = layer > 0 || needs[0]! ? empty(layer > 0 ? outputs[layer - 1]!.shape : x.shape) : null;
        for (let direction = 0; direction < directions; direction++) {
          const index = layer * directions + direction;
          const norms = onStateGrads && new Float64Array(x.shape[0]!);
          if (norms) seen.push({ layer, reverse: direction === 1, norms });
          const weights = runs[index]!.backward({
            dy: flowing && bidirectional ? oneDirection(flowing, direction) : flowing,
            dh: stateAt(dh, index)!,
            dc: stateAt(dc, index),
            dx: dx && { array: dx, add: direction === 1 },
            onNorm:
              norms &&
              ((step, norm) => {
                norms[step] = norm;
              }),
          });
          grads[index] = present(weights);
        }
        flowing = dx;
      }
      onStateGrads?.(seen.sort((a, b) => a.layer - b.layer || Number(a.reverse) - Number(b.reverse)));
      return [flowing, ...(h0 ? [dh] : []), ...(c0 ? [dc] : []), ...grads.flat()];
    },
    release() {
      for (const run of runs) run.release();
    },
  };
}

/** What happened inside one layer in one direction. */
export interface LayerTrace {
  /** [T, B, G·H], activated. */
  gates: NDArray;
  /** [T, B, P] */
  hidden: NDArray;
  /** [T, B, H], LSTM only. */
  cells: NDArray | null;
}

/** Runs a stack to look inside: its gates and states over time, one entry per layer and direction. */
export function traceRecurrent(call: RecurrentInputs): LayerTrace[] {
  const { runs } = runStack({ ...call, keep: true });
  return runs.map(({ gates, y, cells }) => ({ gates, hidden: y, cells }));
}

/** The weights that a layer has, in the order of `recurrent`'s inputs. */
function present({ wIh, wHh, bIh, bHh, wHr }: LayerWeights): (NDArray | null)[] {
  const list = bIh ? [wIh, wHh, bIh, bHh] : [wIh, wHh];
  return wHr ? [...list, wHr] : list;
}

/** [B, ·] of one layer and direction. */
function stateAt(states: NDArray | null, index: number): NDArray | null {
  if (!states) return null;
  const [, batch, size] = states.shape as [number, number, number];
  return states.view([batch, size], index * batch * size);
}

/** Bernoulli draws in the order of PyTorch's packed data, step by step over the rows that take part; 1/(1 − p) or 0. */
function dropoutMask(call: RecurrentInputs, steps: number, batch: number, width: number): NDArray {
  const { batchSizes, dropout, generator } = call;
  const total = batchSizes ? batchSizes.reduce((sum, n) => sum + n, 0) : steps * batch;
  const kept = generator.bernoulli(new Float32Array(total * width), 1 - dropout);
  const scale = 1 / Math.fround(1 - dropout);
  for (let i = 0; i < kept.length; i++) kept[i]! *= scale;
  const mask = zeros([steps, batch, width]);
  let at = 0;
  for (let step = 0; step < steps; step++) {
    const count = (batchSizes?.[step] ?? batch) * width;
    mask.data.set(kept.subarray(at, at + count), step * batch * width);
    at += count;
  }
  return mask;
}

function multiply(a: NDArray, b: NDArray, to: NDArray): NDArray {
  engine().kernels.binary(Binary.mul, a.size, a.address, b.address, to.address);
  return to;
}

/** The outputs of both directions side by side: states [2, T+1, B, P] → [T, B, 2·P]. */
function joinDirections(states: NDArray): NDArray {
  const [, slots, batch, out] = states.shape as [number, number, number, number];
  const steps = slots - 1;
  // Forward outputs begin at slot 1 of the first half, those in reverse at slot 0 of the second.
  const shape = [steps * batch, 2, out];
  const joined = gatherStrided(states, shape, [out, steps * batch * out, 1], batch * out);
  return joined.view([steps, batch, 2 * out]);
}

/** [T, B, 2·P] → [T, B, P] */
function oneDirection(joined: NDArray, direction: number): NDArray {
  const [steps, batch, both] = joined.shape as [number, number, number];
  const out = both / 2;
  const half = gatherStrided(joined, [steps * batch, out], [both, 1], direction * out);
  return half.view([steps, batch, out]);
}

/** [B, H] of each layer → [L, B, H]. */
function stackStates(states: readonly NDArray[]): NDArray {
  const first = states[0]!;
  if (states.length === 1) return first.view([1, ...first.shape]);
  const out = empty([states.length, ...first.shape]);
  states.forEach((state, i) => {
    engine().kernels.copy(state.size, state.address, out.address + i * state.size * 4);
  });
  return out;
}
