import { empty, fromValues, type NDArray, type OpResult, result, zeros } from "./ndarray.js";
import { runLines } from "./parallel.js";

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
  const [windowsAt, from, to, where] = [table.address, x.address, y.address, indices.address];
  runLines(lines, length, (n, before) => {
    const [a, b] = [before * length * 4, before * out * 4];
    return ["windowMax", n, length, out, windowsAt, step, from + a, to + b, where + b];
  });
  return {
    outputs: [y, indices],
    backward: ([dy]) => {
      if (!dy) return [null];
      const dx = zeros(x.shape);
      const [where, g, back] = [indices.address, dy.address, dx.address];
      runLines(lines, length, (n, before) => {
        const [a, b] = [before * length * 4, before * out * 4];
        return ["windowMaxBackward", n, length, out, where + b, g + b, back + a];
      });
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
  const [w, d, from, to] = [table.address, divisors.address, x.address, y.address];
  runLines(lines, length, (n, before) => {
    const [a, b] = [before * length * 4, before * out * 4];
    return ["windowMean", n, length, out, w, d, from + a, to + b];
  });
  return result(y, (dy) => {
    const dx = zeros(x.shape);
    const [w, d, g, back] = [table.address, divisors.address, dy.address, dx.address];
    runLines(lines, length, (n, before) => {
      const [a, b] = [before * length * 4, before * out * 4];
      return ["windowMeanBackward", n, length, out, w, d, g + b, back + a];
    });
    return [dx];
  });
}
