import { DataError } from "@lookback/core";
import { type FitOptions, type Forecast, notFitted, type PredictOptions } from "./forecaster.js";
import { type GateHistory, gatesOf } from "./gates.js";
import { checkSome, type GlobalForecaster } from "./globalForecaster.js";
import { readForecasterFile, writeForecasterFile } from "./modelFile.js";
import { type FittedNeural, fitNeural, goOn, predictNeural, ready } from "./neuralModel.js";
import { GLOBAL_DEFAULTS, type NeuralConfig, type NeuralOptions, neuralConfig } from "./neuralOptions.js";
import type { Series } from "./series.js";

/**
 * One network over many series, in the spirit of the M4 competition's winner (Smyl 2020): windows of all series are
 * pooled, each with its seasonal effects taken off as they are known at its end, relative to its exponentially
 * smoothed level and divided by how much it moves; beside the window the network is shown what the whole past says
 * (smoothed levels, damped and linear trends), and gives the quantiles of all steps at once. Covariates and statics
 * that all series have become inputs; missing values are masked; short series are padded.
 *
 * Intervals are the network's quantiles, widened or narrowed so that they held their share of values held out during
 * a first training (split conformal prediction over all series).
 *
 * @example
 * const model = new GlobalNeuralForecaster({ horizon: 18 });
 * await model.fit(series);
 * const forecasts = await model.predict({ horizon: 18 });
 */
export class GlobalNeuralForecaster implements GlobalForecaster {
  private readonly config: NeuralConfig;
  private state: FittedNeural | undefined;

  /** @throws ArgumentError for an unknown option or one out of range (see {@link NeuralOptions}). */
  constructor(options: NeuralOptions = {}) {
    this.config = neuralConfig({ ...GLOBAL_DEFAULTS, ...options });
  }

  get name(): string {
    return `global-${this.config.cell}`;
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
    return this.state?.notes ?? [];
  }

  /**
   * Trains on all series together.
   *
   * @throws ArgumentError when there is none; DataError when all are too short, or one is not finite; AbortError when
   * interrupted; FormatError for a foreign checkpoint.
   */
  async fit(series: readonly Series[], options: FitOptions = {}): Promise<void> {
    checkSome(this.name, series);
    this.state = undefined;
    this.state = await fitNeural(this.name, series, this.config, options);
  }

  async predict(options: PredictOptions): Promise<Forecast[]> {
    return predictNeural(this.name, this.fitted(), options);
  }

  /**
   * Goes on from other series, in the order of those it was trained on, such as the same ones with newer values.
   *
   * @throws DataError when their number or a frequency differs, or one is too short.
   */
  observe(series: readonly Series[]): void {
    const { length } = this.fitted().series;
    if (series.length !== length) {
      throw new DataError(`${this.name}: the model was trained on ${length} series, got ${series.length}.`);
    }
    this.state = goOn(this.name, this.fitted(), series);
  }

  /** The gates over the window from which one of the series is forecast; undefined for a network without gates. */
  gates(series = 0): GateHistory | undefined {
    return gatesOf(this.fitted(), series);
  }

  /** The fitted model as one safetensors file: weights, configuration, transforms, and the series to forecast from. */
  save(): Uint8Array {
    return writeForecasterFile(this.fitted());
  }

  /**
   * The model of a file that {@link save} made. It forecasts without training.
   *
   * @param source names the file in messages.
   * @throws FormatError when the file is damaged, or of another kind.
   */
  static load(bytes: Uint8Array, source = "the file"): GlobalNeuralForecaster {
    const state = readForecasterFile(bytes, source);
    const forecaster = new GlobalNeuralForecaster(state.config);
    forecaster.state = ready(state);
    return forecaster;
  }

  private fitted(): FittedNeural {
    if (!this.state) throw notFitted(this.name);
    return this.state;
  }
}
