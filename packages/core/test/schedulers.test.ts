import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import {
  AbortError,
  fit,
  manualSeed,
  nn,
  optim,
  rand,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.js";

interface Case {
  scheduler: string;
  options: Record<string, unknown>;
  optimizer: "SGD" | "Adam";
  lr: number;
  groups: number;
  /** Learning rates [step][group], before any step and after each. */
  rates: number[][];
  momenta?: number[][];
  metrics?: number[];
}
const { schedulers } = readGolden<Golden<never> & { schedulers: Case[] }>("layers");
const known = schedulers.filter((c) => c.scheduler in optim);

// biome-ignore lint/suspicious/noExplicitAny: options come from the golden file as JSON
type Options = any;

/** The option that a scheduler requires, which stands before the others. */
const required: Record<string, string> = {
  StepLR: "stepSize",
  MultiStepLR: "milestones",
  ExponentialLR: "gamma",
  CosineAnnealingLR: "TMax",
  OneCycleLR: "maxLr",
};

function optimizerOf(c: Pick<Case, "optimizer" | "lr" | "groups">) {
  const param = () => [zeros([1], { requiresGrad: true })];
  const groups = [{ params: param() }, { params: param(), lr: c.lr / 10 }].slice(0, c.groups);
  return c.optimizer === "SGD"
    ? new optim.SGD(groups, { lr: c.lr, momentum: 0.9 })
    : new optim.Adam(groups, { lr: c.lr });
}

function schedulerOf(
  c: Pick<Case, "scheduler" | "options">,
  optimizer: optim.AnyOptimizer,
): optim.LRScheduler {
  const make = (optim as unknown as Record<string, new (...args: Options[]) => optim.LRScheduler>)[
    c.scheduler
  ]!;
  const first = required[c.scheduler];
  if (!first) return new make(optimizer, c.options);
  const { [first]: value, ...rest } = c.options;
  return new make(optimizer, value, rest);
}

const step = (scheduler: optim.LRScheduler, metric: number | undefined) =>
  (scheduler as { step(metric?: number): void }).step(metric);

describe("schedulers follow PyTorch's learning rates", () => {
  it.each(known.map((c) => [`${c.scheduler} ${JSON.stringify(c.options)} ${c.optimizer}`, c] as const))(
    "%s",
    (_, c) => {
      const optimizer = optimizerOf(c);
      const scheduler = schedulerOf(c, optimizer);
      c.rates.forEach((expected, i) => {
        if (i > 0) step(scheduler, c.metrics?.[i - 1]);
        optimizer.paramGroups.forEach((group, g) => {
          const close = (got: number, want: number) =>
            expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-14 + 1e-9 * Math.abs(want));
          close(group.lr, expected[g]!);
          close(scheduler.getLastLr()[g]!, expected[g]!);
          const own = group as { momentum?: number; betas?: number[] };
          if (c.momenta) close(own.momentum ?? own.betas![0]!, c.momenta[i]![g]!);
        });
      });
    },
  );

  it.each(known.map((c) => [`${c.scheduler} ${JSON.stringify(c.options)} ${c.optimizer}`, c] as const))(
    "%s goes on from its saved state",
    (_, c) => {
      const half = Math.floor(c.rates.length / 2);
      const optimizer = optimizerOf(c);
      const scheduler = schedulerOf(c, optimizer);
      for (let i = 0; i < half; i++) step(scheduler, c.metrics?.[i]);
      const saved = JSON.parse(JSON.stringify([scheduler.stateDict(), optimizer.stateDict()])) as [
        optim.SchedulerState,
        Options,
      ];
      const other = optimizerOf({ ...c, lr: 0.777 });
      const resumed = schedulerOf(c, other);
      other.loadStateDict(saved[1]);
      resumed.loadStateDict(saved[0]);
      expect(resumed.getLastLr()).toEqual(scheduler.getLastLr());
      for (let i = half; i < c.rates.length - 1; i++) {
        step(scheduler, c.metrics?.[i]);
        step(resumed, c.metrics?.[i]);
        expect(other.paramGroups.map(({ params: _, ...rest }) => rest)).toEqual(
          optimizer.paramGroups.map(({ params: _, ...rest }) => rest),
        );
      }
    },
  );
});

interface Run {
  optimizer: string;
  options: Options;
  scheduler: string | null;
  schedule: Record<string, unknown>;
  seed: number;
  losses: number[];
  /** How far rounding alone takes PyTorch: the distance of its float32 run from its float64 run. */
  lossDrift: number[];
  finalDrift: number;
  final: GoldenTensor[];
  rate: number;
}
const training = readGolden<Golden<Run>>("training");

describe("200 steps end where PyTorch's end", () => {
  const named = training.cases.map(
    (c) => [`${c.optimizer} ${JSON.stringify(c.options)} ${c.scheduler ?? ""}`, c] as const,
  );
  it.each(named)("%s", (_, c) => {
    manualSeed(c.seed);
    const [first, second] = [new nn.Linear(3, 8), new nn.Linear(8, 1)];
    const x = rand([32, 3]).mul(2).sub(1);
    const target = tensor(
      x
        .sum(1, true)
        .toTypedArray()
        .map((sum) => Math.sin(Math.fround(3 * sum))),
      { shape: [32, 1] },
    );
    const params = [...first.parameters(), ...second.parameters()];
    const make = (optim as unknown as Record<string, new (...args: Options[]) => optim.AnyOptimizer>)[
      c.optimizer
    ]!;
    const optimizer = new make(params, c.options);
    const scheduler = c.scheduler
      ? schedulerOf({ scheduler: c.scheduler, options: c.schedule }, optimizer)
      : null;
    for (let i = 0; i < 200; i++) {
      scope(() => {
        optimizer.zeroGrad();
        const loss = new nn.MSELoss().forward(second.forward(first.forward(x).tanh()), target);
        if (i % 20 === 0) {
          const [golden, drift] = [c.losses[i / 20]!, c.lossDrift[i / 20]!];
          expect(Math.abs(loss.item() / golden - 1)).toBeLessThan(1e-5 + 4 * drift);
        }
        loss.backward();
        optimizer.step();
        if (scheduler) step(scheduler, loss.item());
      });
    }
    expect(optimizer.paramGroups[0]!.lr / c.rate).toBeCloseTo(1, 9);
    params.forEach((p, i) => {
      expect(
        difference(p.toTypedArray(), c.final[i]!, { relative: 1e-5, absolute: 1e-5 + 4 * c.finalDrift }),
      ).toBeUndefined();
    });
  });
});

class Net extends nn.Module {
  first = new nn.Linear(2, 4);
  second = new nn.Linear(4, 1);
  override forward(x: Tensor): Tensor {
    return this.second.forward(this.first.forward(x).tanh());
  }
}

describe("fit with a scheduler", () => {
  const make: [string, (o: optim.AnyOptimizer) => optim.LRScheduler][] = [
    ["CosineAnnealingLR", (o) => new optim.CosineAnnealingLR(o, 7)],
    ["ReduceLROnPlateau", (o) => new optim.ReduceLROnPlateau(o, { patience: 0, threshold: 0.5 })],
    ["OneCycleLR", (o) => new optim.OneCycleLR(o, 0.2, { totalSteps: 10 })],
  ];
  it.each(make)("resumes with %s bit for bit", async (_, schedule) => {
    const task = () => {
      manualSeed(1);
      const model = new Net();
      const data = [
        [rand([8, 2]), rand([8, 1])],
        [rand([8, 2]), rand([8, 1])],
      ] as const;
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
      const scheduler = schedule(optimizer);
      return { model, options: { data, optimizer, scheduler, lossFn: new nn.MSELoss(), epochs: 10 } };
    };
    const whole = task();
    const expected = await fit(whole.model, whole.options);
    const first = task();
    const controller = new AbortController();
    let saved: Uint8Array | undefined;
    const run = fit(first.model, {
      ...first.options,
      signal: controller.signal,
      onProgress: ({ epoch }) => epoch === 4 && controller.abort(),
      checkpoint: { save: (bytes) => void (saved = bytes) },
    });
    await expect(run).rejects.toThrow(AbortError);
    const second = task();
    const result = await fit(second.model, { ...second.options, resume: saved! });
    expect(result.history).toEqual(expected.history);
    expect(second.options.scheduler.getLastLr()).toEqual(whole.options.scheduler.getLastLr());
    whole.model.parameters().forEach((p, i) => {
      expect(second.model.parameters()[i]!.toArray()).toEqual(p.toArray());
    });
  });
});

describe("schedulers refuse what makes no sense", () => {
  const sgd = (groups = 1) => optimizerOf({ optimizer: "SGD", lr: 0.1, groups });
  it.each<[string, () => unknown, string]>([
    [
      "a step size of 0",
      () => new optim.StepLR(sgd(), 0),
      "StepLR: stepSize must be a whole number of at least 1",
    ],
    [
      "a negative gamma",
      () => new optim.ExponentialLR(sgd(), -1),
      "gamma must be a number of at least 0, got -1",
    ],
    [
      "a milestone between steps",
      () => new optim.MultiStepLR(sgd(), [1.5]),
      "MultiStepLR: a milestone must be",
    ],
    ["a TMax of 0", () => new optim.CosineAnnealingLR(sgd(), 0), "CosineAnnealingLR: TMax must be"],
    [
      "a factor of 1",
      () => new optim.ReduceLROnPlateau(sgd(), { factor: 1 }),
      "factor must be at least 0 and below 1",
    ],
    ["no metric", () => new optim.ReduceLROnPlateau(sgd()).step(), "step() needs the metric to judge by"],
    [
      "minima for other groups",
      () => new optim.ReduceLROnPlateau(sgd(2), { minLr: [0] }),
      "minLr has 1 numbers, expected one or 2",
    ],
    [
      "a cycle of unknown length",
      () => new optim.OneCycleLR(sgd(), 0.1),
      "pass totalSteps, or epochs and stepsPerEpoch",
    ],
    [
      "a cycle of a momentum that is not there",
      () =>
        new optim.OneCycleLR(new optim.Adagrad([zeros([1], { requiresGrad: true })]), 0.1, { totalSteps: 4 }),
      "Adagrad has no momentum to cycle; pass { cycleMomentum: false }",
    ],
    [
      "a step too many",
      () => {
        const scheduler = new optim.OneCycleLR(sgd(), 0.1, { totalSteps: 2 });
        for (let i = 0; i < 3; i++) scheduler.step();
      },
      "OneCycleLR: all 2 steps are done",
    ],
    [
      "the state of another scheduler",
      () => new optim.ReduceLROnPlateau(sgd()).loadStateDict(new optim.StepLR(sgd(), 1).stateDict()),
      "is not that of a ReduceLROnPlateau",
    ],
    [
      "the state of other groups",
      () => new optim.StepLR(sgd(2), 1).loadStateDict(new optim.StepLR(sgd(), 1).stateDict()),
      "is not that of a scheduler over 2 parameter groups",
    ],
  ])("%s", (_, run, message) => {
    expect(run).toThrow(message);
  });
});
