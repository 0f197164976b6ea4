import { LookbackError } from "@lookback/core";
import { augursEts } from "./augurs.js";
import { suitsLog } from "./boxCox.js";
import { mstl, seasonLengthsOf } from "./mstl.js";
import { levelToZ } from "./normal.js";
import { repeatsWithSeason } from "./seasonality.js";
import { type StatisticalForecaster, statistical } from "./statistical.js";
import { smoothExponentially } from "./theta.js";

/** How {@link mstlEts} sees a series. */
export interface MstlEtsOptions {
  /** Logarithms: "auto" (the default) takes them when all values are above 0 and none is tiny beside its neighbours. */
  readonly log?: boolean | "auto";
}

/** Forecasts of a series without a season: mean and standard deviation, on its scale. */
type Trend = (horizon: number) => { center: Float64Array; sigma: Float64Array };

/**
 * Decomposition and exponential smoothing: logarithms where the data allow, every season of the series taken off by
 * {@link mstl} (the day and the week of hourly values) where values repeat with it, what remains forecast by
 * the ETS model without a season that has the least AICc (`@bsull/augurs`), and the last of each season put back.
 * Intervals are those of the ETS model, on its scale: with logarithms they stay above 0.
 *
 * @throws DataError at fitting, for fewer than 3 values.
 */
export function mstlEts({ log = "auto" }: MstlEtsOptions = {}): StatisticalForecaster {
  return statistical({
    name: "mstl-ets",
    fewest: 3,
    async fit(values, series) {
      const logs = log === "auto" ? suitsLog(values) : log;
      const z = logs ? values.map(Math.log) : values;
      const lengths = seasonLengthsOf(series).filter((m) => repeatsWithSeason(z, m));
      const seasonal = lengths.length > 0 ? mstl(z, { seasonLengths: lengths }).seasonal : [];
      const adjusted = z.map((value, t) => seasonal.reduce((rest, part) => rest - part[t]!, value));
      const trend = await fitTrend(adjusted);
      const n = values.length;
      const ahead = (step: number) =>
        seasonal.reduce((sum, part, i) => sum + part[n - lengths[i]! + (step % lengths[i]!)]!, 0);
      return {
        forecast(horizon) {
          const { center, sigma } = trend(horizon);
          return {
            center: center.map((value, step) => value + ahead(step)),
            sigma,
            ...(logs ? { back: Math.exp } : {}),
          };
        },
      };
    },
  });
}

/** Fewest values for which an ETS model is searched; simple smoothing serves fewer. */
const FEWEST_FOR_ETS = 10;

/** Standardises, so that neither huge nor tiny numbers trouble the optimiser, and fits ETS. */
async function fitTrend(values: Float64Array): Promise<Trend> {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const scale = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
  // what rounding leaves of a constant is not a spread
  if (!(scale > 1e-13 * Math.abs(mean)) || scale < 1e-290) return constant(mean);
  const scaled = values.map((x) => (x - mean) / scale);
  const unscale = (trend: Trend): Trend => {
    return (horizon) => {
      const { center, sigma } = trend(horizon);
      return { center: center.map((x) => mean + scale * x), sigma: sigma.map((x) => scale * x) };
    };
  };
  return unscale((n >= FEWEST_FOR_ETS ? await searchEts(scaled) : undefined) ?? smoothing(scaled));
}

function constant(value: number): Trend {
  return (horizon) => ({ center: new Float64Array(horizon).fill(value), sigma: new Float64Array(horizon) });
}

function smoothing(values: Float64Array): Trend {
  const { alpha, level, squares } = smoothExponentially(values);
  const sigma = Math.sqrt(squares / Math.max(1, values.length - 2));
  return (horizon) => ({
    center: new Float64Array(horizon).fill(level),
    sigma: Float64Array.from({ length: horizon }, (_, h) => sigma * Math.sqrt(1 + h * alpha * alpha)),
  });
}

/** The ETS model of least AICc; undefined where the library finds none. */
async function searchEts(values: Float64Array): Promise<Trend | undefined> {
  const { AutoETS } = await augursEts();
  const level = 95;
  try {
    const model = new AutoETS(1, "ZZN");
    model.fit(values);
    const trend: Trend = (horizon) => {
      const { point, intervals } = model.predict(horizon, level / 100);
      const center = Float64Array.from(point);
      const z = levelToZ(level);
      return { center, sigma: center.map((x, h) => (intervals!.upper[h]! - x) / z) };
    };
    const { center, sigma } = trend(1);
    return Number.isFinite(center[0]) && sigma[0]! >= 0 ? trend : undefined;
  } catch (error) {
    if (error instanceof LookbackError) throw error;
    return undefined;
  }
}
