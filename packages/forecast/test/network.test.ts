import { scope, tensor } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { type CellKind, type NetworkSizes, seededNetwork } from "../src/network.js";
import { blocksFor } from "../src/networks/tcn.js";

const sizes: NetworkSizes = {
  cell: "lstm",
  hidden: 4,
  layers: 1,
  steps: 9,
  channels: 2,
  fixed: 3,
  head: 0,
  outputs: 5,
};
const cells: CellKind[] = ["lstm", "gru", "rnn", "tcn", "mlp"];
const row = (change: (index: number) => number) => Array.from({ length: 9 * 2 + 3 }, (_, i) => change(i));
const outputs = (own: Partial<NetworkSizes>, rows: number[][]) =>
  scope(() =>
    seededNetwork({ ...sizes, ...own }, 0)
      .forward(tensor(rows))
      .toArray<number[][]>(),
  );

describe("a network", () => {
  test.each(cells.flatMap((cell) => [0, 8].map((head) => [cell, head] as const)))(
    "with %s and a head of %d gives its outputs for each row, whatever the other rows are",
    (cell, head) => {
      const [a, b] = [row((i) => Math.sin(i)), row((i) => Math.cos(i))];
      const both = outputs({ cell, head }, [a, b]);
      expect(both.map((own) => own.length)).toEqual([5, 5]);
      const alone = outputs({ cell, head }, [b])[0]!;
      for (const [i, value] of both[1]!.entries()) expect(value).toBeCloseTo(alone[i]!, 5);
    },
  );

  test.each(cells.flatMap((cell) => [0, 8].map((head) => [cell, head] as const)))(
    "with %s and a head of %d reads all of a row: its first step, its last, and what holds for all of it",
    (cell, head) => {
      const plain = row((i) => Math.sin(i));
      const layers = cell === "tcn" ? blocksFor(9) : 1;
      for (const at of [0, 17, 20]) {
        const changed = plain.map((value, i) => (i === at ? value + 1 : value));
        const [before, after] = outputs({ cell, head, layers }, [plain, changed]);
        expect(after).not.toEqual(before);
      }
    },
  );

  test("is the same for the same seed, and another for another", () => {
    const rows = tensor([row((i) => i / 10)]);
    const of = (seed: number) => seededNetwork(sizes, seed).forward(rows).toArray();
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });
});

test.each([
  [1, 1],
  [5, 1],
  [6, 2],
  [13, 2],
  [14, 3],
  [336, 7],
])("a window of %d steps needs %d residual blocks of three taps", (steps, blocks) => {
  expect(blocksFor(steps)).toBe(blocks);
});
