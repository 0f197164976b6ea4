import { scope, type Tensor, tensor } from "@lookback/core";

/** Steps at most; a hundred or two are enough for ten thousand rows. */
const MOST_STEPS = 500;
/** Stops when what is left of every right-hand side is this share of it. */
const TOLERANCE = 1e-5;

/**
 * Solves (X·Xᵀ + αI)·c = y − mean(y) for several y by conjugate gradients (Hestenes & Stiefel 1952): no matrix of
 * rows × rows is ever made. X [N, P] must be centred, so that c is orthogonal to the constant.
 */
export async function conjugateGradients(
  features: Float32Array,
  rows: number,
  columns: number,
  wanted: readonly Float64Array[],
  alpha: number,
  pause: () => Promise<void>,
): Promise<Float64Array[]> {
  const x = tensor(features, { shape: [rows, columns] });
  const residuals = wanted.map((y) => {
    const mean = y.reduce((a, b) => a + b, 0) / rows;
    return y.map((value) => value - mean);
  });
  const solutions = wanted.map(() => new Float64Array(rows));
  const directions = residuals.map((r) => r.slice());
  const first = residuals.map((r) => dot(r, r));
  let squares = [...first];
  for (let step = 0; step < MOST_STEPS; step++) {
    await pause();
    if (squares.every((square, k) => square <= TOLERANCE ** 2 * first[k]!)) break;
    const products = multiply(x, directions, alpha);
    squares = squares.map((square, k) => {
      if (square <= TOLERANCE ** 2 * first[k]!) return square;
      const [c, r, d, product] = [solutions[k]!, residuals[k]!, directions[k]!, products[k]!];
      const size = square / dot(d, product);
      for (let i = 0; i < rows; i++) {
        c[i] = c[i]! + size * d[i]!;
        r[i] = r[i]! - size * product[i]!;
      }
      const next = dot(r, r);
      for (let i = 0; i < rows; i++) d[i] = r[i]! + (next / square) * d[i]!;
      return next;
    });
  }
  return solutions;
}

/** (X·Xᵀ + αI)·d for each direction d. */
function multiply(x: Tensor, directions: readonly Float64Array[], alpha: number): Float64Array[] {
  const [rows, count] = [x.shape[0]!, directions.length];
  const product = scope(() => {
    const flat = new Float32Array(count * rows);
    for (const [k, d] of directions.entries()) flat.set(d, k * rows);
    const across = tensor(flat, { shape: [count, rows] }).matmul(x);
    return x.matmul(across.t()).toTypedArray();
  });
  return directions.map((d, k) => d.map((value, i) => product[i * count + k]! + alpha * value));
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
