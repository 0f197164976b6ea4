import { readFileSync } from "node:fs";
import { seriesFromTable } from "../src/seriesFromTable.js";
import { type Cell, type Table, tableFromColumns } from "../src/table.js";

/** A table as a CSV reader would hand it over: a file's name, and line 2 for the first row. */
export function file(columns: Record<string, ArrayLike<Cell>>, source = "sales.csv"): Table {
  return { ...tableFromColumns(columns, { source }), lineOf: (row) => row + 2 };
}

const lines = readFileSync(new URL("../../../data/flights.csv", import.meta.url), "utf8")
  .trim()
  .split("\n");
const cells = lines.slice(1).map((line) => line.split(","));

/** data/flights.csv. */
export const flightsTable = file(
  {
    year: cells.map((row) => Number(row[0])),
    month: cells.map((row) => row[1]!),
    passengers: cells.map((row) => Number(row[2])),
  },
  "flights.csv",
);

export const flights = seriesFromTable(flightsTable)[0]!;

export const golden = JSON.parse(
  readFileSync(new URL("../../../golden/forecast.json", import.meta.url), "utf8"),
) as {
  frequencies: { freq: string; pandas: string; times: string[]; next: string[] }[];
  normal: { p: number; z: number }[];
  metrics: {
    training: number[];
    actual: number[];
    predicted: number[];
    seasonLength: number;
    rmse: number;
    mae: number;
    mape: number;
    smape: number;
    mase: number;
    coverage: number;
    pinball90: number;
  };
  stl: { seasonalWindow: number; rows: number; seasonal: number[]; trend: number[]; remainder: number[] }[];
  flights: Record<string, { mean: number[]; lo80: number[]; hi80: number[]; lo95: number[]; hi95: number[] }>;
};

/** The message of the error that `work` throws, of the class expected. */
export function messageOf(work: () => unknown, kind: new (message: string) => Error): string {
  try {
    work();
  } catch (error) {
    if (error instanceof kind) return error.message;
    throw error;
  }
  throw new Error(`expected a ${kind.name}, but nothing was thrown`);
}

/** The message of the error that a promise is rejected with, of the class expected. */
export async function rejectionOf(
  work: Promise<unknown>,
  kind: new (message: string) => Error,
): Promise<string> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof kind) return outcome.message;
  throw new Error(`expected a ${kind.name}, got ${String(outcome)}`);
}

/** The largest difference between two lists of numbers. */
export function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}
