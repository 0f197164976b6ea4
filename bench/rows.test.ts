import { describe, expect, test } from "vitest";
import { flops } from "./flops.js";
import { chooseRows, matmulWork, recurrentWork, rows } from "./rows.js";

const names = (items: string[]) => {
  const chosen = chooseRows(items);
  return "unknown" in chosen ? chosen : chosen.map((row) => row.name);
};

describe("choosing rows", () => {
  test("without a filter the table has every row but the extra ones", () => {
    expect(names([])).toHaveLength(15);
    expect(rows.filter((row) => row.extra).map((row) => row.name)).toContain("forward-tutorial");
  });

  test("a row is found by its name or by a word of it, and an extra one by its first word", () => {
    expect(names(["tutorial"])).toEqual(["lstm-tutorial", "gru-tutorial", "rnn-tutorial"]);
    expect(names(["stream", "lstm-large"])).toEqual(["lstm-large", "stream"]);
    expect(names(["forward"])).toHaveLength(4);
  });

  test("a filter that names nothing is told", () => {
    expect(names(["small", "tiny"])).toEqual({ unknown: "tiny" });
  });
});

describe("operations of a row", () => {
  test("a product of matrices takes two operations for each of n³ terms", () => {
    expect(flops(matmulWork(100))).toBe(2e6);
  });

  test("an LSTM's training step is counted product by product", () => {
    // One step of one row, I = 2, H = 3: W_ih [12, 2] and W_hh [12, 3] are used forward and for their gradients,
    // W_hh once more for the state's gradient; Linear(3, 1) three times.
    expect(flops(recurrentWork("lstm", { T: 1, B: 1, I: 2, H: 3, L: 1 }))).toBe(
      2 * (12 * 5 * 2 + 12 * 3) + 3 * 2 * 3,
    );
  });

  test("a second layer also owes its input a gradient", () => {
    const size = { T: 4, B: 2, I: 3, H: 3 };
    const [one, two] = [1, 2].map((L) => flops(recurrentWork("gru", { ...size, L })));
    expect(two! - one!).toBe(4 * 2 * 2 * 9 * (6 + 6 + 3 + 3));
  });

  test("the TCN block convolves three times: forward, for the weights, for the input", () => {
    const { work } = rows.find((row) => row.name === "tcn")!;
    expect(flops(work)).toBe(3 * 2 * 32 * 256 * 64 * 64 * 3);
  });
});
