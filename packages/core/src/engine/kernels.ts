/**
 * What the compiled kernels (`packages/core/assembly`) export. A kernel is a small function on byte addresses
 * and element counts; it owns no memory and keeps no state but the scratch area that `setScratch` names.
 *
 * Letters: M, N, K of a matrix product · T steps · B batch rows · I inputs · H hidden units · G gates (RNN 1, LSTM 4,
 * GRU 3). Addresses are bytes into the one memory; every other number counts elements. All floats are float32.
 * Where a kernel takes `b0, b1`, it works on that range of batch rows only, so that threads can share a batch.
 */
export interface Kernels {
  /** Bytes of scratch that one instance needs. */
  scratchBytes(): number;
  /** Names the scratch area: 64-byte aligned, `scratchBytes()` long, private to this instance. */
  setScratch(address: number): void;
  /** Products of at least so many multiplications m·n·k go to `env.sgemm`, the system's BLAS. Infinity, at first. */
  setBlas(from: number): void;

  // ---- matrix products -------------------------------------------------------------------------------------
  /**
   * C[M,N] = op(A)·op(B) + beta·C, row-major; op transposes when its flag is 1. A is [M,K] (or [K,M] when
   * transposed) with `lda` elements between rows; B is [K,N] (or [N,K]). `beta` is 0 (C is not read) or 1.
   */
  gemm(
    transA: number,
    transB: number,
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    beta: number,
    c: number,
    ldc: number,
  ): void;
  /** Y[M,N] = X[M,K]·Wᵀ + bias[N], W [N,K]; `bias` 0: none. */
  linear(m: number, n: number, k: number, x: number, w: number, bias: number, y: number): void;
  /** Bytes of a whole matrix B[K,N] packed for `gemmPacked`. */
  packedBytes(n: number, k: number): number;
  /** Packs op(B)[K,N] into panels. */
  pack(transB: number, n: number, k: number, b: number, ldb: number, packed: number): void;
  /** C[M,N] = A[M,K]·B + beta·C with B packed before. */
  gemmPacked(
    m: number,
    n: number,
    k: number,
    a: number,
    lda: number,
    packed: number,
    beta: number,
    c: number,
    ldc: number,
  ): void;

  // ---- element by element ----------------------------------------------------------------------------------
  fill(n: number, value: number, y: number): void;
  copy(n: number, x: number, y: number): void;
  /** y[i] = f(x[i]); y may be x. `op` is a `Unary` code; `alpha` its parameter (LeakyReLU slope, ELU alpha, pow exponent, clamp floor), else unused. */
  unary(op: number, n: number, x: number, alpha: number, y: number): void;
  /** dx[i] = dy[i]·f′ where f′ is taken from x[i] and y[i] = f(x[i]), whichever is better; dx may be dy. */
  unaryBackward(op: number, n: number, x: number, y: number, dy: number, alpha: number, dx: number): void;
  /** y[i] = a[i] ∘ b[i]; y may be a or b. `op` is a `Binary` code. Comparisons give 1 or 0. */
  binary(op: number, n: number, a: number, b: number, y: number): void;
  /** y[i] = a[i] ∘ s, or s ∘ a[i] when `reversed` is 1. */
  binaryScalar(op: number, n: number, a: number, s: number, reversed: number, y: number): void;
  /** y[i,j] = a[i,j] ∘ b[j], or b[j] ∘ a[i,j] when `reversed` is 1. */
  binaryRow(op: number, rows: number, cols: number, a: number, b: number, reversed: number, y: number): void;
  /** y = a ∘ b with any strides (in elements, 0 where broadcast); y is contiguous. shape, aStrides, bStrides: int32[ndim] at these addresses. */
  binaryStrided(
    op: number,
    ndim: number,
    shape: number,
    a: number,
    aStrides: number,
    b: number,
    bStrides: number,
    y: number,
  ): void;
  /** y (contiguous) = x read with any strides, negative ones too (`x` then points at the first element read). 4-byte elements of any type. */
  copyStrided(ndim: number, shape: number, x: number, strides: number, y: number): void;
  /** y[j,i] = x[i,j], x [rows, cols] with `ldx` elements between rows, y with `ldy`. */
  transpose(rows: number, cols: number, x: number, ldx: number, y: number, ldy: number): void;
  /** The reverse: y, written with strides, += x (contiguous float32). Addresses that coincide add up. */
  addStrided(ndim: number, shape: number, x: number, y: number, strides: number): void;
  /** y[i] = cond[i] ≠ 0 ? a[i] : b[i]. cond is float32. */
  where(n: number, cond: number, a: number, b: number, y: number): void;
  /** y += alpha·x */
  axpy(n: number, alpha: number, x: number, y: number): void;
  /** y[i,j] = row[j] for every i (a bias before a product with beta 1). */
  broadcastRow(rows: number, cols: number, row: number, y: number): void;

  // ---- reductions (accumulated in float64) -----------------------------------------------------------------
  sum(n: number, x: number): number;
  /** Σ x² (gradient norms). */
  sumSquares(n: number, x: number): number;
  /** Σ (a−b)² */
  sumSquaredDifference(n: number, a: number, b: number): number;
  /** y[i] = scale·(a[i] − b[i]) (its gradient); y may be a or b. */
  scaledDifference(n: number, a: number, b: number, scale: number, y: number): void;
  /** 1 when every element is finite, else 0. */
  allFinite(n: number, x: number): number;
  /** y[outer,inner] = reduction over mid of x[outer,mid,inner]. `op` is a `Reduce` code. */
  reduce(op: number, outer: number, mid: number, inner: number, x: number, y: number): void;
  /** y[outer,inner] (int32) = index along mid of the largest (`max` 1) or smallest (0) element; the first of equals; NaN wins, as in PyTorch. */
  argReduce(max: number, outer: number, mid: number, inner: number, x: number, y: number): void;
  /** y[j] += Σ_i x[i,j] (bias gradients; y is float32 and accumulated into). */
  addColumnSums(rows: number, cols: number, x: number, y: number): void;
  /** Softmax (log 0) or log-softmax (log 1) over mid of x[outer,mid,inner]. */
  softmax(log: number, outer: number, mid: number, inner: number, x: number, y: number): void;
  softmaxBackward(
    log: number,
    outer: number,
    mid: number,
    inner: number,
    y: number,
    dy: number,
    dx: number,
  ): void;

  // ---- convolution: a kernel of taps slides over a long line and meets a short line --------------------------
  // Tap k of position t lies at t·stride + k·dilation − padding of the long line; zeros beyond its ends.
  // `geometry`: int32 longChannels, shortChannels, groups, length, outLength, kernel, stride, padding, dilation.
  // long [N, longChannels, length], short [N, shortChannels, outLength], weight [shortChannels, longChannels/groups, kernel].
  /** How many samples are multiplied at once. A range n0, n1 should begin at a multiple of it, so that its bits do not depend on the range. */
  convRun(geometry: number): number;
  /** Bytes of `work` that each of the following may write over. */
  convWorkBytes(geometry: number): number;
  /** Samples n0 … n1−1 of short = bias + weight ∗ long; bias [shortChannels] or 0. */
  convToShort(
    n0: number,
    n1: number,
    geometry: number,
    long: number,
    weight: number,
    bias: number,
    short: number,
    work: number,
  ): void;
  /** Samples n0 … n1−1 of long = bias + weightᵀ ∗ short; bias [longChannels] or 0. */
  convToLong(
    n0: number,
    n1: number,
    geometry: number,
    short: number,
    weight: number,
    bias: number,
    long: number,
    work: number,
  ): void;
  /** weight = the sum of short · long over the samples n0 … n1−1. */
  convToWeight(
    n0: number,
    n1: number,
    geometry: number,
    long: number,
    short: number,
    weight: number,
    work: number,
  ): void;
  /** sums[c] += Σ x[n,c,l] over n and l for c0 ≤ c < c1 (bias gradients). */
  addChannelSums(
    samples: number,
    channels: number,
    length: number,
    c0: number,
    c1: number,
    x: number,
    sums: number,
  ): void;
  /** y[line, i] = x[line, index[i]]; index int32[outLength], each from 0 to length − 1. */
  gatherLast(lines: number, length: number, outLength: number, index: number, x: number, y: number): void;
  /** The reverse: dx[line, index[i]] += dy[line, i]. */
  scatterLast(lines: number, length: number, outLength: number, index: number, dy: number, dx: number): void;

  // ---- pooling: window i is [windows[2i], windows[2i+1]), int32 pairs ----------------------------------------
  /**
   * y[line, i] = the largest of x[line] at start, start + step, … below the end; −∞ for an empty window. indices: int32,
   * where it stands; the first of equals, the last NaN, as in PyTorch; −1 for an empty window.
   */
  windowMax(
    lines: number,
    length: number,
    outLength: number,
    windows: number,
    step: number,
    x: number,
    y: number,
    indices: number,
  ): void;
  /** dx[line, indices[line, i]] += dy[line, i] */
  windowMaxBackward(
    lines: number,
    length: number,
    outLength: number,
    indices: number,
    dy: number,
    dx: number,
  ): void;
  /** y[line, i] = the sum over window i divided by divisors[i]. */
  windowMean(
    lines: number,
    length: number,
    outLength: number,
    windows: number,
    divisors: number,
    x: number,
    y: number,
  ): void;
  /** dx[line, each element of window i] += dy[line, i] / divisors[i] */
  windowMeanBackward(
    lines: number,
    length: number,
    outLength: number,
    windows: number,
    divisors: number,
    dy: number,
    dx: number,
  ): void;

  // ---- normalisation: y = (x − mean)·rstd·weight + bias; weight and bias may be 0 ----------------------------
  // The first three handle channels c0 … c1−1 of x [samples, channels, length].
  /** Mean and (biased) variance of each channel. */
  channelMoments(
    samples: number,
    channels: number,
    length: number,
    c0: number,
    c1: number,
    x: number,
    mean: number,
    variance: number,
  ): void;
  channelNorm(
    samples: number,
    channels: number,
    length: number,
    c0: number,
    c1: number,
    x: number,
    mean: number,
    rstd: number,
    weight: number,
    bias: number,
    y: number,
  ): void;
  /** `fixed` 1: mean and rstd do not depend on x. dx, dweight, dbias are written, each unless 0. */
  channelNormBackward(
    samples: number,
    channels: number,
    length: number,
    c0: number,
    c1: number,
    fixed: number,
    x: number,
    mean: number,
    rstd: number,
    weight: number,
    dy: number,
    dx: number,
    dweight: number,
    dbias: number,
  ): void;
  /** Normalises each row of x [rows, cols] by its own mean and 1/√(variance + eps), which are written too ([rows] each). */
  rowNorm(
    rows: number,
    cols: number,
    eps: number,
    x: number,
    weight: number,
    bias: number,
    y: number,
    mean: number,
    rstd: number,
  ): void;
  /** dx is written; dweight and dbias are accumulated into; each unless 0. */
  rowNormBackward(
    rows: number,
    cols: number,
    x: number,
    weight: number,
    mean: number,
    rstd: number,
    dy: number,
    dx: number,
    dweight: number,
    dbias: number,
  ): void;

  // ---- optimizer steps, in place, over `count` parameters in one call ----------------------------------------
  // `table` has a row of 4-byte columns for each parameter: n and the addresses of p, g and what is kept, then float32.
  /** Rows [n, y]: y[i] = 0. */
  zeroMany(count: number, table: number): void;
  /** PyTorch's SGD. Rows [n, p, g, buf, first]: buf is 0 without momentum, `first` 1 on the step that starts it. */
  sgd(
    count: number,
    table: number,
    lr: number,
    momentum: number,
    dampening: number,
    weightDecay: number,
    nesterov: number,
  ): void;
  /**
   * PyTorch's Adam (decoupled 0) and AdamW (decoupled 1). Rows [n, p, g, m, v, vmax, lr/(1−β1ᵗ), √(1−β2ᵗ)]: vmax is 0
   * without amsgrad.
   */
  adam(
    count: number,
    table: number,
    lr: number,
    beta1: number,
    beta2: number,
    eps: number,
    weightDecay: number,
    decoupled: number,
  ): void;
  /** PyTorch's RMSprop. Rows [n, p, g, v, mean, buf]: mean is 0 unless centered, buf without momentum. */
  rmsprop(
    count: number,
    table: number,
    lr: number,
    alpha: number,
    eps: number,
    weightDecay: number,
    momentum: number,
  ): void;
  /** PyTorch's Adagrad. Rows [n, p, g, sum, lr/(1 + (t − 1)·lrDecay)]. */
  adagrad(count: number, table: number, eps: number, weightDecay: number): void;

  // ---- recurrent layers: one layer, one direction, a whole sequence ----------------------------------------
  /** Bytes of W_hh packed for the forward loop (h·W_hhᵀ) or, with backward 1, for the backward loop (dgates·W_hh). */
  recurrentPackedBytes(cell: number, h: number, backward: number): number;
  /** Packs W_hh [G·H, H]. */
  recurrentPack(cell: number, h: number, backward: number, whh: number, packed: number): void;
  /**
   * Runs all steps for batch rows b0 … b1−1.
   *
   * gates [T,B,G·H]: in, x·W_ihᵀ + b_ih (+ b_hh, except for the n gate of GRU); out, the activated gates.
   * hs [T+1,B,H]: states. Forward in time: slot 0 holds h₀ on entry and slot t+1 receives h_t. `reverse` 1: slot T
   * holds h₀ and slot t receives h_t, for t = T−1 … 0. So the output is slots 1…T (or 0…T−1), and the "previous
   * state" matrix for the weight gradient is the other T slots: both are contiguous.
   * cs: LSTM cell states, same layout, `cStride` elements from slot to slot: B·H when all are kept for backward, 0 when
   * one slot is reused in place (inference).
   * extra [T,B,H]: LSTM tanh(c_t) (0: do not keep); GRU W_hn·h_{t−1} + b_hn (always needed); RNN unused.
   * bhn [H]: GRU's b_hh for the n gate, or 0 without bias.
   * how 1: `packed` is not packed but W_hhᵀ [H, G·H], for the BLAS; of GRU, the transpose of r's and z's rows, then of n's.
   * how 2: the caller has done the step's products already (t is 1). Otherwise 0.
   * batchSizes int32[T], or 0: at step t only rows below batchSizes[t] take part (packed sequences sorted by length).
   * The others keep their state: it is copied to the next slot, their gates are left as they are.
   */
  recurrentForward(
    cell: number,
    t: number,
    b: number,
    b0: number,
    b1: number,
    h: number,
    reverse: number,
    gates: number,
    packed: number,
    bhn: number,
    hs: number,
    cs: number,
    cStride: number,
    extra: number,
    batchSizes: number,
    how: number,
  ): void;
  /**
   * The reverse of recurrentForward. `packed` is the backward packing or, with `how` 1, W_hh itself; with 2 the caller
   * multiplies dgates by it afterwards.
   * dy [T,B,H]: gradient of every output (0: none). dh [B,H], dc [B,H]: in, gradient of the final states;
   * out, gradient of the initial ones (dc for LSTM only). dgates [T,B,G·H] out: gradient before activation, seen from
   * the input side; may be `gates`. dhn [T,B,H] out, GRU only: the n gate's gradient seen from the hidden side
   * (da_n·r); may be `extra`. When batchSizes is given, rows that take no part at t get zero gradients there.
   */
  recurrentBackward(
    cell: number,
    t: number,
    b: number,
    b0: number,
    b1: number,
    h: number,
    reverse: number,
    gates: number,
    packed: number,
    hs: number,
    cs: number,
    extra: number,
    batchSizes: number,
    dy: number,
    dh: number,
    dc: number,
    dgates: number,
    dhn: number,
    how: number,
  ): void;

  // ---- two recurrent layers of their own shape; buffers as above, W_hh of the GRU packed by recurrentPack ---------
  /** GRU with the reset gate before the product: q [T,B,H] receives r·h_{t−1}; b_hh belongs into `gates` whole. */
  resetBeforeForward(
    t: number,
    b: number,
    b0: number,
    b1: number,
    h: number,
    reverse: number,
    gates: number,
    packed: number,
    hs: number,
    q: number,
    batchSizes: number,
  ): void;
  /** Its reverse; `dq` [B,H] is work space. */
  resetBeforeBackward(
    t: number,
    b: number,
    b0: number,
    b1: number,
    h: number,
    reverse: number,
    gates: number,
    packed: number,
    hs: number,
    batchSizes: number,
    dy: number,
    dh: number,
    dgates: number,
    dq: number,
  ): void;
  /**
   * LSTM whose output is projected: h = W_hr·m, m = o·tanh c. hs [T+1,B,P], W_hh [4H,P], W_hr [P,H], both packed
   * (transposed) by `pack`. m [T,B,H] out.
   */
  projectedForward(
    t: number,
    b: number,
    b0: number,
    b1: number,
    h: number,
    p: number,
    reverse: number,
    gates: number,
    packed: number,
    packedProjection: number,
    hs: number,
    cs: number,
    cStride: number,
    m: number,
    extra: number,
    batchSizes: number,
  ): void;
  /** Its reverse, with W_hh and W_hr packed as they are. dhs [T,B,P] out: all of ∂/∂h_t; `dm` [B,H] is work space. */
  projectedBackward(
    t: number,
    b: number,
    b0: number,
    b1: number,
    h: number,
    p: number,
    reverse: number,
    gates: number,
    packed: number,
    packedProjection: number,
    cs: number,
    extra: number,
    batchSizes: number,
    dy: number,
    dh: number,
    dc: number,
    dgates: number,
    dhs: number,
    dm: number,
  ): void;
}

/** Codes of `Kernels.unary`. */
export const Unary = {
  neg: 0,
  abs: 1,
  exp: 2,
  log: 3,
  sqrt: 4,
  square: 5,
  reciprocal: 6,
  sigmoid: 7,
  tanh: 8,
  relu: 9,
  leakyRelu: 10,
  elu: 11,
  gelu: 12,
  silu: 13,
  softplus: 14,
  sign: 15,
  pow: 16,
  geluTanh: 17,
  logSigmoid: 18,
} as const;

/** Codes of `Kernels.binary` and its relatives. */
export const Binary = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  maximum: 4,
  minimum: 5,
  pow: 6,
  eq: 7,
  ne: 8,
  lt: 9,
  le: 10,
  gt: 11,
  ge: 12,
} as const;

/** Codes of `Kernels.reduce`. */
export const Reduce = { sum: 0, mean: 1, max: 2, min: 3, prod: 4 } as const;

/** Codes of the recurrent cells. */
export const Cell = { rnnTanh: 0, rnnRelu: 1, lstm: 2, gru: 3 } as const;
