import { ArgumentError, FormatError } from "../errors.js";

/** Words of the Mersenne Twister's state, and the distance of its recurrence. */
const N = 624;
const M = 397;

/** The seed a generator has before anyone seeds it: PyTorch's `default_rng_seed_val`. */
const DEFAULT_SEED = 67280421310721n;

/** From this size on `normal` works in blocks of sixteen, as PyTorch does. */
const BLOCK = 16;

const STATE_VERSION = 1;
const STATE_BYTES = 1 + 1 + 2 + 8 + 8 + 4 * N;

const fround = Math.fround;
const TWO_PI = fround(2 * Math.PI);

/**
 * a·b + c rounded once, for float32 values a, b and c: what a fused multiply-add instruction returns.
 *
 * The product of two float32 values is exact in float64. Rounding the sum to float64 and then to float32
 * goes wrong only when the float64 sum lies exactly between two float32 values and was itself rounded;
 * the rounding error (Knuth's TwoSum) then says which of the two is nearer.
 */
function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const sum = product + c;
  const rounded = fround(sum);
  const rest = sum - rounded;
  if (rest === 0 || fround(sum + rest) !== sum + rest) return rounded;
  const part = sum - product;
  const error = product - (sum - part) + (c - part);
  return error !== 0 && error > 0 === rest > 0 ? sum + rest : rounded;
}

/**
 * Random numbers as PyTorch's CPU generator draws them: the same seed gives the same numbers, in the same
 * order, and every call consumes as many draws as PyTorch's would. Layers created one after another
 * therefore hold the very weights that PyTorch's hold after the same `manual_seed`.
 *
 * Bits come from MT19937 (Matsumoto & Nishimura, "Mersenne Twister", ACM TOMACS 8(1), 1998), seeded by the
 * authors' 2002 rule from the low 32 bits of the seed. A float32 takes the low 24 bits of one 32-bit draw, a
 * float64 the low 53 bits of two. All are bit-exact to PyTorch, `normal` to its x86 builds with AVX2: others
 * compute its logarithm, sine and cosine differently, and are within 1e-6 for standard deviation 1.
 *
 * @example
 * const generator = new Generator(0);
 * generator.uniform(new Float32Array(2)); // [0.4962566, 0.7682218], as torch.rand(2) after manual_seed(0)
 */
export class Generator {
  readonly #words = new Int32Array(N);
  #next = N;
  #seed = DEFAULT_SEED;
  /** The second value of the last Box–Muller pair, when it has not been handed out yet. */
  #cachedNormal: number | undefined;

  /**
   * @param seed a whole number from −2⁶³ to 2⁶⁴−1; without it PyTorch's default, 67280421310721.
   * @throws ArgumentError if the seed is not a whole number or out of range.
   */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    this.manualSeed(seed);
  }

  /**
   * Starts again from a seed, and forgets the cached normal. As in PyTorch, a negative seed means 2⁶⁴ + seed,
   * and only the low 32 bits decide the numbers.
   *
   * @throws ArgumentError if the seed is not a whole number from −2⁶³ to 2⁶⁴−1.
   */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === "number" && !Number.isSafeInteger(seed)) {
      throw new ArgumentError(
        `manualSeed: seed must be a whole number, got ${seed}; beyond ±${Number.MAX_SAFE_INTEGER} pass a bigint`,
      );
    }
    const value = BigInt(seed);
    if (value < -(1n << 63n) || value >= 1n << 64n) {
      throw new ArgumentError(`manualSeed: seed must lie between -2^63 and 2^64-1, got ${value}`);
    }
    this.#seed = BigInt.asUintN(64, value);
    this.#cachedNormal = undefined;
    const words = this.#words;
    let word = Number(BigInt.asUintN(32, value)) | 0;
    words[0] = word;
    for (let i = 1; i < N; i++) {
      word = (Math.imul(word ^ (word >>> 30), 1812433253) + i) | 0;
      words[i] = word;
    }
    this.#next = N;
    return this;
  }

  /** The seed in use, as an unsigned 64-bit number. */
  initialSeed(): bigint {
    return this.#seed;
  }

  /** The next 32 random bits, as a number from 0 to 2³²−1. */
  random(): number {
    if (this.#next === N) this.#twist();
    let y = this.#words[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** The next 64 random bits: two 32-bit draws, the first one the high half. */
  random64(): bigint {
    const high = BigInt(this.random());
    return (high << 32n) | BigInt(this.random());
  }

  /**
   * Fills `out` with float32 values, uniform on [from, to): `tensor.uniform_(from, to)`.
   *
   * x = u·(to − from) + from with u = (the low 24 bits of one draw) / 2²⁴, the multiplication and addition
   * fused into one rounding. One 32-bit draw per value.
   *
   * @throws ArgumentError if from > to or either is not finite.
   */
  uniform<T extends Float32Array>(out: T, from = 0, to = 1): T {
    const low = fround(from);
    const range = fround(fround(to) - low);
    if (!(from <= to) || !Number.isFinite(range)) {
      throw new ArgumentError(`uniform: expected finite from <= to, got from ${from} to ${to}`);
    }
    const plain = low === 0 && range === 1;
    for (let i = 0; i < out.length; i++) {
      const u = (this.random() & 0xffffff) * 2 ** -24;
      out[i] = plain ? u : fusedMultiplyAdd(u, range, low);
    }
    return out;
  }

  /**
   * Fills `out` with normally distributed float32 values: `tensor.normal_(mean, std)`.
   *
   * Box–Muller (Box & Muller, Ann. Math. Stat. 29, 1958): √(−2 ln(1−u₁))·cos 2πu₂ and the same with sin.
   * Fewer than 16 values are computed in float64 from 53-bit uniforms, two 32-bit draws each; the sine half of
   * a pair is kept for the next value or the next call. From 16 values on, PyTorch's blocks: first one uniform
   * float32 per value, then in each run of 16 the first eight are u₁ and become the cosines, the last eight are
   * u₂ and become the sines; if the size is no multiple of 16, sixteen fresh draws replace the last 16 values.
   *
   * @throws ArgumentError if std is negative or either is not finite.
   */
  normal<T extends Float32Array>(out: T, mean = 0, std = 1): T {
    if (!(std >= 0) || !Number.isFinite(mean) || !Number.isFinite(std)) {
      throw new ArgumentError(`normal: expected a finite mean and std >= 0, got mean ${mean}, std ${std}`);
    }
    const size = out.length;
    if (size < BLOCK) {
      for (let i = 0; i < size; i++) out[i] = this.#standardNormal() * std + mean;
      return out;
    }
    this.uniform(out);
    for (let i = 0; i + BLOCK <= size; i += BLOCK) normalBlock(out, i, mean, std);
    if (size % BLOCK !== 0) {
      this.uniform(out.subarray(size - BLOCK) as T);
      normalBlock(out, size - BLOCK, mean, std);
    }
    return out;
  }

  /**
   * Fills `out` with ones of probability `p` and zeros: `tensor.bernoulli_(p)`. It is also what `nn.Dropout`
   * draws, as `bernoulli_(1 − dropout)`.
   *
   * A value is 1 where u < p, u being a 53-bit uniform: two 32-bit draws per value. This is PyTorch's own
   * sampler. Its builds with Intel MKL (the x86 wheels) take bits from MKL for this one function, so their
   * dropout masks differ from those of every other build, and from these.
   *
   * @throws ArgumentError if p is not a number from 0 to 1.
   */
  bernoulli<T extends Float32Array | Uint8Array>(out: T, p = 0.5): T {
    if (!(p >= 0 && p <= 1)) throw new ArgumentError(`bernoulli: p must lie between 0 and 1, got ${p}`);
    for (let i = 0; i < out.length; i++) out[i] = this.#uniform53() < p ? 1 : 0;
    return out;
  }

  /**
   * The numbers 0 … n−1 in random order: `torch.randperm(n)`.
   *
   * Fisher–Yates from the front: position i changes places with position i + (draw mod (n − i)). One 32-bit
   * draw per position but the last.
   *
   * @throws ArgumentError if n is not a whole number from 0 to 2³¹−1.
   */
  randperm(n: number): Int32Array {
    if (!Number.isInteger(n) || n < 0 || n > 0x7fffffff) {
      throw new ArgumentError(`randperm: n must be a whole number from 0 to 2147483647, got ${n}`);
    }
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.random() % (n - i));
      const kept = order[i]!;
      order[i] = order[j]!;
      order[j] = kept;
    }
    return order;
  }

  /**
   * Fills `out` with whole numbers from `low` (included) to `high` (excluded): `torch.randint(low, high, …)`.
   *
   * low + draw mod (high − low): one 32-bit draw per value, or one of 64 bits where high − low ≥ 2³².
   *
   * @throws ArgumentError if low >= high, either is no whole number, or `out` cannot hold every value between.
   */
  randint<T extends Int32Array | Float32Array | Float64Array>(out: T, low: number, high: number): T {
    if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high) || low >= high) {
      throw new ArgumentError(`randint: expected whole numbers low < high, got ${low} and ${high}`);
    }
    const [least, most] =
      out instanceof Int32Array
        ? [-0x80000000, 0x7fffffff]
        : out instanceof Float32Array
          ? [-(2 ** 24), 2 ** 24]
          : [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
    if (low < least || high - 1 > most) {
      throw new ArgumentError(
        `randint: a ${out.constructor.name} holds whole numbers from ${least} to ${most}, got ${low} to ${high - 1}`,
      );
    }
    const range = high - low;
    if (range < 2 ** 32 || out instanceof Int32Array) {
      for (let i = 0; i < out.length; i++) out[i] = low + (this.random() % range);
    } else {
      const wide = BigInt(high) - BigInt(low);
      for (let i = 0; i < out.length; i++) out[i] = Number(BigInt(low) + (this.random64() % wide));
    }
    return out;
  }

  /**
   * Everything that decides the numbers to come, for an exact resume. 2516 bytes, little-endian: version (u8),
   * whether a normal is cached (u8), next word (u16), seed (u64), cached normal (f64), the 624 words (u32).
   */
  getState(): Uint8Array {
    const state = new Uint8Array(STATE_BYTES);
    const view = new DataView(state.buffer);
    view.setUint8(0, STATE_VERSION);
    view.setUint8(1, this.#cachedNormal === undefined ? 0 : 1);
    view.setUint16(2, this.#next, true);
    view.setBigUint64(4, this.#seed, true);
    view.setFloat64(12, this.#cachedNormal ?? 0, true);
    for (let i = 0; i < N; i++) view.setInt32(20 + 4 * i, this.#words[i]!, true);
    return state;
  }

  /**
   * Continues where `getState` was called, on this generator or another.
   *
   * @throws FormatError if the bytes are not a generator's state.
   */
  setState(state: Uint8Array): this {
    const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
    if (state.byteLength !== STATE_BYTES || view.getUint8(0) !== STATE_VERSION) {
      throw new FormatError(
        `Generator.setState: expected ${STATE_BYTES} bytes beginning with ${STATE_VERSION}, got ${state.byteLength}` +
          (state.byteLength > 0 ? ` beginning with ${view.getUint8(0)}` : ""),
      );
    }
    const next = view.getUint16(2, true);
    if (next > N || view.getUint8(1) > 1) {
      throw new FormatError(`Generator.setState: damaged state (next word ${next} of ${N})`);
    }
    this.#next = next;
    this.#seed = view.getBigUint64(4, true);
    this.#cachedNormal = view.getUint8(1) === 1 ? view.getFloat64(12, true) : undefined;
    for (let i = 0; i < N; i++) this.#words[i] = view.getInt32(20 + 4 * i, true);
    return this;
  }

  /** Makes the next 624 words. */
  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < N; i++) {
      const mixed = (words[i]! & 0x80000000) | (words[i + 1 < N ? i + 1 : 0]! & 0x7fffffff);
      const far = words[i + M < N ? i + M : i + M - N]!;
      words[i] = far ^ (mixed >>> 1) ^ ((mixed & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#next = 0;
  }

  /** Uniform on [0, 1) with 53 bits: the low 21 bits of one draw above the 32 of the next. */
  #uniform53(): number {
    const high = this.random() & 0x1fffff;
    return (high * 2 ** 32 + this.random()) * 2 ** -53;
  }

  #standardNormal(): number {
    const kept = this.#cachedNormal;
    if (kept !== undefined) {
      this.#cachedNormal = undefined;
      return kept;
    }
    const theta = 2 * Math.PI * this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log(1 - this.#uniform53()));
    this.#cachedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }
}

/** Turns sixteen uniforms, eight u₁ and then eight u₂, into sixteen normals: the cosines, then the sines. */
function normalBlock(out: Float32Array, start: number, mean: number, std: number): void {
  const mean32 = fround(mean);
  const std32 = fround(std);
  for (let i = start; i < start + 8; i++) {
    const radius = fround(Math.sqrt(-2 * logarithm(1 - out[i]!)));
    const [sine, cosine] = sineAndCosine(fround(TWO_PI * out[i + 8]!));
    out[i] = fusedMultiplyAdd(fround(radius * cosine), std32, mean32);
    out[i + 8] = fusedMultiplyAdd(fround(radius * sine), std32, mean32);
  }
}

// The logarithm, sine and cosine of the Cephes library in single precision (Moshier, netlib.org/cephes), each
// step rounded to float32 and multiply-adds fused, as in PyTorch's AVX2 kernel. Written out rather than left to
// Math.log and Math.sin, whose last bits differ between JavaScript engines.

const LOG_POLYNOMIAL = /* @__PURE__ */ Float32Array.of(
  7.0376836292e-2,
  -1.151461031e-1,
  1.167699874e-1,
  -1.2420140846e-1,
  1.4249322787e-1,
  -1.6668057665e-1,
  2.0000714765e-1,
  -2.4999993993e-1,
  3.3333331174e-1,
);
/** ln 2 in two parts, the first one short enough that its multiples are exact. */
const LN2_HIGH = 0.693359375;
const LN2_LOW = /* @__PURE__ */ fround(-2.1219444e-4);
const SQRT_HALF = /* @__PURE__ */ fround(Math.SQRT1_2);

/** ln u for u = m/2²⁴, m a whole number from 1 to 2²⁴. */
function logarithm(u: number): number {
  const m = u * 2 ** 24;
  const bits = 32 - Math.clz32(m);
  let exponent = bits - 24;
  let x = m / 2 ** bits; // u = x·2^exponent with x in [0.5, 1)
  if (x < SQRT_HALF) {
    exponent -= 1;
    x += x;
  }
  x -= 1;
  const square = fround(x * x);
  let y = LOG_POLYNOMIAL[0]!;
  for (let i = 1; i < 9; i++) y = fusedMultiplyAdd(y, x, LOG_POLYNOMIAL[i]!);
  y = fusedMultiplyAdd(fround(y * x), square, fround(exponent * LN2_LOW));
  y = fround(y - 0.5 * square);
  return fusedMultiplyAdd(exponent, LN2_HIGH, fround(x + y));
}

const FOUR_OVER_PI = /* @__PURE__ */ fround(4 / Math.PI);
/** −π/4 in three parts. */
const MINUS_PI_4 = /* @__PURE__ */ Float32Array.of(
  -0.78515625,
  -2.4187564849853516e-4,
  -3.774894977445941e-8,
);
const COSINE_POLYNOMIAL = /* @__PURE__ */ Float32Array.of(
  2.443315711809948e-5,
  -1.388731625493765e-3,
  4.166664568298827e-2,
);
const SINE_POLYNOMIAL = /* @__PURE__ */ Float32Array.of(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);

/** sin θ and cos θ for θ from 0 to 2π. */
function sineAndCosine(theta: number): [sine: number, cosine: number] {
  const octant = (Math.trunc(fround(theta * FOUR_OVER_PI)) + 1) & ~1;
  let x = theta;
  for (let i = 0; i < 3; i++) x = fusedMultiplyAdd(octant, MINUS_PI_4[i]!, x);
  const square = fround(x * x);

  let c = COSINE_POLYNOMIAL[0]!;
  for (let i = 1; i < 3; i++) c = fusedMultiplyAdd(c, square, COSINE_POLYNOMIAL[i]!);
  c = fround(fusedMultiplyAdd(fround(c * square), square, -0.5 * square) + 1);

  let s = SINE_POLYNOMIAL[0]!;
  for (let i = 1; i < 3; i++) s = fusedMultiplyAdd(s, square, SINE_POLYNOMIAL[i]!);
  s = fusedMultiplyAdd(fround(s * square), x, x);

  switch (octant & 7) {
    case 0:
      return [s, c];
    case 2:
      return [c, -s];
    case 4:
      return [-s, -c];
    default:
      return [-c, s];
  }
}

/**
 * The generator that initialisers, dropout and shuffling use when none is given, like PyTorch's default one.
 * It starts from the fixed seed 67280421310721: without `manualSeed` every run of a program is the same.
 */
export const defaultGenerator: Generator = /* @__PURE__ */ new Generator();

/**
 * Seeds the default generator: `torch.manual_seed(seed)`.
 *
 * @throws ArgumentError if the seed is not a whole number from −2⁶³ to 2⁶⁴−1.
 * @example
 * manualSeed(0);
 */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}
