import { describe, expect, it } from "vitest";
import { cat, nn, rand, stack, tensor } from "../src/index.js";
import { checkGradients, fixed, type GradientRow } from "./checkGradients.js";

/** Every differentiable operation on tensors, one row each. Layers: gradientsLayers.test.ts. */
const rows: GradientRow[] = [
  [
    "add",
    [
      [3, 4],
      [3, 4],
    ],
    (a, b) => a.add(b),
  ],
  ["add, row broadcast", [[3, 4], [4]], (a, b) => a.add(b)],
  [
    "add, both broadcast",
    [
      [3, 1],
      [1, 4],
    ],
    (a, b) => a.add(b),
  ],
  ["add, number", [[3]], (a) => a.add(2)],
  [
    "sub, column broadcast",
    [
      [3, 4],
      [3, 1],
    ],
    (a, b) => a.sub(b),
  ],
  ["sub, row on the left", [[4], [3, 4]], (a, b) => a.sub(b)],
  [
    "mul",
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => a.mul(b),
  ],
  [
    "mul, middle broadcast",
    [
      [2, 1, 3],
      [2, 4, 1],
    ],
    (a, b) => a.mul(b),
  ],
  ["mul, scalar tensor", [[2, 3], []], (a, b) => a.mul(b)],
  ["mul with itself", [[5]], (a) => a.mul(a)],
  [
    "div",
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => a.div(b),
  ],
  ["div, row broadcast", [[2, 3], [3]], (a, b) => a.div(b)],
  ["pow, tensor exponent", [[5], [5]], (a, b) => a.pow(b), true],
  ["pow, number", [[5]], (a) => a.pow(3)],
  ["maximum", [[6], [6]], (a, b) => a.maximum(b)],
  ["minimum, number", [[6]], (a) => a.minimum(0.1)],
  ["neg", [[7]], (a) => a.neg()],
  ["abs", [[7]], (a) => a.abs()],
  ["exp", [[7]], (a) => a.exp()],
  ["log", [[7]], (a) => a.log(), true],
  ["sqrt", [[7]], (a) => a.sqrt(), true],
  ["square", [[7]], (a) => a.square()],
  ["reciprocal", [[7]], (a) => a.reciprocal()],
  ["sigmoid", [[7]], (a) => a.sigmoid()],
  ["tanh", [[7]], (a) => a.tanh()],
  ["relu", [[7]], (a) => a.relu()],
  [
    "matmul",
    [
      [3, 4],
      [4, 5],
    ],
    (a, b) => a.matmul(b),
  ],
  [
    "matmul, batched",
    [
      [2, 3, 4],
      [2, 4, 5],
    ],
    (a, b) => a.matmul(b),
  ],
  [
    "matmul, broadcast batch",
    [
      [2, 1, 3, 4],
      [5, 4, 2],
    ],
    (a, b) => a.matmul(b),
  ],
  ["matmul, vector on the left", [[4], [4, 5]], (a, b) => a.matmul(b)],
  ["matmul, vector on the right", [[2, 3, 4], [4]], (a, b) => a.matmul(b)],
  ["matmul, two vectors", [[4], [4]], (a, b) => a.matmul(b)],
  ["sum", [[3, 4]], (a) => a.sum()],
  ["sum over dim 0", [[3, 4]], (a) => a.sum(0)],
  ["sum over outer dims, kept", [[2, 3, 4]], (a) => a.sum([0, 2], true)],
  ["mean", [[3, 4]], (a) => a.mean()],
  ["mean over the last dims", [[2, 3, 4]], (a) => a.mean([1, 2])],
  ["softmax", [[3, 5]], (a) => a.softmax(1)],
  ["softmax over dim 0", [[3, 5]], (a) => a.softmax(0)],
  ["logSoftmax", [[3, 5]], (a) => a.logSoftmax(-1)],
  ["reshape", [[3, 4]], (a) => a.reshape([2, -1])],
  ["permute", [[2, 3, 4]], (a) => a.permute([2, 0, 1])],
  ["transpose", [[3, 4]], (a) => a.transpose(0, 1)],
  ["narrow of dim 0", [[5, 2]], (a) => a.narrow(0, 1, 3)],
  ["narrow of dim 1", [[3, 5]], (a) => a.narrow(1, 1, 3)],
  ["select", [[3, 5]], (a) => a.select(1, -1)],
  ["squeeze and unsqueeze", [[3, 1, 2]], (a) => a.squeeze(1).unsqueeze(0)],
  ["expand", [[3, 1]], (a) => a.expand([2, 3, 4])],
  ["flip", [[2, 3, 4]], (a) => a.flip([0, 2])],
  ["clone", [[3]], (a) => a.clone()],
  [
    "cat",
    [
      [2, 3],
      [2, 1],
      [2, 2],
    ],
    (a, b, c) => cat([a, b, c], 1),
  ],
  [
    "stack",
    [
      [2, 3],
      [2, 3],
    ],
    (a, b) => stack([a, b], 1),
  ],
  [
    "MSELoss",
    [
      [3, 2],
      [3, 2],
    ],
    (a, b) => new nn.MSELoss().forward(a, b),
  ],
  [
    "MSELoss, sum",
    [
      [3, 2],
      [3, 2],
    ],
    (a, b) => new nn.MSELoss({ reduction: "sum" }).forward(a, b),
  ],
  [
    "MSELoss, none",
    [
      [3, 2],
      [3, 2],
    ],
    (a, b) => new nn.MSELoss({ reduction: "none" }).forward(a, b),
  ],
  ["Linear", [[2, 3, 4]], (a) => fixed(() => new nn.Linear(4, 2)).forward(a)],
  ["RNN", [[4, 2, 3]], (a) => fixed(() => new nn.RNN(3, 5, { numLayers: 2 })).forward(a)[0]],
  [
    "RNN relu, last state",
    [[4, 2, 3]],
    (a) => fixed(() => new nn.RNN(3, 5, { nonlinearity: "relu" })).forward(a)[1],
  ],
  [
    "LSTM, all outputs",
    [
      [4, 2, 3],
      [2, 2, 5],
      [2, 2, 5],
    ],
    (x, h, c) => {
      const [output, [hn, cn]] = fixed(() => new nn.LSTM(3, 5, { numLayers: 2 })).forward(x, [h, c]);
      return cat([output.reshape([-1]), hn.reshape([-1]), cn.reshape([-1])]);
    },
  ],
  [
    "GRU, all outputs",
    [
      [4, 2, 3],
      [1, 2, 5],
    ],
    (x, h) => {
      const [output, hn] = fixed(() => new nn.GRU(3, 5)).forward(x, h);
      return cat([output.reshape([-1]), hn.reshape([-1])]);
    },
  ],
  ["batchFirst", [[2, 4, 3]], (a) => fixed(() => new nn.GRU(3, 5, { batchFirst: true })).forward(a)[0]],
];

describe("gradients agree with central differences", () => {
  it.each(rows)("%s", (_, shapes, run, positive = false) => checkGradients(shapes, run, positive));
});

describe("backward", () => {
  it("adds up over calls and over several uses of a tensor", () => {
    const x = tensor([2, 3], { requiresGrad: true });
    x.mul(x).add(x).sum().backward();
    expect(x.grad?.toArray()).toEqual([5, 7]);
    x.mul(10).sum().backward();
    expect(x.grad?.toArray()).toEqual([15, 17]);
  });

  it("splits the gradient of a tie between maximum's inputs", () => {
    const [a, b] = [tensor([1], { requiresGrad: true }), tensor([1], { requiresGrad: true })];
    a.maximum(b).sum().backward();
    expect([a.grad?.toArray(), b.grad?.toArray()]).toEqual([[0.5], [0.5]]);
  });

  it("goes through a graph once, or as often as retainGraph allows", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.square().sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(x.grad?.toArray()).toEqual([4, 8]);
    expect(() => y.backward()).toThrow("Pass { retainGraph: true }");
  });

  it("goes through a recurrent layer twice with retainGraph and doubles its gradients", () => {
    const gru = fixed(() => new nn.GRU(2, 3));
    const loss = gru
      .forward(rand([4, 2, 2]))[0]
      .square()
      .mean();
    loss.backward(null, { retainGraph: true });
    const once = gru.weight_hh_l0!.grad!.toTypedArray();
    loss.backward();
    gru.weight_hh_l0!.grad!.toTypedArray().forEach((g, i) => {
      expect(g).toBeCloseTo(2 * once[i]!, 6);
    });
  });

  it("needs a scalar or a gradient, and something to differentiate", () => {
    const x = tensor([1, 2], { requiresGrad: true });
    expect(() => x.mul(2).backward()).toThrow(
      "only a tensor of one element can start without a gradient, this one has shape [2]",
    );
    expect(() => x.mul(2).backward(tensor([1, 2, 3]))).toThrow(
      "gradient has shape [3], expected that of the tensor, [2]",
    );
    expect(() => tensor([1]).backward()).toThrow("nothing to differentiate");
  });

  it("stops at detach and records nothing under noGrad", async () => {
    const { noGrad } = await import("../src/index.js");
    const x = tensor([3], { requiresGrad: true });
    x.mul(x.detach()).sum().backward();
    expect(x.grad?.toArray()).toEqual([3]);
    expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
    expect(x.mul(2).requiresGrad).toBe(true);
    expect(() => noGrad(async () => x)).toThrow("asynchronous");
  });
});
