import { arimaLibrary } from "./arimaLibrary.js";
import { checkLogOption, type LogOption, logarithms } from "./logOption.js";
import { deseasonalise, seasonLengthsOf, withSeasons } from "./mstl.js";
import { hasSeason } from "./seasonality.js";
import {
  constantly,
  type FittedModel,
  type StatisticalForecaster,
  standardise,
  statistical,
} from "./statistical.js";

/** Orders (p, d, q) that are tried; with a season each is joined by the seasonal part (0, 1, 1). */
const ORDERS = [
  [0, 1, 1],
  [1, 1, 1],
  [0, 1, 2],
  [2, 1, 0],
] as const;

/** The longest season that the seasonal part takes: beyond it the likelihood costs seconds. */
const LONGEST_SEASON = 24;
/** Older values tell the coefficients nothing more. */
const MOST_VALUES = 600;

/**
 * Seasonal ARIMA: on logarithms where the data allow, the one of four models around the airline model,
 * (p,1,q)(0,1,1)ₘ with (p, q) = (0,1), (1,1), (0,2) or (2,0), that has the least AICc; without the seasonal part where
 * values do not repeat with the season. Fitted by the conditional sum of squares (the package `arima`). Intervals
 * are those of the model, on its scale.
 * Source: Box & Jenkins (1970); Hyndman & Athanasopoulos, FPP3 §9.
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function arima(options: LogOption = {}): StatisticalForecaster {
  const log = checkLogOption("arima", options);
  return statistical({
    name: "arima",
    fewest: 3,
    async fit(values, { seasonLength: m }) {
      const { z, back } = logarithms(values, log);
      const seasonal = m <= LONGEST_SEASON && z.length >= 3 * m + 4 && hasSeason(z, m);
      const model = await search(z.slice(-MOST_VALUES), seasonal ? m : 1);
      return { forecast: (horizon) => ({ ...model.forecast(horizon), ...back }) };
    },
  });
}

/**
 * ARIMA on what is left when the seasons are taken off, as `mstlEts` takes them; (p,1,q) as in {@link arima}. For
 * several seasons, or one too long for a seasonal model.
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function mstlArima(options: LogOption = {}): StatisticalForecaster {
  const log = checkLogOption("mstl-arima", options);
  return statistical({
    name: "mstl-arima",
    fewest: 3,
    async fit(values, series) {
      const { z, back } = logarithms(values, log);
      const { adjusted, ahead } = deseasonalise(z, seasonLengthsOf(series));
      const model = await search(adjusted.slice(-MOST_VALUES), 1);
      return { forecast: (horizon) => ({ ...withSeasons(model.forecast(horizon), ahead), ...back }) };
    },
  });
}

type Arima = Awaited<ReturnType<typeof arimaLibrary>>;
type Order = (typeof ORDERS)[number];

/** The model of least AICc = n·ln σ² + 2k + 2k(k+1)/(n−k−1); a random walk where no model comes to a usable end. */
async function search(values: Float64Array, seasonLength: number): Promise<FittedModel> {
  const scaled = standardise(values);
  if (!scaled) return constantly(values.at(-1)!);
  const Library = await arimaLibrary();
  const seasonal = seasonLength > 1 ? 1 : 0;
  let best: Order | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const order of ORDERS) {
    const [p, d, q] = order;
    const n = values.length - d - seasonal * seasonLength;
    const k = p + q + seasonal + 1;
    const result = n >= 10 && n > k + 1 && run(Library, scaled.values, order, seasonLength, CHECKED_STEPS);
    if (!result) continue;
    const aicc = n * Math.log(result.variances[0]! + 1e-12) + 2 * k + (2 * k * (k + 1)) / (n - k - 1);
    if (aicc < least) [best, least] = [order, aicc];
  }
  if (!best) return randomWalk(values);
  const { mean, scale } = scaled;
  return {
    forecast(horizon) {
      // fitted anew: a model kept alive would keep the library's memory, which nothing frees
      const { points, variances } = run(Library, scaled.values, best, seasonLength, horizon)!;
      return {
        center: Float64Array.from(points, (x) => mean + scale * x),
        sigma: Float64Array.from(variances, (v) => scale * Math.sqrt(Math.max(0, v))),
      };
    },
  };
}

/** Steps ahead for which a model has to stay sane to be taken. */
const CHECKED_STEPS = 60;
/** How many standard deviations of the series a sane forecast may lie from its mean. */
const SANE = 1000;

/** Fits a model to standardised values and forecasts; undefined where it fails or explodes. */
function run(
  Library: Arima,
  values: readonly number[],
  [p, d, q]: Order,
  seasonLength: number,
  steps: number,
) {
  const seasonal = seasonLength > 1 ? 1 : 0;
  const model = new Library({
    p,
    d,
    q,
    P: 0,
    D: seasonal,
    Q: seasonal,
    s: seasonal * seasonLength,
    method: 1,
  });
  try {
    model.fit([...values]);
    const [points, variances] = model.predict(steps);
    const sane = points.every((x) => Math.abs(x) < SANE) && variances.every(Number.isFinite);
    return sane && variances[0]! >= 0 ? { points, variances } : undefined;
  } catch {
    return undefined;
  } finally {
    model.destroy();
  }
}

function randomWalk(values: Float64Array): FittedModel {
  const n = values.length - 1;
  const sigma = Math.sqrt(values.subarray(1).reduce((sum, x, t) => sum + (x - values[t]!) ** 2, 0) / n);
  return {
    forecast: (horizon) => ({
      center: new Float64Array(horizon).fill(values[n]!),
      sigma: Float64Array.from({ length: horizon }, (_, h) => sigma * Math.sqrt(h + 1)),
    }),
  };
}
