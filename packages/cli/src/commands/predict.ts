import { readFile, stat } from "node:fs/promises";
import { DataError, engineInfo } from "@lookback/core";
import { type Series, sliceSeries } from "@lookback/forecast";
import { versions } from "../engine.js";
import { errorCode, systemReason } from "../errors.js";
import type { ForecastRun } from "../forecastRun.js";
import type { Console } from "../io.js";
import { baselines, loadModel, type SavedModel } from "../modelFile.js";
import { OutputFolder } from "../output.js";
import { readSeries, type TableFlags } from "../tableSeries.js";
import { writeForecast } from "./forecastOutput.js";

export interface PredictFlags extends TableFlags {
  horizon?: number;
  levels: number[];
  out: string;
  dpi: number;
}

/** `lookback predict <model> <file>`: forecasts after the file's last row with a saved model, without training. */
export async function predict(
  modelFile: string,
  file: string,
  flags: PredictFlags,
  console: Console,
  command: string,
): Promise<void> {
  const started = performance.now();
  const bytes = await readModel(modelFile);
  const model = await loadModel(bytes, modelFile);
  const { history } = model;
  const { panel, rows } = await readSeries(file, withModel(flags, history), console);
  const series = seriesOf(panel.series, history);
  await model.observe(series);
  const folder = await OutputFolder.open(flags.out);
  const horizon = flags.horizon ?? trainedHorizon(model);
  const others = await Promise.all(
    Object.entries(baselines).map(async ([name, make]) => {
      const forecaster = make();
      await forecaster.fit(series);
      return { name, forecast: await forecaster.predict({ horizon, levels: flags.levels }) };
    }),
  );
  const run: ForecastRun = {
    file,
    command,
    made: new Date(),
    rows,
    settings: { horizon, levels: flags.levels, seed: 0, network: null, forced: model.name },
    series: [
      {
        series,
        backtest: null,
        model: model.name,
        parameters: model.parameters,
        lookback: null,
        forecast: await model.forecaster.predict({ horizon, levels: flags.levels }),
        baselines: others,
        losses: [],
        saved: true,
        modelBytes: bytes,
      },
    ],
    panel,
    notes: console.warnings,
    engine: engineInfo(),
    versions: versions(),
    seconds: (performance.now() - started) / 1000,
  };
  await writeForecast(run, folder, flags.dpi, console, modelFile);
}

/** The steps that a network was trained for; a season (12 without one) for a baseline. */
function trainedHorizon({ forecaster, history }: SavedModel): number {
  const { windows } = forecaster as { windows?: { horizon: number } };
  return windows?.horizon ?? (history.seasonLength > 1 ? Math.min(history.seasonLength, 24) : 12);
}

/** The table is read as the model's own was, unless flags say otherwise. */
function withModel(flags: TableFlags, history: Series): TableFlags {
  return {
    ...flags,
    target: flags.target ?? history.target,
    ...(flags.time === undefined && history.timeName.length > 0 && history.freq !== "index"
      ? { time: history.timeName }
      : {}),
    season: flags.season ?? history.seasonLength,
  };
}

/** The series of the table that the model was made for; the only one when there is one. */
function seriesOf(all: readonly Series[], history: Series): Series {
  const found = all.length === 1 ? all[0] : all.find(({ id }) => id === history.id);
  if (found) return sliceSeries(found, 0, found.values.length);
  throw new DataError(
    `The model was made for series "${history.id}", but the file holds ${all.length} others: ${all
      .slice(0, 5)
      .map(({ id }) => `"${id}"`)
      .join(", ")}${all.length > 5 ? ", …" : ""}.`,
  );
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
