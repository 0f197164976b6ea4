/**
 * The lower triangle L with L·Lᵀ = A of a symmetric positive definite matrix [n, n], row-major. Undefined where A is
 * not positive definite in float64.
 */
export function cholesky(a: Float64Array, n: number): Float64Array | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const rest = a[i * n + j]! - dot(l, i * n, l, j * n, j);
      if (i !== j) l[i * n + j] = rest / l[j * n + j]!;
      else if (rest > 0) l[i * n + i] = Math.sqrt(rest);
      else return undefined;
    }
  }
  return l;
}

/** A⁻¹ as its diagonal and its product with columns b, from A's Cholesky factor L. */
export interface Inverse {
  readonly diagonal: Float64Array;
  /** A⁻¹·b for each b [n]. */
  readonly products: readonly Float64Array[];
}

/** Inverts L column by column: (A⁻¹)ᵢᵢ = Σ_k (L⁻¹)²_ki, and A⁻¹·b = L⁻ᵀ·(L⁻¹·b). */
export function invert(l: Float64Array, n: number, columns: readonly Float64Array[]): Inverse {
  // transposed, so that a column of L⁻¹ is a row here: m[i, k] = (L⁻¹)_ki
  const m = new Float64Array(n * n);
  const diagonal = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    m[row + i] = 1 / l[row + i]!;
    for (let k = i + 1; k < n; k++) m[row + k] = -dot(l, k * n + i, m, row + i, k - i) / l[k * n + k]!;
    diagonal[i] = dot(m, row + i, m, row + i, n - i);
  }
  const products = columns.map((b) => {
    const half = new Float64Array(n);
    for (let i = 0; i < n; i++) for (let k = i; k < n; k++) half[k] = half[k]! + m[i * n + k]! * b[i]!;
    return Float64Array.from({ length: n }, (_, i) => dot(m, i * n + i, half, i, n - i));
  });
  return { diagonal, products };
}

/** Σ x[i]·y[i] over `count` elements from two places, in four sums that do not wait for each other. */
function dot(x: Float64Array, atX: number, y: Float64Array, atY: number, count: number): number {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    a += x[atX + i]! * y[atY + i]!;
    b += x[atX + i + 1]! * y[atY + i + 1]!;
    c += x[atX + i + 2]! * y[atY + i + 2]!;
    d += x[atX + i + 3]! * y[atY + i + 3]!;
  }
  for (; i < count; i++) a += x[atX + i]! * y[atY + i]!;
  return a + b + c + d;
}
