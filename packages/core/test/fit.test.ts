import { describe, expect, it } from "vitest";
import {
  AbortError,
  type Batch,
  type FitOptions,
  fit,
  manualSeed,
  nn,
  optim,
  rand,
  type Tensor,
  tensor,
} from "../src/index.js";

class Net extends nn.Module {
  lstm = new nn.LSTM(2, 5);
  head = new nn.Linear(5, 1);
  override forward(x: Tensor): Tensor {
    return this.head.forward(this.lstm.forward(x)[0]);
  }
}

/** A model, its optimizer and a small task, the same for the same seed. */
function task(seed = 0) {
  manualSeed(seed);
  const model = new Net();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const batch = (): Batch => [rand([6, 3, 2]), rand([6, 3, 1])];
  const data = [batch(), batch(), batch()];
  return { model, options: { data, optimizer, lossFn: new nn.MSELoss(), epochs: 12, validation: [batch()] } };
}

const weights = (model: nn.Module) =>
  Object.fromEntries(Object.entries(model.stateDict()).map(([k, v]) => [k, v.toArray()]));

async function interrupted(
  options: FitOptions,
  model: nn.Module,
  stop: (epoch: number, batches: number) => boolean,
) {
  const controller = new AbortController();
  let saved: Uint8Array | null = null;
  let epoch = 0;
  let batches = 0;
  const data = {
    *[Symbol.iterator]() {
      for (const batch of options.data) {
        if (stop(epoch, batches++)) controller.abort();
        yield batch;
      }
    },
  };
  const run = fit(model, {
    ...options,
    data,
    signal: controller.signal,
    checkpoint: { save: (bytes) => void (saved = bytes) },
    onProgress: (progress) => {
      epoch = progress.epoch;
      batches = 0;
    },
  });
  await expect(run).rejects.toThrow(AbortError);
  return saved! as Uint8Array;
}

describe("fit", () => {
  it("does what a hand-written loop does, bit for bit", async () => {
    const [byFit, byHand] = [task(), task()];
    const { history } = await fit(byFit.model, byFit.options);
    const losses: number[] = [];
    const { data, optimizer, lossFn } = byHand.options;
    for (let epoch = 0; epoch < 12; epoch++) {
      let sum = 0;
      for (const [x, y] of data) {
        optimizer.zeroGrad();
        const loss = lossFn.forward(byHand.model.forward(x), y);
        loss.backward();
        optimizer.step();
        sum += loss.item();
      }
      losses.push(sum / data.length);
    }
    expect(history.loss).toEqual(losses);
    expect(weights(byFit.model)).toEqual(weights(byHand.model));
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
  });

  it("reports progress after each epoch", async () => {
    const { model, options } = task();
    const seen: number[] = [];
    const result = await fit(model, { ...options, onProgress: (p) => seen.push(p.epoch, p.epochs) });
    expect(seen.filter((_, i) => i % 2 === 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(result).toMatchObject({ epochs: 12, reason: "done", bestEpoch: 12 });
    expect(result.history.validationLoss).toHaveLength(12);
  });

  it.each([
    ["between epochs", (epoch: number, batches: number) => epoch === 4 && batches === 0],
    ["in the middle of an epoch", (epoch: number, batches: number) => epoch === 6 && batches === 1],
    ["at the very start", (epoch: number, batches: number) => epoch === 0 && batches === 0],
  ])("is interrupted %s and resumes with the same bits", async (_, stop) => {
    const whole = task();
    const expected = await fit(whole.model, whole.options);
    const first = task();
    const saved = await interrupted(first.options, first.model, stop);
    const second = task();
    manualSeed(99);
    const result = await fit(second.model, { ...second.options, resume: saved });
    expect(result.history).toEqual(expected.history);
    expect(weights(second.model)).toEqual(weights(whole.model));
  });

  it("resumes data that are shuffled anew each epoch with the same bits", async () => {
    const shuffled = (data: readonly Batch[]) => ({
      *[Symbol.iterator]() {
        const order = [...data.keys()].sort(() => 0);
        const keys = new Map(order.map((i) => [i, rand([1]).item()]));
        yield* order.sort((a, b) => keys.get(a)! - keys.get(b)!).map((i) => data[i]!);
      },
    });
    const options = (t: ReturnType<typeof task>) => ({ ...t.options, data: shuffled(t.options.data) });
    const whole = task();
    manualSeed(5);
    const expected = await fit(whole.model, options(whole));
    const first = task();
    manualSeed(5);
    const saved = await interrupted(
      options(first),
      first.model,
      (epoch, batches) => epoch === 3 && batches === 1,
    );
    const second = task();
    const result = await fit(second.model, { ...options(second), resume: saved });
    expect(result.history).toEqual(expected.history);
    expect(weights(second.model)).toEqual(weights(whole.model));
  });

  it("stops early and takes back the best weights", async () => {
    const { model, options } = task();
    let calls = 0;
    const start = weights(model);
    // A loss whose validation part only grows: the first epoch is the best one.
    const lossFn = (p: Tensor, t: Tensor) => p.sub(t).square().mean();
    const validation = {
      *[Symbol.iterator](): Iterator<Batch> {
        calls++;
        yield [rand([6, 3, 2]), tensor(new Float32Array(18).fill(100 * calls), { shape: [6, 3, 1] })];
      },
    };
    const result = await fit(model, {
      ...options,
      lossFn,
      validation,
      epochs: 50,
      earlyStopping: { patience: 3 },
    });
    expect(result).toMatchObject({ reason: "early", epochs: 4, bestEpoch: 1 });
    expect(weights(model)).not.toEqual(start);
    const again = task();
    await fit(again.model, { ...again.options, epochs: 1 });
    expect(weights(model)).toEqual(weights(again.model));
  });

  it("stops at a loss that is not finite and keeps the last weights whose loss was", async () => {
    const { model, options } = task();
    let epoch = 0;
    const lossFn = (p: Tensor, t: Tensor) => {
      const loss = p.sub(t).square().mean();
      return epoch === 3 ? loss.mul(Number.NaN) : loss;
    };
    const result = await fit(model, { ...options, lossFn, onProgress: (p) => void (epoch = p.epoch) });
    expect(result).toMatchObject({ reason: "diverged", epochs: 3 });
    for (const p of model.parameters()) expect(p.toTypedArray().every(Number.isFinite)).toBe(true);
  });

  it("lets timers run while it trains", async () => {
    const { model, options } = task();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await fit(model, { ...options, epochs: 400 });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });

  it("clips gradients when told to", async () => {
    const [free, clipped] = [task(), task()];
    const sgd = (t: ReturnType<typeof task>) => ({
      ...t.options,
      epochs: 1,
      optimizer: new optim.SGD(t.model.parameters(), { lr: 1 }),
    });
    const before = free.model.head.weight.toTypedArray();
    const moved = (t: ReturnType<typeof task>) =>
      Math.hypot(...t.model.head.weight.toTypedArray().map((w, i) => w - before[i]!));
    await fit(free.model, sgd(free));
    await fit(clipped.model, { ...sgd(clipped), maxGradNorm: 1e-3 });
    expect(moved(clipped)).toBeLessThan(3.1e-3);
    expect(moved(free)).toBeGreaterThan(moved(clipped) * 2);
  });

  it("refuses options that make no sense", async () => {
    const { model, options } = task();
    await expect(fit(model, { ...options, epochs: 0 })).rejects.toThrow(
      "fit: epochs must be a whole number of at least 1, got 0",
    );
    await expect(fit(model, { ...options, epochs: 1.5 })).rejects.toThrow("got 1.5");
    await expect(fit(model, { ...options, data: [] })).rejects.toThrow("fit: data holds no batches");
    await expect(fit(model, { ...options, maxGradNorm: 0 })).rejects.toThrow(
      "maxGradNorm must be a number above 0",
    );
    const { validation: _, ...rest } = options;
    await expect(fit(model, { ...rest, earlyStopping: { patience: 3 } })).rejects.toThrow(
      "needs a validation set",
    );
  });

  it("refuses a checkpoint that is none, or of another model", async () => {
    const { model, options } = task();
    await expect(fit(model, { ...options, resume: new Uint8Array(20) })).rejects.toThrow(
      "The checkpoint is not",
    );
    const other = new nn.Linear(2, 1);
    const saved = await interrupted(options, model, (epoch) => epoch === 1);
    const optimizer = new optim.Adam(other.parameters());
    await expect(fit(other, { ...options, optimizer, resume: saved })).rejects.toThrow(
      /unexpected lstm\.weight_ih_l0/,
    );
  });
});
