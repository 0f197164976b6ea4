import { AbortError, ArgumentError, DataError, FormatError, saveSafetensors } from "@lookback/core";
import { describe, expect, test } from "vitest";
import { autoForecaster } from "../src/auto.js";
import { loadAuto, saveAuto } from "../src/autoFile.js";
import { naive, seasonalNaive } from "../src/baselines.js";
import { type Candidate, defaultCandidates } from "../src/candidates.js";
import { single } from "../src/globalForecaster.js";
import { GlobalNeuralForecaster } from "../src/globalNeural.js";
import { mstlEts } from "../src/mstlEts.js";
import { seriesFromValues, sliceSeries } from "../src/series.js";
import { theta } from "../src/theta.js";
import { forecasterConformance } from "./forecaster.conformance.js";
import { flights, messageOf, rejectionOf } from "./helpers.js";
import { make as smallNetwork } from "./smallNeural.js";

const each = (makeOne: () => ReturnType<typeof naive>): Candidate => ({
  name: makeOne().name,
  each: makeOne,
});
const fast: Candidate[] = [each(naive), each(seasonalNaive), each(theta), each(mstlEts)];
const wave = (phase: number, count = 60) =>
  seriesFromValues(
    Array.from({ length: count }, (_, t) => 50 + t / 4 + 9 * Math.sin((t + phase) / 2) + ((t * 7919) % 7)),
    { id: `wave ${phase}`, seasonLength: 12 },
  );

forecasterConformance("auto", {
  make: () =>
    single(() => autoForecaster({ horizon: 6, windows: 3, candidates: [each(naive), each(theta)] })),
  fewest: 3,
});

test("what did better in the backtest gets more weight, and the decision says so", async () => {
  const auto = autoForecaster({ horizon: 12, candidates: fast });
  await auto.fit([flights]);
  const { candidates, windows, series, blend, calibration } = auto.decision!;
  expect(windows).toBe(14);
  expect(candidates[0]!.name).toBe("mstl-ets");
  expect(candidates.map(({ mase }) => mase)).toEqual(
    candidates.map(({ mase }) => mase).sort((a, b) => a - b),
  );
  expect(candidates.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
  expect(series[0]!.weights).toEqual(candidates.map(({ weight }) => weight));
  expect(blend!.mase).toBeLessThan(candidates.find(({ name }) => name === "seasonal-naive")!.mase);
  expect(calibration!.levels.map(({ level }) => level)).toEqual([50, 80, 90, 95, 99]);
});

test("the order of the candidates does not matter", async () => {
  const one = autoForecaster({ horizon: 6, windows: 2, candidates: fast });
  const turned = autoForecaster({ horizon: 6, windows: 2, candidates: fast.toReversed() });
  await one.fit([wave(0), wave(3)]);
  await turned.fit([wave(0), wave(3)]);
  expect(turned.decision!.candidates.map(({ name, mase }) => [name, mase])).toEqual(
    one.decision!.candidates.map(({ name, mase }) => [name, mase]),
  );
});

test("two series of one id are told apart", async () => {
  const [a, b] = [wave(0), { ...wave(3), id: "wave 0" }];
  const auto = autoForecaster({ horizon: 6, candidates: fast });
  await auto.fit([a, b]);
  const [first, second] = await auto.predict({ horizon: 6 });
  expect(first!.mean).not.toEqual(second!.mean);
});

test("a candidate that fails on a series is blended where it works, and named with the reason", async () => {
  const picky: Candidate = {
    name: "picky",
    each: () => ({
      ...naive(),
      name: "picky",
      fit: (series) =>
        series.id === "wave 3" ? Promise.reject(new DataError("no threes.")) : Promise.resolve(),
      predict: async ({ horizon, levels = [80, 95] }) => ({
        times: [],
        mean: new Float64Array(horizon).fill(60),
        levels: levels.map((level) => ({
          level,
          lo: new Float64Array(horizon).fill(50),
          hi: new Float64Array(horizon).fill(70),
        })),
      }),
    }),
  };
  const auto = autoForecaster({ horizon: 6, candidates: [each(naive), picky] });
  await auto.fit([wave(0), wave(3)]);
  const found = auto.decision!.candidates.find(({ name }) => name === "picky")!;
  expect(found.leftOut).toEqual([{ id: "wave 3", reason: "no threes." }]);
  const index = auto.decision!.candidates.indexOf(found);
  expect(auto.decision!.series.map(({ weights }) => weights[index]! > 0)).toEqual([true, false]);
  expect((await auto.predict({ horizon: 2 })).length).toBe(2);
});

test("short series are blended too, by what the others say", async () => {
  const short = seriesFromValues([3, 4, 5, 4], { id: "short" });
  const auto = autoForecaster({ horizon: 6, candidates: fast });
  await auto.fit([wave(0), wave(3), short]);
  expect(auto.decision!.series[2]!.folds).toBe(0);
  const [, , forecast] = await auto.predict({ horizon: 6 });
  expect(forecast!.mean.every(Number.isFinite)).toBe(true);
});

describe("saved and loaded, it forecasts the same bits:", () => {
  test.each([
    ["methods", fast, [wave(0), wave(3)]],
    [
      "a network for each series",
      [each(naive), { name: "lstm", each: () => smallNetwork(), refit: false }],
      [wave(1)],
    ],
    [
      "one network for all",
      [
        each(theta),
        {
          name: "global",
          together: () =>
            new GlobalNeuralForecaster({ hidden: 4, head: 8, epochs: 2, ensemble: 1, horizon: 6 }),
          refit: false,
        },
      ],
      [wave(0), wave(3)],
    ],
  ] as [string, Candidate[], ReturnType<typeof wave>[]][])("%s", async (_, candidates, series) => {
    const auto = autoForecaster({ horizon: 6, candidates });
    await auto.fit(series);
    const loaded = await loadAuto(saveAuto(auto.fitted!));
    expect(await loaded.predict({ horizon: 6 })).toEqual(await auto.predict({ horizon: 6 }));
    expect(loaded.decision.candidates).toEqual(auto.decision!.candidates);
    expect(loaded.series[0]!.values).toEqual(series[0]!.values);
    // the values that it knows already change nothing; without the last of them it forecasts from further back
    await loaded.observe(series);
    expect(await loaded.predict({ horizon: 6 })).toEqual(await auto.predict({ horizon: 6 }));
    const older = series.map((one) => sliceSeries(one, 0, one.values.length - 2));
    await loaded.observe([...older].reverse());
    const [forecast] = await loaded.predict({ horizon: 2 });
    expect(forecast!.times).toEqual(series[0]!.times.slice(-2));
    expect(forecast!.mean.every(Number.isFinite)).toBe(true);
  });

  test("a series that is absent from the newer ones is named", async () => {
    const auto = autoForecaster({ horizon: 6, candidates: fast });
    await auto.fit([wave(0), wave(3)]);
    const loaded = await loadAuto(saveAuto(auto.fitted!), "a.safetensors");
    expect(await rejectionOf(loaded.observe([wave(0)]), DataError)).toMatch(
      /a\.safetensors forecasts 2 series together, and ".+" is absent from the newer ones/,
    );
  });

  test("a file of something else, or a damaged one, is refused", async () => {
    const other = saveSafetensors({}, { lookback: '{"format":"lookback-auto","version":1}' });
    expect(await rejectionOf(loadAuto(other, "a.safetensors"), FormatError)).toContain(
      "a.safetensors is not an auto forecaster",
    );
    const auto = autoForecaster({ horizon: 6, candidates: [each(naive)] });
    await auto.fit([wave(0)]);
    const fitted = auto.fitted!;
    const wrong = saveAuto({ ...fitted, weights: [] });
    expect(await rejectionOf(loadAuto(wrong), FormatError)).toContain("weights");
  });

  test("a candidate of the caller's own cannot be saved, and is named", async () => {
    const own: Candidate = { name: "own", each: () => ({ ...naive(), name: "own" }) };
    const auto = autoForecaster({ horizon: 6, candidates: [own] });
    await auto.fit([wave(0)]);
    expect(messageOf(() => saveAuto(auto.fitted!), FormatError)).toContain('"own" cannot be saved');
  });
});

test("the default candidates suit the task: networks of their own for few series, one for all of many", () => {
  const names = (series: number, longest = 100, season = 12) =>
    defaultCandidates({ horizon: 6, seed: 0, series, longest, season }).map(({ name }) => name);
  expect(names(1)).toEqual(expect.arrayContaining(["arima", "lstm", "global-lstm"]));
  expect(names(1, 100, 24)).toContain("mstl-ets-linear");
  expect(names(10)).toEqual(expect.arrayContaining(["arima", "global-lstm"]));
  expect(names(1000)).not.toContain("arima");
  expect(names(1, 9000)).not.toContain("lstm");
});

test("progress rises to the end, and an interruption ends it", async () => {
  const seen: number[] = [];
  const auto = autoForecaster({ horizon: 6, candidates: fast });
  await auto.fit([wave(0)], { onProgress: ({ fraction }) => seen.push(fraction) });
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
  const work = autoForecaster({ horizon: 6 }).fit([flights], { signal: AbortSignal.abort() });
  expect(await rejectionOf(work, AbortError)).toContain("interrupted");
});

test("a series that no candidate can forecast is named", async () => {
  const tiny = seriesFromValues([1, 2], { id: "tiny" });
  const work = autoForecaster({ horizon: 6, candidates: fast }).fit([wave(0), tiny]);
  expect(await rejectionOf(work, DataError)).toBe(
    'auto: no candidate can forecast series "tiny". It has 2 values; 3 are needed at least.',
  );
});

test("no candidates and no series are refused", async () => {
  expect(messageOf(() => autoForecaster({ candidates: [] }), ArgumentError)).toContain(
    "at least one candidate",
  );
  expect(await rejectionOf(autoForecaster().fit([]), ArgumentError)).toContain("at least one series");
});
