/**
 * Functions of one variable in float64, as their definitions read: the oracle for the compiled kernels.
 * Nothing here is fast.
 */

/** σ(x) = 1 / (1 + e^−x), written so that neither tail loses digits. */
export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/** softplus(x) = ln(1 + e^x) */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/**
 * erfc(x) = 2/√π ∫ₓ^∞ e^(−t²) dt. Up to 2 by the power series of erf, erf x = 2/√π e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!;
 * beyond by the continued fraction e^(−x²)/√π · 1/(x + ½/(x + 1/(x + ³⁄₂/(x + …)))).
 */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 0) return 2 - erfc(-x);
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x > 2) {
    let fraction = x;
    for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
    return scale / fraction;
  }
  let term = x;
  let sum = x;
  for (let n = 1; n < 100; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return 1 - 2 * scale * sum;
}

/** Φ(x) = ½ erfc(−x/√2), the normal distribution function. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}

/** φ(x) = e^(−x²/2) / √(2π), the normal density. */
export function normalPdf(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** A function, its parameter and its derivative. */
export interface Scalar {
  f(x: number, alpha: number): number;
  d(x: number, alpha: number): number;
}

/** √(2/π) (x + 0.044715 x³), the argument of GELU's tanh form. */
const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

/** Every unary operation with its derivative. At a kink the derivative is PyTorch's. */
export const unary: Record<string, Scalar> = {
  neg: { f: (x) => -x, d: () => -1 },
  abs: { f: Math.abs, d: Math.sign },
  exp: { f: Math.exp, d: Math.exp },
  log: { f: Math.log, d: (x) => 1 / x },
  sqrt: { f: Math.sqrt, d: (x) => 0.5 / Math.sqrt(x) },
  square: { f: (x) => x * x, d: (x) => 2 * x },
  reciprocal: { f: (x) => 1 / x, d: (x) => -1 / (x * x) },
  sigmoid: { f: sigmoid, d: (x) => sigmoid(x) * sigmoid(-x) },
  tanh: { f: Math.tanh, d: (x) => 1 - Math.tanh(x) ** 2 },
  relu: { f: (x) => Math.max(x, 0), d: (x) => (x <= 0 ? 0 : 1) },
  leakyRelu: { f: (x, a) => (x > 0 ? x : a * x), d: (x, a) => (x > 0 ? 1 : a) },
  elu: { f: (x, a) => (x > 0 ? x : a * Math.expm1(x)), d: (x, a) => (x > 0 ? 1 : a * Math.exp(x)) },
  gelu: { f: (x) => x * normalCdf(x), d: (x) => normalCdf(x) + x * normalPdf(x) },
  silu: { f: (x) => x * sigmoid(x), d: (x) => sigmoid(x) * (1 + x * sigmoid(-x)) },
  softplus: { f: softplus, d: sigmoid },
  sign: { f: (x) => (x > 0 ? 1 : x < 0 ? -1 : 0), d: () => 0 },
  pow: { f: (x, a) => x ** a, d: (x, a) => (a === 0 ? 0 : a * x ** (a - 1)) },
  geluTanh: {
    f: (x) => x * sigmoid(2 * inner(x)),
    d: (x) => {
      const s = sigmoid(2 * inner(x));
      return s + x * s * (1 - s) * 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    },
  },
  logSigmoid: { f: (x) => -softplus(-x), d: (x) => sigmoid(-x) },
};
