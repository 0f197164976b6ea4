/** A convolution of x [N, C, L] with weight [O, C / groups, K], float64. */
export interface Convolution {
  N: number;
  C: number;
  L: number;
  O: number;
  K: number;
  stride: number;
  dilation: number;
  groups: number;
  /** Elements added before and after each line, and how. */
  left: number;
  right: number;
  mode: "zeros" | "reflect" | "replicate" | "circular";
}

type Values = ArrayLike<number>;

export const outputLength = ({ L, K, stride, dilation, left, right }: Convolution): number =>
  Math.floor((L + left + right - dilation * (K - 1) - 1) / stride) + 1;

/** The position on the line of L elements that padded position p shows; −1 for a zero. */
function source({ L, left, mode }: Convolution, p: number): number {
  let i = p - left;
  if (i >= 0 && i < L) return i;
  if (mode === "zeros") return -1;
  if (mode === "replicate") return i < 0 ? 0 : L - 1;
  if (mode === "circular") {
    while (i < 0) i += L;
    while (i >= L) i -= L;
    return i;
  }
  return i < 0 ? -i : 2 * (L - 1) - i;
}

/** Calls `visit` for every product y[y] += weight[w]·x[x] of the definition: the indices of its three elements. */
function eachProduct(c: Convolution, visit: (y: number, w: number, x: number) => void): void {
  const T = outputLength(c);
  const [cEach, oEach] = [c.C / c.groups, c.O / c.groups];
  for (let n = 0; n < c.N; n++) {
    for (let o = 0; o < c.O; o++) {
      for (let t = 0; t < T; t++) {
        for (let j = 0; j < cEach; j++) {
          for (let k = 0; k < c.K; k++) {
            const at = source(c, t * c.stride + k * c.dilation);
            if (at < 0) continue;
            const channel = Math.floor(o / oEach) * cEach + j;
            visit((n * c.O + o) * T + t, (o * cEach + j) * c.K + k, (n * c.C + channel) * c.L + at);
          }
        }
      }
    }
  }
}

/** y[n, o, t] = bias[o] + Σ weight[o, j, k] · x[n, group of o, j, t·stride + k·dilation − left], j over the group's channels */
export function conv(c: Convolution, x: Values, weight: Values, bias: Values | null): Float64Array {
  const T = outputLength(c);
  const y = Float64Array.from({ length: c.N * c.O * T }, (_, i) =>
    bias ? bias[Math.floor(i / T) % c.O]! : 0,
  );
  eachProduct(c, (yAt, wAt, xAt) => {
    y[yAt]! += weight[wAt]! * x[xAt]!;
  });
  return y;
}

/** Gradients of Σ dy·y. */
export function convBackward(
  c: Convolution,
  x: Values,
  weight: Values,
  dy: Values,
): { x: Float64Array; weight: Float64Array; bias: Float64Array } {
  const T = outputLength(c);
  const d = {
    x: new Float64Array(c.N * c.C * c.L),
    weight: new Float64Array((c.O * c.C * c.K) / c.groups),
    bias: new Float64Array(c.O),
  };
  eachProduct(c, (yAt, wAt, xAt) => {
    d.x[xAt]! += dy[yAt]! * weight[wAt]!;
    d.weight[wAt]! += dy[yAt]! * x[xAt]!;
  });
  for (let i = 0; i < c.N * c.O * T; i++) d.bias[Math.floor(i / T) % c.O]! += dy[i]!;
  return d;
}
