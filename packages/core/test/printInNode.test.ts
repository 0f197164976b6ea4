import { inspect } from "node:util";
import { expect, it } from "vitest";
import { tensor } from "../src/index.js";

it("a tensor prints in Node's console.log as PyTorch prints it", () => {
  const x = tensor([1.5, 2.5], { requiresGrad: true });
  expect(inspect(x.mul(2))).toBe("tensor([3., 5.], gradFn=<mul>)");
});
