import { engine } from "../engine/engine.js";
import { empty, type NDArray, type OpResult, result, zeros } from "./ndarray.js";
import { runChannels } from "./parallel.js";

/** Mean and biased variance of each channel of x [N, C, L]. */
export function channelMoments(x: NDArray): { mean: NDArray; variance: NDArray } {
  const [mean, variance] = [empty([x.shape[1]!]), empty([x.shape[1]!])];
  const [from, m, v] = [x.address, mean.address, variance.address];
  runChannels(x, (n, c, l, c0, c1) => ["channelMoments", n, c, l, c0, c1, from, m, v]);
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
  const c = x.shape[1]!;
  // Copies: a later forward pass moves running statistics that backward still needs as they were.
  const [mean, rstd, y] = [empty([c]), empty([c]), empty(x.shape)];
  mean.data.set(moments.mean.data);
  rstd.data.set(moments.variance.data.map((v) => 1 / Math.sqrt(v + eps)));
  // A function, so that backward holds the arrays and not their addresses alone.
  const addresses = () => [x.address, mean.address, rstd.address, addressOf(weight)] as const;
  const [from, m, r, w] = addresses();
  const [b, to] = [addressOf(bias), y.address];
  runChannels(x, (n, c, l, c0, c1) => ["channelNorm", n, c, l, c0, c1, from, m, r, w, b, to]);
  return result(y, (dy, needs) => {
    const dx = needs[0] ? empty(x.shape) : null;
    const dw = weight && needs[1] ? empty([c]) : null;
    const db = bias && needs[2] ? empty([c]) : null;
    const [from, m, r, w] = addresses();
    const [g, toX, toW, toB] = [dy.address, addressOf(dx), addressOf(dw), addressOf(db)];
    runChannels(x, (n, c, l, c0, c1) => {
      // biome-ignore format: the kernel's arguments in the order of its declaration
      return ["channelNormBackward", n, c, l, c0, c1, fixed ? 1 : 0, from, m, r, w, g, toX, toW, toB];
    });
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
