import { engine } from "../engine/engine.js";
import { empty, type NDArray, type OpResult, result, zeros } from "./ndarray.js";

/** Mean and biased variance of each channel of x [N, C, L]. */
export function channelMoments(x: NDArray): { mean: NDArray; variance: NDArray } {
  const [n, c, l] = x.shape as [number, number, number];
  const [mean, variance] = [empty([c]), empty([c])];
  engine().kernels.channelMoments(n, c, l, x.address, mean.address, variance.address);
  return { mean, variance };
}

const addressOf = (x: NDArray | null) => x?.address ?? 0;

/**
 * y = (x − mean) / √(variance + eps) · weight + bias for each channel of x [N, C, L]. With `fixed`, mean and variance
 * are constants; otherwise they are x's own and gradients flow through them.
 */
export function batchNorm(
  x: NDArray,
  weight: NDArray | null,
  bias: NDArray | null,
  moments: { mean: NDArray; variance: NDArray },
  eps: number,
  fixed: boolean,
): OpResult {
  const [n, c, l] = x.shape as [number, number, number];
  // Copies: a later forward pass moves running statistics that backward still needs as they were.
  const [mean, rstd, y] = [empty([c]), empty([c]), empty(x.shape)];
  mean.data.set(moments.mean.data);
  rstd.data.set(moments.variance.data.map((v) => 1 / Math.sqrt(v + eps)));
  const [w, b] = [addressOf(weight), addressOf(bias)];
  engine().kernels.channelNorm(n, c, l, x.address, mean.address, rstd.address, w, b, y.address);
  return result(y, (dy, needs) => {
    const dx = needs[0] ? empty(x.shape) : null;
    const dw = weight && needs[1] ? empty([c]) : null;
    const db = bias && needs[2] ? empty([c]) : null;
    engine().kernels.channelNormBackward(
      n,
      c,
      l,
      fixed ? 1 : 0,
      x.address,
      mean.address,
      rstd.address,
      w,
      dy.address,
      addressOf(dx),
      addressOf(dw),
      addressOf(db),
    );
    return [dx, dw, db];
  });
}

/** y = (x − mean) / √(variance + eps) · weight + bias over rows of `cols` elements, each with its own mean and variance. */
export function layerNorm(
  x: NDArray,
  cols: number,
  weight: NDArray | null,
  bias: NDArray | null,
  eps: number,
): OpResult {
  const rows = x.size / cols;
  const [y, mean, rstd] = [empty(x.shape), empty([rows]), empty([rows])];
  const [w, b] = [addressOf(weight), addressOf(bias)];
  engine().kernels.rowNorm(rows, cols, eps, x.address, w, b, y.address, mean.address, rstd.address);
  return result(y, (dy, needs) => {
    const dx = needs[0] ? empty(x.shape) : null;
    const dw = weight && needs[1] ? zeros(weight.shape) : null;
    const db = bias && needs[2] ? zeros(bias.shape) : null;
    engine().kernels.rowNormBackward(
      rows,
      cols,
      x.address,
      w,
      mean.address,
      rstd.address,
      dy.address,
      addressOf(dx),
      addressOf(dw),
      addressOf(db),
    );
    return [dx, dw, db];
  });
}
