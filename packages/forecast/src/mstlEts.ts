import { augursEts } from "./augurs.js";
import { checkLogOption, type LogOption, logarithms } from "./logOption.js";
import { deseasonalise, seasonLengthsOf, withSeasons } from "./mstl.js";
import { levelToZ } from "./normal.js";
import {
  constantly,
  type FittedModel,
  type StatisticalForecaster,
  standardise,
  statistical,
} from "./statistical.js";
import { smoothExponentially } from "./theta.js";

/**
 * Decomposition and exponential smoothing: logarithms where the data allow, every season of the series taken off by
 * `mstl` (the day and the week of hourly values) where there is one (`hasSeason`), what remains forecast by the ETS model
 * without a season that has the least AICc (`@bsull/augurs`), and the last of each season put back.
 * Intervals are those of the ETS model, on its scale: with logarithms they stay above 0.
 * Source: Hyndman & Athanasopoulos, FPP3 §8 and §12.1.
 *
 * Without logarithms its name is `mstl-ets-linear`.
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function mstlEts(options: LogOption = {}): StatisticalForecaster {
  const log = checkLogOption("mstl-ets", options);
  return statistical({
    name: log === false ? "mstl-ets-linear" : "mstl-ets",
    fewest: 3,
    async fit(values, series) {
      const { z, back } = logarithms(values, log);
      const { adjusted, ahead } = deseasonalise(z, seasonLengthsOf(series));
      const model = await fitTrend(adjusted);
      return { forecast: (horizon) => ({ ...withSeasons(model.forecast(horizon), ahead), ...back }) };
    },
  });
}

/** Fewest values for which an ETS model is searched; simple smoothing serves fewer. */
const FEWEST_FOR_ETS = 10;

async function fitTrend(values: Float64Array): Promise<FittedModel> {
  const scaled = standardise(values);
  if (!scaled) return constantly(values.at(-1)!);
  const { mean, scale } = scaled;
  const standard = Float64Array.from(scaled.values);
  const found = standard.length >= FEWEST_FOR_ETS ? await searchEts(standard) : undefined;
  const model = found ?? smoothing(standard);
  return {
    forecast(horizon) {
      const { center, sigma } = model.forecast(horizon);
      return { center: center.map((x) => mean + scale * x), sigma: sigma.map((x) => scale * x) };
    },
  };
}

function smoothing(values: Float64Array): FittedModel {
  const { alpha, level, squares } = smoothExponentially(values);
  const sigma = Math.sqrt(squares / Math.max(1, values.length - 2));
  return {
    forecast: (horizon) => ({
      center: new Float64Array(horizon).fill(level),
      sigma: Float64Array.from({ length: horizon }, (_, h) => sigma * Math.sqrt(1 + h * alpha * alpha)),
    }),
  };
}

/** The ETS model of least AICc; undefined where the library finds none. */
async function searchEts(values: Float64Array): Promise<FittedModel | undefined> {
  const { AutoETS } = await augursEts();
  const model = new AutoETS(1, "ZZN");
  try {
    model.fit(values);
    const found = etsForecast(model);
    const { center, sigma } = found.forecast(1);
    return Number.isFinite(center[0]) && sigma[0]! >= 0 ? found : undefined;
  } catch {
    return undefined;
  }
}

interface EtsModel {
  predict(
    horizon: number,
    level: number,
  ): { readonly point: number[]; readonly intervals: { readonly upper: number[] } | undefined };
}

function etsForecast(model: EtsModel): FittedModel {
  const level = 95;
  const z = levelToZ(level);
  return {
    forecast(horizon) {
      const { point, intervals } = model.predict(horizon, level / 100);
      const center = Float64Array.from(point);
      return { center, sigma: center.map((x, h) => ((intervals?.upper[h] ?? Number.NaN) - x) / z) };
    },
  };
}
