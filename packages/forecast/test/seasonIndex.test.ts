import { describe, expect, test } from "vitest";
import { SeasonIndex } from "../src/seasonIndex.js";
import { distance, flights } from "./helpers.js";

const everything = { discount: 1, known: () => true };
const wave = (count: number, m: number) =>
  Float64Array.from({ length: count }, (_, t) => 3 + 0.1 * t + Math.sin((2 * Math.PI * t) / m));
const logs = flights.values.map(Math.log);

/** The definition, said plainly: means of what is left of each phase beside a centred moving average, then shrunk. */
function defined(values: Float64Array, m: number, origin: number, discount: number): Float64Array {
  const half = Math.floor(m / 2);
  const phases = Array.from({ length: m }, () => [] as number[]);
  for (let t = half; t + half < origin; t++) {
    let average = 0;
    for (let k = -half; k <= half; k++) {
      average += (values[t + k]! * (m % 2 === 0 && Math.abs(k) === half ? 0.5 : 1)) / m;
    }
    phases[t % m]!.push(values[t]! - average);
  }
  const weighted = (own: number[], of: (d: number) => number) => {
    const weights = own.map((_, i) => discount ** (own.length - 1 - i));
    const total = weights.reduce((a, b) => a + b, 0);
    const squares = weights.reduce((a, b) => a + b * b, 0);
    return {
      mean: own.reduce((sum, d, i) => sum + weights[i]! * of(d), 0) / total,
      cycles: total ** 2 / squares,
    };
  };
  const means = phases.map((own) => weighted(own, (d) => d).mean);
  const center = means.reduce((a, b) => a + b, 0) / m;
  const noise = phases.reduce((sum, own, p) => sum + weighted(own, (d) => (d - means[p]!) ** 2).mean / m, 0);
  const cycles = phases.reduce((sum, own) => sum + weighted(own, (d) => d).cycles / m, 0);
  const effects = means.map((mean) => mean - center);
  const spread = effects.reduce((sum, effect) => sum + effect ** 2, 0) / (m - 1);
  const share = 1 - Math.min(1, (((m - 3) / (m - 1)) * noise) / (cycles - 1) / spread);
  return Float64Array.from(effects, (effect) => effect * share);
}

describe("the seasonal effects known at a time", () => {
  test.each([
    [12, 1, 144],
    [12, 0.8, 100],
    [7, 0.9, 60],
  ])("are those of the definition, season %d, discount %d, after %d values", (m, discount, origin) => {
    const index = new SeasonIndex(logs, m, { discount, known: () => true });
    expect(distance(index.at(origin)!, defined(logs, m, origin, discount))).toBeLessThan(1e-10);
  });

  test("come from nothing later", () => {
    const changed = logs.map((value, t) => (t >= 90 ? 100 : value));
    const [a, b] = [logs, changed].map((values) => new SeasonIndex(values, 12, everything));
    for (const origin of [24, 60, 90]) expect(b!.at(origin)).toEqual(a!.at(origin));
    expect(b!.at(97)).not.toEqual(a!.at(97));
  });

  test("are not there before a season is known on both sides of an average", () => {
    const index = new SeasonIndex(logs, 12, everything);
    expect(index.at(23)).toBeUndefined();
    expect(index.at(24)).toBeDefined();
  });

  test.each([4, 7, 12, 24])("are a pure season of %d steps, whole, without its trend", (m) => {
    const effects = new SeasonIndex(wave(10 * m, m), m, everything).at(10 * m)!;
    const expected = Float64Array.from({ length: m }, (_, p) => Math.sin((2 * Math.PI * p) / m));
    expect(distance(effects, expected)).toBeLessThan(0.02);
  });

  test("all but vanish where there is nothing but noise", () => {
    const noise = Float64Array.from({ length: 240 }, (_, t) => ((t * 7919) % 101) / 101);
    const effects = new SeasonIndex(noise, 12, everything).at(240)!;
    expect(Math.max(...effects.map(Math.abs))).toBeLessThan(0.05);
  });

  test("learn nothing from a value that was not observed", () => {
    const values = wave(96, 12);
    const wrong = values.map((value, t) => (t === 50 ? value + 0.5 : value));
    const known = (t: number) => t !== 50;
    const [masked, naive] = [known, () => true].map(
      (own) => new SeasonIndex(wrong, 12, { discount: 1, known: own }).at(96)!,
    );
    const right = new SeasonIndex(values, 12, everything).at(96)!;
    expect(Math.abs(masked![2]! - right[2]!)).toBeLessThan(Math.abs(naive![2]! - right[2]!) / 3);
  });

  test("of a constant are 0", () => {
    expect([...new SeasonIndex(new Float64Array(40).fill(5), 4, everything).at(40)!].map(Math.abs)).toEqual([
      0, 0, 0, 0,
    ]);
  });
});
