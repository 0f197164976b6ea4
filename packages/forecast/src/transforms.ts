import { ArgumentError, DataError, FormatError } from "@lookback/core";
import { z } from "zod";

/** A change of scale that is fitted on the training part and can be undone. Pure: nothing is kept outside of the result. */
export interface Transform {
  /** @throws DataError when the values do not suit, such as a logarithm of 0. */
  fit(values: ArrayLike<number>): FittedTransform;
}

/** A fitted transform. `invert(apply(x))` is x, up to rounding; both return new arrays. */
export interface FittedTransform {
  apply(values: ArrayLike<number>): Float64Array;
  invert(values: ArrayLike<number>): Float64Array;
  /** Plain data from which {@link transformFromJSON} makes the same transform. */
  toJSON(): TransformJSON;
}

const finite = z.number();
const transformSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("identity") }),
  z.object({ type: z.literal("log"), shift: z.literal([0, 1]) }),
  z.object({
    type: z.literal("linear"),
    name: z.enum(["minMax", "standard"]),
    offset: finite,
    scale: finite.positive(),
    start: finite,
  }),
  z.object({
    type: z.literal("compose"),
    get parts() {
      return z.array(transformSchema);
    },
  }),
]);

/** A fitted transform as plain data. */
export type TransformJSON = z.infer<typeof transformSchema>;

/** Leaves values as they are. */
export function identity(): Transform {
  return { fit: () => build({ type: "identity" }) };
}

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
      return build({
        type: "linear",
        name: "minMax",
        offset: min,
        scale: usableScale((max - min) / (end - start)),
        start,
      });
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
      const spread = deviation > 1e-14 * Math.abs(mean) ? deviation : 0;
      return build({ type: "linear", name: "standard", offset: mean, scale: usableScale(spread), start: 0 });
    },
  };
}

/**
 * The natural logarithm, x′ = ln(x), which turns growth by a factor into growth by an amount.
 *
 * @throws DataError when a value is not above 0, at fitting and at applying.
 */
export function log(): Transform {
  return logarithm(0);
}

/** x′ = ln(1 + x), for counts that may be 0. @throws DataError when a value is not above −1. */
export function log1p(): Transform {
  return logarithm(1);
}

function logarithm(shift: 0 | 1): Transform {
  return {
    fit(values) {
      checkLog(values, shift);
      return build({ type: "log", shift });
    },
  };
}

/** One transform after another: each is fitted on what the ones before it made. Undone in reverse order. */
export function compose(...transforms: readonly Transform[]): Transform {
  return {
    fit(values) {
      let current = values;
      const parts: TransformJSON[] = [];
      for (const transform of transforms) {
        const fitted = transform.fit(current);
        current = fitted.apply(current);
        parts.push(fitted.toJSON());
      }
      return build({ type: "compose", parts });
    },
  };
}

/**
 * The fitted transform that {@link FittedTransform.toJSON} described.
 *
 * @throws FormatError when the data describe none.
 */
export function transformFromJSON(json: unknown): FittedTransform {
  const parsed = transformSchema.safeParse(json);
  if (parsed.success) return build(parsed.data);
  const issue = parsed.error.issues[0];
  throw new FormatError(
    `transform: the description is damaged or of another kind: ${issue?.message ?? "unreadable"}${issue?.path.length ? ` at ${issue.path.join(".")}` : ""}.`,
  );
}

function build(json: TransformJSON): FittedTransform {
  const toJSON = () => json;
  switch (json.type) {
    case "identity":
      return { apply: (values) => map(values, (x) => x), invert: (values) => map(values, (x) => x), toJSON };
    case "log": {
      const [forward, back] = json.shift === 0 ? [Math.log, Math.exp] : [Math.log1p, Math.expm1];
      return {
        apply(values) {
          checkLog(values, json.shift);
          return map(values, forward);
        },
        invert: (values) => map(values, back),
        toJSON,
      };
    }
    case "linear": {
      const { offset, scale, start } = json;
      return {
        apply: (values) => map(values, (x) => start + (x - offset) / scale),
        invert: (values) => map(values, (x) => offset + (x - start) * scale),
        toJSON,
      };
    }
    case "compose": {
      const parts = json.parts.map(build);
      return {
        apply: (values) =>
          parts.reduce(
            (current, part) => part.apply(current),
            map(values, (x) => x),
          ),
        invert: (values) =>
          parts.reduceRight(
            (current, part) => part.invert(current),
            map(values, (x) => x),
          ),
        toJSON,
      };
    }
  }
}

/** A scale to divide by: 1 for a constant, and for a spread so small that dividing ordinary values by it overflows. */
function usableScale(scale: number): number {
  return scale > 1e-290 && Number.isFinite(scale) ? scale : 1;
}

function map(values: ArrayLike<number>, change: (x: number) => number): Float64Array {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = change(values[i]!);
  return result;
}

function meanOf(values: ArrayLike<number>, of: (x: number) => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += of(values[i]!);
  return sum / values.length;
}

function checkFinite(name: string, values: ArrayLike<number>): void {
  if (values.length === 0) throw new DataError(`${name}: there are no values to fit on.`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new DataError(
        `${name}: expected finite numbers, got ${values[i]} at index ${i}. Fill or remove it first.`,
      );
    }
  }
}

function checkLog(values: ArrayLike<number>, shift: 0 | 1): void {
  for (let i = 0; i < values.length; i++) {
    if (!(values[i]! + shift > 0)) {
      throw new DataError(
        `${shift === 0 ? "log" : "log1p"}: expected values above ${-shift || 0}, got ${values[i]} at index ${i}. ` +
          "Leave the logarithm out, or use log1p for counts that may be 0.",
      );
    }
  }
}
