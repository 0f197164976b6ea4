import { engine } from "../engine/engine.js";
import { empty, fromValues, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** Where the windows of a pooling lie on a line: [start, end) of each, clipped to the line, and what a mean divides by. */
export interface Windows {
  starts: number[];
  ends: number[];
  divisors: number[];
}

const pairs = ({ starts, ends }: Windows) =>
  fromValues(
    starts.flatMap((start, i) => [start, ends[i]!]),
    [starts.length, 2],
    "int32",
  );

function sizes(x: NDArray, outLength: number) {
  const length = x.shape.at(-1)!;
  return { length, lines: x.size / Math.max(1, length), shape: [...x.shape.slice(0, -1), outLength] };
}

/** The largest element of each window, `step` elements apart, and where it stands on its line (int32). */
export function windowMax(x: NDArray, windows: Windows, step: number): OpResult {
  const out = windows.starts.length;
  const { length, lines, shape } = sizes(x, out);
  const [y, indices] = [empty(shape), empty(shape, "int32")];
  const table = pairs(windows);
  engine().kernels.windowMax(lines, length, out, table.address, step, x.address, y.address, indices.address);
  return {
    outputs: [y, indices],
    backward: ([dy]) => {
      if (!dy) return [null];
      const dx = zeros(x.shape);
      engine().kernels.windowMaxBackward(lines, length, out, indices.address, dy.address, dx.address);
      return [dx];
    },
  };
}

/** The sum of each window over its divisor. */
export function windowMean(x: NDArray, windows: Windows): OpResult {
  const out = windows.starts.length;
  const { length, lines, shape } = sizes(x, out);
  const y = empty(shape);
  const [table, divisors] = [pairs(windows), fromValues(windows.divisors, [out])];
  engine().kernels.windowMean(lines, length, out, table.address, divisors.address, x.address, y.address);
  return result(y, (dy) => {
    const dx = zeros(x.shape);
    const [w, d] = [table.address, divisors.address];
    engine().kernels.windowMeanBackward(lines, length, out, w, d, dy.address, dx.address);
    return [dx];
  });
}
