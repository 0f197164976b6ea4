import { ArgumentError } from "@lookback/core";
import { minimise } from "./minimise.js";

/**
 * Whether logarithms suit the values: all are above 0, and none is below a thousandth of a neighbour, whose logarithm
 * would dwarf all others.
 */
export function suitsLog(values: ArrayLike<number>): boolean {
  for (let t = 0; t < values.length; t++) {
    if (!(values[t]! > 0)) return false;
    if (values[t]! < Math.max(values[t - 1] ?? 0, values[t + 1] ?? 0) / 1000) return false;
  }
  return true;
}

/** (x^λ − 1)/λ, and ln(x) at λ = 0. */
export function boxCox(x: number, lambda: number): number {
  return lambda === 0 ? Math.log(x) : Math.expm1(lambda * Math.log(x)) / lambda;
}

/**
 * The way back, (1 + λ·y)^(1/λ): for λ ≠ 0 only y with λ·y > −1 have one; others become the end of the range that they
 * lie beyond, 0 for λ > 0 and the largest number for λ < 0.
 */
export function inverseBoxCox(y: number, lambda: number): number {
  if (lambda === 0) return Math.exp(y);
  if (lambda * y <= -1) return lambda > 0 ? 0 : Number.MAX_VALUE;
  return Math.exp(Math.log1p(lambda * y) / lambda);
}

/** @throws ArgumentError unless λ lies between −5 and 5. */
export function checkLambda(lambda: number): void {
  if (lambda >= -5 && lambda <= 5) return;
  throw new ArgumentError(`boxCox: lambda must be a number from -5 to 5, got ${lambda}.`);
}

/**
 * The λ between −1 and 2 for which values spread alike at every level: with the values cut from the end into groups of
 * a season, the one that makes sd/mean^(1−λ) of the groups vary least, relative to its own mean. 1, which changes
 * nothing but the level, where there are not two groups, or their spreads are all 0.
 * Source: Guerrero, J. Forecasting 12 (1993).
 *
 * @param values above 0.
 */
export function guerreroLambda(values: ArrayLike<number>, seasonLength: number): number {
  const size = Math.max(2, Math.round(seasonLength));
  const groups = Math.floor(values.length / size);
  const start = values.length - groups * size;
  const means = new Float64Array(groups);
  const deviations = new Float64Array(groups);
  for (let g = 0; g < groups; g++) {
    const group = Array.from({ length: size }, (_, i) => values[start + g * size + i]!);
    [means[g], deviations[g]] = meanAndDeviation(group);
  }
  if (groups < 2 || deviations.every((deviation) => !(deviation > 0))) return 1;
  return minimise(
    (lambda) => {
      const [mean, deviation] = meanAndDeviation(deviations.map((d, g) => d / means[g]! ** (1 - lambda)));
      return deviation / mean;
    },
    -1,
    2,
    61,
  );
}

/** Mean, and standard deviation with n − 1. */
function meanAndDeviation(values: ArrayLike<number>): [number, number] {
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += values[i]! / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return [mean, Math.sqrt(squares / (values.length - 1))];
}
