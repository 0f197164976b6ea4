// npx tsx bench/accuracy.ts --data FOLDER [--every N]: the default forecaster on the official hold-outs of M3 monthly,
// beside seasonal naive. FOLDER holds m3_monthly.csv (unique_id,split,ds,y), which does not ship with Lookback.
// --every N takes each Nth series; all 1428 take about ten minutes.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  coverage,
  type Forecaster,
  mase,
  NeuralForecaster,
  seasonalNaive,
  seriesFromValues,
  smape,
} from "@lookback/forecast";
import { table } from "./measure.js";

const horizon = 18;
const { values: flags } = parseArgs({
  options: { data: { type: "string", default: "" }, every: { type: "string", default: "1" } },
});
const file = join(flags.data, "m3_monthly.csv");
if (!existsSync(file)) {
  console.log(`There is no ${file}: name the folder that holds m3_monthly.csv with --data.`);
  process.exit(1);
}

/** Training and test part of each series. */
const series = new Map<string, { train: number[]; test: number[] }>();
for (const line of readFileSync(file, "utf8").trim().split("\n").slice(1)) {
  const [id, split, , y] = line.split(",");
  if (!series.has(id!)) series.set(id!, { train: [], test: [] });
  series.get(id!)![split === "train" ? "train" : "test"].push(Number(y));
}
const chosen = [...series.values()].filter((_, i) => i % Number(flags.every) === 0);

async function score(make: () => Forecaster) {
  const sums = { smape: 0, mase: 0, in80: 0, in95: 0 };
  for (const [i, { train, test }] of chosen.entries()) {
    const forecaster = make();
    await forecaster.fit(seriesFromValues(train, { start: "1990-01-01", freq: "MS" }));
    const { mean, levels } = await forecaster.predict({ horizon });
    sums.smape += smape(test, mean);
    sums.mase += mase(test, mean, { training: train, seasonLength: 12 });
    sums.in80 += coverage(test, levels[0]!.lo, levels[0]!.hi);
    sums.in95 += coverage(test, levels[1]!.lo, levels[1]!.hi);
    if (i % 50 === 49) process.stderr.write(`${i + 1}/${chosen.length} `);
  }
  process.stderr.write("\n");
  const mean = (sum: number, digits: number) => (sum / chosen.length).toFixed(digits);
  return [make().name, mean(sums.smape, 2), mean(sums.mase, 3), mean(sums.in80, 3), mean(sums.in95, 3)];
}

console.log(`M3 monthly, ${chosen.length} series, the official hold-out of ${horizon} months`);
const rows = [await score(() => new NeuralForecaster({ horizon })), await score(seasonalNaive)];
console.log(table(["model", "sMAPE", "MASE", "in 80 %", "in 95 %"], rows));
