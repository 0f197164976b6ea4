import { engine } from "../engine/engine.js";
import { ShapeError } from "../errors.js";
import { broadcastShapes, broadcastStrides, formatShape, type Shape, sizeOf } from "../shape.js";
import { empty, type NDArray, type OpResult, result, zeros } from "./ndarray.js";
import { isLarge, productCalls, runCalls, runLinear } from "./parallel.js";

/** C = op(A)·op(B) + beta·C on whole matrices, given as arrays and their row counts. */
function gemm(
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  a: number,
  b: number,
  beta: 0 | 1,
  c: number,
): void {
  const [lda, ldb] = [transA ? m : k, transB ? k : n];
  if (isLarge(m, n, k)) runCalls(productCalls({ transA, transB, m, n, k, a, lda, b, ldb, beta, c, ldc: n }));
  else engine().kernels.gemm(transA ? 1 : 0, transB ? 1 : 0, m, n, k, a, lda, b, ldb, beta, c, n);
}

/**
 * y = x·Wᵀ + b. x [*, I], weight [O, I], bias [O] or null → y [*, O].
 */
export function linear(x: NDArray, weight: NDArray, bias: NDArray | null): OpResult {
  const [outFeatures, inFeatures] = weight.shape as [number, number];
  const rows = x.size / Math.max(1, inFeatures);
  const y = empty([...x.shape.slice(0, -1), outFeatures]);
  runLinear(rows, outFeatures, inFeatures, x.address, weight.address, bias?.address ?? 0, y.address);
  return result(y, (g, needs) => {
    const dx = needs[0] ? empty(x.shape) : null;
    if (dx) gemm(false, false, rows, inFeatures, outFeatures, g.address, weight.address, 0, dx.address);
    const dw = needs[1] ? empty(weight.shape) : null;
    if (dw) gemm(true, false, outFeatures, inFeatures, rows, g.address, x.address, 0, dw.address);
    const db = bias && needs[2] ? zeros(bias.shape) : null;
    if (db) engine().kernels.addColumnSums(rows, outFeatures, g.address, db.address);
    return [dx, dw, db];
  });
}

/** How each matrix of a broadcast batch is found: element offsets into a and b. */
function batchOffsets(a: Shape, b: Shape, batch: Shape): { a: number[]; b: number[] } {
  const aStrides = broadcastStrides(a.slice(0, -2), batch);
  const bStrides = broadcastStrides(b.slice(0, -2), batch);
  const aMatrix = a.at(-2)! * a.at(-1)!;
  const bMatrix = b.at(-2)! * b.at(-1)!;
  const offsets = { a: [] as number[], b: [] as number[] };
  const index = batch.map(() => 0);
  for (let i = sizeOf(batch); i > 0; i--) {
    offsets.a.push(aMatrix * index.reduce((sum, n, d) => sum + n * aStrides[d]!, 0));
    offsets.b.push(bMatrix * index.reduce((sum, n, d) => sum + n * bStrides[d]!, 0));
    for (let d = batch.length - 1; d >= 0; d--) {
      if (++index[d]! < batch[d]!) break;
      index[d] = 0;
    }
  }
  return offsets;
}

/** Matrix product with PyTorch's rules: vectors get a dimension that is dropped again, batches broadcast. */
export function matmul(a: NDArray, b: NDArray): OpResult {
  const aShape = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const bShape = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  if (aShape.length < 2 || bShape.length < 2 || aShape.at(-1) !== bShape.at(-2)) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: the last size of the first must equal the second-to-last (or only) size of the second`,
    );
  }
  const [m, k, n] = [aShape.at(-2)!, aShape.at(-1)!, bShape.at(-1)!];
  const batch = broadcastShapes(aShape.slice(0, -2), bShape.slice(0, -2), "matmul");
  const offsets = batchOffsets(aShape, bShape, batch);
  const y = empty([...batch, m, n]);
  const each = (run: (aAt: number, bAt: number, yAt: number) => void) =>
    offsets.a.forEach((at, i) => {
      run(at * 4, offsets.b[i]! * 4, i * m * n * 4);
    });
  each((aAt, bAt, yAt) => gemm(false, false, m, n, k, a.address + aAt, b.address + bAt, 0, y.address + yAt));

  const outShape = [...batch, ...(a.shape.length === 1 ? [] : [m]), ...(b.shape.length === 1 ? [] : [n])];
  return result(y.view(outShape), (g, needs) => {
    // beta 1 into zeros: a matrix that the batch repeats collects the gradients of all its uses.
    const da = needs[0] ? zeros(a.shape) : null;
    if (da)
      each((aAt, bAt, yAt) =>
        gemm(false, true, m, k, n, g.address + yAt, b.address + bAt, 1, da.address + aAt),
      );
    const db = needs[1] ? zeros(b.shape) : null;
    if (db)
      each((aAt, bAt, yAt) =>
        gemm(true, false, k, n, m, a.address + aAt, g.address + yAt, 1, db.address + bAt),
      );
    return [da, db];
  });
}
