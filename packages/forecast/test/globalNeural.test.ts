import { AbortError, ArgumentError, DataError, FormatError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { single } from "../src/globalForecaster.js";
import { GlobalNeuralForecaster } from "../src/globalNeural.js";
import type { NeuralOptions } from "../src/neuralOptions.js";
import { type Series, seriesFromValues, sliceSeries } from "../src/series.js";
import { forecasterConformance } from "./forecaster.conformance.js";
import { distance, flights, messageOf, rejectionOf } from "./helpers.js";
import { sameBytes } from "./smallNeural.js";

const small: NeuralOptions = { hidden: 4, head: 8, epochs: 4, ensemble: 2, horizon: 6, lr: 0.01 };
const make = (options: NeuralOptions = {}) => new GlobalNeuralForecaster({ ...small, ...options });

/** Monthly series that differ in size, growth and season; `noise` per cent. */
function panel(count: number, length = 60, noise = 3): Series[] {
  return Array.from({ length: count }, (_, k) =>
    seriesFromValues(
      Array.from({ length: length - (k % 3) * 7 }, (_, t) => {
        const season = 1 + 0.3 * Math.sin((2 * Math.PI * (t + k)) / 12);
        const random = 1 + (noise * (((t * 7919 + k * 104729) % 101) - 50)) / 5000;
        return 10 ** (k % 4) * (100 + (k % 5) * t) * season * random;
      }),
      { id: `s${k}`, start: "2015-01-01", freq: "MS" },
    ),
  );
}

async function fitted(series: readonly Series[], options: NeuralOptions = {}) {
  const forecaster = make(options);
  await forecaster.fit(series);
  return forecaster;
}

for (const options of [
  {},
  { cell: "gru" },
  { cell: "tcn", output: "gaussian" },
  { cell: "mlp", output: "quantiles" },
  { strategy: "recursive" },
] as const) {
  forecasterConformance(`one network over many series, ${JSON.stringify(options)}`, {
    make: () => single(() => make({ ...options, epochs: 2 })),
    fewest: 10,
  });
}

describe("one network over many series", () => {
  test("forecasts each in its own size and dates, better than repeating the last season", async () => {
    const series = panel(12);
    const forecaster = await fitted(
      series.map((one) => sliceSeries(one, 0, one.values.length - 6)),
      { epochs: 40 },
    );
    expect(forecaster.name).toBe("global-lstm");
    const forecasts = await forecaster.predict({ horizon: 6 });
    let [own, naive] = [0, 0];
    for (const [i, { values, times }] of series.entries()) {
      const end = values.length - 6;
      expect(forecasts[i]!.times).toEqual(times.slice(end));
      for (let h = 0; h < 6; h++) {
        own += Math.abs(Math.log(forecasts[i]!.mean[h]! / values[end + h]!));
        naive += Math.abs(Math.log(values[end + h - 12]! / values[end + h]!));
      }
    }
    expect(own).toBeLessThan(naive / 2);
  });

  test("knows nothing of what comes after its series, whatever that is", async () => {
    const series = panel(4);
    const cut = (one: Series) => sliceSeries(one, 0, 40);
    const changed = series.map((one) => ({
      ...one,
      values: one.values.map((value, t) => (t < 40 ? value : 1e6)),
    }));
    const [a, b] = await Promise.all([fitted(series.map(cut)), fitted(changed.map(cut))]);
    expect(await b.predict({ horizon: 6 })).toEqual(await a.predict({ horizon: 6 }));
    expect(sameBytes(a.save(), b.save())).toBe(true);
  });

  test("forecasts a series that is too short to learn from, beside others", async () => {
    const short = seriesFromValues([5, 6, 7], { id: "new", start: "2020-01-01", freq: "MS" });
    const [, forecast] = await (await fitted([...panel(3), short]))
      .predict({ horizon: 6 })
      .then((all) => [all[0], all[3]]);
    expect(forecast!.times[0]).toBe("2020-04-01");
    for (const value of forecast!.mean) expect(value).toBeGreaterThan(2);
    for (const value of forecast!.mean) expect(value).toBeLessThan(20);
  });

  test("reads missing values as missing", async () => {
    const series = panel(4, 60, 0);
    const holes = series.map((one): Series => {
      const missing = [20, 21, 35];
      return {
        ...one,
        missing,
        values: one.values.map((value, t) => (missing.includes(t) ? Number.NaN : value)),
      };
    });
    const [whole, masked] = await Promise.all([
      fitted(series, { epochs: 20 }),
      fitted(holes, { epochs: 20 }),
    ]);
    const [a, b] = await Promise.all([whole.predict({ horizon: 6 }), masked.predict({ horizon: 6 })]);
    for (const [i, { mean }] of b.entries()) {
      for (const [h, value] of mean.entries()) expect(Math.abs(value / a[i]!.mean[h]! - 1)).toBeLessThan(0.2);
    }
  });

  test("learns what a covariate that is known ahead says, and what is static", async () => {
    const length = 80;
    const promotion = Float64Array.from({ length: length + 6 }, (_, t) => ((t * 7919) % 5 === 0 ? 1 : 0));
    const series = Array.from({ length: 6 }, (_, k): Series => {
      const lift = k % 2 === 0 ? 100 : -50;
      return {
        ...seriesFromValues(
          Array.from({ length }, (_, t) => 200 + lift * promotion[t]! + ((t * 31 + k) % 7)),
          { id: `shop${k}`, start: "2020-01-01", freq: "D", seasonLength: 1 },
        ),
        future: { promotion },
        statics: { kind: k % 2 === 0 ? "up" : "down", size: k },
      };
    });
    const forecasts = await (await fitted(series, { epochs: 60, cell: "mlp", head: 16 })).predict({
      horizon: 6,
    });
    for (const [k, { mean }] of forecasts.entries()) {
      for (const [h, value] of mean.entries()) {
        const expected = 203 + (k % 2 === 0 ? 100 : -50) * promotion[length + h]!;
        expect(Math.abs(value - expected)).toBeLessThan(25);
      }
    }
    const longer = (await fitted(series, { epochs: 1 })).predict({ horizon: 8 });
    expect(await rejectionOf(longer, DataError)).toContain(
      'covariate "promotion" of series "shop0" is known for 6 of the 8 steps ahead',
    );
  });

  test("is saved and loaded as the same, and goes on from newer values", async () => {
    const series = panel(3);
    const forecaster = await fitted(series.map((one) => sliceSeries(one, 0, one.values.length - 2)));
    const loaded = GlobalNeuralForecaster.load(forecaster.save());
    expect(await loaded.predict({ horizon: 9 })).toEqual(await forecaster.predict({ horizon: 9 }));
    expect(loaded.parameterCount).toBe(forecaster.parameterCount);
    expect(sameBytes(loaded.save(), forecaster.save())).toBe(true);
    loaded.observe(series);
    expect((await loaded.predict({ horizon: 1 })).map(({ times }) => times[0])).toEqual([
      "2020-01-01",
      "2019-06-01",
      "2018-11-01",
    ]);
    expect(messageOf(() => loaded.observe(series.slice(1)), DataError)).toContain(
      "trained on 3 series, got 2",
    );
    expect(
      messageOf(() => GlobalNeuralForecaster.load(new Uint8Array(9), "x.safetensors"), FormatError),
    ).toContain("x.safetensors");
  });

  test("goes on bit for bit after an interruption, with the same series only", async () => {
    const series = panel(3);
    const controller = new AbortController();
    let [left, saved] = [3, new Uint8Array()];
    const work = make().fit(series, {
      signal: controller.signal,
      onProgress: () => --left === 0 && controller.abort(),
      checkpoint: { save: (bytes) => void (saved = bytes.slice()) },
    });
    expect(await rejectionOf(work, AbortError)).toContain("A checkpoint was saved");
    const resumed = make();
    await resumed.fit(series, { resume: saved });
    expect(sameBytes(resumed.save(), (await fitted(series)).save())).toBe(true);
    expect(await rejectionOf(make().fit(panel(2), { resume: saved }), FormatError)).toContain("other data");
  });

  test("is told apart by seed and options, and refuses what does not go together", async () => {
    expect(messageOf(() => make({ season: "stl" }), ArgumentError)).toContain('Use season "index"');
    expect(await rejectionOf(make().fit([]), ArgumentError)).toContain("expected at least one series");
    const bad = { ...flights, values: flights.values.map((value, t) => (t === 3 ? Number.NaN : value)) };
    expect(await rejectionOf(make().fit([bad]), DataError)).toContain(
      'series "passengers" has NaN at 1949-04-01',
    );
    const [a, b] = [await fitted(panel(2)), await fitted(panel(2), { seed: 9 })];
    expect(
      distance((await a.predict({ horizon: 1 }))[0]!.mean, (await b.predict({ horizon: 1 }))[0]!.mean),
    ).toBeGreaterThan(0);
  });
});
