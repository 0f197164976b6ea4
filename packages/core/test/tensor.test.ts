import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import {
  allclose,
  arange,
  cat,
  eye,
  linspace,
  manualSeed,
  onesLike,
  rand,
  randint,
  randperm,
  type Tensor,
  tensor,
  where,
  zeros,
  zerosLike,
} from "../src/index.js";

interface Case {
  name: string;
  seed: number;
  shape: number[];
  index?: GoldenTensor;
  mask?: GoldenTensor;
  output: GoldenTensor;
  dx?: GoldenTensor;
}
const golden = readGolden<Golden<Case>>("tensors");

/** What each golden case does, by its name there; `t` is its index or mask. */
const operations: Record<string, (x: Tensor, t: Tensor) => Tensor> = {
  "x.var()": (x) => x.var(),
  "x.var(1)": (x) => x.var(1),
  "x.var((0, 2), unbiased=False, keepdim=True)": (x) => x.var([0, 2], { correction: 0, keepDim: true }),
  "x.std()": (x) => x.std(),
  "x.std(-1, keepdim=True)": (x) => x.std(-1, { keepDim: true }),
  "x.norm()": (x) => x.norm(),
  "x.norm(1, 0)": (x) => x.norm(1, 0),
  "x.norm(2, (0, 1), keepdim=True)": (x) => x.norm(2, [0, 1], true),
  "x.norm(3, 1)": (x) => x.norm(3, 1),
  "x.norm(inf, 1)": (x) => x.norm(Number.POSITIVE_INFINITY, 1),
  "x.logsumexp(1)": (x) => x.logSumExp(1),
  "x.logsumexp((0, 2), keepdim=True)": (x) => x.logSumExp([0, 2], true),
  "(x*100).logsumexp(0)": (x) => x.mul(100).logSumExp(0),
  "x.cumsum(0)": (x) => x.cumsum(0),
  "x.cumsum(-1)": (x) => x.cumsum(-1),
  "x.prod()": (x) => x.prod(),
  "x.prod(1, keepdim=True)": (x) => x.prod(1, true),
  "x.max()": (x) => x.max(),
  "x.round().max()": (x) => {
    // The constant that rounds x, so that several elements tie for the largest.
    const rounding = tensor(
      x.toTypedArray().map((v) => v - Math.round(v)),
      { shape: x.shape },
    );
    return x.sub(rounding).max();
  },
  "x.min()": (x) => x.min(),
  "x.max(1)[0]": (x) => x.max(1)[0],
  "x.max(1)[1]": (x) => x.max(1)[1],
  "x.min(0, keepdim=True)[0]": (x) => x.min(0, true)[0],
  "x.argmax()": (x) => x.argmax(),
  "x.argmax(0)": (x) => x.argmax(0),
  "x.argmin(-1, keepdim=True)": (x) => x.argmin(-1, true),
  "x.clamp(-0.5, 1)": (x) => x.clamp(-0.5, 1),
  "x.clamp(min=0)": (x) => x.clamp(0),
  "gelu(x)": (x) => x.gelu(),
  "gelu(x, tanh)": (x) => x.gelu("tanh"),
  "silu(x)": (x) => x.silu(),
  "softplus(x)": (x) => x.softplus(),
  "elu(x, 0.7)": (x) => x.elu(0.7),
  "leaky_relu(x)": (x) => x.leakyRelu(),
  "logsigmoid(x*50)": (x) => x.mul(50).logSigmoid(),
  "x[1:-1]": (x) => x.slice([1, -1]),
  "x[:, 0]": (x) => x.slice(null, 0),
  "x[-2:, :, ::2]": (x) => x.slice([-2], null, [null, null, 2]),
  "x[1, 1:9, -1]": (x) => x.slice(1, [1, 9], -1),
  "x[0:1, 2:4]": (x) => x.slice([0, 1], [2, 4]),
  "x[4:2]": (x) => x.slice([4, 2]),
  "x.gather(1, index)": (x, t) => x.gather(1, t),
  "x.gather(0, index)": (x, t) => x.gather(0, t),
  "x.index_select(0, index)": (x, t) => x.indexSelect(0, t),
  "x.index_select(1, index)": (x, t) => x.indexSelect(1, t),
  "where(mask, x, 0)": (x, t) => where(t, x, 0),
  "where(mask, x, x[:1])": (x, t) => where(t, x, x.slice([0, 1])),
  "x.masked_fill(mask, -7)": (x, t) => x.maskedFill(t, -7),
  "x.flatten(1)": (x) => x.flatten(1),
  "x.flatten(0, 1)": (x) => x.flatten(0, 1),
  "x.chunk(3, 1)[2]": (x) => x.chunk(3, 1)[2]!,
  "x.split(2)[1]": (x) => x.split(2)[1]!,
  "x.split([1, 4])[1]": (x) => x.split([1, 4])[1]!,
  "x.T": (x) => x.T,
};

const uniform = (shape: readonly number[]) => rand(shape).mul(2).sub(1);
const given = (g: GoldenTensor | undefined, dtype: "int32" | "float32") =>
  tensor((g as { data: number[] } | undefined)?.data ?? [], {
    ...(g ? { shape: g.shape } : {}),
    dtype,
  });

describe("tensor operations give PyTorch's numbers and gradients", () => {
  it.each(golden.cases.map((c) => [c.name, c] as const))("%s", (name, c) => {
    manualSeed(c.seed);
    const x = uniform(c.shape).mul(2).detach();
    x.requiresGrad = true;
    const y = operations[name]!(x, c.index ? given(c.index, "int32") : given(c.mask, "float32"));
    expect(y.shape).toEqual(c.output.shape);
    expect(difference(y.toTypedArray(), c.output, { relative: 1e-5, absolute: 1e-7 })).toBeUndefined();
    if (!c.dx) {
      expect(y.dtype).toBe("int32");
      expect(y.requiresGrad).toBe(false);
      return;
    }
    y.backward(uniform(y.shape));
    expect(difference(x.grad!.toTypedArray(), c.dx, { relative: 1e-5, absolute: 1e-6 })).toBeUndefined();
  });
});

describe("tensors", () => {
  it("share memory where a slice is one run, and copy where it is not", () => {
    const x = arange(12).reshape([3, 4]);
    const [run, spread] = [x.slice([1, 3]), x.slice(null, [0, 2])];
    x.copy_(zeros([3, 4]));
    expect(run.toArray()).toEqual([
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(spread.toArray()).toEqual([
      [0, 1],
      [4, 5],
      [8, 9],
    ]);
  });

  it("keep int32 through movement and indexing", () => {
    const x = tensor([[3, 1, 2]], { dtype: "int32" });
    for (const y of [x.slice(0), x.T, x.flip(1), x.gather(1, x.mul(0).to("int32")), cat([x, x])]) {
      expect(y.dtype).toBe("int32");
    }
    expect(x.indexSelect(1, tensor([-1], { dtype: "int32" })).toArray()).toEqual([[2]]);
  });

  it("count what is not a number or not finite", () => {
    const x = tensor([1, Number.NaN, Number.POSITIVE_INFINITY, Number.NaN]);
    expect(x.isnan().sum().item()).toBe(2);
    expect(x.isfinite().toArray()).toEqual([1, 0, 0, 0]);
  });

  it("let NaN win in max, min and clamp", () => {
    const x = tensor([1, Number.NaN, 3]);
    expect([x.max().item(), x.min().item(), x.argmax().item()]).toEqual([Number.NaN, Number.NaN, 1]);
    expect(x.clamp(2, 2.5).toArray()).toEqual([2, Number.NaN, 2.5]);
  });

  it("give std a gradient of 0 where nothing varies, and norm where all is 0", () => {
    const x = tensor([2, 2, 2], { requiresGrad: true });
    x.std().backward();
    expect(x.grad?.toArray()).toEqual([0, 0, 0]);
    const zero = zeros([3], { requiresGrad: true });
    for (const p of [1, 2, 3, Number.POSITIVE_INFINITY]) zero.norm(p).backward();
    expect(zero.grad?.toArray()).toEqual([0, 0, 0]);
  });

  it("compare with a tolerance, or exactly", () => {
    const x = tensor([1, Number.NaN]);
    expect(allclose(tensor([1, 2]), tensor([1.000001, 2]))).toBe(true);
    expect(allclose(tensor([1, 2]), tensor([1.001, 2]))).toBe(false);
    expect(x.allclose(x)).toBe(false);
    expect(x.allclose(x, { equalNan: true })).toBe(true);
    expect(tensor([1, 2]).equal(tensor([[1, 2]]))).toBe(false);
    expect(tensor([1, 2]).equal(tensor([1, 2]))).toBe(true);
  });

  it("are made like others, in steps, and at random as PyTorch does", () => {
    expect(zerosLike(tensor([[1, 2]], { dtype: "int32" })).dtype).toBe("int32");
    expect(onesLike(rand([2])).toArray()).toEqual([1, 1]);
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(linspace(0, 1, 5).toArray()).toEqual([0, 0.25, 0.5, 0.75, 1]);
    manualSeed(0);
    expect(randperm(5).toArray()).toEqual([4, 1, 2, 0, 3].map(() => expect.any(Number)));
    expect(
      randint(2, 4, [50])
        .toTypedArray()
        .every((v) => v === 2 || v === 3),
    ).toBe(true);
  });
});

describe("tensors refuse what makes no sense", () => {
  const x = rand([3, 4]);
  it.each<[string, () => unknown, string]>([
    [
      "slice with too many ranges",
      () => x.slice(null, null, 0),
      "slice: 3 ranges given for 2 dims (shape [3, 4])",
    ],
    [
      "slice out of range",
      () => x.slice(3),
      "slice: index 3 is out of range: dim 0 of [3, 4] has 3 elements",
    ],
    ["slice backwards", () => x.slice([null, null, -1]), "a step of at least 1; flip() reverses"],
    [
      "gather with float indices",
      () => x.gather(1, x),
      "gather: the index must be an int32 tensor, got float32",
    ],
    [
      "gather out of range",
      () => x.gather(1, tensor([[0, 4]], { dtype: "int32" })),
      "gather: index 4 (at position 1) is out of range: dim 1 has 4 elements",
    ],
    [
      "gather with too few dims",
      () => x.gather(1, tensor([0], { dtype: "int32" })),
      "gather: the index has shape [1], expected as many dims as the tensor [3, 4]",
    ],
    [
      "indexSelect by a matrix",
      () => x.indexSelect(0, tensor([[0]], { dtype: "int32" })),
      "indexSelect: the index must have one dim, got shape [1, 1]",
    ],
    ["where of shapes that do not fit", () => where(x, rand([2]), 0), "where: shapes"],
    ["max of nothing", () => zeros([0]).max(), "max: there is nothing to choose from in shape [0]"],
    ["argmin of nothing along a dim", () => zeros([2, 0]).argmin(1), "along dim 1 in shape [2, 0]"],
    ["split into sizes that do not add up", () => x.split([1, 1]), "split: sizes [1, 1] must add up to 3"],
    ["split into parts of 0", () => x.split(0), "a whole number of at least 1, got 0"],
    ["chunk into none", () => x.chunk(0), "chunk: chunks must be a whole number of at least 1, got 0"],
    ["norm with p 0", () => x.norm(0), "norm: p must be a number above 0 or Infinity, got 0"],
    ["flatten backwards", () => x.flatten(1, 0), "flatten: startDim 1 lies behind endDim 0"],
    ["a dim that is not there", () => x.cumsum(2), "cumsum: dim must be a whole number from -2 to 1, got 2"],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
