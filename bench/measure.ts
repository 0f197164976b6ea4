/** Middle value; the mean of the two middle ones for an even count. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** A median and the smallest and largest value around it. */
export interface Spread {
  median: number;
  low: number;
  high: number;
}

export const spread = (values: readonly number[]): Spread => ({
  median: median(values),
  low: Math.min(...values),
  high: Math.max(...values),
});

/**
 * How many times as fast `ours` is as `theirs`, both in time and round by round: the ratio of the medians, and the
 * smallest and largest ratio within a round. Rounds that only one side took part in do not count.
 */
export function ratio(
  theirs: readonly (number | undefined)[],
  ours: readonly (number | undefined)[],
): Spread | null {
  const both = theirs.flatMap((t, i) => (t !== undefined && ours[i] !== undefined ? [[t, ours[i]!]] : []));
  if (both.length === 0) return null;
  const inRounds = both.map(([t, o]) => t! / o!);
  return {
    ...spread(inRounds),
    median: median(both.map(([t]) => t!)) / median(both.map(([, o]) => o!)),
  };
}

/** Exponent p of the best y = c·x^p, by least squares on the logarithms. */
export function exponent(x: readonly number[], y: readonly number[]): number {
  const [u, v] = [x, y].map((values) => values.map(Math.log)) as [number[], number[]];
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const [mu, mv] = [mean(u), mean(v)];
  const products = u.map((value, i) => (value - mu) * (v[i]! - mv));
  const squares = u.map((value) => (value - mu) ** 2);
  return mean(products) / mean(squares);
}

/** Three significant digits. */
export const digits = (value: number): string => String(Number(value.toPrecision(3)));

/** A median with its range in brackets. */
export const withRange = ({ median, low, high }: Spread): string =>
  `${digits(median)} (${digits(low)}–${digits(high)})`;

/** A Markdown table, its columns padded so that it also reads in a terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((name, i) => Math.max(name.length, 3, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), `|${widths.map((w) => "-".repeat(w + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}
