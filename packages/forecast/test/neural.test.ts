import { ArgumentError, DataError, defaultGenerator } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { backtest } from "../src/backtest.js";
import { seasonalNaive } from "../src/baselines.js";
import type { FitProgress } from "../src/forecaster.js";
import { NeuralForecaster } from "../src/neural.js";
import type { NeuralOptions } from "../src/neuralOptions.js";
import { type Series, seriesFromValues, sliceSeries } from "../src/series.js";
import { forecasterConformance } from "./forecaster.conformance.js";
import { distance, flights, messageOf, rejectionOf } from "./helpers.js";
import { fitted, make, small } from "./smallNeural.js";

/** For the suite that all forecasters pass, where only what is kept to matters. */
const tiny: NeuralOptions = { ...small, epochs: 3 };

for (const cell of ["lstm", "gru", "rnn"] as const) {
  forecasterConformance(cell, { make: () => make({ ...tiny, cell }), fewest: 8 });
}
forecasterConformance("a recursive lstm", {
  make: () => make({ ...tiny, strategy: "recursive" }),
  fewest: 8,
});
forecasterConformance("a tutorial-like lstm", {
  make: () => make({ ...tiny, scaler: "minmax", log: false }),
  fewest: 8,
});

describe("with its defaults,", () => {
  test("it forecasts the flights well below seasonal naive, with intervals that hold", async () => {
    const { models } = await backtest([() => new NeuralForecaster(), seasonalNaive], flights, {
      horizon: 12,
      windows: 4,
    });
    const [lstm, seasonal] = models;
    expect(lstm!.mase).toBeLessThan(0.6);
    expect(seasonal!.mase).toBeGreaterThan(1.2);
    expect(lstm!.coverage95).toBeGreaterThan(0.85);
  });

  test("it keeps intervals above 0 where all values are", async () => {
    const { levels } = await (await fitted()).predict({ horizon: 60, levels: [99.9] });
    expect(Math.min(...levels[0]!.lo)).toBeGreaterThan(0);
  });

  test("it takes no season off where there is none", async () => {
    const noise = Array.from({ length: 80 }, (_, t) => 50 + ((t * 7919) % 101));
    const forecaster = await fitted(seriesFromValues(noise, { start: "2000-01-01", freq: "MS" }));
    expect(forecaster.windows).toEqual({ lookback: 12, horizon: 12 });
    expect((await fitted()).windows).toEqual({ lookback: 15, horizon: 12 });
  });
});

test("a value that is tiny beside the others keeps logarithms out", async () => {
  const values = flights.values.map((value, t) => (t === 70 ? 1e-9 : value));
  const { levels } = await (await fitted({ ...flights, values })).predict({ horizon: 12 });
  expect(Math.max(...levels[1]!.hi)).toBeLessThan(2000);
});

test("a horizon so long that growth exceeds all numbers is refused", async () => {
  const growth = seriesFromValues(Array.from({ length: 60 }, (_, t) => 2 ** t));
  const forecaster = await fitted(growth, { epochs: 60 });
  const message = await rejectionOf(forecaster.predict({ horizon: 100_000 }), DataError);
  expect(message).toMatch(
    /steps ahead the forecast exceeds the largest number there is. Use a shorter horizon, or .* log: false/,
  );
});

test("a pure season comes back, whatever the season's length", async () => {
  for (const season of [4, 7, 12]) {
    const wave = Array.from({ length: 10 * season }, (_, t) => 10 + Math.sin((2 * Math.PI * t) / season));
    const { mean } = await (await fitted(seriesFromValues(wave, { seasonLength: season }))).predict({
      horizon: 2 * season,
    });
    expect(distance(mean.slice(0, season), wave.slice(0, season))).toBeLessThan(0.05);
  }
});

test("the number of parameters is that of the whole ensemble", async () => {
  // LSTM(1, 4): 4·4·(1 + 4) + 2·16; Linear(4, 12): 4·12 + 12; two members
  expect((await fitted()).parameterCount).toBe(2 * (80 + 32 + 60));
  expect(make().parameterCount).toBe(0);
});

test("another seed gives another forecast, and the default generator is left as it was", async () => {
  const before = defaultGenerator.getState();
  const [a, b] = [await fitted(), await fitted(flights, { seed: 7 })];
  expect((await a.predict({ horizon: 1 })).mean).not.toEqual((await b.predict({ horizon: 1 })).mean);
  expect(defaultGenerator.getState()).toEqual(before);
});

test("more windows than one batch holds are trained in batches, the same way each time", async () => {
  const hourly = seriesFromValues(
    Array.from({ length: 400 }, (_, t) => 100 + 10 * Math.sin((2 * Math.PI * t) / 24) + ((t * 31) % 7)),
    { start: "2020-01-01T00:00:00", freq: "h" },
  );
  const [a, b] = [await fitted(hourly), await fitted(hourly)];
  expect(await a.predict({ horizon: 24 })).toEqual(await b.predict({ horizon: 24 }));
});

test("progress rises to 1 and says what is going on", async () => {
  const seen: FitProgress[] = [];
  await make({ epochs: 3 }).fit(flights, { onProgress: (progress) => seen.push(progress) });
  // two networks without the last values, two with them
  expect(seen.length).toBe(4 * 3);
  expect(seen.map(({ fraction }) => fraction)).toEqual(
    [...seen.map(({ fraction }) => fraction)].sort((a, b) => a - b),
  );
  expect(seen.at(-1)).toMatchObject({ fraction: 1, epoch: 3, epochs: 3, note: "training on all values" });
  expect(seen[0]!.loss).toBeGreaterThan(0);
});

test("with a patience, training may stop before all epochs", async () => {
  const seen: FitProgress[] = [];
  await make({ epochs: 200, patience: 2, lr: 0.05 }).fit(flights, {
    onProgress: (progress) => seen.push(progress),
  });
  expect(seen.length).toBeLessThan(4 * 200);
});

test("a loss that is no longer finite ends the training, keeps the last good weights and gives advice", async () => {
  const forecaster = await fitted(flights, { cell: "tcn", layers: 8, loss: "mse", lr: 10, epochs: 30 });
  expect(forecaster.warnings.length).toBe(1);
  expect(forecaster.warnings[0]).toMatch(
    /^tcn: the loss of [1-4] of 4 networks stopped being a finite number; their last good weights were kept. Try a smaller lr \(it was 10\) or clip \(1\).$/,
  );
  const { mean } = await forecaster.predict({ horizon: 3, levels: [] });
  expect([...mean].every(Number.isFinite)).toBe(true);
  await forecaster.fit(seriesFromValues(new Array(30).fill(5)));
  expect(forecaster.warnings).toEqual([]);
});

describe("one step ahead,", () => {
  test("forecasts know the actual values before, and nothing after", async () => {
    const forecaster = await fitted(sliceSeries(flights, 0, 120));
    const { from, mean } = forecaster.oneStep(flights, 120);
    expect([from, mean.length]).toEqual([120, 24]);
    const changed = { ...flights, values: flights.values.map((value, t) => (t >= 130 ? 1 : value)) };
    expect(forecaster.oneStep(changed, 120).mean.slice(0, 11)).toEqual(mean.slice(0, 11));
  });

  test("the first one is the first step of the forecast", async () => {
    const forecaster = await fitted(sliceSeries(flights, 0, 120));
    const { mean } = await forecaster.predict({ horizon: 3 });
    expect(forecaster.oneStep(flights, 120).mean[0]).toBe(mean[0]);
  });

  test("it starts, by default, where enough is known", async () => {
    expect((await fitted()).oneStep(flights).from).toBe(24);
  });

  test.each([23, 145, 30.5])("from = %d is refused", async (from) => {
    const forecaster = await fitted();
    expect(messageOf(() => forecaster.oneStep(flights, from), ArgumentError)).toContain(
      "from 24 (values needed before it) to 144",
    );
  });
});

describe("an option out of range is told with what it accepts:", () => {
  test.each<[NeuralOptions, string]>([
    [{ cell: "transformer" as never }, 'cell: expected lstm, gru, rnn, tcn or mlp, got "transformer"'],
    [{ hidden: 0 }, "hidden: expected a whole number from 1 to 4096, got 0"],
    [{ hidden: 1e9 }, "hidden: expected a whole number from 1 to 4096, got 1000000000"],
    [{ layers: 1.5 }, "layers: expected a whole number from 1 to 16, got 1.5"],
    [{ lookback: -3 }, "lookback: expected a whole number from 1 to 100000, got -3"],
    [{ horizon: Number.NaN }, "horizon: expected a whole number from 1 to 100000, got NaN"],
    [{ epochs: 0 }, "epochs: expected a whole number from 1 to 1000000, got 0"],
    [{ lr: 0 }, "lr: expected a number above 0, at most 10, got 0"],
    [{ seed: -1 }, "seed: expected a whole number of at least 0, got -1"],
    [{ ensemble: 101 }, "ensemble: expected a whole number from 1 to 100, got 101"],
    [{ log: "yes" as never }, 'log: expected true, false or auto, got "yes"'],
    [{ strategy: "both" as never }, 'strategy: expected direct or recursive, got "both"'],
    [{ layer: 2 } as never, 'there is no option "layer". Known are cell, hidden, layers'],
  ])("%j", (options, part) => {
    expect(messageOf(() => new NeuralForecaster(options), ArgumentError)).toContain(part);
  });
});

describe("data that cannot be trained on are refused:", () => {
  test.each<[string, NeuralOptions, Series, string]>([
    [
      "too short for lookback and horizon",
      { lookback: 100, horizon: 60 },
      flights,
      'a lookback of 100 and a horizon of 60 need at least 163 values to train on, series "passengers" has 144',
    ],
    [
      "values without logarithm",
      { log: true },
      seriesFromValues([...flights.values, 0]),
      "log: logarithms need values above 0",
    ],
    [
      "values that are not finite",
      {},
      { ...flights, values: flights.values.map((value, t) => (t === 3 ? Number.NaN : value)) },
      'series "passengers" has NaN at 1949-04-01',
    ],
  ])("%s", async (_, options, series, part) => {
    expect(await rejectionOf(make(options).fit(series), DataError)).toContain(part);
  });
});
