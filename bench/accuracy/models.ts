import {
  arima,
  autoForecaster,
  drift,
  dynamicTheta,
  eachSeries,
  type Forecaster,
  type GlobalForecaster,
  GlobalNeuralForecaster,
  mstlArima,
  mstlEts,
  naive,
  naive2,
  seasonalNaive,
  theta,
} from "@lookback/forecast";

/** What the benchmark can run, by name; `horizon` is the panel's, `seed` the run's. */
export const MODELS: Readonly<
  Record<string, (task: { readonly horizon: number; readonly seed: number }) => GlobalForecaster>
> = {
  ...local(naive, seasonalNaive, drift, naive2, theta, dynamicTheta, mstlEts, arima, mstlArima),
  "global-mlp": (task) => new GlobalNeuralForecaster({ ...task, cell: "mlp" }),
  "global-lstm": (task) => new GlobalNeuralForecaster(task),
  auto: ({ horizon, seed }) => autoForecaster({ horizon, seed }),
};

function local(...makers: (() => Forecaster)[]): Record<string, () => GlobalForecaster> {
  return Object.fromEntries(makers.map((make) => [make().name, () => eachSeries(make().name, make)]));
}
