import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { engine, engineInfo, init, runCalls } from "../src/engine/engine.js";
import { canShareMemory } from "../src/engine/host.js";
import type { Call } from "../src/engine/pool.js";
import { manualSeed, nn, rand, randn, type Tensor } from "../src/index.js";

/** Outputs and gradients of everything, as numbers. */
function train(make: () => nn.Module, shape: number[]): number[][] {
  manualSeed(1);
  const layer = make();
  const x = randn(shape, { requiresGrad: true });
  const result = layer.forward(x) as Tensor | [Tensor, unknown];
  const y = Array.isArray(result) ? result[0] : result;
  y.mul(rand(y.shape)).sum().backward();
  const all = [y, x.grad!, ...[...layer.parameters()].map((p) => p.grad!)];
  return all.map((t) => [...t.array.data]);
}

/** Where two lists of arrays first differ; null where they do not. (The runner takes minutes to say it of large ones.) */
function difference(got: number[][], expected: number[][]): string | null {
  for (const [i, values] of expected.entries()) {
    const at = values.findIndex((value, j) => !Object.is(value, got[i]![j]));
    if (at >= 0) return `array ${i}, element ${at}: ${got[i]![at]} instead of ${values[at]}`;
  }
  return null;
}

const cases: [name: string, make: () => nn.Module, shape: number[]][] = [
  ["an LSTM of two layers", () => new nn.LSTM(5, 40, { numLayers: 2 }), [20, 50, 5]],
  ["an LSTM in both directions", () => new nn.LSTM(8, 64, { bidirectional: true }), [12, 64, 8]],
  ["a projected LSTM", () => new nn.LSTM(8, 64, { projSize: 24 }), [12, 64, 8]],
  ["a GRU", () => new nn.GRU(7, 48), [16, 70, 7]],
  [
    "a GRU with its reset gate before the product",
    () => new nn.GRU(7, 48, { resetAfter: false }),
    [16, 70, 7],
  ],
  ["an RNN", () => new nn.RNN(6, 96), [16, 66, 6]],
  ["a linear layer", () => new nn.Linear(96, 130), [333, 96]],
  ["a convolution", () => new nn.Conv1d(24, 48, 3, { padding: 1 }), [40, 24, 50]],
  ["a depthwise convolution", () => new nn.Conv1d(48, 48, 3, { groups: 48 }), [32, 48, 60]],
  [
    "pooling and normalisation",
    () => new nn.Sequential(new nn.MaxPool1d(2), new nn.BatchNorm1d(64)),
    [20, 64, 110],
  ],
  ["an activation over a large array", () => new nn.Tanh(), [40, 64, 200]],
];

describe.skipIf(!canShareMemory())("threads", () => {
  afterAll(() => init());

  describe.each([
    ["with the system's BLAS, if there is one", "auto"],
    ["without a BLAS", false],
  ] as const)("%s", (_, blas) => {
    const expected = new Map<string, number[][]>();
    beforeAll(async () => {
      await init({ threads: 1, blas });
      for (const [name, make, shape] of cases) expected.set(name, train(make, shape));
    });
    it.each([2, 3, 8])("%i of them give the bits of one", async (threads) => {
      expect((await init({ threads, blas })).threads).toBe(threads);
      for (const [name, make, shape] of cases) {
        expect(difference(train(make, shape), expected.get(name)!), name).toBeNull();
      }
    });
  });

  it("go on where work is larger than a job has room for", async () => {
    await init({ threads: 2 });
    const { memory } = engine();
    const block = memory.allocate(4 * 1000);
    runCalls(Array.from({ length: 1000 }, (_, i): Call => ["fill", 1, i, block.address + 4 * i]));
    expect([...memory.f32.subarray(block.address >> 2, (block.address >> 2) + 1000)]).toEqual(
      Array.from({ length: 1000 }, (_, i) => i),
    );
    memory.release(block);
  });

  it("report a kernel that fails, and go on with the next job", async () => {
    await init({ threads: 2 });
    const broken = Array.from({ length: 40 }, (): Call => ["fill", 10, 1, -64]);
    expect(() => runCalls(broken)).toThrow(/out of bounds/);
    const { memory } = engine();
    const block = memory.allocate(8);
    runCalls([
      ["fill", 1, 5, block.address],
      ["fill", 1, 6, block.address + 4],
    ]);
    expect([...memory.f32.subarray(block.address >> 2, (block.address >> 2) + 2)]).toEqual([5, 6]);
    memory.release(block);
  });

  /** Calls that take some milliseconds each. */
  function longCalls(count: number): Call[] {
    const { memory } = engine();
    const size = 320;
    const block = memory.allocate(4 * size * size * (2 + count));
    const at = (i: number) => block.address + 4 * size * size * i;
    return Array.from(
      { length: count },
      (_, i): Call => ["gemm", 0, 0, size, size, size, at(0), size, at(1), size, 0, at(2 + i), size],
    );
  }

  it("that die while they work give an error instead of a wait for ever; the engine goes on with one", async () => {
    await init({ threads: 2, blas: false });
    const pool = engine().pool!;
    pool.deadAfter = 100;
    // killed in the midst of its work as a rule; if between two calls, the next job after the loop's turn reports it
    await expect(
      (async () => {
        for (let i = 0; i < 100; i++) {
          runCalls(longCalls(8));
          if (i === 3) pool.kill(0);
          if (i > 50) await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })(),
    ).rejects.toThrow(/^A worker thread has died: .*Call init\(\) to start threads again\.$/);
    expect(engineInfo()).toMatchObject({ threads: 1, threadsReason: "a worker thread has died" });
    const { memory } = engine();
    const block = memory.allocate(8);
    runCalls([
      ["fill", 1, 7, block.address],
      ["fill", 1, 8, block.address + 4],
    ]);
    expect(memory.f32[(block.address >> 2) + 1]).toBe(8);
  });

  it("that die while they wait are reported by the next job", async () => {
    await init({ threads: 3 });
    const pool = engine().pool!;
    pool.kill(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(() => runCalls(longCalls(4))).toThrow(/worker thread has died: it ended with code 1/);
    expect((await init({ threads: 2 })).threads).toBe(2);
    runCalls(longCalls(4));
  });
});

describe("init", () => {
  afterAll(() => init());

  it.each([0, 1.5, 65, Number.NaN])("refuses %d threads", async (threads) => {
    await expect(init({ threads })).rejects.toThrow(
      `threads must be a whole number from 1 to 64, got ${threads}`,
    );
  });

  it("refuses an option that it does not have", async () => {
    await expect(init({ thread: 2 } as object)).rejects.toThrow(/"thread"/);
  });

  it.skipIf(!canShareMemory())("refuses a BLAS that is not there, in a sentence that names it", async () => {
    await expect(init({ blas: "/nowhere/libopenblas.so" })).rejects.toThrow(
      /^init: cannot use the BLAS \/nowhere\/libopenblas\.so: .*leave blas out\.$/s,
    );
    await expect(init({ blas: "" })).rejects.toThrow(/blas must be "auto", false or a library's path/);
  });

  it("says why there is no BLAS when it is not wanted", async () => {
    expect(await init({ blas: false })).toMatchObject({ blas: null, blasReason: "switched off" });
    expect(await init({ deterministic: true })).toMatchObject({
      blas: null,
      blasReason: "deterministic leaves it out",
      simd: "plain",
    });
  });
});
