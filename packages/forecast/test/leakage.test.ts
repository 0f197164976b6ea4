import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mstlArima } from "../src/arima.js";
import { type AutoForecaster, autoForecaster } from "../src/auto.js";
import { backtest } from "../src/backtest.js";
import { backtestPanel } from "../src/backtestPanel.js";
import { drift, naive, naive2, seasonalNaive } from "../src/baselines.js";
import { conformal } from "../src/conformal.js";
import type { Forecaster } from "../src/forecaster.js";
import { single } from "../src/globalForecaster.js";
import { GlobalNeuralForecaster } from "../src/globalNeural.js";
import { mstlEts } from "../src/mstlEts.js";
import { seriesFromValues, sliceSeries } from "../src/series.js";
import { dynamicTheta, theta } from "../src/theta.js";
import {
  boxCox,
  compose,
  deseasonalise,
  difference,
  level,
  log,
  minMaxScaler,
  robustScaler,
  standardScaler,
} from "../src/transforms.js";
import { make as smallNetwork } from "./smallNeural.js";

const ROWS = 54;
const HORIZON = 4;
const series = seriesFromValues(
  Array.from({ length: ROWS }, (_, t) => 40 + t + 9 * Math.sin((Math.PI * t) / 3) + ((t * 7919) % 5)),
  { id: "waves", seasonLength: 6 },
);
/** The series with every value from `cutoff` on replaced by what a forecast made before must not know. */
const changed = (cutoff: number, future: readonly number[]) => ({
  ...series,
  values: series.values.map((value, t) => (t < cutoff ? value : future[t % future.length]!)),
});
const cutoffs = fc.integer({ min: 30, max: ROWS - 1 });
const futures = fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.constant(0)), {
  minLength: 3,
  maxLength: 9,
});

const candidates = [naive, seasonalNaive, theta, mstlEts].map((each) => ({ name: each().name, each }));
const tinyGlobal = () =>
  new GlobalNeuralForecaster({ hidden: 3, head: 4, epochs: 1, ensemble: 1, horizon: HORIZON, lookback: 8 });
const auto = (): AutoForecaster => autoForecaster({ horizon: HORIZON, windows: 2, candidates });

const all: [name: string, make: () => Forecaster, runs: number][] = [
  ...[naive, seasonalNaive, drift, naive2, theta, dynamicTheta, mstlEts, mstlArima].map(
    (make): [string, () => Forecaster, number] => [make().name, make, 8],
  ),
  ["conformal theta", () => conformal(theta, { horizon: HORIZON, windows: 3 }), 4],
  ["lstm", () => smallNetwork({ epochs: 2, ensemble: 1, horizon: HORIZON }), 2],
  ["global lstm", () => single(tinyGlobal), 2],
  ["auto", () => single(auto), 3],
];

describe("nothing after the cutoff changes a forecast made before it, nor its intervals:", () => {
  test.each(all)("%s", async (_, make, numRuns) => {
    const options = { horizon: HORIZON, windows: 5, step: 4 };
    const before = (await backtest([make], series, options)).models[0]!.folds;
    await fc.assert(
      fc.asyncProperty(cutoffs, futures, async (cutoff, future) => {
        const other = (await backtest([make], changed(cutoff, future), options)).models[0]!.folds;
        const early = (folds: typeof before) =>
          folds
            .filter(({ trainLength }) => trainLength <= cutoff)
            .map(({ mean, levels }) => ({ mean, levels }));
        expect(early(other)).toEqual(early(before));
      }),
      { numRuns },
    );
  });
});

test("nothing after the cutoff changes what auto decided before it", async () => {
  const decide = async (of: typeof series) => {
    const forecaster = auto();
    await forecaster.fit([of]);
    const { candidates: scores, ...rest } = forecaster.decision!;
    return { ...rest, candidates: scores.map(({ seconds: _, ...score }) => score) };
  };
  await fc.assert(
    fc.asyncProperty(cutoffs, futures, async (cutoff, future) => {
      const known = sliceSeries(series, 0, cutoff);
      expect(await decide(sliceSeries(changed(cutoff, future), 0, cutoff))).toEqual(await decide(known));
    }),
    { numRuns: 3 },
  );
});

test("in a panel too, and without learning again", async () => {
  const options = { horizon: HORIZON, windows: 4, step: 4, refit: false };
  const run = async (of: typeof series) =>
    (await backtestPanel({ each: [smallNetwork], together: [tinyGlobal] }, [of, series], options)).models.map(
      ({ series: scores }) => scores[0]!.folds,
    );
  const before = await run(series);
  const cutoff = 46;
  const after = await run(changed(cutoff, [55, 90, 20]));
  for (const [m, folds] of before.entries()) {
    for (const [k, { trainLength, mean, levels }] of folds.entries()) {
      if (trainLength > cutoff) continue;
      expect(after[m]![k]!.mean).toEqual(mean);
      expect(after[m]![k]!.levels).toEqual(levels);
    }
  }
});

test.each([
  ["minMaxScaler", minMaxScaler()],
  ["standardScaler", standardScaler()],
  ["robustScaler", robustScaler()],
  ["level", level()],
  ["difference", difference()],
  ["log and season", compose(log(), deseasonalise({ seasonLengths: [6] }))],
  ["boxCox", boxCox({ seasonLength: 6 })],
])("%s fitted on a training part knows nothing of what follows", (_, transform) => {
  fc.assert(
    fc.property(cutoffs, futures, (cutoff, future) => {
      const of = (values: Float64Array) => transform.fit(values.subarray(0, cutoff)).toJSON();
      expect(of(changed(cutoff, future).values)).toEqual(of(series.values));
    }),
    { numRuns: 20 },
  );
});
