import { describe, expect, it } from "vitest";
import { builds, random } from "./builds.js";

const length = 41;
const lines = 3;
/** Many equals, NaN and both infinities. */
const values = random(lines * length, 1, 4).map(
  (v, i) => [Number.NaN, -Infinity, Infinity][i % 11] ?? Math.round(v),
);

describe.each(builds)("pooling, %s build", (_, bench) => {
  const { kernels } = bench;

  it.each([
    [2, 2, 0, 1],
    [3, 1, 1, 1],
    [3, 1, 2, 2],
    [5, 3, 0, 1],
    [4, 2, 2, 3],
    [41, 1, 0, 1],
  ])(
    "windowMax of %i elements every %i, padding %i, dilation %i: the first of equals, the last NaN",
    (kernel, stride, padding, dilation) => {
      const windows: [number, number][] = [];
      for (let first = -padding; first + (kernel - 1) * dilation < length + padding; first += stride) {
        const inside = Array.from({ length: kernel }, (_, k) => first + k * dilation).filter(
          (at) => at >= 0 && at < length,
        );
        windows.push([inside[0]!, inside.at(-1)! + 1]);
      }
      bench.reset();
      const size = lines * windows.length;
      const [y, indices] = [bench.floats(new Float32Array(size)), bench.ints(new Int32Array(size))];
      const table = bench.ints(windows.flat());
      kernels.windowMax(lines, length, windows.length, table, dilation, bench.floats(values), y, indices);
      const expected = Array.from({ length: lines }, (_, line) =>
        windows.map(([start, end]) => {
          let best = start;
          for (let at = start; at < end; at += dilation) {
            const [v, most] = [values[line * length + at]!, values[line * length + best]!];
            if (v > most || Number.isNaN(v)) best = at;
          }
          return best;
        }),
      );
      expect([...bench.readInts(indices, size)]).toEqual(expected.flat());
      const largest = expected.flatMap((at, line) => at.map((i) => values[line * length + i]!));
      expect([...bench.read(y, size)]).toEqual(largest);
    },
  );
});
