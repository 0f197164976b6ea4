import { ArgumentError } from "@lookback/core";
import { checkFinite, fittedTransform, type Transform, type TransformJSON } from "./transform.js";

/**
 * Scales the smallest training value to the range's start and the largest to its end:
 * x′ = a + (x − min)·(b − a)/(max − min). A constant becomes a. Later values may lie outside of the range.
 * The formula of scikit-learn's MinMaxScaler.
 *
 * @throws ArgumentError unless the range's start is below its end.
 */
export function minMaxScaler({ range = [0, 1] }: { range?: readonly [number, number] } = {}): Transform {
  const [start, end] = range;
  if (!(Number.isFinite(start) && Number.isFinite(end) && start < end)) {
    throw new ArgumentError(
      `minMaxScaler: the range must go from a smaller to a larger number, got [${start}, ${end}].`,
    );
  }
  return {
    fit(values) {
      checkFinite("minMaxScaler", values);
      let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let i = 0; i < values.length; i++) {
        min = Math.min(min, values[i]!);
        max = Math.max(max, values[i]!);
      }
      return linear("minMax", min, (max - min) / (end - start), start);
    },
  };
}

/**
 * Scales training values to mean 0 and standard deviation 1: x′ = (x − mean)/σ, with σ² = mean (x − mean)²
 * (division by n). A constant becomes 0. The formula of scikit-learn's StandardScaler.
 */
export function standardScaler(): Transform {
  return {
    fit(values) {
      checkFinite("standardScaler", values);
      const mean = meanOf(values, (x) => x);
      const deviation = Math.sqrt(meanOf(values, (x) => (x - mean) ** 2));
      // what rounding of the mean leaves of a constant is not a spread
      return linear("standard", mean, deviation > 1e-14 * Math.abs(mean) ? deviation : 0);
    },
  };
}

/**
 * Scales by what outliers do not move: x′ = (x − median)/(q₃ − q₁), with the quartiles interpolated as numpy does. A
 * series whose middle half is constant is only centred. The formula of scikit-learn's RobustScaler.
 */
export function robustScaler(): Transform {
  return {
    fit(values) {
      checkFinite("robustScaler", values);
      const sorted = Float64Array.from(values).sort();
      return linear("robust", quantile(sorted, 0.5), quantile(sorted, 0.75) - quantile(sorted, 0.25));
    },
  };
}

/**
 * Measures values from the level that the training part, or a window, ended at: x′ = x − level, the level being its
 * last value, its mean or its median. What makes a network trained on many levels forecast at a new one.
 */
export function level({ of = "last" }: { of?: "last" | "mean" | "median" } = {}): Transform {
  const levels = {
    last: (values: ArrayLike<number>) => values[values.length - 1]!,
    mean: (values: ArrayLike<number>) => meanOf(values, (x) => x),
    median: (values: ArrayLike<number>) => quantile(Float64Array.from(values).sort(), 0.5),
  };
  if (!Object.hasOwn(levels, of)) {
    throw new ArgumentError(`level: of must be "last", "mean" or "median", got ${JSON.stringify(of)}.`);
  }
  return {
    fit(values) {
      checkFinite("level", values);
      return linear("level", levels[of](values), 1);
    },
  };
}

type LinearName = Extract<TransformJSON, { type: "linear" }>["name"];

/** A scale that cannot be divided by becomes 1: that of a constant, and a spread so small that ordinary values overflow. */
function linear(name: LinearName, offset: number, scale: number, start = 0) {
  const usable = scale > 1e-290 && Number.isFinite(scale) ? scale : 1;
  return fittedTransform({ type: "linear", name, offset, scale: usable, start });
}

function meanOf(values: ArrayLike<number>, of: (x: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!);
  return sum / values.length;
}

/** Linear between the two nearest of the ascending values. */
function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.ceil(place);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (place - low);
}
