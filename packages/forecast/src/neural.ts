import { ArgumentError, DataError } from "@lookback/core";
import { heldOutSpread, randomWalkSpread, spreadAt } from "./calibration.js";
import {
  checkHorizon,
  checkLevels,
  type FitOptions,
  type Forecast,
  type Forecaster,
  notFitted,
  type PredictOptions,
  throwIfAborted,
} from "./forecaster.js";
import { type ForecasterFile, readForecasterFile, writeForecasterFile } from "./modelFile.js";
import { forecastWindows } from "./network.js";
import { type NeuralConfig, type NeuralOptions, neuralConfig } from "./neuralOptions.js";
import { levelToZ } from "./normal.js";
import { planTraining, windowAt } from "./plan.js";
import { historyNeeded } from "./preparation.js";
import { futureTimes, type Series, sliceSeries } from "./series.js";
import { runPlan } from "./trainingRun.js";

/**
 * A recurrent network as forecaster: logarithms when all values are above 0, the season taken off (`stl`), windows
 * relative to their last value, an LSTM, GRU or RNN that gives all steps at once, and the median over a small ensemble.
 * What made recurrent networks win forecasting competitions: Smyl (2020), Hewamalage, Bergmeir & Bandara (2021),
 * Bandara, Bergmeir & Hewamalage (2021, LSTM-MSNet).
 *
 * Intervals are mean ± z·σ(h), with σ(h) from forecasts of values held out during a first training; in logarithms
 * where those are taken, so that they stay above 0. The mean is then the median of the forecast's distribution.
 *
 * @example
 * const model = new NeuralForecaster({ cell: "gru", horizon: 12 });
 * await model.fit(series);
 * const { times, mean, levels } = await model.predict({ horizon: 12 });
 */
export class NeuralForecaster implements Forecaster {
  private readonly config: NeuralConfig;
  private state: ForecasterFile | undefined;
  private notes: string[] = [];

  /** @throws ArgumentError for an unknown option or one out of range (see {@link NeuralOptions}). */
  constructor(options: NeuralOptions = {}) {
    this.config = neuralConfig(options);
  }

  get name(): string {
    return this.config.cell;
  }

  /** The options, with what was not given filled in. */
  get options(): NeuralConfig {
    return this.config;
  }

  /** Numbers learned, over the whole ensemble; 0 before `fit`. */
  get parameterCount(): number {
    return (this.state?.networks ?? []).reduce((sum, network) => sum + network.parameterCount(), 0);
  }

  /** What went wrong without stopping the fit, in sentences. */
  get warnings(): readonly string[] {
    return this.notes;
  }

  /** The sizes of the windows it was trained on; undefined before `fit`. */
  get windows(): { readonly lookback: number; readonly horizon: number } | undefined {
    const sizes = this.state?.sizes;
    return sizes && { lookback: sizes.lookback, horizon: sizes.horizon };
  }

  /**
   * Trains on a series: see {@link NeuralOptions} for what, and `runPlan` for how.
   *
   * @throws DataError when it is too short or not finite; AbortError when interrupted; FormatError for a foreign
   * checkpoint.
   */
  async fit(series: Series, options: FitOptions = {}): Promise<void> {
    throwIfAborted(options.signal, this.name);
    const bad = series.values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      throw new DataError(
        `${this.name}: expected finite values, series "${series.id}" has ${series.values[bad]} at ${series.times[bad]}.`,
      );
    }
    this.state = undefined;
    this.notes = [];
    const { values } = series;
    const plan = planTraining(series, this.config);
    const { preparation, sizes, heldOut } = plan;
    const common = {
      config: this.config,
      preparation,
      sizes,
      network: plan.network,
      scaler: plan.full.scaler,
    };
    const history = this.keep(series, historyNeeded(preparation, sizes.lookback));
    if (plan.constant) {
      this.state = { ...common, networks: [], spread: sizes.horizon > 0 ? [0] : [], history };
      return;
    }
    const { head, full, diverged } = await runPlan(plan, this.config, values, options);
    const spread = plan.head
      ? heldOutSpread(head, plan.head.scaler, values, heldOut, preparation, sizes)
      : randomWalkSpread(values, preparation, sizes.horizon);
    if (diverged > 0) {
      this.notes.push(
        `${this.name}: the loss of ${diverged} of ${head.length + full.length} networks stopped being a finite number; ` +
          `their last good weights were kept. Try a smaller lr (it was ${this.config.lr}) or clip (${this.config.clip}).`,
      );
    }
    this.state = { ...common, networks: full, spread, history };
  }

  async predict(options: PredictOptions): Promise<Forecast> {
    const horizon = checkHorizon(options.horizon);
    const levels = checkLevels(options.levels);
    const { spread, history, preparation } = this.fitted();
    const center = this.centerAfter(history.values, history.values.length, horizon);
    const back = (value: number) => (preparation.log ? Math.exp(value) : value);
    const intervals = levels.map((level) => {
      const z = levelToZ(level);
      const end = (side: number) =>
        center.map((value, step) => back(value + side * z * spreadAt(spread, step)));
      return { level, lo: end(-1), hi: end(1) };
    });
    const mean = center.map(back);
    for (const values of [mean, ...intervals.map(({ hi }) => hi)]) {
      const step = values.findIndex((value) => !Number.isFinite(value));
      if (step < 0) continue;
      throw new DataError(
        `${this.name}: ${step + 1} steps ahead the forecast exceeds the largest number there is. ` +
          `Use a shorter horizon${preparation.log ? ", or leave logarithms out with log: false" : ""}.`,
      );
    }
    return { times: futureTimes(history, horizon), mean, levels: intervals };
  }

  /**
   * Goes on from another series with the same frequency, such as the same one with newer values, without training.
   *
   * @throws DataError when the frequency differs or the series is too short.
   */
  observe(series: Series): void {
    const { sizes, preparation, history } = this.fitted();
    const needed = Math.max(
      sizes.lookback,
      preparation.seasonLength === 1 ? 0 : 2 * preparation.seasonLength,
    );
    if (series.freq !== history.freq) {
      throw new DataError(
        `${this.name}: the model was trained on ${history.freq} data, series "${series.id}" has frequency ${series.freq}.`,
      );
    }
    if (series.values.length < needed) {
      throw new DataError(
        `${this.name}: the model needs the last ${needed} values to go on from, series "${series.id}" has ${series.values.length}.`,
      );
    }
    this.state = { ...this.fitted(), history: this.keep(series, historyNeeded(preparation, sizes.lookback)) };
  }

  /**
   * What it forecasts for each value from index `from` on, one step ahead, knowing the actual values before it (but
   * keeping the weights it has): the way to draw fitted and predicted values beside actual ones.
   *
   * @param from default: the first index with enough values before it.
   * @throws ArgumentError when `from` has too few values before it.
   */
  oneStep(series: Series, from?: number): { from: number; mean: Float64Array } {
    const { sizes, preparation } = this.fitted();
    const first = Math.max(sizes.lookback, preparation.seasonLength === 1 ? 2 : 2 * preparation.seasonLength);
    const start = from ?? first;
    if (!Number.isInteger(start) || start < first || start > series.values.length) {
      throw new ArgumentError(
        `oneStep: from must be a whole number from ${first} (values needed before it) to ${series.values.length}, got ${start}.`,
      );
    }
    const mean = Float64Array.from({ length: series.values.length - start }, (_, i) => {
      const value = this.centerAfter(series.values, start + i, 1)[0]!;
      return preparation.log ? Math.exp(value) : value;
    });
    return { from: start, mean };
  }

  /** The fitted model as one safetensors file: weights, configuration, transforms, and the history to forecast from. */
  save(): Uint8Array {
    return writeForecasterFile(this.fitted());
  }

  /**
   * The model of a file that {@link save} made. It forecasts without training.
   *
   * @param source names the file in messages.
   * @throws FormatError when the file is damaged, or of another kind.
   */
  static load(bytes: Uint8Array, source = "the file"): NeuralForecaster {
    const state = readForecasterFile(bytes, source);
    const forecaster = new NeuralForecaster(state.config);
    forecaster.state = state;
    return forecaster;
  }

  /** The series that forecasts go on from (its last values); undefined before `fit`. */
  get history(): Series | undefined {
    return this.state?.history;
  }

  /** Forecasts after the first `end` values, in logarithms where those are taken. */
  private centerAfter(values: Float64Array, end: number, steps: number): Float64Array {
    const { networks, scaler, preparation, sizes } = this.fitted();
    const { window, ahead } = windowAt(values, end, preparation, sizes.lookback);
    const adjusted =
      networks.length === 0
        ? new Float64Array(steps).fill(window.at(-1)!)
        : forecastWindows(networks, [window], scaler, steps)[0]!;
    return adjusted.map((value, step) => value + ahead(step + 1));
  }

  private fitted(): ForecasterFile {
    if (!this.state) throw notFitted(this.name);
    return this.state;
  }

  private keep(series: Series, count: number): Series {
    const { length } = series.values;
    const kept = sliceSeries(series, Math.max(0, length - count), length);
    return { ...kept, values: kept.values.slice() };
  }
}
