import { engine } from "../engine/engine.js";
import { empty, full, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** Calls `copy` for every run of neighbouring rows: so many, from one row to another. Negative ones are left out. */
function eachRun(index: Int32Array, copy: (from: number, to: number, count: number) => void): void {
  for (let start = 0; start < index.length; ) {
    const first = index[start]!;
    let end = start + 1;
    if (first >= 0) {
      while (end < index.length && index[end] === first + end - start) end++;
      copy(first, start, end - start);
    }
    start = end;
  }
}

/**
 * Rows of x, seen as [R, F], in another order: row k of the result is row index[k] of x, or `fill` where index[k] is
 * negative. No row may be taken twice. The result has `shape`, index.length rows of F.
 */
export function takeRows(x: NDArray, index: Int32Array, shape: readonly number[], fill = 0): OpResult {
  const { kernels } = engine();
  const width = shape.at(-1)!;
  const move = (from: NDArray, to: NDArray, source: number, target: number, count: number) =>
    kernels.copy(count * width, from.address + source * width * 4, to.address + target * width * 4);
  const taken = index.reduce((count, row) => count + (row >= 0 ? 1 : 0), 0);
  const y = taken < index.length ? full(shape, fill, x.dtype) : empty(shape, x.dtype);
  eachRun(index, (from, to, count) => move(x, y, from, to, count));
  return result(y, (g) => {
    const dx = taken * width < x.size ? zeros(x.shape) : empty(x.shape);
    eachRun(index, (from, to, count) => move(g, dx, to, from, count));
    return [dx];
  });
}
