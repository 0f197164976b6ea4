import { engine } from "../engine/engine.js";
import { empty, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

export interface EmbeddingBackward {
  /** The row that gets no gradient, or −1. */
  paddingIdx: number;
  /** Whether each row's gradient is divided by how often the row was looked up. */
  scaleGradByFreq: boolean;
}

/** y[…, d] = table[indices[…], d]. indices int32, each a row of the table [V, D]. */
export function embedding(indices: NDArray, table: NDArray, options: EmbeddingBackward): OpResult {
  const cols = table.shape[1]!;
  const y = empty([...indices.shape, cols]);
  const rows = Int32Array.from(indices.data);
  const at = (base: NDArray, row: number) => base.address + row * cols * 4;
  rows.forEach((row, i) => {
    engine().kernels.copy(cols, at(table, row), at(y, i));
  });
  return result(y, (dy) => {
    const { kernels } = engine();
    const dTable = zeros(table.shape);
    const counts = new Int32Array(table.shape[0]!);
    if (options.scaleGradByFreq) for (const row of rows) counts[row]!++;
    rows.forEach((row, i) => {
      if (row === options.paddingIdx) return;
      kernels.axpy(cols, options.scaleGradByFreq ? 1 / counts[row]! : 1, at(dy, i), at(dTable, row));
    });
    return [dTable];
  });
}
