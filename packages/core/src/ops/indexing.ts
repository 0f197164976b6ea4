import { engine } from "../engine/engine.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { broadcastShapes, formatShape, sameShape } from "../shape.js";
import { around, expandForward, scalarForward, sumTo, whereForward } from "./broadcast.js";
import { empty, full, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** Indices of a dimension, negative ones counted from the end; checked before anything is read. */
function checkIndices(index: NDArray, size: number, dim: number, what: string): Int32Array {
  if (index.dtype !== "int32") {
    throw new ArgumentError(
      `${what}: the index must be an int32 tensor, got ${index.dtype}. Make it with tensor(values, { dtype: "int32" }).`,
    );
  }
  const values = index.data.slice() as Int32Array;
  for (let i = 0; i < values.length; i++) {
    const at = values[i]!;
    if (at < -size || at >= size) {
      throw new ArgumentError(
        `${what}: index ${at} (at position ${i}) is out of range: dim ${dim} has ${size} elements`,
      );
    }
    if (at < 0) values[i] = at + size;
  }
  return values;
}

/** Whole rows of a dimension, in the order of `index` [K]: x [outer, mid, inner] → y [outer, K, inner]. */
export function indexSelect(x: NDArray, dim: number, index: NDArray): OpResult {
  if (index.shape.length > 1) {
    throw new ShapeError(`indexSelect: the index must have one dim, got shape ${formatShape(index.shape)}`);
  }
  const { outer, mid, inner } = around(x.shape, dim);
  const rows = checkIndices(index, mid, dim, "indexSelect");
  const y = empty(
    x.shape.map((n, i) => (i === dim ? rows.length : n)),
    x.dtype,
  );
  const each = (run: (from: number, to: number) => void) => {
    for (let o = 0; o < outer; o++) {
      for (let k = 0; k < rows.length; k++) run((o * mid + rows[k]!) * inner, (o * rows.length + k) * inner);
    }
  };
  if (inner < 16) {
    const [source, target] = [x.data, y.data];
    each((from, to) => {
      for (let i = 0; i < inner; i++) target[to + i] = source[from + i]!;
    });
  } else {
    const { kernels } = engine();
    each((from, to) => kernels.copy(inner, x.address + from * 4, y.address + to * 4));
  }
  return result(y, (g) => {
    const dx = zeros(x.shape);
    const [source, target] = [g.data, dx.data];
    each((from, to) => {
      for (let i = 0; i < inner; i++) target[from + i]! += source[to + i]!;
    });
    return [dx];
  });
}

/** y[…, k, …] = x[…, index[…, k, …], …]: one index for each element of the result. */
export function gather(x: NDArray, dim: number, index: NDArray): OpResult {
  const fits =
    index.shape.length === x.shape.length && index.shape.every((n, i) => i === dim || n <= x.shape[i]!);
  if (!fits) {
    throw new ShapeError(
      `gather: the index has shape ${formatShape(index.shape)}, expected as many dims as the tensor ${formatShape(x.shape)} has and, outside dim ${dim}, sizes no larger than its own`,
    );
  }
  const rows = checkIndices(index, x.shape[dim] ?? 1, dim, "gather");
  const offsets = elementOffsets(x, dim, index, rows);
  const y = empty(index.shape, x.dtype);
  const [source, target] = [x.data, y.data];
  for (let i = 0; i < offsets.length; i++) target[i] = source[offsets[i]!]!;
  return result(y, (g) => {
    const dx = zeros(x.shape);
    const [from, to] = [g.data, dx.data];
    for (let i = 0; i < offsets.length; i++) to[offsets[i]!]! += from[i]!;
    return [dx];
  });
}

/** For each element of `index`, where in `x` it points to. */
function elementOffsets(x: NDArray, dim: number, index: NDArray, rows: Int32Array): Int32Array {
  const offsets = new Int32Array(rows.length);
  const at = index.shape.map(() => 0);
  const strides = index.shape.map((_, d) => around(x.shape, d).inner);
  for (let i = 0; i < rows.length; i++) {
    let offset = 0;
    for (let d = 0; d < at.length; d++) offset += (d === dim ? rows[i]! : at[d]!) * strides[d]!;
    offsets[i] = offset;
    for (let d = at.length - 1; d >= 0; d--) {
      if (++at[d]! < index.shape[d]!) break;
      at[d] = 0;
    }
  }
  return offsets;
}

/** cond ≠ 0 ? a : b with broadcasting. cond passes no gradient. */
export function where(cond: NDArray, a: NDArray, b: NDArray): OpResult {
  const shape = broadcastShapes(broadcastShapes(a.shape, b.shape, "where"), cond.shape, "where");
  const wide = (x: NDArray) => (sameShape(x.shape, shape) ? x : expandForward(x, shape));
  const chosen = wide(cond);
  return result(whereForward(chosen, wide(a), wide(b)), (g, needs) => {
    const none = full(shape, 0);
    return [
      null,
      needs[1] ? sumTo(whereForward(chosen, g, none), a.shape) : null,
      needs[2] ? sumTo(whereForward(chosen, none, g), b.shape) : null,
    ];
  });
}

/** `low` where x is below it, `high` where above, else x. The gradient passes where x was kept, bounds included. */
export function clamp(x: NDArray, low: number, high: number): OpResult {
  const y = scalarForward("minimum", scalarForward("maximum", x, low), high);
  return result(y, (g) => {
    const dx = empty(x.shape);
    const [from, grad, to] = [x.data, g.data, dx.data];
    for (let i = 0; i < to.length; i++) to[i] = from[i]! < low || from[i]! > high ? 0 : grad[i]!;
    return [dx];
  });
}
