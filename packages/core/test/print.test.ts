import { describe, expect, it } from "vitest";
import { type Golden, readGolden } from "../../../golden/read.js";
import { arange, type NestedArray, rand, scope, tensor } from "../src/index.js";

type Written = number | string | Written[];
interface Printed {
  values: Written;
  shape: number[] | null;
  dtype: "float32" | "int32";
  requiresGrad: boolean;
  text: string;
}
const { printed } = readGolden<Golden<never> & { printed: Printed[] }>("tensors");

const special: Record<string, number> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
};
const decode = (v: Written): NestedArray =>
  Array.isArray(v) ? v.map(decode) : typeof v === "string" ? special[v]! : v;

/** PyTorch's text in Lookback's names. */
const ours = (text: string) =>
  text
    .replace("requires_grad=True", "requiresGrad=true")
    .replace("dtype=torch.int32", "dtype=int32")
    .replace("size=(2, 0)", "size=[2, 0]");

describe("a tensor prints as PyTorch prints it", () => {
  it.each(printed.map((p) => [p.text.split("\n")[0]!, p] as const))("%s", (_, p) => {
    const x = p.shape
      ? arange(0, p.values as number, 1, { dtype: p.dtype }).reshape(p.shape)
      : tensor(decode(p.values), { dtype: p.dtype });
    x.requiresGrad = p.requiresGrad;
    expect(`${x}`).toBe(ours(p.text));
  });

  it("with the operation that made it", () => {
    const x = tensor([1.5, 2.5], { requiresGrad: true });
    expect(`${x.mul(2)}`).toBe("tensor([3., 5.], gradFn=<mul>)");
  });

  it("even after its scope has ended", () => {
    let lost = rand([1]);
    scope(() => {
      lost = rand([2]);
    });
    expect(`${lost}`).toBe("tensor(freed with its scope, shape=[2])");
  });
});
