import { DataError, FormatError } from "@lookback/core";
import { z } from "zod";
import { inverseBoxCox, boxCox as power } from "../boxCox.js";

/** A change of scale that is fitted on the training part and can be undone. Pure: nothing is kept outside of the result. */
export interface Transform {
  /** @throws DataError when the values do not suit, such as a logarithm of 0. */
  fit(values: ArrayLike<number>): FittedTransform;
}

/**
 * A fitted transform. `invert(apply(x))` and `invertAhead(applyAhead(x))` are x, up to rounding; all return new arrays.
 *
 * Some transforms depend on where in the series a value stands: a difference on the value before it, a season on its
 * phase. `apply` and `invert` are for values that start where the training part starts; the two with "ahead" are for
 * those that follow it: forecasts, and what is compared with them. For the others the two pairs are the same.
 */
export interface FittedTransform {
  apply(values: ArrayLike<number>): Float64Array;
  invert(values: ArrayLike<number>): Float64Array;
  applyAhead(values: ArrayLike<number>): Float64Array;
  invertAhead(values: ArrayLike<number>): Float64Array;
  /** Plain data from which {@link transformFromJSON} makes the same transform. */
  toJSON(): TransformJSON;
}

const numbers = z.array(z.number()).max(10_000_000);
const transformSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("identity") }),
  z.object({ type: z.literal("log"), shift: z.literal([0, 1]) }),
  z.object({ type: z.literal("boxCox"), lambda: z.number().min(-5).max(5) }),
  z.object({
    type: z.literal("linear"),
    name: z.enum(["minMax", "standard", "robust", "level"]),
    offset: z.number(),
    scale: z.number().positive(),
    start: z.number(),
  }),
  z.object({ type: z.literal("difference"), last: numbers.min(1) }),
  z.object({
    type: z.literal("seasons"),
    parts: z.array(z.object({ seasonLength: z.number().int().min(2), effects: numbers })),
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

/**
 * The fitted transform that {@link FittedTransform.toJSON} described.
 *
 * @throws FormatError when the data describe none.
 */
export function transformFromJSON(json: unknown): FittedTransform {
  const parsed = transformSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const place = issue?.path.length ? ` at ${issue.path.join(".")}` : "";
    throw damaged(`${issue?.message ?? "unreadable"}${place}`);
  }
  checkSeasons(parsed.data);
  return fittedTransform(parsed.data);
}

/** Every part holds at least one whole season to go on with. */
function checkSeasons(json: TransformJSON): void {
  if (json.type === "compose") for (const part of json.parts) checkSeasons(part);
  if (json.type !== "seasons") return;
  for (const { seasonLength, effects } of json.parts) {
    if (effects.length < seasonLength) {
      throw damaged(`a season of ${seasonLength} steps needs as many effects, and has ${effects.length}`);
    }
  }
}

function damaged(what: string): FormatError {
  return new FormatError(`transform: the description is damaged or of another kind: ${what}.`);
}

/** What a description does. The formulas of each stand with the function that fits it. */
export function fittedTransform(json: TransformJSON): FittedTransform {
  switch (json.type) {
    case "identity":
      return everywhere(
        json,
        (x) => x,
        (x) => x,
      );
    case "log": {
      const [forward, back] = json.shift === 0 ? [Math.log, Math.exp] : [Math.log1p, Math.expm1];
      return checked(everywhere(json, forward, back), json.shift === 0 ? "log" : "log1p", -json.shift || 0);
    }
    case "boxCox": {
      const { lambda } = json;
      return checked(
        everywhere(
          json,
          (x) => power(x, lambda),
          (x) => inverseBoxCox(x, lambda),
        ),
        "boxCox",
        0,
      );
    }
    case "linear": {
      const { offset, scale, start } = json;
      return everywhere(
        json,
        (x) => start + (x - offset) / scale,
        (x) => offset + (x - start) * scale,
      );
    }
    case "difference": {
      const { last } = json;
      const zeros = new Array<number>(last.length).fill(0);
      return {
        apply: (values) => differences(values, zeros),
        invert: (values) => sums(values, zeros),
        applyAhead: (values) => differences(values, last),
        invertAhead: (values) => sums(values, last),
        toJSON: () => json,
      };
    }
    case "seasons": {
      const season = (t: number) => json.parts.reduce((sum, part) => sum + effectAt(part, t), 0);
      const known = json.parts[0]?.effects.length ?? 0;
      const shifted = (from: number, sign: number) => (values: ArrayLike<number>) =>
        Float64Array.from(values, (x, t) => x + sign * season(from + t));
      return {
        apply: shifted(0, -1),
        invert: shifted(0, 1),
        applyAhead: shifted(known, -1),
        invertAhead: shifted(known, 1),
        toJSON: () => json,
      };
    }
    case "compose": {
      const parts = json.parts.map(fittedTransform);
      const through = (list: readonly FittedTransform[], way: Exclude<keyof FittedTransform, "toJSON">) => {
        return (values: ArrayLike<number>) =>
          list.reduce<Float64Array>((current, part) => part[way](current), Float64Array.from(values));
      };
      const reversed = parts.toReversed();
      return {
        apply: through(parts, "apply"),
        invert: through(reversed, "invert"),
        applyAhead: through(parts, "applyAhead"),
        invertAhead: through(reversed, "invertAhead"),
        toJSON: () => json,
      };
    }
  }
}

/** A transform that does the same to every value, wherever it stands. */
function everywhere(
  json: TransformJSON,
  forward: (x: number) => number,
  back: (x: number) => number,
): FittedTransform {
  const apply = (values: ArrayLike<number>) => Float64Array.from(values, forward);
  const invert = (values: ArrayLike<number>) => Float64Array.from(values, back);
  return { apply, invert, applyAhead: apply, invertAhead: invert, toJSON: () => json };
}

/** The same, but values that are not above `bound` are refused. */
function checked(transform: FittedTransform, name: string, bound: number): FittedTransform {
  const apply = (values: ArrayLike<number>) => {
    checkAbove(name, values, bound);
    return transform.apply(values);
  };
  return { ...transform, apply, applyAhead: apply };
}

/** x(t) − x(t−m), with `before` the m values before the first. */
function differences(values: ArrayLike<number>, before: readonly number[]): Float64Array {
  const m = before.length;
  return Float64Array.from(values, (x, t) => x - (t < m ? before[t]! : values[t - m]!));
}

function sums(values: ArrayLike<number>, before: readonly number[]): Float64Array {
  const m = before.length;
  const result = new Float64Array(values.length);
  for (let t = 0; t < result.length; t++) result[t] = values[t]! + (t < m ? before[t]! : result[t - m]!);
  return result;
}

/** The effect at step t: beyond those that are known, the last season's again. */
function effectAt(
  { seasonLength, effects }: { seasonLength: number; effects: readonly number[] },
  t: number,
): number {
  const n = effects.length;
  return effects[t < n ? t : n - seasonLength + ((t - n) % seasonLength)]!;
}

/** @throws DataError for no values, or one that is not finite. */
export function checkFinite(name: string, values: ArrayLike<number>): void {
  if (values.length === 0) throw new DataError(`${name}: there are no values to fit on.`);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new DataError(
        `${name}: expected finite numbers, got ${values[i]} at index ${i}. Fill or remove it first.`,
      );
    }
  }
}

/** @throws DataError for a value that is not above `bound`. */
export function checkAbove(name: string, values: ArrayLike<number>, bound: number): void {
  for (let i = 0; i < values.length; i++) {
    if (values[i]! > bound) continue;
    const instead = name === "log1p" ? "" : ", or use log1p for counts that may be 0";
    throw new DataError(
      `${name}: expected values above ${bound}, got ${values[i]} at index ${i}. Leave it out${instead}.`,
    );
  }
}
