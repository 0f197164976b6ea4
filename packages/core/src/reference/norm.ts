/** Mean and biased variance. */
export function moments(x: readonly number[]): { mean: number; variance: number } {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  return { mean, variance: x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length };
}

/** x̂ = (x − mean) / √(variance + eps), of the elements that are normalised together. */
export function normalise(x: readonly number[], eps: number): number[] {
  const { mean, variance } = moments(x);
  return x.map((v) => (v - mean) / Math.sqrt(variance + eps));
}

/** The gradient of Σ d·x̂: (d − mean(d) − x̂·mean(d·x̂)) / √(variance + eps). */
export function normaliseBackward(x: readonly number[], d: readonly number[], eps: number): number[] {
  const scaled = normalise(x, eps);
  const ofD = moments(d).mean;
  const ofProducts = moments(d.map((v, i) => v * scaled[i]!)).mean;
  return d.map((v, i) => (v - ofD - scaled[i]! * ofProducts) / Math.sqrt(moments(x).variance + eps));
}
