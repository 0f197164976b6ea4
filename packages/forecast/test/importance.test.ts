import { AbortError, ArgumentError, DataError } from "@lookback/core";
import { expect, test } from "vitest";
import { type Explainable, permutationImportance } from "../src/importance.js";
import { type Series, seriesFromValues } from "../src/series.js";
import { flights, rejectionOf } from "./helpers.js";
import { fitted } from "./smallNeural.js";

/** Forecasts the value `lag` steps before, plus a covariate known ahead: what matters is known. */
function leaning(lag: number, covariate?: string): Explainable & { seen: Series | undefined } {
  const model = {
    seen: undefined as Series | undefined,
    observe(series: Series) {
      model.seen = series;
    },
    async predict({ horizon }: { horizon: number }) {
      const { values, future } = model.seen!;
      const own = covariate ? future![covariate]! : undefined;
      return {
        times: [],
        mean: Float64Array.from(
          { length: horizon },
          (_, h) => values[values.length - lag]! + (own?.[values.length + h] ?? 0),
        ),
        levels: [],
      };
    },
  };
  return model;
}

const noise = (t: number) => ((t * 7919) % 101) / 10;
const repeating = seriesFromValues(
  Array.from({ length: 80 }, (_, t) => 50 + noise(t % 4)),
  { seasonLength: 4 },
);

test("the lag that a forecast copies is the one that matters, and the others do not at all", async () => {
  const noisy = { ...repeating, values: repeating.values.map((y, t) => y + noise(t) / 20) };
  const { lags, error } = await permutationImportance(leaning(4), noisy, { horizon: 1, lags: 6 });
  expect(error).toBeGreaterThan(0);
  expect(lags.map(({ lag }) => lag)).toEqual([1, 2, 3, 4, 5, 6]);
  for (const { lag, increase, range } of lags) {
    if (lag === 4) expect(increase).toBeGreaterThan(1);
    else expect([increase, ...range]).toEqual([0, 0, 0]);
  }
});

test("a covariate that a forecast adds matters, and another does not", async () => {
  const used = Float64Array.from({ length: 81 }, (_, t) => 3 * noise(t + 5));
  const values = Float64Array.from({ length: 80 }, (_, t) => 20 + used[t]! + noise(t) / 20);
  const series = {
    ...seriesFromValues(values, { seasonLength: 1 }),
    future: { used, unused: used.map((x) => -x) },
  };
  const model = {
    ...leaning(1),
    observe(own: Series) {
      model.own = own;
    },
    own: undefined as Series | undefined,
    predict: async ({ horizon }: { horizon: number }) => ({
      times: [],
      mean: Float64Array.from(
        { length: horizon },
        (_, h) => 20 + model.own!.future!.used![model.own!.values.length + h]!,
      ),
      levels: [],
    }),
  };
  const { covariates } = await permutationImportance(model, series, { horizon: 1, lags: 2 });
  expect(covariates.map(({ name }) => name)).toEqual(["used", "unused"]);
  expect(covariates[0]!.increase).toBeGreaterThan(1);
  expect(covariates[1]!.increase).toBe(0);
});

test("the same seed gives the same numbers, and the forecaster goes on from the whole series afterwards", async () => {
  const model = await fitted(flights, { horizon: 6 });
  const before = await model.predict({ horizon: 6 });
  const options = { horizon: 6, lags: 3, origins: 4, repeats: 2 };
  const first = await permutationImportance(model, flights, options);
  expect(await permutationImportance(model, flights, options)).toEqual(first);
  expect(await permutationImportance(model, flights, { ...options, seed: 1 })).not.toEqual(first);
  expect(await model.predict({ horizon: 6 })).toEqual(before);
});

test("progress rises to the end; bad input and interruptions are told", async () => {
  const seen: number[] = [];
  const options = { horizon: 1, lags: 2 };
  await permutationImportance(leaning(1), repeating, {
    ...options,
    onProgress: (fraction) => seen.push(fraction),
  });
  expect([seen.length, seen.at(-1)]).toEqual([7, 1]);
  const rejected = (extra: object, kind: new (message: string) => Error) =>
    rejectionOf(permutationImportance(leaning(1), repeating, { ...options, ...extra }), kind);
  expect(await rejected({ repeats: 0 }, ArgumentError)).toContain("repeats");
  expect(await rejected({ seed: -1 }, ArgumentError)).toContain("seed");
  expect(await rejected({ lags: 90 }, DataError)).toContain("90 lags");
  expect(await rejected({ signal: AbortSignal.abort() }, AbortError)).toContain("interrupted");
});
