import type { EngineInfo } from "@lookback/core";
import type { BacktestResult, Forecast, Panel, Series } from "@lookback/forecast";

/** Everything that a run of `lookback forecast` found out: what the terminal, JSON, CSV, pictures and report show. */
export interface ForecastRun {
  /** The file as the user named it. */
  file: string;
  /** The command that does the same again. */
  command: string;
  /** When the run ended. */
  made: Date;
  /** Rows of the table, before it was split into series. */
  rows: number;
  settings: ForecastSettings;
  series: SeriesRun[];
  /** What was done to the table on the way to its series: what was left out, filled, masked. */
  panel: Panel;
  /** What a reader should know: gaps filled, a loss that diverged, a header that was missing. Sentences, in English. */
  notes: string[];
  engine: EngineInfo;
  /** Names and versions: lookback, node. */
  versions: Record<string, string>;
  seconds: number;
}

export interface ForecastSettings {
  horizon: number;
  /** Levels of the intervals in per cent. */
  levels: number[];
  seed: number;
  /** The network that was tried: lstm, gru or rnn; null when a baseline was forced. */
  network: string | null;
  /** The model that `--model` forced, or null when the backtest chose. */
  forced: string | null;
}

/** One series: its backtest, and the forecast of the model that was chosen or forced. */
export interface SeriesRun {
  series: Series;
  /** Null when the series is too short for one. */
  backtest: BacktestResult | null;
  /** Name of the model that makes the forecast. */
  model: string;
  /** Numbers that it learned; 0 for a baseline. */
  parameters: number;
  /** Steps that it looks back; null for a baseline. */
  lookback: number | null;
  forecast: Forecast;
  /** Forecasts of naive, seasonal naive and drift beside it. */
  baselines: { name: string; forecast: Forecast }[];
  /** Loss of the last network's training, epoch by epoch; empty for a baseline. */
  losses: number[];
  /** Whether the model came from a file and was neither trained nor tested now. */
  saved?: boolean;
  /** Bytes of the model file. */
  modelBytes: Uint8Array;
}
