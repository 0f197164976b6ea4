import type { Spread } from "./section.js";

/** A number with as many digits as matter: three, plain near 1 and as 1.2e-8 far from it. */
export function digits(value: number, count = 3): string {
  const size = Math.abs(value);
  if (value === 0) return "0";
  if (size >= 1e4 || size < 1e-3) return value.toExponential(count - 1).replace("e+", "e");
  return size >= 10 ** count ? String(Math.round(value)) : String(Number(value.toPrecision(count)));
}

export const fixed = (value: number, decimals: number): string => value.toFixed(decimals);

/** "57.7 (40.1–69.3)": the median, and the smallest and the largest. */
export function spreadText(
  { median, min, max }: Spread,
  write: (value: number) => string = (v) => fixed(v, 1),
): string {
  return `${write(median)} (${write(min)}–${write(max)})`;
}
