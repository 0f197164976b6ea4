import { AbortError } from "@lookback/core";
import {
  type Comparison,
  type Contender,
  compare as compareModels,
  NeuralForecaster,
  type Spread,
} from "@lookback/forecast";
import { compareTexts } from "../compareTexts.js";
import { engineSummary } from "../engine.js";
import { InterruptedError, UsageError } from "../errors.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import { isNetworkName, localModels } from "../models.js";
import { oneSeries } from "../oneSeries.js";
import { OutputFolder } from "../output.js";
import { comparePlot } from "../plot/comparePlot.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { Progress } from "../progress.js";
import { readSeries, type TableFlags } from "../tableSeries.js";
import { formatCells } from "../textTable.js";
import { defaultHorizon } from "./forecast.js";

export interface CompareFlags extends TableFlags {
  series?: string;
  models: string[];
  horizon?: number;
  windows: number;
  seeds: number;
  epochs?: number;
  hidden?: number;
  out: string;
  dpi: number;
}

/** What is set side by side by default: the networks, the classical models, the baselines. */
export const comparedByDefault = [
  ...["rnn", "lstm", "gru", "tcn"],
  ...["mstl-ets", "arima", "theta"],
  ...["seasonal-naive", "naive", "drift"],
];

/** `lookback compare <file>`: models side by side, with what they cost and how much a seed matters. */
export async function compare(file: string, flags: CompareFlags, console: Console): Promise<void> {
  const unknown = flags.models.find((name) => !isNetworkName(name) && !(name in localModels));
  if (unknown !== undefined) throw new UsageError(`--models: there is no model "${unknown}".`);
  const { panel, rows } = await readSeries(file, flags, console);
  const series = oneSeries(panel.series, flags.series, "lookback compare");
  const folder = await OutputFolder.open(flags.out);
  const horizon = flags.horizon ?? defaultHorizon([series]);
  const progress = new Progress(console);
  const { modelName } = messages(console.lang);
  let lines: Comparison[];
  try {
    lines = await compareModels(
      flags.models.map((name) => contender(name, horizon, flags)),
      series,
      {
        horizon,
        windows: flags.windows,
        seeds: flags.seeds,
        signal: console.io.signal,
        onProgress: ({ fraction, name, seed }) =>
          progress.update({ fraction, label: `${modelName(name)}, ${seed}` }),
      },
    );
  } catch (error) {
    if (error instanceof AbortError) throw new InterruptedError("Interrupted; nothing was written.");
    throw error;
  } finally {
    progress.stop();
  }
  lines.sort((a, b) => a.mase.median - b.mase.median);
  const text = compareTexts(console.lang);
  const summary = text.summary(flags.windows, horizon, flags.seeds);
  const svg = comparePlot(
    {
      target: series.id,
      metric: "MASE",
      models: lines.map(({ name, parameters, seconds, mase, seeds }) => ({
        ...{ name, parameters, seconds: seconds.median, median: mase.median },
        scores: seeds.map(({ score }) => score.mase),
      })),
      subtitle: `${summary} ${verdict(lines, console)}`,
    },
    { lang: console.lang },
  );
  const files = {
    png: await folder.write("compare.png", await renderPng(svg, flags.dpi)),
    svg: await folder.write("compare.svg", await withFont(svg)),
  };
  console.print(summary);
  console.print(`\n${table(lines, console)}`);
  console.print(`\n${verdict(lines, console)}`);
  console.print(`\n${messages(console.lang).terminal.written}`);
  for (const path of Object.values(files)) console.print(`  ${path}`);
  console.document({
    data: { file, id: series.id, rows, freq: series.freq, seasonLength: series.seasonLength },
    ...{ horizon, windows: flags.windows, seeds: flags.seeds },
    models: lines.map(({ seeds, ...line }) => ({
      ...line,
      seeds: seeds.map(({ seed, score }) => ({
        ...{ seed, mase: score.mase, smape: score.smape, rmse: score.rmse },
        ...{ coverage95: score.coverage95, seconds: score.seconds },
      })),
    })),
    files,
    engine: engineSummary(),
    notes: console.warnings,
  });
}

function contender(name: string, horizon: number, { epochs, hidden }: CompareFlags): Contender {
  if (!isNetworkName(name)) return { name, make: localModels[name]!, random: false };
  const given = { ...(epochs === undefined ? {} : { epochs }), ...(hidden === undefined ? {} : { hidden }) };
  // One network a seed: an ensemble would hide how much a seed matters.
  return { name, make: (seed) => new NeuralForecaster({ cell: name, horizon, seed, ensemble: 1, ...given }) };
}

/** Who is best, and whether that is more than the luck of a seed. */
function verdict(lines: readonly Comparison[], console: Console): string {
  const text = compareTexts(console.lang);
  const { modelName } = messages(console.lang);
  const [first, second] = lines;
  if (!first || !second) return "";
  const figure = (value: number) => value.toFixed(2);
  const byChance = first.seeds.length > 1 || second.seeds.length > 1;
  const clear = byChance ? first.mase.most < second.mase.least : null;
  return text.verdict(
    modelName(first.name),
    figure(first.mase.median),
    modelName(second.name),
    figure(second.mase.median),
    clear,
  );
}

function table(lines: readonly Comparison[], console: Console): string {
  const text = compareTexts(console.lang);
  const { modelName } = messages(console.lang);
  const spread = ({ median, least, most }: Spread, digits: number) =>
    least === most
      ? median.toFixed(digits)
      : `${median.toFixed(digits)} (${least.toFixed(digits)}–${most.toFixed(digits)})`;
  const rows = lines.map(({ name, parameters, seconds, mase, smape, coverage95 }) => [
    modelName(name),
    parameters > 0 ? parameters.toLocaleString("en-US") : "–",
    seconds.median.toFixed(2),
    spread(mase, 3),
    spread(smape, 2),
    `${Math.round(100 * coverage95.median)} %`,
  ]);
  return formatCells([text.head, ...rows]);
}
