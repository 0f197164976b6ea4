import { describe, expect, it } from "vitest";
import { Memory } from "../src/engine/memory.js";
import { engineInfo, nn, OutOfMemoryError, optim, rand, scope, tensor, zeros } from "../src/index.js";

describe("scope", () => {
  it("frees what it made, save what it returns", () => {
    let lost = zeros([1]);
    const kept = scope(() => {
      lost = rand([1000]);
      return { list: [lost.mul(2)], text: "as it is" };
    });
    expect(kept.list[0]!.shape).toEqual([1000]);
    expect(kept.list[0]!.toTypedArray()).toHaveLength(1000);
    expect(() => lost.toArray()).toThrow("made inside a scope that has ended");
  });

  it("hands what an inner scope returns to the outer one", () => {
    let inner = zeros([1]);
    const sum = scope(() => {
      inner = scope(() => rand([8]));
      return inner.sum().item();
    });
    expect(sum).toBeGreaterThan(0);
    expect(() => inner.toArray()).toThrow("scope that has ended");
  });

  it("leaves parameters, gradients and optimizer state alone", () => {
    const [layer, optimizer] = scope(() => {
      const made = new nn.Linear(3, 2);
      const adam = new optim.Adam(made.parameters());
      made
        .forward(rand([4, 3]))
        .sum()
        .backward();
      adam.step();
      return [made, adam] as const;
    });
    expect(layer.weight.grad?.shape).toEqual([2, 3]);
    layer
      .forward(rand([4, 3]))
      .sum()
      .backward();
    optimizer.step();
    expect(layer.weight.toTypedArray().every(Number.isFinite)).toBe(true);
  });

  it("frees what it made when it throws", () => {
    const before = engineInfo().memory.inUse;
    expect(() =>
      scope(() => {
        rand([10_000]);
        throw new Error("as planned");
      }),
    ).toThrow("as planned");
    expect(engineInfo().memory.inUse).toBe(before);
  });

  it("refuses an asynchronous function", () => {
    expect(() => scope(async () => 1)).toThrow("asynchronous");
  });

  it("keeps memory flat over many training steps", () => {
    const lstm = new nn.LSTM(3, 6, { numLayers: 2 });
    const head = new nn.Linear(6, 1);
    const optimizer = new optim.Adam([...lstm.parameters(), ...head.parameters()]);
    const [x, y] = [rand([12, 1, 3]), rand([12, 1, 1])];
    const step = () =>
      scope(() => {
        optimizer.zeroGrad();
        const loss = new nn.MSELoss().forward(head.forward(lstm.forward(x)[0]), y);
        loss.backward();
        optimizer.step();
      });
    for (let i = 0; i < 3; i++) step();
    const before = engineInfo().memory;
    for (let i = 0; i < 2000; i++) step();
    expect(engineInfo().memory).toEqual(before);
  });
});

describe("the engine's memory", () => {
  it("gives a freed block out again, and keeps tensors apart", () => {
    const memory = new Memory(false);
    const a = memory.allocate(100);
    const b = memory.allocate(100);
    expect(Math.abs(a.address - b.address)).toBeGreaterThanOrEqual(100);
    memory.release(a);
    memory.release(a);
    expect(memory.allocate(120).address).toBe(a.address);
    expect(memory.allocate(120).address).not.toBe(a.address);
  });

  it("keeps the contents of tensors when it grows", () => {
    const x = tensor([1, 2, 3]);
    const { capacity } = engineInfo().memory;
    const large = scope(() => {
      const big = zeros([Math.ceil(capacity / 4) + 1024]);
      return big.numel;
    });
    expect(large).toBeGreaterThan(0);
    expect(engineInfo().memory.capacity).toBeGreaterThan(capacity);
    expect(x.toArray()).toEqual([1, 2, 3]);
  });

  it("says what was asked for when there is no more", () => {
    const before = engineInfo().memory.inUse;
    expect(() => zeros([2 ** 31])).toThrow(OutOfMemoryError);
    expect(() => zeros([2 ** 31])).toThrow(/Out of memory: 8192\.0 MiB asked for/);
    expect(engineInfo().memory.inUse).toBe(before);
  });
});
