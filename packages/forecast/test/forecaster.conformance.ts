import { ArgumentError, LookbackError } from "@lookback/core";
import { describe, expect, test } from "vitest";
import type { Forecast, Forecaster } from "../src/forecaster.js";
import { futureTimes, type Series, seriesFromValues } from "../src/series.js";
import { flights, rejectionOf } from "./helpers.js";

const monthly = (values: ArrayLike<number>): Series =>
  seriesFromValues(values, { start: "2020-01-31", freq: "ME" });
const wave = (count: number) =>
  Array.from(
    { length: count },
    (_, t) => 100 + t + 20 * Math.sin((2 * Math.PI * t) / 12) + ((t * 7919) % 13),
  );

/** What every forecaster keeps to, and what of it costs too much to check on slow ones. */
export interface Conformance {
  readonly make: () => Forecaster;
  /** Fewest values it promises to work with. */
  readonly fewest: number;
}

/** The suite that every forecaster passes. */
export function forecasterConformance(name: string, { make, fewest }: Conformance): void {
  const forecast = async (series: Series, horizon: number, levels?: number[]): Promise<Forecast> => {
    const forecaster = make();
    await forecaster.fit(series);
    return forecaster.predict(levels ? { horizon, levels } : { horizon });
  };
  const numbers = ({ mean, levels }: Forecast) => [
    ...mean,
    ...levels.flatMap(({ lo, hi }) => [...lo, ...hi]),
  ];

  describe(`${name} conforms`, () => {
    test("its name is short and lower case", () => {
      expect(make().name).toMatch(/^[a-z][a-z0-9-]*$/);
    });

    test("its times go on where the series ends, also beyond a season", async () => {
      const { times, mean, levels } = await forecast(flights, 30);
      expect(times).toEqual(futureTimes(flights, 30));
      expect([times[0], mean.length]).toEqual(["1961-01-01", 30]);
      for (const { lo, hi } of levels) expect([lo.length, hi.length]).toEqual([30, 30]);
    });

    test("its intervals hold the mean and lie inside each other, in ascending order", async () => {
      const { mean, levels } = await forecast(flights, 14, [95, 50, 80, 80]);
      expect(levels.map(({ level }) => level)).toEqual([50, 80, 95]);
      for (const [i, { lo, hi }] of levels.entries()) {
        const inner = levels[i - 1] ?? { lo: mean, hi: mean };
        for (let step = 0; step < 14; step++) {
          expect(lo[step]).toBeLessThanOrEqual(inner.lo[step]!);
          expect(hi[step]).toBeGreaterThanOrEqual(inner.hi[step]!);
        }
      }
    });

    test("levels are 80 and 95 by default, and may be none", async () => {
      expect((await forecast(flights, 1)).levels.map(({ level }) => level)).toEqual([80, 95]);
      expect((await forecast(flights, 1, [])).levels).toEqual([]);
    });

    test("a constant series is forecast as that constant, in finite numbers", async () => {
      for (const value of [7, 0, -3]) {
        const result = await forecast(monthly(new Array(40).fill(value)), 14);
        for (const mean of result.mean) expect(mean).toBeCloseTo(value, 5);
        expect(numbers(result).every(Number.isFinite)).toBe(true);
      }
    });

    test(`a series of ${fewest} values is enough, and one of fewer says how many are needed`, async () => {
      const result = await forecast(monthly(wave(fewest)), 2);
      expect(numbers(result).every(Number.isFinite)).toBe(true);
      const message = await rejectionOf(make().fit(monthly(wave(fewest - 1))), LookbackError);
      expect(message).toContain(String(fewest));
      expect(message).toContain(String(fewest - 1));
    });

    test.each([
      ["negative values", wave(60).map((value) => value - 130)],
      ["zeros among positive values", wave(60).map((value, t) => (t % 9 === 0 ? 0 : value))],
      ["very large values", wave(60).map((value) => value * 1e9)],
      ["very small values", wave(60).map((value) => value * 1e-9)],
      ["a constant with one jump", wave(60).map((_, t) => (t === 50 ? 2 : 1))],
      ["a constant that has just jumped", wave(60).map((_, t) => (t === 59 ? 2 : 1))],
    ])("the forecast of %s is finite", async (_, values) => {
      expect(numbers(await forecast(monthly(values), 13)).every(Number.isFinite)).toBe(true);
    });

    test.each([
      ["no season", 1],
      ["a season longer than the series", 100],
      ["a season of which the series holds little more than two", 29],
    ])("the forecast of a series with %s is finite", async (_, seasonLength) => {
      const series = { ...monthly(wave(60)), seasonLength };
      expect(numbers(await forecast(series, 13)).every(Number.isFinite)).toBe(true);
    });

    test("masked gaps, at an end too, are forecast over in finite numbers, or refused with the place", async () => {
      const missing = [0, 1, 20, 21, 22, 58, 59];
      const plain = monthly(wave(60));
      const values = plain.values.map((value, t) => (missing.includes(t) ? Number.NaN : value));
      const outcome = await forecast({ ...plain, values, missing }, 13).then(
        numbers,
        (error: unknown) => error,
      );
      if (outcome instanceof LookbackError) expect(outcome.message).toContain(plain.times[0]);
      else expect((outcome as number[]).every(Number.isFinite)).toBe(true);
    });

    test("the same series gives the same bits again, also after another fit", async () => {
      const first = await forecast(flights, 12);
      const again = make();
      await again.fit(monthly(wave(50)));
      await again.fit(flights);
      expect(await again.predict({ horizon: 12 })).toEqual(first);
    });

    test("predicting twice gives the same bits, and a shorter horizon its beginning", async () => {
      const forecaster = make();
      await forecaster.fit(flights);
      const long = await forecaster.predict({ horizon: 12 });
      expect(await forecaster.predict({ horizon: 12 })).toEqual(long);
      expect((await forecaster.predict({ horizon: 3 })).mean).toEqual(long.mean.slice(0, 3));
    });

    test("it leaves the series as it was", async () => {
      const before = flights.values.slice();
      await forecast(flights, 3);
      expect(flights.values).toEqual(before);
    });

    test("predict before fit is an error that says what to do", async () => {
      const message = await rejectionOf(make().predict({ horizon: 1 }), ArgumentError);
      expect(message).toMatch(/Call fit\(series\) before predict\(\)/);
    });

    test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9])(
      "a horizon of %d is refused",
      async (horizon) => {
        const forecaster = make();
        await forecaster.fit(flights);
        expect(await rejectionOf(forecaster.predict({ horizon }), ArgumentError)).toContain(
          "horizon: expected a whole number",
        );
      },
    );

    test.each([
      [[0], "above 0"],
      [[100], "below 100"],
      [[Number.NaN], "got NaN"],
      [[0.95], "write 95"],
    ])("levels of %j are refused", async (levels, part) => {
      const forecaster = make();
      await forecaster.fit(flights);
      expect(await rejectionOf(forecaster.predict({ horizon: 1, levels }), ArgumentError)).toContain(part);
    });
  });
}
