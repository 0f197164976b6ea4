import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { manualSeed, type NestedArray, nn, optim, rand, type Tensor, tensor, zeros } from "../src/index.js";

type Pair = Record<"a" | "b", NestedArray>;
interface Case {
  optimizer: string;
  options: Record<string, unknown>;
  groups?: Record<string, unknown>[];
  /** Parameters a and b after each step, concatenated. */
  trajectory: number[][];
  mlp?: { losses: number[]; final: Record<string, GoldenTensor> };
}
interface Clip {
  function: string;
  limit: number;
  normType?: string;
  before: GoldenTensor[];
  total: number | null;
  after: GoldenTensor[];
}
const golden = readGolden<
  Golden<Case> & { clip: Clip[]; quadratic: Record<"start" | "target" | "scale", Pair> }
>("optim");

// biome-ignore lint/suspicious/noExplicitAny: options come from the golden file as JSON
const classes = optim as unknown as Record<string, new (params: any, options: any) => optim.Optimizer<any>>;
const known = golden.cases.filter((c) => c.optimizer in classes);

describe("optimizers follow PyTorch step by step", () => {
  it.each(known.map((c) => [`${c.optimizer} ${JSON.stringify(c.groups ?? c.options)}`, c] as const))(
    "%s",
    (_, c) => {
      const { start, target, scale } = golden.quadratic;
      const params = (["a", "b"] as const).map((key) => tensor(start[key], { requiresGrad: true }));
      const targets = [tensor(target.a), tensor(target.b)];
      const scales = [tensor(scale.a), tensor(scale.b)];
      const groups = c.groups?.map((own, i) => ({ params: [params[i]!], ...own }));
      const optimizer = new classes[c.optimizer]!(groups ?? params, c.options);
      for (const expected of c.trajectory) {
        params.forEach((p, i) => {
          p.grad = scales[i]!.mul(p.detach().sub(targets[i]!));
        });
        optimizer.step();
        const got = params.flatMap((p) => [...p.toTypedArray()]);
        got.forEach((value, i) => {
          expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6 + 1e-6 * Math.abs(expected[i]!));
        });
      }
    },
  );

  it.each(known.filter((c) => c.mlp).map((c) => [`${c.optimizer} ${JSON.stringify(c.options)}`, c] as const))(
    "on a small network: %s",
    (_, c) => {
      manualSeed(0);
      const [first, second] = [new nn.Linear(3, 4), new nn.Linear(4, 1)];
      const x = rand([8, 3]).mul(2).sub(1);
      const y = rand([8, 1]).mul(2).sub(1);
      const optimizer = new classes[c.optimizer]!([...first.parameters(), ...second.parameters()], c.options);
      for (const expected of c.mlp!.losses) {
        optimizer.zeroGrad();
        const loss = new nn.MSELoss().forward(second.forward(first.forward(x).tanh()), y);
        expect(Math.abs(loss.item() / expected - 1)).toBeLessThan(1e-5);
        loss.backward();
        optimizer.step();
      }
      const state = [...Object.values(first.stateDict()), ...Object.values(second.stateDict())];
      Object.values(c.mlp!.final).forEach((expected, i) => {
        expect(
          difference(state[i]!.toTypedArray(), expected, { relative: 1e-5, absolute: 1e-6 }),
        ).toBeUndefined();
      });
    },
  );
});

describe("gradient clipping gives PyTorch's numbers", () => {
  it.each(golden.clip.map((c) => [`${c.function} ${c.limit} ${c.normType ?? ""}`, c] as const))(
    "%s",
    (_, c) => {
      const params = c.before.map((g) => {
        const p = zeros(g.shape, { requiresGrad: true });
        p.grad = tensor((g as { data: number[] }).data, { shape: g.shape });
        return p;
      });
      if (c.function === "clip_grad_value_") optim.clipGradValue_(params, c.limit);
      else {
        const normType = c.normType === "inf" ? Number.POSITIVE_INFINITY : Number(c.normType);
        expect(optim.clipGradNorm_(params, c.limit, { normType })).toBeCloseTo(c.total!, 5);
      }
      params.forEach((p, i) => {
        expect(
          difference(p.grad!.toTypedArray(), c.after[i]!, { relative: 1e-5, absolute: 1e-7 }),
        ).toBeUndefined();
      });
    },
  );
});

describe("optimizers", () => {
  const param = () => zeros([3], { requiresGrad: true });

  it("save their state and go on from it as if nothing had happened", () => {
    const run = (steps: number, optimizer: optim.Adam, p: Tensor) => {
      for (let i = 0; i < steps; i++) {
        p.grad = p.detach().sub(1);
        optimizer.step();
      }
    };
    const [p, q] = [param(), param()];
    const [whole, first] = [new optim.Adam([p], { lr: 0.1 }), new optim.Adam([q], { lr: 0.1 })];
    run(7, whole, p);
    run(3, first, q);
    const second = new optim.Adam([q], { lr: 0.5 });
    second.loadStateDict(first.stateDict());
    run(4, second, q);
    expect(q.toArray()).toEqual(p.toArray());
  });

  it("leave a parameter without a gradient as it is", () => {
    const [p, q] = [param(), param()];
    p.grad = tensor([1, 2, 3]);
    new optim.SGD([p, q], { lr: 1 }).step();
    expect(p.toArray()).toEqual([-1, -2, -3]);
    expect(q.toArray()).toEqual([0, 0, 0]);
  });

  it("zero gradients in place, or drop them when told to", () => {
    const p = param();
    const optimizer = new optim.SGD([p], { lr: 1 });
    p.grad = tensor([1, 2, 3]);
    optimizer.zeroGrad();
    expect(p.grad?.toArray()).toEqual([0, 0, 0]);
    optimizer.zeroGrad({ setToNone: true });
    expect(p.grad).toBeNull();
  });

  it("refuse options out of range and tensors that they cannot change", () => {
    expect(() => new optim.Adam([param()], { lr: -1 })).toThrow(
      "Adam: lr must be a finite number of at least 0, got -1",
    );
    expect(() => new optim.Adam([param()], { betas: [1, 0.9] })).toThrow(
      "betas[0] must be at least 0 and below 1",
    );
    expect(() => new optim.SGD([param()], { lr: 0.1, nesterov: true })).toThrow("nesterov needs a momentum");
    expect(() => new optim.SGD([], { lr: 0.1 })).toThrow("SGD: got no parameters");
    expect(() => new optim.SGD([zeros([2])], { lr: 0.1 })).toThrow("leaf tensors with requiresGrad");
    const p = param();
    expect(() => new optim.SGD([p, p], { lr: 0.1 })).toThrow("a parameter appears twice");
    const state = new optim.Adam([param()]).stateDict();
    expect(() => new optim.Adam([param(), param()]).loadStateDict(state)).toThrow(
      "groups of 1 parameters, expected 2",
    );
  });
});
