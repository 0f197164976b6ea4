/**
 * Where a function of one variable is least between `low` and `high`: the best of `points` evenly spaced ones, then
 * golden sections between its neighbours down to 1e-7 of the range. Finds the global minimum when no narrower valley
 * than the spacing hides it. A value that is not finite counts as the worst.
 */
export function minimise(f: (x: number) => number, low: number, high: number, points = 25): number {
  const value = (x: number) => {
    const y = f(x);
    return Number.isFinite(y) ? y : Number.POSITIVE_INFINITY;
  };
  const spacing = (high - low) / (points - 1);
  let best = low;
  let least = value(low);
  for (let i = 1; i < points; i++) {
    const y = value(low + i * spacing);
    if (y < least) [best, least] = [low + i * spacing, y];
  }
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [Math.max(low, best - spacing), Math.min(high, best + spacing)];
  let [left, right] = [b - ratio * (b - a), a + ratio * (b - a)];
  let [atLeft, atRight] = [value(left), value(right)];
  while (b - a > 1e-7 * (high - low)) {
    if (atLeft <= atRight) {
      [b, right, atRight] = [right, left, atLeft];
      left = b - ratio * (b - a);
      atLeft = value(left);
    } else {
      [a, left, atLeft] = [left, right, atRight];
      right = a + ratio * (b - a);
      atRight = value(right);
    }
  }
  const x = (a + b) / 2;
  return value(x) <= least ? x : best;
}
