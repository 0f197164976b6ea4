// The matrix product: C = op(A)·op(B) + beta·C. B is packed into panels of 8 columns, a panel is multiplied strip by
// strip of A's rows into register tiles (tiles.generated.ts). An element of C is always summed in the order of k, whatever
// tile it falls into, so a range of rows gives the same bits as the whole.
import { KC, MC, NC } from "./blocks";
import { broadcastRow } from "./move";
import { packColumns, packRows } from "./pack";
import { blockA, blockB, tileArea } from "./scratch";
import { get, put } from "./simd";
import { colsTile, rowsTile } from "./tiles.generated";

/** The system's BLAS, called with the arguments of `gemm`; only after `setBlas`. */
@external("env", "sgemm")
export declare function sgemm(
  transA: i32, transB: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, beta: i32, c: usize, ldc: i32,
): void;

/** Products of at least so many multiplications go to the BLAS. */
let blasFrom: f64 = Infinity;

export function setBlas(from: f64): void {
  blasFrom = from;
}

/** How A lies in memory. */
const ROWS = 0; // a row after another, `lda` bytes apart
const COLS = 1; // a column after another
const STRIPS = 2; // packed: strip after strip, each a column after another

/** Rows of the next strip: 6 as long as they fit, and an even split of the rest, as 4 + 4 is faster than 6 + 2. */
@inline
function stripRows(left: i32): i32 {
  if (left > 9 || left == 6) return 6;
  return left > 6 ? (left + 1) >> 1 : left;
}

function tile(
  layout: i32, rows: i32, panels: i32, k: i32, a: usize, lda: usize,
  b: usize, bStep: usize, panelStep: usize, c: usize, ldc: usize, beta: i32,
): void {
  if (layout == ROWS) rowsTile(rows, panels, k, a, lda, b, bStep, panelStep, c, ldc, beta);
  else colsTile(rows, panels, k, a, layout == STRIPS ? <usize>rows << 2 : lda, b, bStep, panelStep, c, ldc, beta);
}

/** A tile of fewer than 8 columns: computed beside C, then copied. B's panel must be padded. */
function partialTile(
  layout: i32, rows: i32, cols: i32, k: i32, a: usize, lda: usize, b: usize, bStep: usize, c: usize, ldc: usize, beta: i32,
): void {
  let from = tileArea();
  tile(layout, rows, 1, k, a, lda, b, bStep, 0, from, 32, 0);
  const lanes = cols & 3;
  const tail: usize = cols & 4 ? 16 : 0;
  for (let i = 0; i < rows; i++, from += 32, c += ldc) {
    if (tail) v128.store(c, beta ? f32x4.add(v128.load(c), v128.load(from)) : v128.load(from));
    if (!lanes) continue;
    const last = v128.load(from + tail);
    put(c + tail, beta ? f32x4.add(get(c + tail, lanes), last) : last, lanes);
  }
}

/**
 * C[m,n] += A·B for one block. Strides are bytes: `aStep` from row to row of A, `bStep` from k to k and `panelStep`
 * from panel to panel of B.
 */
function block(
  layout: i32, m: i32, n: i32, k: i32, a: usize, aStep: usize, lda: usize,
  b: usize, bStep: usize, panelStep: usize, c: usize, ldc: usize, beta: i32,
): void {
  const full = n >> 3;
  const rest = n & 7;
  let i = 0;
  // strips of 4 rows and more: a panel stays in the cache while all of A passes
  let top = m;
  while (top - i >= 4) i += stripRows(top - i);
  top = i;
  let panel = b;
  let column = c;
  for (let j = 0; j < full; j++, panel += panelStep, column += 32) {
    i = 0;
    while (i < top) {
      const rows = stripRows(m - i);
      tile(layout, rows, 1, k, a + i * aStep, lda, panel, bStep, 0, column + i * ldc, ldc, beta);
      i += rows;
    }
  }
  if (rest) {
    i = 0;
    while (i < top) {
      const rows = stripRows(m - i);
      partialTile(layout, rows, rest, k, a + i * aStep, lda, panel, bStep, column + i * ldc, ldc, beta);
      i += rows;
    }
  }
  if (top == m) return;
  // one to three rows: several panels at once
  const rows = m - top;
  const most = rows == 1 ? 4 : rows == 2 ? 3 : 2;
  a += top * aStep;
  c += top * ldc;
  let j = full;
  while (j > 0) {
    const panels = min(j, most);
    tile(layout, rows, panels, k, a, lda, b, bStep, panelStep, c, ldc, beta);
    b += panels * panelStep;
    c += panels << 5;
    j -= panels;
  }
  if (rest) partialTile(layout, rows, rest, k, a, lda, b, bStep, c, ldc, beta);
}

function scale(m: i32, n: i32, beta: i32, c: usize, ldc: i32): void {
  if (beta) return;
  for (let i = 0; i < m; i++) memory.fill(c + ((<usize>i * ldc) << 2), 0, <usize>n << 2);
}

/** Even blocks of at most KC. */
@inline
function depth(k: i32): i32 {
  const blocks = (k + KC - 1) / KC;
  return (k + blocks - 1) / blocks;
}

export function gemm(
  transA: i32, transB: i32, m: i32, n: i32, k: i32,
  a: usize, lda: i32, b: usize, ldb: i32, beta: i32, c: usize, ldc: i32,
): void {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) return scale(m, n, beta, c, ldc);
  if (<f64>m * <f64>n * <f64>k >= blasFrom) return sgemm(transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc);
  const aRow: usize = transA ? 4 : <usize>lda << 2;
  const aCol: usize = transA ? <usize>lda << 2 : 4;
  const bRow: usize = transB ? 4 : <usize>ldb << 2;
  const bCol: usize = transB ? <usize>ldb << 2 : 4;
  const ldaBytes = <usize>lda << 2;
  const ldcBytes = <usize>ldc << 2;
  const layout = transA ? COLS : ROWS;
  const stepK = depth(k);
  if (!transB && m <= 6 && n >= 8) return direct(layout, m, n, k, stepK, a, aRow, aCol, ldaBytes, b, bRow, beta, c, ldcBytes);
  const stripsPay = n >= 64 && m >= 12;
  for (let j = 0; j < n; j += NC) {
    const cols = min(n - j, NC);
    for (let l = 0; l < k; l += stepK) {
      const deep = min(k - l, stepK);
      const panelStep = <usize>deep << 5;
      packColumns(transB, cols, deep, b + l * bRow + j * bCol, <usize>ldb << 2, blockB(), panelStep);
      const keep = l > 0 ? 1 : beta;
      for (let i = 0; i < m; i += MC) {
        const rows = min(m - i, MC);
        const ai = a + i * aRow + l * aCol;
        const ci = c + i * ldcBytes + (<usize>j << 2);
        if (stripsPay) {
          let at = blockA();
          let r = 0;
          while (r < rows) {
            const strip = stripRows(rows - r);
            packRows(transA, strip, deep, ai + r * aRow, ldaBytes, at);
            at += <usize>(strip * deep) << 2;
            r += strip;
          }
          block(STRIPS, rows, cols, deep, blockA(), <usize>deep << 2, 0, blockB(), 32, panelStep, ci, ldcBytes, keep);
        } else {
          block(layout, rows, cols, deep, ai, aRow, ldaBytes, blockB(), 32, panelStep, ci, ldcBytes, keep);
        }
      }
    }
  }
}

/** y[m,n] = x[m,k]·Wᵀ + bias, W [n,k]; `bias` 0: none. */
export function linear(m: i32, n: i32, k: i32, x: usize, w: usize, bias: usize, y: usize): void {
  if (bias) broadcastRow(m, n, bias, y);
  gemm(0, 1, m, n, k, x, k, w, k, bias ? 1 : 0, y, n);
}

/** Up to one strip of rows: every element of B is used once, so B is read where it lies. 13 → 5 µs for 1×512 over 128, 29 → 23 µs for 6 rows. */
function direct(
  layout: i32, m: i32, n: i32, k: i32, stepK: i32, a: usize, aRow: usize, aCol: usize, lda: usize,
  b: usize, ldb: usize, beta: i32, c: usize, ldc: usize,
): void {
  const rest = n & 7;
  const full = n - rest;
  for (let l = 0; l < k; l += stepK, beta = 1) {
    const deep = min(k - l, stepK);
    block(layout, m, full, deep, a, aRow, lda, b, ldb, 32, c, ldc, beta);
    if (rest) {
      const column = <usize>full << 2;
      packColumns(0, rest, deep, b + column, ldb, blockB(), 0);
      block(layout, m, rest, deep, a, aRow, lda, blockB(), 32, 0, c + column, ldc, beta);
    }
    a += deep * aCol;
    b += deep * ldb;
  }
}

export function packedBytes(n: i32, k: i32): usize {
  return <usize>((n + 7) >> 3) * <usize>k << 5;
}

export function pack(transB: i32, n: i32, k: i32, b: usize, ldb: i32, packed: usize): void {
  packColumns(transB, n, k, b, <usize>ldb << 2, packed, <usize>k << 5);
}

export function gemmPacked(
  m: i32, n: i32, k: i32, a: usize, lda: i32, packed: usize, beta: i32, c: usize, ldc: i32,
): void {
  if (m <= 0 || n <= 0) return;
  if (k <= 0) return scale(m, n, beta, c, ldc);
  const aStep = <usize>lda << 2;
  const cStep = <usize>ldc << 2;
  const panelStep = <usize>k << 5;
  const stepK = depth(k);
  for (let l = 0; l < k; l += stepK) {
    const deep = min(k - l, stepK);
    const keep = l > 0 ? 1 : beta;
    for (let i = 0; i < m; i += MC) {
      const rows = min(m - i, MC);
      block(ROWS, rows, n, deep, a + i * aStep + (<usize>l << 2), aStep, aStep,
        packed + (<usize>l << 5), 32, panelStep, c + i * cStep, cStep, keep);
    }
  }
}
