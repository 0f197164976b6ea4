import { sigmoid } from "./math.js";

export type CellName = "rnnTanh" | "rnnRelu" | "lstm" | "gru";

/** One recurrent layer in one direction over T steps of B rows, hidden size H, float64. */
export interface Layer {
  cell: CellName;
  T: number;
  B: number;
  H: number;
  /** From the last step to the first. */
  reverse: boolean;
  /** [T, B, G·H]: what the input and the biases add to each gate, without GRU's b_hn. */
  inputs: ArrayLike<number>;
  /** [G·H, H] */
  whh: ArrayLike<number>;
  /** [H], GRU's b_hn. */
  bhn?: ArrayLike<number>;
  /** [B, H] */
  h0: ArrayLike<number>;
  /** [B, H], LSTM. */
  c0?: ArrayLike<number>;
  /** Rows that take part at each step; the others keep their state. */
  batchSizes?: ArrayLike<number>;
}

/** What forward leaves for backward: [T, B, ·] each, the states after each step. */
export interface Trace {
  gates: Float64Array;
  h: Float64Array;
  c: Float64Array;
  /** GRU: W_hn·h₋ + b_hn. */
  hidden: Float64Array;
}

const gateCount = { rnnTanh: 1, rnnRelu: 1, lstm: 4, gru: 3 };

const order = ({ T, reverse }: Layer) => [...Array(T).keys()].map((t) => (reverse ? T - 1 - t : t));

/** The state before step t: of the step before it in running order, or the initial one. */
function before(
  layer: Layer,
  states: Float64Array,
  initial: ArrayLike<number> | undefined,
  t: number,
  index: number,
): number {
  const previous = layer.reverse ? t + 1 : t - 1;
  if (previous < 0 || previous >= layer.T) return initial ? initial[index]! : 0;
  return states[previous * layer.B * layer.H + index]!;
}

/**
 * - RNN: h = tanh(a) or max(a, 0), a = inputs + W h₋
 * - LSTM: i, f, o = σ(a), g = tanh(a); c = f c₋ + i g; h = o tanh c
 * - GRU: r, z = σ(a); n = tanh(inputs_n + r (W_hn h₋ + b_hn)); h = (1 − z) n + z h₋
 */
export function forward(layer: Layer): Trace {
  const { cell, T, B, H, inputs, whh, bhn } = layer;
  const width = gateCount[cell] * H;
  const trace: Trace = {
    gates: new Float64Array(T * B * width),
    h: new Float64Array(T * B * H),
    c: new Float64Array(T * B * H),
    hidden: new Float64Array(T * B * H),
  };
  for (const t of order(layer)) {
    for (let b = 0; b < B; b++) {
      const unit = (j: number) => (t * B + b) * H + j;
      const gate = (g: number, j: number) => (t * B + b) * width + g * H + j;
      const previous = (j: number) => before(layer, trace.h, layer.h0, t, b * H + j);
      const product = (g: number, j: number) => {
        let sum = 0;
        for (let l = 0; l < H; l++) sum += whh[(g * H + j) * H + l]! * previous(l);
        return sum;
      };
      for (let j = 0; j < H; j++) {
        const c = before(layer, trace.c, layer.c0, t, b * H + j);
        if (layer.batchSizes && b >= layer.batchSizes[t]!) {
          trace.h[unit(j)] = previous(j);
          trace.c[unit(j)] = c;
          continue;
        }
        const a = (g: number) => inputs[gate(g, j)]! + product(g, j);
        if (cell === "lstm") {
          const [i, f, g, o] = [sigmoid(a(0)), sigmoid(a(1)), Math.tanh(a(2)), sigmoid(a(3))];
          [i, f, g, o].forEach((value, index) => {
            trace.gates[gate(index, j)] = value;
          });
          trace.c[unit(j)] = f * c + i * g;
          trace.h[unit(j)] = o * Math.tanh(trace.c[unit(j)]!);
        } else if (cell === "gru") {
          const [r, z] = [sigmoid(a(0)), sigmoid(a(1))];
          const hidden = product(2, j) + (bhn ? bhn[j]! : 0);
          const n = Math.tanh(inputs[gate(2, j)]! + r * hidden);
          [r, z, n].forEach((value, index) => {
            trace.gates[gate(index, j)] = value;
          });
          trace.hidden[unit(j)] = hidden;
          trace.h[unit(j)] = (1 - z) * n + z * previous(j);
        } else {
          const h = cell === "rnnTanh" ? Math.tanh(a(0)) : Math.max(a(0), 0);
          trace.gates[gate(0, j)] = h;
          trace.h[unit(j)] = h;
        }
      }
    }
  }
  return trace;
}

export interface Gradients {
  /** [T, B, G·H]: with respect to `inputs`. */
  inputs: Float64Array;
  /** [T, B, H]: with respect to GRU's W_hn·h₋ + b_hn. */
  hidden: Float64Array;
  /** [B, H] each. */
  h0: Float64Array;
  c0: Float64Array;
}

/** The gradients of Σ dy·h + Σ dhLast·h_last + Σ dcLast·c_last, step by step backwards. */
export function backward(
  layer: Layer,
  trace: Trace,
  dy: ArrayLike<number> | undefined,
  dhLast: ArrayLike<number>,
  dcLast: ArrayLike<number>,
): Gradients {
  const { cell, T, B, H, whh } = layer;
  const G = gateCount[cell];
  const width = G * H;
  const gradients: Gradients = {
    inputs: new Float64Array(T * B * width),
    hidden: new Float64Array(T * B * H),
    h0: Float64Array.from(dhLast),
    c0: Float64Array.from(dcLast),
  };
  const { h0: dh, c0: dc } = gradients;
  for (const t of order(layer).reverse()) {
    const rows = layer.batchSizes ? layer.batchSizes[t]! : B;
    for (let b = 0; b < rows; b++) {
      const unit = (j: number) => (t * B + b) * H + j;
      const gate = (g: number, j: number) => (t * B + b) * width + g * H + j;
      /** Gradients of the recurrent products, and of h₋ past them. */
      const products = new Float64Array(width);
      const past = new Float64Array(H);
      for (let j = 0; j < H; j++) {
        const at = b * H + j;
        const d = dh[at]! + (dy ? dy[unit(j)]! : 0);
        const value = (g: number) => trace.gates[gate(g, j)]!;
        const set = (g: number, da: number, product = da) => {
          gradients.inputs[gate(g, j)] = da;
          products[g * H + j] = product;
        };
        if (cell === "lstm") {
          const [i, f, g, o] = [value(0), value(1), value(2), value(3)];
          const tanhC = Math.tanh(trace.c[unit(j)]!);
          const dcTotal = dc[at]! + d * o * (1 - tanhC * tanhC);
          set(0, dcTotal * g * i * (1 - i));
          set(1, dcTotal * before(layer, trace.c, layer.c0, t, at) * f * (1 - f));
          set(2, dcTotal * i * (1 - g * g));
          set(3, d * tanhC * o * (1 - o));
          dc[at] = dcTotal * f;
        } else if (cell === "gru") {
          const [r, z, n] = [value(0), value(1), value(2)];
          const da = d * (1 - z) * (1 - n * n);
          set(0, da * trace.hidden[unit(j)]! * r * (1 - r));
          set(1, d * (before(layer, trace.h, layer.h0, t, at) - n) * z * (1 - z));
          set(2, da, da * r);
          gradients.hidden[unit(j)] = da * r;
          past[j] = d * z;
        } else {
          const h = value(0);
          set(0, cell === "rnnTanh" ? d * (1 - h * h) : h > 0 ? d : 0);
        }
      }
      for (let j = 0; j < H; j++) {
        let sum = past[j]!;
        for (let row = 0; row < width; row++) sum += products[row]! * whh[row * H + j]!;
        dh[b * H + j] = sum;
      }
    }
  }
  return gradients;
}
