import { engine } from "../engine/engine.js";
import { Cell } from "../engine/kernels.js";
import { clone, empty, type NDArray, type OpResult, zeros } from "./ndarray.js";

export type CellName = keyof typeof Cell;

/** Gates of a cell: how many times H the rows of its weights number. */
export const gateCount: Record<CellName, number> = { rnnTanh: 1, rnnRelu: 1, lstm: 4, gru: 3 };

/** Parameters of one layer in one direction: W_ih [G·H, I], W_hh [G·H, H], b_ih [G·H], b_hh [G·H] or both null. */
export interface LayerWeights {
  wIh: NDArray;
  wHh: NDArray;
  bIh: NDArray | null;
  bHh: NDArray | null;
}

/** What one layer computed, and the way back. */
interface LayerRun {
  /** [T, B, H] */
  y: NDArray;
  /** [B, H] */
  hn: NDArray;
  /** [B, H], LSTM only */
  cn: NDArray | null;
  backward(grads: LayerGrads, needsInput: boolean): LayerGradsOut;
  release(): void;
}

interface LayerGrads {
  dy: NDArray | null;
  /** Gradients of the final states; overwritten with those of the initial states. */
  dh: NDArray;
  dc: NDArray | null;
}

interface LayerGradsOut {
  dx: NDArray | null;
  weights: LayerWeights;
}

/**
 * One layer over a whole sequence: the input projection of all steps in one product, then per step one product with
 * W_hh and the cell's gates, in one call of a kernel; backward likewise, and each weight gradient as one product over
 * all steps. `keep` false (inference) keeps nothing for backward.
 */
function runLayer(
  cell: CellName,
  x: NDArray,
  weights: LayerWeights,
  h0: NDArray | null,
  c0: NDArray | null,
  reverse: boolean,
  keep: boolean,
): LayerRun {
  const { kernels, memory } = engine();
  const code = Cell[cell];
  const [steps, batch, inputs] = x.shape as [number, number, number];
  const hidden = weights.wHh.shape[1]!;
  const width = gateCount[cell] * hidden;
  const rows = steps * batch;
  const state = batch * hidden;
  const lstm = cell === "lstm";
  const gru = cell === "gru";

  const gates = empty([steps, batch, width]);
  projectInput(cell, x, weights, rows, inputs, hidden, gates);
  const packed = empty([kernels.recurrentPackedBytes(code, hidden, 0) >> 2]);
  kernels.recurrentPack(code, hidden, 0, weights.wHh.address, packed.address);

  // States of all steps and the initial one in one array: the outputs are its last T slots (the first T in reverse),
  // the states before each step its first T. Neither is ever copied.
  const hs = empty([steps + 1, batch, hidden]);
  const firstSlot = hs.view([batch, hidden], reverse ? steps * state : 0);
  setState(firstSlot, h0);
  const cs = lstm ? empty([keep ? steps + 1 : 1, batch, hidden]) : null;
  if (cs) setState(cs.view([batch, hidden], keep && reverse ? steps * state : 0), c0);
  const extra = gru || (lstm && keep) ? empty([steps, batch, hidden]) : null;
  kernels.recurrentForward(
    code,
    steps,
    batch,
    0,
    batch,
    hidden,
    reverse ? 1 : 0,
    gates.address,
    packed.address,
    gru && weights.bHh ? weights.bHh.address + 2 * hidden * 4 : 0,
    hs.address,
    cs?.address ?? 0,
    keep ? state : 0,
    extra?.address ?? 0,
    0,
  );
  memory.release(packed.block);
  const y = hs.view([steps, batch, hidden], reverse ? 0 : state);
  const hn = hs.view([batch, hidden], reverse ? 0 : steps * state);
  const cn = cs?.view([batch, hidden], keep && !reverse ? steps * state : 0) ?? null;
  const release = () => {
    memory.release(gates.block);
    if (extra) memory.release(extra.block);
  };
  if (!keep) release();

  function backward({ dy, dh, dc }: LayerGrads, needsInput: boolean): LayerGradsOut {
    const back = empty([kernels.recurrentPackedBytes(code, hidden, 1) >> 2]);
    kernels.recurrentPack(code, hidden, 1, weights.wHh.address, back.address);
    const dGates = empty(gates.shape);
    const dHidden = gru ? empty([steps, batch, hidden]) : null;
    kernels.recurrentBackward(
      code,
      steps,
      batch,
      0,
      batch,
      hidden,
      reverse ? 1 : 0,
      gates.address,
      back.address,
      hs.address,
      cs?.address ?? 0,
      extra?.address ?? 0,
      0,
      dy?.address ?? 0,
      dh.address,
      dc?.address ?? 0,
      dGates.address,
      dHidden?.address ?? 0,
    );
    const before = hs.view([rows, hidden], reverse ? state : 0);
    const out: LayerWeights = {
      wIh: empty(weights.wIh.shape),
      wHh: empty(weights.wHh.shape),
      bIh: weights.bIh && zeros(weights.bIh.shape),
      bHh: null,
    };
    kernels.gemm(
      1,
      0,
      width,
      inputs,
      rows,
      dGates.address,
      width,
      x.address,
      inputs,
      0,
      out.wIh.address,
      inputs,
    );
    const shared = gru ? 2 * hidden : width;
    kernels.gemm(
      1,
      0,
      shared,
      hidden,
      rows,
      dGates.address,
      width,
      before.address,
      hidden,
      0,
      out.wHh.address,
      hidden,
    );
    if (dHidden) {
      const lastRows = out.wHh.address + shared * hidden * 4;
      kernels.gemm(
        1,
        0,
        hidden,
        hidden,
        rows,
        dHidden.address,
        hidden,
        before.address,
        hidden,
        0,
        lastRows,
        hidden,
      );
    }
    if (out.bIh) {
      kernels.addColumnSums(rows, width, dGates.address, out.bIh.address);
      out.bHh = clone(out.bIh);
      if (dHidden) {
        const last = out.bHh.address + shared * 4;
        kernels.fill(hidden, 0, last);
        kernels.addColumnSums(rows, hidden, dHidden.address, last);
      }
    }
    let dx: NDArray | null = null;
    if (needsInput) {
      dx = empty(x.shape);
      const wIh = weights.wIh.address;
      kernels.gemm(0, 0, rows, inputs, width, dGates.address, width, wIh, inputs, 0, dx.address, inputs);
    }
    return { dx, weights: out };
  }
  return { y, hn, cn, backward, release };
}

/** gates = x·W_ihᵀ + b_ih + b_hh for all steps; of GRU's b_hh only r and z belong here, n's is multiplied by r. */
function projectInput(
  cell: CellName,
  x: NDArray,
  { wIh, bIh, bHh }: LayerWeights,
  rows: number,
  inputs: number,
  hidden: number,
  gates: NDArray,
): void {
  const { kernels } = engine();
  const width = gateCount[cell] * hidden;
  if (bIh && bHh) {
    const bias = clone(bIh);
    kernels.axpy(cell === "gru" ? 2 * hidden : width, 1, bHh.address, bias.address);
    kernels.broadcastRow(rows, width, bias.address, gates.address);
  }
  kernels.gemm(
    0,
    1,
    rows,
    width,
    inputs,
    x.address,
    inputs,
    wIh.address,
    inputs,
    bIh ? 1 : 0,
    gates.address,
    width,
  );
}

function setState(slot: NDArray, initial: NDArray | null): void {
  const { kernels } = engine();
  if (initial) kernels.copy(slot.size, initial.address, slot.address);
  else kernels.fill(slot.size, 0, slot.address);
}

export interface RecurrentInputs {
  cell: CellName;
  /** [T, B, I] */
  x: NDArray;
  /** One entry per layer. */
  layers: readonly LayerWeights[];
  /** [L, B, H] or null for zeros. */
  h0: NDArray | null;
  c0: NDArray | null;
  /** Whether backward will be wanted. */
  keep: boolean;
}

/**
 * A stack of recurrent layers as one operation. Outputs: y [T, B, H], h_n [L, B, H], and c_n for LSTM. Inputs for
 * gradients, in this order: x, h0 and c0 when given, then wIh, wHh (bIh, bHh) of each layer.
 */
export function recurrent({ cell, x, layers, h0, c0, keep }: RecurrentInputs): OpResult {
  const hidden = layers[0]!.wHh.shape[1]!;
  const [, batch] = x.shape as [number, number, number];
  const slot = [batch, hidden];
  const at = (states: NDArray | null, layer: number) => states?.view(slot, layer * batch * hidden) ?? null;
  const runs: LayerRun[] = [];
  let input = x;
  layers.forEach((weights, layer) => {
    const run = runLayer(cell, input, weights, at(h0, layer), at(c0, layer), false, keep);
    runs.push(run);
    input = run.y;
  });
  const outputs = [input, stackStates(runs.map((run) => run.hn))];
  if (cell === "lstm") outputs.push(stackStates(runs.map((run) => run.cn!)));

  return {
    outputs,
    backward([dy, dhn, dcn], needs) {
      const shape = [layers.length, batch, hidden];
      // The kernel turns gradients of the final states into gradients of the initial ones, in place.
      const dh = dhn ? clone(dhn) : zeros(shape);
      const dc = cell === "lstm" ? (dcn ? clone(dcn) : zeros(shape)) : null;
      const grads: (NDArray | null)[][] = [];
      let flowing = dy ?? null;
      for (let layer = layers.length - 1; layer >= 0; layer--) {
        const wanted = layer > 0 || needs[0]!;
        const states = { dy: flowing, dh: at(dh, layer)!, dc: at(dc, layer) };
        const { dx, weights } = runs[layer]!.backward(states, wanted);
        grads[layer] = weights.bIh
          ? [weights.wIh, weights.wHh, weights.bIh, weights.bHh]
          : [weights.wIh, weights.wHh];
        flowing = dx;
      }
      return [flowing, ...(h0 ? [dh] : []), ...(c0 ? [dc] : []), ...grads.flat()];
    },
    release() {
      for (const run of runs) run.release();
    },
  };
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
