import { readFileSync } from "node:fs";

/** A tensor in a golden file: all its values, or, where there are many, a summary. Values are row-major. */
export type GoldenTensor =
  | { shape: number[]; data: number[] }
  | { shape: number[]; sum: number; absSum: number; first: number[]; last: number[] };

/** What every golden file holds. A case's own fields are told by the file's readme. */
export interface Golden<Case> {
  readme: string;
  madeWith: { torch: string; numpy: string; python: string };
  cases: Case[];
}

/** Reads golden/<name>.json. */
export function readGolden<File extends Golden<unknown>>(name: string): File {
  return JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), "utf8")) as File;
}

/**
 * Where `actual` departs from a golden tensor, as a sentence; undefined when it does not.
 *
 * Golden float32 values are written in their shortest decimal form, so a Float32Array is compared with them
 * after rounding to float32: with no tolerance, equal means the same bits.
 *
 * A value may be off by absolute + relative·|golden value|. The sums of a summary may be off by what that
 * allows for values that are all off alike: n·absolute + relative·Σ|values|.
 */
export function difference(
  actual: ArrayLike<number>,
  golden: GoldenTensor,
  { absolute = 0, relative = 0 }: { absolute?: number; relative?: number } = {},
): string | undefined {
  const size = golden.shape.reduce((product, n) => product * n, 1);
  if (actual.length !== size) return `${actual.length} values, golden has ${size} (shape [${golden.shape}])`;
  const float = actual instanceof Float32Array;
  const off = (got: number, expected: number, allowed: number) =>
    !(Math.abs(got - expected) <= allowed) && !Object.is(got, expected);
  const check = (expected: number[], start: number): string | undefined => {
    let worst: string | undefined;
    let most = 0;
    for (let i = 0; i < expected.length; i++) {
      const got = actual[start + i]!;
      const value = float ? Math.fround(expected[i]!) : expected[i]!;
      if (!off(got, value, absolute + relative * Math.abs(value))) continue;
      const error = Math.abs(got - value);
      if (worst !== undefined && error <= most) continue;
      most = error;
      worst = `value ${start + i} is ${got}, golden ${value} (off by ${error}; shape [${golden.shape}])`;
    }
    return worst;
  };
  if ("data" in golden) return check(golden.data, 0);
  const wrong = check(golden.first, 0) ?? check(golden.last, size - golden.last.length);
  if (wrong !== undefined) return wrong;
  let sum = 0;
  let absSum = 0;
  for (let i = 0; i < size; i++) {
    sum += actual[i]!;
    absSum += Math.abs(actual[i]!);
  }
  // The golden sums themselves are written with twelve digits.
  const allowed = size * absolute + (relative + 1e-11) * golden.absSum;
  if (off(sum, golden.sum, allowed)) return `sum is ${sum}, golden ${golden.sum} (shape [${golden.shape}])`;
  if (off(absSum, golden.absSum, allowed)) {
    return `sum of magnitudes is ${absSum}, golden ${golden.absSum} (shape [${golden.shape}])`;
  }
  return undefined;
}
