// npx tsx bench/accuracy/flights.ts [--step 12] [--model a,b]: AirPassengers (data/flights.csv), rolling origins over
// the last 36 months, 12 months ahead, every model fitted anew at each origin. --step 12 has 3 origins, 1 has 25.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { backtest, seriesFromValues, single } from "@lookback/forecast";
import { table } from "../measure.js";
import { MODELS } from "./models.js";

const { values: flags } = parseArgs({
  options: {
    step: { type: "string", default: "12" },
    model: { type: "string", default: Object.keys(MODELS).join() },
    seed: { type: "string", default: "0" },
  },
});
const horizon = 12;
const step = Number(flags.step);
const passengers = readFileSync(new URL("../../data/flights.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => Number(line.split(",")[2]));
const series = seriesFromValues(passengers, { start: "1949-01-01", freq: "MS" });
const makers = flags.model.split(",").map((name) => {
  const make = MODELS[name];
  if (!make) throw new Error(`There is no model "${name}". There are ${Object.keys(MODELS).join(", ")}.`);
  return () => single(() => make({ horizon, seed: Number(flags.seed) }));
});
const windows = Math.floor((36 - horizon) / step) + 1;
const { models } = await backtest(makers, series, {
  horizon,
  windows,
  step,
  onProgress: ({ model, fold }) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${model}, origin ${fold} of ${windows}`);
  },
});
console.log(
  `AirPassengers, ${windows} origins ${step} months apart over the last 36 months, ${horizon} months ahead`,
);
const rows = models.map((model) => [
  model.name,
  model.mase.toFixed(3),
  model.smape.toFixed(2),
  model.coverage80.toFixed(2),
  model.coverage95.toFixed(2),
  (model.seconds / windows).toFixed(2),
]);
console.log(table(["model", "MASE", "sMAPE", "in 80 %", "in 95 %", "seconds a fit"], rows));
