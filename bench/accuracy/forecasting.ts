// npx tsx bench/accuracy/forecasting.ts --data FOLDER [--panel m3,m4] [--model a,b] [--every N] [--part train]
//   [--seeds N]
// Forecasts of the official hold-outs of M3 monthly and M4 hourly, beside published rows. FOLDER holds m3_monthly.csv
// (unique_id,split,ds,y) and m4_hourly.csv (unique_id,split,t,y), which do not ship with Lookback. --every N takes
// each Nth series; --part train holds out the end of the training part instead, to choose by. A model that draws
// random numbers runs with seeds 0 … N−1; its row is the median over them.
import { parseArgs } from "node:util";
import { coverage, mase, smape } from "@lookback/forecast";
import { median, table } from "../measure.js";
import { MODELS } from "./models.js";
import { PANELS, type Panel, readPanel } from "./panels.js";

const { values: flags } = parseArgs({
  options: {
    data: { type: "string", default: "" },
    panel: { type: "string", default: Object.keys(PANELS).join() },
    model: { type: "string", default: Object.keys(MODELS).join() },
    every: { type: "string", default: "1" },
    part: { type: "string", default: "test" },
    seeds: { type: "string", default: "1" },
  },
});

/** sMAPE, MASE, coverage of the 80 and 95 % intervals, seconds. */
type Scores = readonly number[];

async function run(panel: Panel, name: string, seed: number): Promise<Scores> {
  const { horizon, tasks } = panel;
  const forecaster = MODELS[name]!({ horizon, seed });
  const started = performance.now();
  await forecaster.fit(
    tasks.map(({ train }) => train),
    { onProgress: ({ fraction }) => progress(`${panel.name}, ${name}: ${Math.floor(100 * fraction)} %`) },
  );
  const forecasts = await forecaster.predict({ horizon });
  const seconds = (performance.now() - started) / 1000;
  const mean = (of: (index: number) => number) => tasks.reduce((sum, _, i) => sum + of(i), 0) / tasks.length;
  const covered = (level: number) =>
    mean((i) => coverage(tasks[i]!.test, forecasts[i]!.levels[level]!.lo, forecasts[i]!.levels[level]!.hi));
  const { seasonLength } = tasks[0]!.train;
  return [
    mean((i) => smape(tasks[i]!.test, forecasts[i]!.mean)),
    mean((i) => mase(tasks[i]!.test, forecasts[i]!.mean, { training: tasks[i]!.train.values, seasonLength })),
    covered(0),
    covered(1),
    seconds,
  ];
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function row(name: string, runs: readonly Scores[]): string[] {
  const cell = (column: number, digits: number) =>
    median(runs.map((scores) => scores[column]!)).toFixed(digits);
  return [name, cell(0, 2), cell(1, 3), cell(2, 3), cell(3, 3), cell(4, 1)];
}

const head = ["model", "sMAPE", "MASE", "in 80 %", "in 95 %", "seconds"];
const part = flags.part === "train" ? "train" : "test";
for (const key of flags.panel.split(",")) {
  const source = PANELS[key];
  const panel = source && readPanel(source, flags.data, { every: Number(flags.every), part });
  if (!source || !panel) {
    console.log(
      source
        ? `There is no ${source.file} in "${flags.data}": name the folder that holds it with --data.`
        : `There is no panel "${key}". There are ${Object.keys(PANELS).join(", ")}.`,
    );
    process.exitCode = 1;
    continue;
  }
  const held = part === "test" ? "the official hold-out of" : "with the training part's last";
  console.log(`\n${panel.name}, ${panel.tasks.length} series, ${held} ${panel.horizon} steps`);
  const rows: string[][] = [];
  for (const name of flags.model.split(",")) {
    if (!MODELS[name])
      throw new Error(`There is no model "${name}". There are ${Object.keys(MODELS).join(", ")}.`);
    const runs: Scores[] = [];
    for (let seed = 0; seed < Number(flags.seeds); seed++) {
      runs.push(await run(panel, name, seed));
      if (Number(flags.seeds) > 1) rows.push(row(`${name}, seed ${seed}`, runs.slice(-1)));
    }
    rows.push(row(name, runs));
    progress("");
  }
  if (part === "test")
    for (const published of panel.published)
      rows.push([`published: ${published[0]}`, published[1], published[2], "", "", ""]);
  console.log(table(head, rows));
}
