import { NeuralForecaster } from "../src/neural.js";
import type { NeuralOptions } from "../src/neuralOptions.js";
import type { Series } from "../src/series.js";
import { flights } from "./helpers.js";

/** Small enough to train in a moment. */
export const small: NeuralOptions = { hidden: 4, epochs: 8, ensemble: 2 };

/** A forecaster that is trained in a moment. */
export const make = (options: NeuralOptions = {}) => new NeuralForecaster({ ...small, ...options });

/** The same, trained. */
export async function fitted(
  series: Series = flights,
  options: NeuralOptions = {},
): Promise<NeuralForecaster> {
  const forecaster = make(options);
  await forecaster.fit(series);
  return forecaster;
}

export const sameBytes = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
