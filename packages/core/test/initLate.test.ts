import { expect, it } from "vitest";
import { init, tensor } from "../src/index.js";

it("init keeps tensors that were made while it was starting", async () => {
  const started = init({ threads: 1 });
  const x = tensor([1, 2, 3]);
  await started;
  expect(x.mul(2).toArray()).toEqual([2, 4, 6]);
});
