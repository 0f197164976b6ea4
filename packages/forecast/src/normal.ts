/**
 * The standard normal distribution function.
 * Φ(z) = 1/2 + φ(z)·(z + z³/3 + z⁵/(3·5) + z⁷/(3·5·7) + …); accurate to 1e-15 for |z| ≤ 6 and 0 or 1 beyond 38.
 * Source: G. Marsaglia, "Evaluating the Normal Distribution", J. Stat. Software 11 (2004).
 */
export function normalCdf(z: number): number {
  if (z < -38) return 0;
  if (z > 38) return 1;
  let sum = z;
  let term = z;
  for (let i = 3; sum + (term *= (z * z) / i) !== sum; i += 2) sum += term;
  return 0.5 + sum * normalPdf(z);
}

/** The standard normal density, φ(z) = exp(−z²/2)/√(2π). */
export function normalPdf(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/**
 * The z below which a standard normal variable falls with probability `p`, for 0 < p < 1: Newton's steps on
 * {@link normalCdf} from 0, which Φ's shape makes converge from there without overshooting.
 */
export function normalQuantile(p: number): number {
  if (p < 0.5) return -normalQuantile(1 - p);
  let z = 0;
  for (let i = 0; i < 200; i++) {
    const step = (p - normalCdf(z)) / normalPdf(z);
    z += step;
    if (Math.abs(step) < 1e-14) break;
  }
  return z;
}

/** Half the width of a central normal interval, in standard deviations: 1.96 for a level of 95 per cent. */
export function levelToZ(level: number): number {
  return normalQuantile(0.5 + level / 200);
}
