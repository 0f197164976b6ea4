import { readFile, stat } from "node:fs/promises";
import { DataError, engineInfo } from "@lookback/core";
import type { Series } from "@lookback/forecast";
import { versions } from "../engine.js";
import { errorCode, systemReason } from "../errors.js";
import type { ForecastRun, SeriesRun } from "../forecastRun.js";
import type { Console } from "../io.js";
import { loadModel, type SavedModel } from "../modelFile.js";
import { OutputFolder } from "../output.js";
import { baselineForecasts } from "../runForecast.js";
import { readSeries, type TableFlags } from "../tableSeries.js";
import { writeForecast } from "./forecastOutput.js";
import { isClassifier, type PredictClassesFlags, predictClasses } from "./predictClasses.js";

export interface PredictFlags extends TableFlags, PredictClassesFlags {
  horizon?: number;
  levels: number[];
  out: string;
  dpi: number;
}

/**
 * `lookback predict <model> <file>`: forecasts after the file's last row with a saved model, without training, or
 * classifies the file's sequences.
 */
export async function predict(
  modelFile: string,
  file: string,
  flags: PredictFlags,
  console: Console,
  command: string,
): Promise<void> {
  const started = performance.now();
  const bytes = await readModel(modelFile);
  if (isClassifier(bytes, modelFile)) return predictClasses(bytes, modelFile, file, flags, console);
  const model = await loadModel(bytes, modelFile);
  const { panel, rows } = await readSeries(file, withModel(flags, model), console);
  const known = seriesOf(panel.series, model, console);
  await model.observe(known);
  const folder = await OutputFolder.open(flags.out);
  const horizon = flags.horizon ?? trainedHorizon(model);
  const forecasts = await model.predict({ horizon, levels: flags.levels });
  const series: SeriesRun[] = [];
  for (const [i, one] of known.entries()) {
    series.push({
      series: one,
      backtest: null,
      model: model.name,
      forecast: forecasts[i]!,
      baselines: known.length <= 50 ? await baselineForecasts(one, horizon, flags.levels) : [],
    });
  }
  const run: ForecastRun = {
    file,
    command,
    made: new Date(),
    rows,
    settings: { horizon, levels: flags.levels, seed: 0, forced: model.name },
    model: {
      ...{ name: model.name, parameters: model.parameters, saved: true },
      ...{ lookback: null, losses: [], decision: null, explanation: null },
    },
    backtest: null,
    series,
    panel,
    notes: console.warnings,
    engine: engineInfo(),
    versions: versions(),
    seconds: (performance.now() - started) / 1000,
  };
  await writeForecast(run, [], folder, flags.dpi, console, modelFile);
}

/** The steps that a model was trained for; where that has no meaning a season, or 12 without one. */
function trainedHorizon({ horizon, histories }: SavedModel): number {
  const { seasonLength } = histories[0]!;
  return horizon ?? (seasonLength > 1 ? Math.min(seasonLength, 24) : 12);
}

/** The table is read as the model's own was, unless flags say otherwise. */
function withModel(flags: TableFlags, { histories }: SavedModel): TableFlags {
  const { target, timeName, freq, seasonLength } = histories[0]!;
  const wide = histories.length > 1 && histories.every((one) => one.id === one.target);
  return {
    ...flags,
    ...(wide ? { wide: true } : { target: flags.target ?? target }),
    ...(flags.time === undefined && timeName.length > 0 && freq !== "index" ? { time: timeName } : {}),
    season: flags.season ?? seasonLength,
  };
}

/** The series of the table that the model was made for, in its order; the only one when there is one on both sides. */
function seriesOf(all: readonly Series[], { histories }: SavedModel, console: Console): Series[] {
  const only = histories.length === 1 && all.length === 1 ? [all[0]!] : undefined;
  const known = only ?? histories.flatMap(({ id }) => all.find((one) => one.id === id) ?? []);
  const list = (series: readonly Series[]) =>
    `${series
      .slice(0, 5)
      .map(({ id }) => `"${id}"`)
      .join(", ")}${series.length > 5 ? ", …" : ""}`;
  if (known.length === 0) {
    throw new DataError(
      `The model was made for series ${list(histories)}, but the file holds ${all.length} others: ${list(all)}.`,
    );
  }
  const freq = histories[0]!.freq;
  const other = known.find((one) => one.freq !== freq);
  if (other) {
    throw new DataError(`The model was made for ${freq} data, "${other.id}" has frequency ${other.freq}.`);
  }
  if (known.length < histories.length) {
    const gone = histories.filter(({ id }) => !known.some((one) => one.id === id));
    console.warn(
      `${gone.length} of the model's ${histories.length} series are not in the file: ${list(gone)}.`,
    );
  }
  return known;
}

/** Far above any model of ours: a larger file is not one. */
const largestModel = 2 ** 31;

async function readModel(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > largestModel) {
      throw new DataError(
        `The model file ${file} has ${size} bytes, more than any model that Lookback writes.`,
      );
    }
    return await readFile(file);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new DataError(`Cannot read the model file ${file}: ${systemReason(error)}.`);
  }
}
