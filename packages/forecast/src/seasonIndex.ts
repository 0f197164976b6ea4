/** Share that a season keeps when but one cycle of it is known, which says nothing about its noise. */
const ONE_CYCLE = 0.5;

/**
 * The seasonal effects of a series as they are known at each time, from nothing that comes later, and shrunk towards 0
 * the less the noise lets them be told:
 *
 * - d(t) = z(t) − the centred moving average over one season, known half a season later;
 * - the effect of a phase is the mean of its d(t), a cycle ago counting `discount` times as much as the next one;
 * - of effects s with their mean square V̂ = Σs²/(m − 1) and V the variance of such a mean, the share
 *   min(1, (m − 3)/(m − 1) · V/V̂) is taken off (James–Stein).
 *
 * What each update left behind is kept, so that the effects at any time cost O(m), and all together O(n) memory.
 * Source of the shrinking: Miller & Williams, Int. J. Forecasting 19 (2003).
 */
export class SeasonIndex {
  /** After each time, of its phase: Σw, Σw², Σw·d, Σw·d². */
  private readonly weight: Float64Array;
  private readonly weight2: Float64Array;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;
  private readonly half: number;

  /**
   * @param values without gaps; `known` says which of them were observed.
   */
  constructor(
    values: Float64Array,
    readonly seasonLength: number,
    { discount, known }: { readonly discount: number; readonly known: (t: number) => boolean },
  ) {
    const m = seasonLength;
    const n = values.length;
    this.half = Math.floor(m / 2);
    const { half } = this;
    this.weight = new Float64Array(n);
    this.weight2 = new Float64Array(n);
    this.sum = new Float64Array(n);
    this.squares = new Float64Array(n);
    let total = 0;
    for (let t = 0; t < Math.min(n, 2 * half); t++) total += values[t]!;
    for (let t = 0; t < n; t++) {
      const before = t - m;
      const [w, w2, s, q] =
        before < 0
          ? [0, 0, 0, 0]
          : [this.weight[before]!, this.weight2[before]!, this.sum[before]!, this.squares[before]!];
      [this.weight[t], this.weight2[t], this.sum[t], this.squares[t]] = [w, w2, s, q];
      if (t < half || t + half >= n) continue;
      // total holds the values from t − half up to but not including t + half
      const [first, last] = [values[t - half]!, values[t + half]!];
      const average = (m % 2 === 0 ? total + (last - first) / 2 : total + last) / m;
      total += last - first;
      if (!known(t)) continue;
      const d = values[t]! - average;
      this.weight[t] = discount * w + 1;
      this.weight2[t] = discount * discount * w2 + 1;
      this.sum[t] = discount * s + d;
      this.squares[t] = discount * q + d * d;
    }
  }

  /** The effects by phase (of index t: t mod m) as known when the first `origin` values are; undefined when not all are. */
  at(origin: number): Float64Array | undefined {
    const m = this.seasonLength;
    const last = Math.min(origin, this.weight.length) - 1 - this.half;
    if (last - m + 1 < 0) return undefined;
    const effects = new Float64Array(m);
    let [mean, noise, cycles] = [0, 0, 0];
    for (let t = last - m + 1; t <= last; t++) {
      const w = this.weight[t]!;
      if (w === 0) return undefined;
      const effect = this.sum[t]! / w;
      effects[t % m] = effect;
      mean += effect / m;
      noise += Math.max(0, this.squares[t]! / w - effect * effect) / m;
      cycles += (w * w) / this.weight2[t]! / m;
    }
    let spread = 0;
    for (let p = 0; p < m; p++) {
      effects[p]! -= mean;
      spread += effects[p]! ** 2 / Math.max(1, m - 1);
    }
    const variance = noise / Math.max(0.3, cycles - 1);
    const most = cycles < 1.5 ? ONE_CYCLE : 1 - Math.min(1, (((m - 3) / (m - 1)) * variance) / spread);
    const share = spread > 0 && m > 1 ? most : 0;
    for (let p = 0; p < m; p++) effects[p]! *= share;
    return effects;
  }
}
