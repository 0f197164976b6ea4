import { describe, expect, it } from "vitest";
import { type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import {
  AbortError,
  arange,
  type Batch,
  DataLoader,
  engineInfo,
  fit,
  Generator,
  manualSeed,
  nn,
  optim,
  rand,
  type Tensor,
  TensorDataset,
  tensor,
} from "../src/index.js";

interface Case {
  seed: number;
  n: number;
  batchSize: number;
  shuffle: boolean;
  dropLast: boolean;
  generator: number | null;
  epochs: number[][][];
  after: GoldenTensor & { data: number[] };
}
const { loaders } = readGolden<Golden<never> & { loaders: Case[] }>("layers");

const numbers = (n: number) => new TensorDataset(arange(0, n, 1, { dtype: "int32" }));

describe("DataLoader gives PyTorch's batches", () => {
  const named = loaders.map(
    ({ seed, n, batchSize, shuffle, dropLast, generator }, i) =>
      [JSON.stringify({ seed, n, batchSize, shuffle, dropLast, generator }), loaders[i]!] as const,
  );
  it.each(named)("%s", (_, c) => {
    for (const how of ["for … of", "forEach"]) {
      manualSeed(c.seed);
      const { batchSize, shuffle, dropLast } = c;
      const loader = new DataLoader(numbers(c.n), {
        batchSize,
        shuffle,
        dropLast,
        ...(c.generator === null ? {} : { generator: new Generator(c.generator) }),
      });
      for (const expected of c.epochs) {
        const got: unknown[] = [];
        if (how === "forEach") loader.forEach(([x]) => void got.push(x.toArray()));
        else for (const [x] of loader) got.push(x.toArray());
        expect(got).toEqual(expected);
        expect(loader.length).toBe(expected.length);
      }
      expect(rand([1]).item()).toBe(Math.fround(c.after.data[0]!));
    }
  });
});

describe("TensorDataset", () => {
  it("keeps rows of its tensors together", () => {
    const data = new TensorDataset(arange(6).reshape([3, 2]), tensor([10, 11, 12]));
    const [x, y] = data.batch(tensor([2, 0], { dtype: "int32" }));
    expect(x.toArray()).toEqual([
      [4, 5],
      [0, 1],
    ]);
    expect(y.toArray()).toEqual([12, 10]);
    expect(data.get(-1).map((t) => t.toArray())).toEqual([[4, 5], 12]);
  });

  it("shares memory with a run of rows, and copies any others", () => {
    const x = arange(6);
    const data = new TensorDataset(x);
    const [run] = data.batch(tensor([1, 2], { dtype: "int32" }));
    const [mixed] = data.batch(tensor([2, 1], { dtype: "int32" }));
    x.copy_([0, 0, 0, 0, 0, 0]);
    expect([run.toArray(), mixed.toArray()]).toEqual([
      [0, 0],
      [2, 1],
    ]);
  });

  it("refuses tensors of different lengths, scalars and nothing", () => {
    expect(() => new TensorDataset(rand([3, 2]), rand([4]))).toThrow(
      "TensorDataset: all tensors need the same number of rows (dim 0), got shapes [3, 2] and [4]",
    );
    expect(() => new TensorDataset(tensor(1))).toThrow("got shapes []");
    expect(() => new TensorDataset()).toThrow("expected at least one tensor");
  });
});

describe("DataLoader", () => {
  it("takes any data set that has a length and makes batches", () => {
    const squares = { length: 3, batch: (indices: Tensor) => indices.square().toArray() };
    expect([...new DataLoader(squares, { batchSize: 2 })]).toEqual([[0, 1], [4]]);
  });

  it("refuses batch sizes that are none, and shuffling nothing", () => {
    expect(() => new DataLoader(numbers(3), { batchSize: 0 })).toThrow(
      "DataLoader: batchSize must be a whole number of at least 1, got 0",
    );
    expect(() => new DataLoader(numbers(0), { shuffle: true })).toThrow("there is nothing to shuffle");
    expect([...new DataLoader(numbers(0))]).toEqual([]);
  });

  it("keeps memory flat in fit and in forEach", async () => {
    manualSeed(0);
    const data = new DataLoader(new TensorDataset(rand([512, 64]), rand([512, 1])), {
      batchSize: 64,
      shuffle: true,
    });
    const model = new nn.Linear(64, 1);
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.01 });
    const run = () => fit(model, { data, optimizer, lossFn: new nn.MSELoss(), epochs: 2, validation: data });
    await run();
    const before = engineInfo().memory;
    for (let i = 0; i < 5; i++) data.forEach(([x, y]) => void new nn.MSELoss().forward(model.forward(x), y));
    expect(engineInfo().memory).toEqual(before);
    await run();
    // What each fit keeps (its good weights) is all that may come on top.
    expect(engineInfo().memory.inUse - before.inUse).toBeLessThan(4096);
    expect(engineInfo().memory.capacity).toBe(before.capacity);
  });

  it("resumes a shuffled epoch in its middle bit for bit", async () => {
    const task = () => {
      manualSeed(3);
      const data = new DataLoader(new TensorDataset(rand([20, 2]), rand([20, 1])), {
        batchSize: 3,
        shuffle: true,
      });
      const model = new nn.Linear(2, 1);
      const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
      return {
        model,
        options: { data: data as Iterable<Batch>, optimizer, lossFn: new nn.MSELoss(), epochs: 4 },
      };
    };
    const whole = task();
    const expected = await fit(whole.model, whole.options);
    const first = task();
    const controller = new AbortController();
    let batches = 0;
    const counted = {
      *[Symbol.iterator]() {
        for (const batch of first.options.data) {
          if (++batches === 10) controller.abort();
          yield batch;
        }
      },
    };
    let saved: Uint8Array | undefined;
    const run = fit(first.model, {
      ...first.options,
      data: counted,
      signal: controller.signal,
      checkpoint: { save: (bytes) => void (saved = bytes) },
    });
    await expect(run).rejects.toThrow(AbortError);
    const second = task();
    const result = await fit(second.model, { ...second.options, resume: saved! });
    expect(result.history).toEqual(expected.history);
    expect(second.model.weight.toArray()).toEqual(whole.model.weight.toArray());
  });
});
