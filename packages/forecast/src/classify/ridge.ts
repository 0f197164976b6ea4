import { Generator, scope, tensor } from "@lookback/core";
import { calibrate } from "./calibrate.js";
import { pauser } from "./pause.js";
import { conjugateGradients } from "./ridgeLarge.js";
import { invertShifted, type Tridiagonal, tridiagonalise } from "./tridiagonal.js";

/** A linear classifier on P features: score[k] = Σ_j weights[k, j]·x[j] + intercepts[k]. */
export interface LinearClassifier {
  /** [K, P], row-major. */
  readonly weights: Float32Array;
  /** [K] */
  readonly intercepts: Float32Array;
  /** Probabilities are softmax(sharpness · scores). */
  readonly sharpness: number;
  /** The penalty that leave-one-out chose. */
  readonly alpha: number;
}

/** N rows of P features, and the class of each. */
export interface RidgeData {
  /** [N, P], row-major. Standardised in place. */
  readonly features: Float32Array;
  readonly rows: number;
  readonly columns: number;
  /** [N], from 0 to `classes` − 1. */
  readonly targets: Int32Array;
  readonly classes: number;
}

/** 10⁻³ to 10⁵; Dempster et al. stop at 10³, which leave-one-out often finds too small. */
const ALPHAS = Array.from({ length: 13 }, (_, i) => 10 ** (-3 + (8 * i) / 12));
/** With more rows than this, alpha is chosen on a random part of so many. */
const MOST_EXACT_ROWS = 800;

/**
 * Ridge regression onto ±1 for each class, on standardised features with an intercept that is not penalised:
 *
 *     min over w, b of ‖X·w + b − y‖² + α‖w‖²
 *
 * α is the one of ten whose leave-one-out errors have the smallest mean square. They take no refitting: with
 * G = X·Xᵀ + αI (X centred) and H its inverse without the constant direction, the error of row i left out is
 * (H·y)ᵢ / Hᵢᵢ (Rifkin & Lippert 2007, "Notes on regularized least squares"). The same errors give the
 * leave-one-out scores that the probabilities are calibrated on.
 */
export async function fitRidge(
  data: RidgeData,
  options: { readonly seed: number; readonly signal?: AbortSignal | undefined },
): Promise<LinearClassifier> {
  const pause = pauser(options.signal, "ridge");
  const { features, rows, columns, targets, classes } = data;
  const { means, scales } = standardise(features, rows, columns);
  const wanted = Array.from({ length: classes }, (_, k) =>
    Float64Array.from(targets, (target) => (target === k ? 1 : -1)),
  );
  const part = choosePart(rows, options.seed);
  const gram = reducedGram(features, part, columns);
  const own = wanted.map((y) => Float64Array.from(part, (row) => y[row]!));
  let best: LeaveOneOut | undefined;
  for (const alpha of ALPHAS) {
    await pause();
    const result = leaveOneOut(gram, own, alpha);
    if (result && (!best || result.error < best.error)) best = result;
  }
  if (!best) throw new Error("ridge: no penalty makes the Gram matrix positive definite");
  const exact = part.length === rows;
  // noise over spread of the weights, whatever the number of rows
  const { alpha } = best;
  const dual = exact ? best.dual : await conjugateGradients(features, rows, columns, wanted, alpha, pause);
  const weights = primal(features, rows, columns, dual);
  const intercepts = new Float32Array(classes);
  for (let k = 0; k < classes; k++) {
    let shift = 0;
    for (let j = 0; j < columns; j++) {
      const at = k * columns + j;
      weights[at] = weights[at]! * scales[j]!;
      shift += weights[at]! * means[j]!;
    }
    intercepts[k] = mean(wanted[k]!) - shift;
  }
  const sharpness = calibrate(
    best.scores,
    Int32Array.from(part, (row) => targets[row]!),
  );
  return { weights, intercepts, sharpness, alpha };
}

/** Makes the mean of every column 0 and its standard deviation 1, or 0 where it is constant; `scales` are 1/deviation. */
function standardise(x: Float32Array, rows: number, columns: number) {
  const means = new Float64Array(columns);
  const scales = new Float64Array(columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) means[j] = means[j]! + x[i * columns + j]! / rows;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) scales[j] = scales[j]! + (x[i * columns + j]! - means[j]!) ** 2 / rows;
  }
  for (let j = 0; j < columns; j++) scales[j] = scales[j]! > 1e-12 ? 1 / Math.sqrt(scales[j]!) : 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) x[i * columns + j] = (x[i * columns + j]! - means[j]!) * scales[j]!;
  }
  return { means, scales };
}

/** All rows, or a random part of them. */
function choosePart(rows: number, seed: number): Int32Array {
  if (rows <= MOST_EXACT_ROWS) return Int32Array.from({ length: rows }, (_, i) => i);
  return new Generator(seed).randperm(rows).slice(0, MOST_EXACT_ROWS).sort();
}

/** X·Xᵀ of some rows, centred, with a curvature in the constant direction, and reduced for many penalties. */
interface Gram {
  readonly reduced: Tridiagonal;
  /**
   * What the constant direction, in which a centred matrix is 0, is given: a curvature like the others', so that
   * taking it out of the inverse again costs no digits.
   */
  readonly lift: number;
}

function reducedGram(features: Float32Array, part: Int32Array, columns: number): Gram {
  const n = part.length;
  const gram = scope(() => {
    const rows = new Float32Array(n * columns);
    for (const [i, row] of part.entries()) {
      rows.set(features.subarray(row * columns, (row + 1) * columns), i * columns);
    }
    const x = tensor(rows, { shape: [n, columns] });
    return Float64Array.from(x.matmul(x.t()).toTypedArray());
  });
  const means = Float64Array.from({ length: n }, (_, i) => mean(gram.subarray(i * n, (i + 1) * n)));
  const total = mean(means);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += gram[i * n + i]! - 2 * means[i]! + total;
  const lift = trace / n + 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) gram[i * n + j] = gram[i * n + j]! - means[i]! - means[j]! + total + lift / n;
  }
  return { reduced: tridiagonalise(gram, n), lift };
}

interface LeaveOneOut {
  readonly alpha: number;
  /** Mean square of what each row is missed by when it is left out. */
  readonly error: number;
  /** H·y of each class. */
  readonly dual: readonly Float64Array[];
  /** What each row scores when it is left out, by class. */
  readonly scores: readonly Float64Array[];
}

function leaveOneOut(
  { reduced, lift }: Gram,
  wanted: readonly Float64Array[],
  alpha: number,
): LeaveOneOut | undefined {
  const { n } = reduced;
  const inverse = invertShifted(reduced, alpha, wanted);
  if (!inverse) return undefined;
  const { diagonal, products } = inverse;
  const constant = 1 / (lift + alpha);
  const dual = products.map((product, k) => {
    const shift = mean(wanted[k]!) * constant;
    return product.map((value) => value - shift);
  });
  let error = 0;
  const scores = dual.map((c, k) =>
    c.map((value, i) => {
      const missed = value / Math.max(diagonal[i]! - constant / n, 1e-300);
      error += missed * missed;
      return wanted[k]![i]! - missed;
    }),
  );
  return Number.isFinite(error) ? { alpha, error: error / (n * wanted.length), dual, scores } : undefined;
}

/** w = Xᵀ·c for each class: [K, P]. */
function primal(
  features: Float32Array,
  rows: number,
  columns: number,
  dual: readonly Float64Array[],
): Float32Array {
  const weights = new Float64Array(dual.length * columns);
  for (const [k, c] of dual.entries()) {
    const line = weights.subarray(k * columns, (k + 1) * columns);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) line[j] = line[j]! + c[i]! * features[i * columns + j]!;
    }
  }
  return Float32Array.from(weights);
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** score[k] = Σ_j weights[k, j]·x[j] + intercepts[k] */
export function scoresOf({ weights, intercepts }: LinearClassifier, x: Float32Array): Float64Array {
  return Float64Array.from(intercepts, (intercept, k) => {
    let sum = intercept;
    const at = k * x.length;
    for (let j = 0; j < x.length; j++) sum += weights[at + j]! * x[j]!;
    return sum;
  });
}
