import { AbortError, FormatError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import type { NeuralOptions } from "../src/neuralOptions.js";
import { type Series, seriesFromValues, sliceSeries } from "../src/series.js";
import { flights, rejectionOf } from "./helpers.js";
import { fitted, make, sameBytes } from "./smallNeural.js";

describe("interrupted,", () => {
  /** Interrupts the training after so many epochs over all networks, and gives what was saved. */
  async function interrupt(options: NeuralOptions, series: Series, epochs: number): Promise<Uint8Array> {
    const controller = new AbortController();
    let [left, saved] = [epochs, new Uint8Array()];
    const work = make(options).fit(series, {
      signal: controller.signal,
      onProgress: () => --left === 0 && controller.abort(),
      checkpoint: { save: (bytes) => void (saved = bytes.slice()) },
    });
    expect(await rejectionOf(work, AbortError)).toContain("A checkpoint was saved");
    return saved;
  }

  test.each([1, 7, 8, 12, 20, 31])(
    "it goes on bit for bit from a checkpoint after %i epochs",
    async (epochs) => {
      const straight = await fitted();
      const resumed = make();
      await resumed.fit(flights, { resume: await interrupt({}, flights, epochs) });
      expect(sameBytes(resumed.save(), straight.save())).toBe(true);
    },
  );

  test("it goes on in the same order of shuffled batches", async () => {
    const long = seriesFromValues(Array.from({ length: 400 }, (_, t) => 100 + ((t * 7919) % 101)));
    const straight = await fitted(long);
    const resumed = make();
    await resumed.fit(long, { resume: await interrupt({}, long, 3) });
    expect(sameBytes(resumed.save(), straight.save())).toBe(true);
  });

  test("it does not go on with other data, other options, or a file of another kind", async () => {
    const saved = await interrupt({}, flights, 3);
    const foreign = (await fitted()).save();
    expect(
      await rejectionOf(make().fit(sliceSeries(flights, 0, 143), { resume: saved }), FormatError),
    ).toContain("other data or other options");
    expect(await rejectionOf(make({ lr: 0.5 }).fit(flights, { resume: saved }), FormatError)).toContain(
      "other data or other options",
    );
    expect(await rejectionOf(make().fit(flights, { resume: foreign }), FormatError)).toContain(
      "not one of a forecaster's training",
    );
    expect(await rejectionOf(make().fit(flights, { resume: new Uint8Array(3) }), FormatError)).toContain(
      "the checkpoint",
    );
  });

  test("before it began, it says so", async () => {
    expect(await rejectionOf(make().fit(flights, { signal: AbortSignal.abort() }), AbortError)).toBe(
      "lstm: interrupted.",
    );
  });
});
