import {
  type FitOptions,
  type Forecast,
  type Forecaster,
  notFitted,
  type PredictOptions,
} from "./forecaster.js";
import { type GateHistory, gatesOf } from "./gates.js";
import { readForecasterFile, writeForecasterFile } from "./modelFile.js";
import { type FittedNeural, fitNeural, goOn, oneStepAhead, predictNeural, ready } from "./neuralModel.js";
import { type NeuralConfig, type NeuralOptions, neuralConfig } from "./neuralOptions.js";
import type { Series } from "./series.js";

/**
 * A network as forecaster of one series: logarithms when all values are above 0, the season taken off (`stl`), windows
 * relative to their last value, an LSTM, GRU, RNN or TCN that gives all steps at once, and the median over a small
 * ensemble. What made recurrent networks win forecasting competitions: Smyl (2020), Hewamalage, Bergmeir & Bandara
 * (2021), Bandara, Bergmeir & Hewamalage (2021, LSTM-MSNet).
 *
 * Intervals are mean ± width(h), from forecasts of values held out during a first training; in logarithms where those
 * are taken, so that they stay above 0. The mean is then the median of the forecast's distribution.
 *
 * @example
 * const model = new NeuralForecaster({ cell: "gru", horizon: 12 });
 * await model.fit(series);
 * const { times, mean, levels } = await model.predict({ horizon: 12 });
 */
export class NeuralForecaster implements Forecaster {
  private readonly config: NeuralConfig;
  private state: FittedNeural | undefined;

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
    return this.state?.notes ?? [];
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
    this.state = undefined;
    this.state = await fitNeural(this.name, [series], this.config, options);
  }

  async predict(options: PredictOptions): Promise<Forecast> {
    return predictNeural(this.name, this.fitted(), options)[0]!;
  }

  /**
   * Goes on from another series with the same frequency, such as the same one with newer values, without training.
   *
   * @throws DataError when the frequency differs or the series is too short.
   */
  observe(series: Series): void {
    this.state = goOn(this.name, this.fitted(), [series]);
  }

  /**
   * What it forecasts for each value from index `from` on, one step ahead, knowing the actual values before it (but
   * keeping the weights it has): the way to draw fitted and predicted values beside actual ones.
   *
   * @param from default: the first index with enough values before it.
   * @throws ArgumentError when `from` has too few values before it.
   */
  oneStep(series: Series, from?: number): { from: number; mean: Float64Array } {
    return oneStepAhead(this.fitted(), series, from);
  }

  /** The gates over the window that it forecasts from; undefined for a network without gates. */
  gates(): GateHistory | undefined {
    return gatesOf(this.fitted(), 0);
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
    forecaster.state = ready(state);
    return forecaster;
  }

  /** The series that forecasts go on from (its last values); undefined before `fit`. */
  get history(): Series | undefined {
    return this.state?.series[0]?.history;
  }

  private fitted(): FittedNeural {
    if (!this.state) throw notFitted(this.name);
    return this.state;
  }
}
