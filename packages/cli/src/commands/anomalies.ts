import { AbortError, DataError, LookbackError } from "@lookback/core";
import {
  type Anomalies,
  type Anomaly,
  type Forecaster,
  findAnomalies,
  NeuralForecaster,
  type Series,
} from "@lookback/forecast";
import { anomalyTexts } from "../anomalyTexts.js";
import { engineSummary } from "../engine.js";
import { InterruptedError } from "../errors.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import { isNetworkName, localModels } from "../models.js";
import { OutputFolder } from "../output.js";
import { anomalyPlot } from "../plot/anomalyPlot.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { formatNumber } from "../plot/scales.js";
import { Progress } from "../progress.js";
import { plainTime, readSeries, type TableFlags } from "../tableSeries.js";
import { formatCells } from "../textTable.js";

export interface AnomalyFlags extends TableFlags {
  level: number;
  horizon?: number;
  windows?: number;
  model: string;
  seed: number;
  out: string;
  dpi: number;
}

/** What was found in one series. */
interface Found {
  series: Series;
  result: Anomalies;
}

/** Lines of the list that the terminal shows. */
const shown = 20;

/** `lookback anomalies <file>`: values outside the interval that a model, knowing only the past, gave for them. */
export async function anomalies(file: string, flags: AnomalyFlags, console: Console): Promise<void> {
  const { panel, rows } = await readSeries(file, flags, console);
  const folder = await OutputFolder.open(flags.out);
  const progress = new Progress(console);
  let found: Found[];
  try {
    found = await search(panel.series, flags, console, progress);
  } catch (error) {
    if (error instanceof AbortError) throw new InterruptedError("Interrupted; nothing was written.");
    throw error;
  } finally {
    progress.stop();
  }
  const text = anomalyTexts(console.lang);
  const all = found
    .flatMap(({ series, result }) => result.found.map((anomaly) => ({ id: series.id, ...anomaly })))
    .sort((a, b) => b.score - a.score);
  const count = found.reduce((sum, { result }) => sum + result.count, 0);
  const svg = picture(found, text.summary(all.length, count, flags.level), console);
  const files = {
    png: await folder.write("anomalies.png", await renderPng(svg, flags.dpi)),
    svg: await folder.write("anomalies.svg", await withFont(svg)),
    csv: await folder.write("anomalies.csv", csv(all)),
  };
  console.print(text.summary(all.length, count, flags.level));
  console.print(text.expected(flags.level, Math.round(count * (1 - flags.level / 100))));
  if (all.length > 0) console.print(`\n${list(all, found.length > 1, console)}`);
  if (all.length > shown) console.print(messages(console.lang).terminal.andMore(all.length - shown));
  console.print(`\n${messages(console.lang).terminal.written}`);
  for (const path of Object.values(files)) console.print(`  ${path}`);
  console.document({
    data: { file, series: found.length, rows, skipped: panel.skipped },
    model: flags.model,
    level: flags.level,
    looked: count,
    anomalies: all.map(({ id, time, actual, expected, lo, hi, side, score }) => ({
      ...{ id, time: plainTime(time), actual, expected, lo, hi, side, score },
    })),
    files,
    engine: engineSummary(),
    notes: console.warnings,
  });
}

async function search(
  series: readonly Series[],
  flags: AnomalyFlags,
  console: Console,
  progress: Progress,
): Promise<Found[]> {
  const found: Found[] = [];
  const label = anomalyTexts(console.lang).looking;
  for (const [index, one] of series.entries()) {
    try {
      const result = await findAnomalies(() => make(flags), one, {
        level: flags.level,
        signal: console.io.signal,
        ...(flags.horizon === undefined ? {} : { horizon: flags.horizon }),
        ...(flags.windows === undefined ? {} : { windows: flags.windows }),
        onProgress: ({ fraction }) =>
          progress.update({ fraction: (index + fraction) / series.length, label }),
      });
      found.push({ series: one, result });
    } catch (error) {
      const pass = !(error instanceof LookbackError) || error instanceof AbortError;
      if (pass || series.length === 1) throw error;
      console.warn(error.message);
    }
  }
  if (found.length === 0) throw new DataError("No series is long enough to look for anomalies in.");
  return found;
}

function make({ model, seed }: AnomalyFlags): Forecaster {
  return isNetworkName(model) ? new NeuralForecaster({ cell: model, seed }) : localModels[model]!();
}

/** The series with the anomaly that stands out most; its first one where nothing was found. */
function picture(found: readonly Found[], subtitle: string, console: Console): string {
  const most = ({ result }: Found) => Math.max(0, ...result.found.map(({ score }) => score));
  const { series, result } = found.reduce((a, b) => (most(b) > most(a) ? b : a));
  const outside = new Set(result.found.map(({ index }) => index));
  const points = result.folds.flatMap(({ trainLength, times, actual, mean, levels }) =>
    times.map((time, i) => ({
      ...{ time, actual: actual[i]!, mean: mean[i]! },
      ...{ lo: levels[0]!.lo[i]!, hi: levels[0]!.hi[i]! },
      outside: outside.has(trainLength + i),
    })),
  );
  const before = Math.max(0, result.from - Math.round(0.15 * points.length));
  return anomalyPlot(
    {
      target: found.length > 1 ? series.id : series.target,
      level: result.level,
      points,
      before: series.times
        .slice(before, result.from)
        .map((time, i) => ({ time, value: series.values[before + i]! })),
      subtitle: found.length > 1 ? subtitle : undefined,
    },
    { lang: console.lang },
  );
}

type Listed = Anomaly & { id: string };

function list(all: readonly Listed[], several: boolean, console: Console): string {
  const text = anomalyTexts(console.lang);
  const number = (value: number) => formatNumber(value, console.lang);
  const rows = all
    .slice(0, shown)
    .map((one) => [
      ...(several ? [one.id] : []),
      plainTime(one.time),
      number(one.actual),
      number(one.expected),
      `${number(one.lo)} – ${number(one.hi)}`,
      Number.isFinite(one.score) ? one.score.toFixed(2) : "∞",
    ]);
  return formatCells([[...(several ? [text.series] : []), ...text.head], ...rows]);
}

function csv(all: readonly Listed[]): string {
  const cell = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value);
  const lines = all.map(({ id, time, actual, expected, lo, hi, side, score }) =>
    [cell(id), plainTime(time), actual, expected, lo, hi, side, score].join(","),
  );
  return `${["id,time,actual,expected,lo,hi,side,score", ...lines].join("\n")}\n`;
}
