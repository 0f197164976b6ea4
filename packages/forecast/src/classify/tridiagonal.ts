/** A symmetric matrix A [n, n] as Q·T·Qᵀ: T tridiagonal, Q orthogonal. */
export interface Tridiagonal {
  readonly n: number;
  /** T[k, k]. */
  readonly diagonal: Float64Array;
  /** T[k, k − 1] and T[k − 1, k]; 0 at k = 0. */
  readonly off: Float64Array;
  /** Q, row-major. */
  readonly basis: Float64Array;
}

/**
 * Householder's reduction of a symmetric matrix (Golub & Van Loan, Matrix Computations, §8.3): 4/3 n³ multiplications
 * once, after which every (A + αI)⁻¹ takes n² only. Reads and overwrites the lower triangle of `a`, row-major.
 */
export function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  // reflector k is I − betas[k]·v·vᵀ, v in column k below the diagonal's place
  const reflectors: { readonly v: Float64Array; readonly beta: number }[] = [];
  for (let k = 0; k < n - 1; k++) {
    diagonal[k] = a[k * n + k]!;
    const v = Float64Array.from({ length: n - k - 1 }, (_, i) => a[(k + 1 + i) * n + k]!);
    const length = Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    const target = v[0]! > 0 ? -length : length;
    off[k + 1] = target;
    v[0] = v[0]! - target;
    const square = v.reduce((sum, value) => sum + value * value, 0);
    const beta = square > 0 ? 2 / square : 0;
    reflectors.push({ v, beta });
    if (beta > 0) reflect(a, n, k + 1, v, beta);
  }
  if (n > 0) diagonal[n - 1] = a[n * n - 1]!;
  return { n, diagonal, off, basis: accumulate(reflectors, n) };
}

/** B ← H·B·H of the block B that begins at [from, from], H = I − beta·v·vᵀ. Lower triangle only. */
function reflect(a: Float64Array, n: number, from: number, v: Float64Array, beta: number): void {
  const m = v.length;
  const p = new Float64Array(m);
  for (let i = 0; i < m; i++) {
    const row = (from + i) * n + from;
    const own = v[i]!;
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const value = a[row + j]!;
      sum += value * v[j]!;
      p[j] = p[j]! + value * own;
    }
    p[i] = p[i]! + sum + a[row + i]! * own;
  }
  let product = 0;
  for (let i = 0; i < m; i++) product += beta * p[i]! * v[i]!;
  for (let i = 0; i < m; i++) p[i] = beta * (p[i]! - 0.5 * product * v[i]!);
  for (let i = 0; i < m; i++) {
    const row = (from + i) * n + from;
    const [vi, pi] = [v[i]!, p[i]!];
    for (let j = 0; j <= i; j++) a[row + j] = a[row + j]! - vi * p[j]! - pi * v[j]!;
  }
}

/** The product of the reflectors, from the last to the first, so that each touches only what is behind it. */
function accumulate(
  reflectors: readonly { readonly v: Float64Array; readonly beta: number }[],
  n: number,
): Float64Array {
  const q = new Float64Array(n * n);
  for (let i = 0; i < n; i++) q[i * n + i] = 1;
  for (let k = reflectors.length - 1; k >= 0; k--) {
    const { v, beta } = reflectors[k]!;
    const from = k + 1;
    const m = v.length;
    // rows combine: q ← q − beta·v·(vᵀ·q)
    const combined = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      const row = (from + i) * n + from;
      const own = v[i]!;
      for (let j = 0; j < m; j++) combined[j] = combined[j]! + own * q[row + j]!;
    }
    for (let i = 0; i < m; i++) {
      const row = (from + i) * n + from;
      const own = beta * v[i]!;
      for (let j = 0; j < m; j++) q[row + j] = q[row + j]! - own * combined[j]!;
    }
  }
  return q;
}

/** (A + αI)⁻¹ as its diagonal and its product with columns. */
export interface Inverse {
  readonly diagonal: Float64Array;
  /** (A + αI)⁻¹·b for each b [n]. */
  readonly products: readonly Float64Array[];
}

/** With T + αI = L·D·Lᵀ: (A + αI)⁻¹ᵢᵢ = Σ_k (L⁻¹·qᵢ)²_k / D_k. Undefined where A + αI is not positive definite. */
export function invertShifted(
  { n, diagonal, off, basis }: Tridiagonal,
  alpha: number,
  columns: readonly Float64Array[],
): Inverse | undefined {
  const d = new Float64Array(n);
  const l = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    if (k > 0) l[k] = off[k]! / d[k - 1]!;
    d[k] = diagonal[k]! + alpha - (k > 0 ? l[k]! * off[k]! : 0);
    if (!(d[k]! > 0)) return undefined;
  }
  const inverse = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let z = 0;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      z = basis[i * n + k]! - l[k]! * z;
      sum += (z * z) / d[k]!;
    }
    inverse[i] = sum;
  }
  const products = columns.map((b) => {
    const z = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) z[k] = z[k]! + basis[i * n + k]! * b[i]!;
    for (let k = 1; k < n; k++) z[k] = z[k]! - l[k]! * z[k - 1]!;
    for (let k = 0; k < n; k++) z[k] = z[k]! / d[k]!;
    for (let k = n - 2; k >= 0; k--) z[k] = z[k]! - l[k + 1]! * z[k + 1]!;
    return Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += basis[i * n + k]! * z[k]!;
      return sum;
    });
  });
  return { diagonal: inverse, products };
}
