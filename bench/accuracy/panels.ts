import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Series, seriesFromValues } from "@lookback/forecast";

/** One series of a competition: what may be learned from, and its official hold-out. */
export interface Task {
  readonly train: Series;
  readonly test: Float64Array;
}

/** A benchmark's data. */
export interface Panel {
  readonly name: string;
  readonly horizon: number;
  readonly tasks: readonly Task[];
  /** What others have published for it: model, sMAPE, MASE. */
  readonly published: readonly (readonly [model: string, smape: string, mase: string])[];
}

/** A panel that has not been read yet. */
export interface PanelSource extends Omit<Panel, "tasks"> {
  readonly file: string;
  readonly start: string | number;
  readonly freq: string;
  readonly seasonLength: number;
}

export const PANELS: Readonly<Record<string, PanelSource>> = {
  m3: {
    name: "M3 monthly",
    file: "m3_monthly.csv",
    start: "1990-01-01",
    freq: "MS",
    seasonLength: 12,
    horizon: 18,
    published: [
      ["N-BEATS", "13.24", ""],
      ["Theta", "13.89", "0.855"],
      ["ETS", "", "0.863"],
      ["auto-Box-Jenkins", "14.80", "0.875"],
      ["Naive2", "16.89", ""],
      ["seasonal naive", "", "1.146"],
    ],
  },
  m4: {
    name: "M4 hourly",
    file: "m4_hourly.csv",
    start: 1,
    freq: "index",
    seasonLength: 24,
    horizon: 48,
    published: [
      ["ES-RNN", "9.33", "0.893"],
      ["ARIMA", "", "1.03"],
      ["N-BEATS", "", "1.34"],
      ["DeepAR", "", "3.53"],
      ["seasonal naive", "13.91", "1.193"],
      ["Naive2", "18.38", "2.395"],
    ],
  },
};

/**
 * Reads `FOLDER/<file>`: long rows `unique_id,split,time,y`, split `train` or `test`. `every` keeps each so-manyth
 * series; `part` "train" leaves the official hold-out alone and holds out the end of the training part instead, to
 * choose by.
 */
export function readPanel(
  source: PanelSource,
  folder: string,
  { every = 1, part = "test" }: { every?: number; part?: "test" | "train" } = {},
): Panel | undefined {
  const file = join(folder, source.file);
  if (!existsSync(file)) return undefined;
  const rows = new Map<string, { train: number[]; test: number[] }>();
  for (const line of readFileSync(file, "utf8").trim().split("\n").slice(1)) {
    const [id, split, , y] = line.split(",");
    if (!rows.has(id!)) rows.set(id!, { train: [], test: [] });
    rows.get(id!)![split === "train" ? "train" : "test"].push(Number(y));
  }
  const { start, freq, seasonLength, horizon } = source;
  const tasks = [...rows]
    .filter((_, i) => i % every === 0)
    .map(([id, { train, test }]) => {
      const known = part === "test" ? train : train.slice(0, -horizon);
      return {
        train: seriesFromValues(known, { id, start, freq, seasonLength }),
        test: Float64Array.from(part === "test" ? test : train.slice(-horizon)),
      };
    });
  return { ...source, tasks };
}
