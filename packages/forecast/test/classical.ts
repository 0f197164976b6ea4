import { readFileSync } from "node:fs";
import { type Series, seriesFromValues } from "../src/series.js";

/** golden/classical.json: what R computes (see golden/classical.py). */
export const classical = JSON.parse(
  readFileSync(new URL("../../../golden/classical.json", import.meta.url), "utf8"),
) as Readonly<Record<string, number[]>>;

/** R's data sets. */
export const rSeries: Readonly<Record<string, Series>> = {
  AirPassengers: seriesFromValues(classical.AirPassengers!, { start: "1949-01-01", freq: "MS" }),
  USAccDeaths: seriesFromValues(classical.USAccDeaths!, { start: "1973-01-01", freq: "MS" }),
  Nile: seriesFromValues(classical.Nile!, { start: 1871, seasonLength: 1 }),
};

/** The largest difference relative to the largest number. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [most, size] = [a.length === b.length ? 0 : Number.POSITIVE_INFINITY, 0];
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i]! - b[i]!));
    size = Math.max(size, Math.abs(b[i]!));
  }
  return most / size;
}
