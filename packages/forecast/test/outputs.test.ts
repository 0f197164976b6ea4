import { tensor } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { outputOf, QUANTILES } from "../src/outputs.js";
import { golden } from "./neuralGolden.js";

describe("the loss of what a network says", () => {
  test.each(golden.losses)("is PyTorch's for $output $loss, a weight at a time", (row) => {
    const output = outputOf(row.output, row.loss);
    const loss = output.loss(tensor(row.prediction), tensor(row.target));
    expect(loss.item()).toBeCloseTo(row.value, 5);
  });

  test("ignores what is missing", () => {
    const output = outputOf("quantiles");
    const prediction = tensor([[1, 2, 3, 4, 5, 1, 2, 3, 4, 5]]);
    const loss = (value: number) => output.loss(prediction, tensor([[3, value, 1, 0]])).item();
    expect(loss(1e6)).toBe(loss(0));
  });
});

describe("what a network says about a step", () => {
  test("is a point without any spread of its own", () => {
    expect(outputOf("point").read([9, 4], 1)).toEqual({ center: 4, down: 1, up: 1 });
    expect(outputOf("point").spreads).toBe(false);
  });

  test("is, of crossing quantiles, their sorted ones: the middle, and a standard deviation to each side", () => {
    const { center, down, up } = outputOf("quantiles").read([0, 5, 1, 2, 0.5, 9], 1);
    expect(QUANTILES[0]).toBe(0.025);
    expect(center).toBe(2);
    expect(down).toBeCloseTo((2 - 0.5) / 1.959964, 5);
    expect(up).toBeCloseTo((9 - 2) / 1.959964, 5);
  });

  test("is a normal distribution's mean and deviation, which stays finite", () => {
    const read = outputOf("gaussian").read([3, Math.log(4)], 0);
    expect(read.center).toBe(3);
    expect(read.down).toBeCloseTo(2, 12);
    expect(Number.isFinite(outputOf("gaussian").read([3, 1e9], 0).up)).toBe(true);
  });
});
