/**
 * C = op(A)·op(B) + β·C as three loops in float64: c[i,j] = Σₗ a[i,l] b[l,j] + β c[i,j], with a transposed matrix read
 * as a[l,i] or b[j,l]. `lda`, `ldb`, `ldc` are the distances between stored rows. Writes into `c`.
 */
export function gemm(
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  a: ArrayLike<number>,
  lda: number,
  b: ArrayLike<number>,
  ldb: number,
  beta: number,
  c: { [index: number]: number },
  ldc: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++)
        sum += a[transA ? l * lda + i : i * lda + l]! * b[transB ? j * ldb + l : l * ldb + j]!;
      c[i * ldc + j] = sum + (beta ? beta * c[i * ldc + j]! : 0);
    }
  }
}
