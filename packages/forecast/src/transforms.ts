import { ArgumentError, DataError } from "@lookback/core";
import { checkLambda, guerreroLambda } from "./boxCox.js";
import { mstl } from "./mstl.js";
import {
  checkAbove,
  checkFinite,
  fittedTransform,
  type Transform,
  type TransformJSON,
} from "./transforms/transform.js";

export { level, minMaxScaler, robustScaler, standardScaler } from "./transforms/scalers.js";
export {
  type FittedTransform,
  type Transform,
  type TransformJSON,
  transformFromJSON,
} from "./transforms/transform.js";

/** Leaves values as they are. */
export function identity(): Transform {
  return { fit: () => fittedTransform({ type: "identity" }) };
}

/**
 * The natural logarithm, x′ = ln(x), which turns growth by a factor into growth by an amount.
 *
 * @throws DataError when a value is not above 0, at fitting and at applying.
 */
export function log(): Transform {
  return logarithm("log", 0);
}

/** x′ = ln(1 + x), for counts that may be 0. @throws DataError when a value is not above −1. */
export function log1p(): Transform {
  return logarithm("log1p", 1);
}

function logarithm(name: string, shift: 0 | 1): Transform {
  return {
    fit(values) {
      checkAbove(name, values, -shift || 0);
      return fittedTransform({ type: "log", shift });
    },
  };
}

/**
 * The power transform of Box & Cox: x′ = (x^λ − 1)/λ, and ln(x) at λ = 0. λ is given, or chosen by the data so that
 * values spread alike at every level ({@link guerreroLambda}, between −1 and 2). Undoing it, what lies outside of the
 * transform's range becomes the nearest end of it.
 * Source: Box & Cox, J. Royal Statistical Society B 26 (1964).
 *
 * @param options.seasonLength values in one group when λ is chosen. Default 2.
 * @throws DataError when a value is not above 0, at fitting and at applying.
 */
export function boxCox({
  lambda,
  seasonLength = 2,
}: {
  lambda?: number;
  seasonLength?: number;
} = {}): Transform {
  if (lambda !== undefined) checkLambda(lambda);
  return {
    fit(values) {
      checkFinite("boxCox", values);
      checkAbove("boxCox", values, 0);
      return fittedTransform({ type: "boxCox", lambda: lambda ?? guerreroLambda(values, seasonLength) });
    },
  };
}

/**
 * Changes from one value to the next, x′(t) = x(t) − x(t−1); the first is measured from 0, so that nothing is lost.
 */
export function difference(): Transform {
  return lagged("difference", 1);
}

/**
 * Changes from one season to the next, x′(t) = x(t) − x(t−m); the first season is measured from 0.
 *
 * @throws ArgumentError for a season below 2; DataError for fewer than m values.
 */
export function seasonalDifference({ seasonLength }: { seasonLength: number }): Transform {
  checkSeasons("seasonalDifference", [seasonLength]);
  return lagged("seasonalDifference", seasonLength);
}

function lagged(name: string, lag: number): Transform {
  return {
    fit(values) {
      checkFinite(name, values);
      if (values.length < lag) {
        throw new DataError(
          `${name}: a season of ${lag} needs at least as many values, got ${values.length}.`,
        );
      }
      return fittedTransform({ type: "difference", last: Array.from(values).slice(-lag) });
    },
  };
}

/**
 * Takes one or several seasons off: x′(t) = x(t) − Σ s(t), with the seasonal parts of {@link mstl} (for one season that
 * is STL); in the steps that follow, each part repeats its last season.
 *
 * @example compose(log(), deseasonalise({ seasonLengths: [24, 168] })).fit(values)
 * @throws ArgumentError unless the seasons are whole numbers from 2 in ascending order; DataError at fitting, for fewer
 * than two of the longest.
 */
export function deseasonalise({ seasonLengths }: { seasonLengths: readonly number[] }): Transform {
  checkSeasons("deseasonalise", seasonLengths);
  return {
    fit(values) {
      checkFinite("deseasonalise", values);
      const { seasonal } = mstl(values, { seasonLengths });
      const parts = seasonal.map((effects, i) => ({
        seasonLength: seasonLengths[i]!,
        effects: Array.from(effects),
      }));
      return fittedTransform({ type: "seasons", parts });
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
      return fittedTransform({ type: "compose", parts });
    },
  };
}

function checkSeasons(name: string, lengths: readonly number[]): void {
  for (const m of lengths) {
    if (Number.isInteger(m) && m >= 2 && m <= 100_000) continue;
    throw new ArgumentError(`${name}: a season must be a whole number from 2 to 100000, got ${m}.`);
  }
}
