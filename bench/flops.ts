import type { Work } from "./rows.js";

const gates = { lstm: 4, gru: 3, rnn: 1 };

/**
 * Floating-point operations of the matrix products and convolutions in one call, multiplications and additions counted
 * apart. Gates, losses and Adam are left out: they are a few percent, and no processor has one peak for them.
 *
 * Recurrent layer with G gates, per step and row: forward 2·G·H·(I + H); backward the same for the weights' gradients,
 * 2·G·H·H for the state's, and 2·G·H·I for the input's where there is a layer below. Linear(H, 1): 2·H, and twice that
 * backward. Convolution: 2·C·O·K for each output element; backward the same for the weights, and for the input where
 * it wants a gradient. A product of n × n matrices: 2·n³.
 */
export function flops({ kind, cell = "lstm", T, B, I, H, L, mode, n = 0 }: Work): number {
  if (kind === "matmul") return 2 * n ** 3;
  if (kind === "cnn") return cnnFlops(T, B, I);
  if (kind === "tcn") return 3 * convFlops(B, T, I, H, 3);
  const G = gates[cell];
  let total = 0;
  for (let layer = 0; layer < L; layer++) {
    const inputs = layer === 0 ? I : H;
    const forward = 2 * G * H * (inputs + H);
    const backward = forward + 2 * G * H * H + (layer > 0 ? 2 * G * H * inputs : 0);
    total += T * B * (mode === "train" ? forward + backward : forward);
  }
  const head = kind === "stream" ? 0 : 2 * T * B * H;
  return total + (mode === "train" ? 3 * head : head);
}

const convFlops = (B: number, length: number, C: number, O: number, K: number) => 2 * B * length * C * O * K;

function cnnFlops(T: number, B: number, I: number): number {
  const linear = (inputs: number, outputs: number) => 2 * B * inputs * outputs;
  const first = convFlops(B, T - 1, I, 64, 2);
  const second = convFlops(B, T - 3, 64, 128, 2);
  return 2 * first + 3 * second + 3 * linear(128 * (T - 4), 50) + 3 * linear(50, 1);
}
