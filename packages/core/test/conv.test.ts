import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { init, manualSeed, nn, rand, type Tensor } from "../src/index.js";
import { type Convolution, conv, convBackward, outputLength } from "../src/reference/conv.js";

/** Sizes around the SIMD width and the register tile, groups from one to depthwise, every kind of padding. */
const convolutions = fc
  .record({
    N: fc.constantFrom(0, 1, 2, 5, 70),
    each: fc.constantFrom(1, 2, 3, 5),
    out: fc.constantFrom(1, 2, 3, 4, 9),
    groups: fc.constantFrom(1, 2, 4),
    L: fc.constantFrom(1, 2, 3, 4, 7, 8, 9, 16, 17, 33, 130),
    K: fc.constantFrom(1, 2, 3, 4, 5),
    stride: fc.constantFrom(1, 2, 3),
    dilation: fc.constantFrom(1, 2, 5),
    padding: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constantFrom("same" as const, "causal" as const)),
    mode: fc.constantFrom("zeros", "reflect", "replicate", "circular"),
    bias: fc.boolean(),
  })
  .map(({ each, out, ...rest }) => {
    const total = rest.dilation * (rest.K - 1);
    const stride = rest.padding === "same" ? 1 : rest.stride;
    const [left, right] =
      rest.padding === "same"
        ? [total >> 1, total - (total >> 1)]
        : rest.padding === "causal"
          ? [total, 0]
          : [rest.padding, rest.padding];
    return { ...rest, C: each * rest.groups, O: out * rest.groups, stride, left, right };
  })
  .filter((c) => {
    const most = { zeros: Infinity, replicate: Infinity, reflect: c.L - 1, circular: c.L }[c.mode]!;
    return outputLength(c as Convolution) >= 1 && Math.max(c.left, c.right) <= most;
  });

const drawn = (shape: number[]): Tensor => rand(shape).mul(2).sub(1).detach();

function expectClose(actual: ArrayLike<number>, expected: Float64Array, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = expected.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
  for (let i = 0; i < expected.length; i++) {
    const off = Math.abs(actual[i]! - expected[i]!) / largest;
    if (!(off < 3e-6)) expect.fail(`${what}[${i}] is ${actual[i]}, expected ${expected[i]}`);
  }
}

const gradient = (x: Tensor) => x.grad!.toTypedArray();

describe.each([false, true])(
  "convolution agrees with its float64 definition, deterministic %s",
  (deterministic) => {
    beforeAll(async () => void (await init({ deterministic })));
    afterAll(async () => void (await init()));

    it("Conv1d, forward and backward, whatever its sizes and options", () => {
      fc.assert(
        fc.property(convolutions, (c) => {
          manualSeed(1);
          const { stride, dilation, groups, padding, bias } = c;
          const paddingMode = c.mode as Convolution["mode"];
          const layer = new nn.Conv1d(c.C, c.O, c.K, {
            stride,
            dilation,
            groups,
            padding,
            bias,
            paddingMode,
          });
          const x = drawn([c.N, c.C, c.L]);
          x.requiresGrad = true;
          const y = layer.forward(x);
          const dy = drawn([...y.shape]);
          y.backward(dy);
          const reference = c as Convolution;
          const [xs, weight] = [x.toTypedArray(), layer.weight.toTypedArray()];
          expectClose(y.toTypedArray(), conv(reference, xs, weight, layer.bias?.toTypedArray() ?? null), "y");
          const d = convBackward(reference, xs, weight, dy.toTypedArray());
          expectClose(gradient(x), d.x, "dx");
          expectClose(gradient(layer.weight), d.weight, "dWeight");
          if (layer.bias) expectClose(gradient(layer.bias), d.bias, "dBias");
        }),
        { numRuns: 150, seed: 1 },
      );
    });

    it("ConvTranspose1d is Conv1d's backward: its output is the gradient of the input, its gradients the other way", () => {
      fc.assert(
        fc.property(
          convolutions.filter((c) => typeof c.padding === "number" && c.N > 0),
          (c) => {
            manualSeed(2);
            const reference = { ...c, mode: "zeros" } as Convolution;
            const T = outputLength(reference);
            const { stride, dilation, groups } = c;
            const padding = c.padding as number;
            const options = { stride, dilation, groups, padding, bias: false };
            const layer = new nn.ConvTranspose1d(c.O, c.C, c.K, options);
            const x = drawn([c.N, c.O, T]);
            x.requiresGrad = true;
            const least = (T - 1) * stride - 2 * padding + dilation * (c.K - 1) + 1;
            if (least < 1) return;
            const y = layer.forward(x, c.L);
            expect(y.shape).toEqual([c.N, c.C, c.L]);
            const [dy, weight] = [drawn([...y.shape]), layer.weight.toTypedArray()];
            y.backward(dy);
            const dys = dy.toTypedArray();
            const d = convBackward(reference, dys, weight, x.toTypedArray());
            expectClose(y.toTypedArray(), d.x, "y");
            expectClose(gradient(x), conv(reference, dys, weight, null), "dx");
            expectClose(gradient(layer.weight), d.weight, "dWeight");
          },
        ),
        { numRuns: 100, seed: 2 },
      );
    });
  },
);

describe("Conv1d", () => {
  it("has the tutorial's output length: Conv1d(4, 2, 3, stride 2) takes [1, 4, 9] to [1, 2, 4]", () => {
    expect(new nn.Conv1d(4, 2, 3, { stride: 2 }).forward(rand([1, 4, 9])).shape).toEqual([1, 2, 4]);
  });

  it("keeps the length with same and causal, and causal sees no future", () => {
    const x = rand([1, 2, 12]);
    for (const padding of ["same", "causal"] as const)
      expect(new nn.Conv1d(2, 3, 4, { padding, dilation: 2 }).forward(x).shape).toEqual([1, 3, 12]);
    const layer = new nn.Conv1d(2, 3, 3, { padding: "causal", dilation: 2 });
    const changed = x.toTypedArray().map((v, i) => (i % 12 >= 7 ? v + 1 : v));
    const before = layer.forward(x).narrow(2, 0, 7).toArray();
    expect(
      layer
        .forward(rand([1, 2, 12]).copy_(changed))
        .narrow(2, 0, 7)
        .toArray(),
    ).toEqual(before);
  });

  it("takes one sample [C, L] and gives what a batch of one gives", () => {
    const [layer, back] = [new nn.Conv1d(3, 5, 3), new nn.ConvTranspose1d(5, 3, 3)];
    const y = layer.forward(rand([3, 8]));
    expect(y.shape).toEqual([5, 6]);
    expect(back.forward(y).shape).toEqual([3, 8]);
    expect(back.forward(y).toArray()).toEqual(back.forward(y.unsqueeze(0)).squeeze(0).toArray());
  });

  it("takes an empty batch", () => {
    const x = rand([0, 3, 8]);
    x.requiresGrad = true;
    const layer = new nn.Conv1d(3, 5, 3);
    layer.forward(x).sum().backward();
    expect(x.grad?.shape).toEqual([0, 3, 8]);
    expect(layer.weight.grad?.toTypedArray().every((v) => v === 0)).toBe(true);
  });

  it("gives the same numbers for a sample, whatever batch it is in", () => {
    const layer = new nn.Conv1d(3, 5, 3);
    const x = rand([70, 3, 9]);
    expect(layer.forward(x.narrow(0, 69, 1)).toArray()).toEqual(layer.forward(x).narrow(0, 69, 1).toArray());
  });

  it.each<[string, () => unknown, string]>([
    [
      "channels of the input",
      () => new nn.Conv1d(4, 2, 3).forward(rand([1, 3, 9])),
      "Conv1d: input has 3 channels, expected 4 (shape [1, 3, 9], dims N, C, L)",
    ],
    [
      "dims of the input",
      () => new nn.Conv1d(4, 2, 3).forward(rand([4])),
      "Conv1d: input has shape [4], expected 3 dims (N, C, L), or 2 (C, L) for a single sample",
    ],
    [
      "an input shorter than the kernel",
      () => new nn.Conv1d(4, 2, 3, { dilation: 2, padding: 1 }).forward(rand([1, 4, 2])),
      "Conv1d: the kernel spans 5 elements (kernelSize 3, dilation 2), but the input has only 2 and 2 of padding (shape [1, 4, 2], dims N, C, L)",
    ],
    [
      "inChannels and groups",
      () => new nn.Conv1d(4, 6, 3, { groups: 3 }),
      "Conv1d: inChannels must be divisible by groups, got 4 and 3",
    ],
    [
      "outChannels and groups",
      () => new nn.ConvTranspose1d(6, 4, 3, { groups: 3 }),
      "ConvTranspose1d: outChannels must be divisible by groups, got 4 and 3",
    ],
    [
      "same with a stride",
      () => new nn.Conv1d(4, 2, 3, { padding: "same", stride: 2 }),
      'Conv1d: padding "same" keeps the length, which needs stride 1, got stride 2',
    ],
    [
      "an unknown padding",
      () => new nn.Conv1d(4, 2, 3, { padding: "full" as "same" }),
      'padding must be a whole number, "same", "valid" or "causal", got "full"',
    ],
    ["a negative padding", () => new nn.Conv1d(4, 2, 3, { padding: -1 }), "Conv1d: padding must be a whole"],
    [
      "an unknown paddingMode",
      () => new nn.Conv1d(4, 2, 3, { paddingMode: "mirror" as "reflect" }),
      'Conv1d: paddingMode must be "zeros", "reflect", "replicate" or "circular", got "mirror"',
    ],
    [
      "reflect padding as long as the input",
      () => new nn.Conv1d(1, 1, 3, { padding: 4, paddingMode: "reflect" }).forward(rand([1, 1, 4])),
      "Conv1d: reflect padding of 4 needs an input of at least 5 elements, got 4 (shape [1, 1, 4], dims N, C, L)",
    ],
    [
      "circular padding longer than the input",
      () => new nn.Conv1d(1, 1, 3, { padding: 5, paddingMode: "circular" }).forward(rand([1, 1, 4])),
      "Conv1d: circular padding of 5 needs an input of at least 5 elements, got 4",
    ],
    [
      "a fraction",
      () => new nn.Conv1d(4, 2, 1.5),
      "Conv1d: kernelSize must be a whole number of at least 1, got 1.5",
    ],
    [
      "outputPadding",
      () => new nn.ConvTranspose1d(4, 2, 3, { outputPadding: 1 }),
      "ConvTranspose1d: outputPadding must be smaller than stride or dilation, got 1 with stride 1 and dilation 1",
    ],
    [
      "outputSize",
      () => new nn.ConvTranspose1d(4, 2, 3, { stride: 2 }).forward(rand([1, 4, 4]), 12),
      "ConvTranspose1d: outputSize must lie between 9 and 10 for an input of length 4, got 12",
    ],
    [
      "an output with nothing left",
      () => new nn.ConvTranspose1d(1, 1, 1, { padding: 1 }).forward(rand([1, 1, 2])),
      "an input of length 2 (dims N, C, L) leaves an output of length 0 after padding 1; expected at least 1",
    ],
  ])("refuses %s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
