import { AbortError, ArgumentError, DataError, LookbackError } from "@lookback/core";
import {
  type FitOptions,
  type Forecast,
  type Forecaster,
  notFitted,
  type PredictOptions,
  throwIfAborted,
} from "./forecaster.js";
import type { Series } from "./series.js";

/**
 * Anything that learns from several series together and forecasts the steps after each. What learns from one series
 * at a time becomes one by {@link eachSeries}; {@link single} goes the other way.
 */
export interface GlobalForecaster {
  /** Short and lower case, `global-lstm`. */
  readonly name: string;
  /** Learns from all series. A second call starts anew. @throws ArgumentError when there are none. */
  fit(series: readonly Series[], options?: FitOptions): Promise<void>;
  /** One forecast per series, in their order. @throws ArgumentError before `fit`, and for a bad horizon or level. */
  predict(options: PredictOptions): Promise<Forecast[]>;
}

/**
 * One forecaster for each series.
 *
 * @example const theta = eachSeries("theta", () => seasonalNaive());
 * await theta.fit(series);
 * const forecasts = await theta.predict({ horizon: 12 });
 */
export function eachSeries(name: string, make: () => Forecaster): GlobalForecaster {
  let fitted: Forecaster[] | undefined;
  return {
    name,
    async fit(series, { signal, onProgress } = {}) {
      checkSome(name, series);
      fitted = undefined;
      const forecasters: Forecaster[] = [];
      for (const [index, one] of series.entries()) {
        throwIfAborted(signal, name);
        const forecaster = make();
        await naming(series, index, () =>
          forecaster.fit(one, {
            ...(signal ? { signal } : {}),
            onProgress: (progress) =>
              onProgress?.({ ...progress, fraction: (index + progress.fraction) / series.length }),
          }),
        );
        forecasters.push(forecaster);
        onProgress?.({ fraction: (index + 1) / series.length, note: one.id });
      }
      fitted = forecasters;
    },
    async predict(options) {
      if (!fitted) throw notFitted(name);
      const forecasts: Forecast[] = [];
      for (const forecaster of fitted) forecasts.push(await forecaster.predict(options));
      return forecasts;
    },
  };
}

/** A global forecaster over a single series, as a forecaster. */
export function single(make: () => GlobalForecaster): Forecaster {
  const forecaster = make();
  return {
    name: forecaster.name,
    fit: (series, options) => forecaster.fit([series], options),
    predict: async (options) => (await forecaster.predict(options))[0]!,
  };
}

/** @throws ArgumentError when there is no series to learn from. */
export function checkSome(name: string, series: readonly Series[]): void {
  if (series.length === 0) {
    throw new ArgumentError(`${name}: expected at least one series to learn from, got none.`);
  }
}

/** The same error with the series in front when there are several, unless it is an interruption or names it already. */
async function naming(series: readonly Series[], index: number, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { id } = series[index]!;
    const pass = !(error instanceof LookbackError) || error instanceof AbortError;
    if (pass || series.length === 1 || error.message.includes(`"${id}"`)) throw error;
    const Kind = error instanceof ArgumentError ? ArgumentError : DataError;
    throw new Kind(`series "${id}": ${error.message}`, { cause: error });
  }
}
