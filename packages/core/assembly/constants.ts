// Every constant of the vector functions, kept in the lowest bytes of the memory, below what JavaScript hands out.
// V8 in Node 24 builds a vector constant anew in each turn of a loop, and a load costs less: exp takes 0.85 ns an element
// instead of 1.52 there, and 0.85 instead of 0.80 in Node 20 and 22. Polynomials are minimax fits, highest power first.

@inline
export function c(index: usize): v128 {
  return v128.load32_splat(floats + (index << 2));
}

@inline
export function c64(index: usize): v128 {
  return v128.load64_splat(doubles + (index << 3));
}

@inline
export function bits(index: usize): v128 {
  return v128.load32_splat(ints + (index << 2));
}

// ---- float32: places in the table, and the table -------------------------------------------------------------

export const ONE: usize = 0;
export const MINUS_TWO: usize = 1;
/** Beyond these, e^x is infinite or 0. */
export const EXP_HIGH: usize = 2;
export const EXP_LOW: usize = 3;
/** e^x − 1 is −1 below. */
export const EXPM1_LOW: usize = 4;
/** tanh is 1 beyond. */
export const TANH_HIGH: usize = 5;
/** Where tanh changes from its polynomial to e^x. */
export const TANH_NEAR: usize = 6;
/** Below −ln 3, e^x is less than ⅓ of 1. */
export const MINUS_LN3: usize = 7;
/** 2⁻²⁴ */
export const DOWN24: usize = 8;
export const LOG2E: usize = 9;
/** 1.5·2²³: adding it rounds to a whole number and leaves that number in the lowest bits. */
export const ROUND: usize = 10;
/** −ln 2 in two parts, the upper of so few bits that its multiples are exact. */
export const LN2: usize = 11;
/** (e^r − 1 − r)/r² for |r| ≤ ½ ln 2, 5 coefficients. */
export const EXPM1: usize = 13;
/** (tanh x − x)/x³ in x² for |x| ≤ 0.55, 5 coefficients. */
export const TANH: usize = 18;

const floats = memory.data<f32>([
  1, -2, 89, -104, -20, 10, 0.55, -1.09861229, 5.9604644775390625e-8,
  1.44269504, 12582912, -0.693359375, 2.12194440e-4,
  0.00138145990201, 0.00836871688845, 0.0416683880386, 0.166665206316, 0.499999934478,
  -0.00627317760129, 0.0210709130481, -0.053852120793, 0.133325843193, -0.333333175063,
]);

// ---- int32 ---------------------------------------------------------------------------------------------------

export const SIGN: usize = 0;
/** The bits of the float32 1 and 2²⁴. */
export const BITS_ONE: usize = 1;
export const BITS_UP24: usize = 2;

const ints = memory.data<u32>([0x80000000, 127 << 23, (127 + 24) << 23]);

// ---- float64 -------------------------------------------------------------------------------------------------

export const ONE64: usize = 0;
export const HALF64: usize = 1;
export const MINUS_HALF64: usize = 2;
export const EXP_HIGH64: usize = 3;
export const EXP_LOW64: usize = 4;
export const LOG2E64: usize = 5;
/** 1.5·2⁵² */
export const ROUND64: usize = 6;
/** −ln 2 in two parts. */
export const LN2_64: usize = 7;
/** (e^r − 1 − r)/r² for |r| ≤ ½ ln 2, 8 coefficients. */
export const EXPM1_64: usize = 9;
/** (ln((1+s)/(1−s)) − 2s)/s³ in s² for |s| ≤ 0.1717, 6 coefficients. */
export const LOG64: usize = 17;
export const LN2_WHOLE64: usize = 23;
/** e^(x²/2) erfc(x/√2)/t in t = 1/(1 + 0.3275911 x/√2) for 0 ≤ x ≤ 14.8, 12 coefficients. */
export const ERFC64: usize = 24;
/** 0.3275911/√2 */
export const ERFC_STEP64: usize = 36;

const doubles = memory.data<f64>([
  1, 0.5, -0.5, 709, -708,
  1.4426950408889634, 6755399441055744, -0.6931471803691238, -1.9082149292705877e-10,
  2.76326588517472464e-6, 0.0000248678852314813093, 0.000198411928735031697, 0.0013888839087430608,
  0.00833333336325572177, 0.0416666667863520859, 0.166666666666339824, 0.499999999999550609,
  0.166251652283345622, 0.181399614659735157, 0.222228679016396093, 0.285714240830482938, 0.400000000113957847,
  0.666666666666619801, 0.6931471805599453,
  -0.0259183000876295146, 0.184791325819705949, -0.528101913689527667, 0.766022433128538082, -0.676078430737348955,
  0.508825527675916894, -0.10752524802121202, 0.1903503318667336, 0.141269124416025153, 0.176878249927677004,
  0.184657142867748455, 0.184829756926605452, 0.3275911 * 0.7071067811865476,
]);
