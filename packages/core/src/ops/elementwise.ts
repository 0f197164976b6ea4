import { Unary } from "../engine/kernels.js";
import { type BinaryName, binaryForward, scalarForward, sumTo, whereForward } from "./broadcast.js";
import { empty, type NDArray, type OpResult, result } from "./ndarray.js";
import { runElements } from "./parallel.js";

export type UnaryName = keyof typeof Unary;

/** y = f(x) element by element. `alpha` is the function's parameter where it has one. */
export function unary(name: UnaryName, x: NDArray, alpha = 0): OpResult {
  const code = Unary[name];
  const y = empty(x.shape);
  const [from, to] = [x.address, y.address];
  runElements(x.size, (i, n) => ["unary", code, n, from + 4 * i, alpha, to + 4 * i]);
  return result(y, (dy) => [unaryBackward(code, x, y, dy, alpha)]);
}

function unaryBackward(code: number, x: NDArray, y: NDArray, dy: NDArray, alpha: number): NDArray {
  const dx = empty(x.shape);
  const [from, to, g, back] = [x.address, y.address, dy.address, dx.address];
  runElements(x.size, (i, n) => {
    const at = 4 * i;
    return ["unaryBackward", code, n, from + at, to + at, g + at, alpha, back + at];
  });
  return dx;
}

const mul = (a: NDArray, b: NDArray) => binaryForward("mul", a, b);
const scale = (a: NDArray, s: number) => scalarForward("mul", a, s);

/** Gradients of a ∘ b before broadcasting is undone; `da` and `db` are called only when asked for. */
function partials(
  name: BinaryName,
  a: NDArray,
  b: NDArray,
  y: NDArray,
  g: NDArray,
): [() => NDArray, () => NDArray] | null {
  switch (name) {
    case "add":
      return [() => g, () => g];
    case "sub":
      return [() => g, () => scale(g, -1)];
    case "mul":
      return [() => mul(g, b), () => mul(g, a)];
    case "div":
      return [() => binaryForward("div", g, b), () => scale(binaryForward("div", mul(g, y), b), -1)];
    case "pow":
      return [() => powBase(a, b, g), () => powExponent(a, b, y, g)];
    case "maximum":
      return [() => mul(g, share("gt", a, b)), () => mul(g, share("gt", b, a))];
    case "minimum":
      return [() => mul(g, share("lt", a, b)), () => mul(g, share("lt", b, a))];
    default:
      return null;
  }
}

/** ∂a^b/∂a = b·a^(b−1), and 0 where b is 0 (PyTorch's rule, which keeps 0⁰ finite). */
function powBase(a: NDArray, b: NDArray, g: NDArray): NDArray {
  const slope = mul(g, mul(b, binaryForward("pow", a, scalarForward("sub", b, 1))));
  return whereForward(binaryForward("eq", b, scale(b, 0)), scale(slope, 0), slope);
}

/** ∂a^b/∂b = a^b·ln a, and 0 where a is 0 and b ≥ 0. */
function powExponent(a: NDArray, b: NDArray, y: NDArray, g: NDArray): NDArray {
  const log = unary("log", a).outputs[0]!;
  const slope = mul(g, mul(y, log));
  const flat = mul(scalarForward("eq", a, 0), scalarForward("ge", b, 0));
  return whereForward(flat, scale(slope, 0), slope);
}

/** 1 where the comparison holds, ½ where both are equal: a tie shares its gradient. */
function share(comparison: "gt" | "lt", a: NDArray, b: NDArray): NDArray {
  return binaryForward("add", binaryForward(comparison, a, b), scale(binaryForward("eq", a, b), 0.5));
}

/** y = a ∘ b with NumPy's broadcasting. Comparisons give 1 or 0 and pass no gradient. */
export function binary(name: BinaryName, a: NDArray, b: NDArray): OpResult {
  const y = binaryForward(name, a, b);
  return result(y, (g, needs) => {
    const both = partials(name, a, b, y, g);
    return [
      needs[0] && both ? sumTo(both[0](), a.shape) : null,
      needs[1] && both ? sumTo(both[1](), b.shape) : null,
    ];
  });
}

/** y = x ∘ s with a number, or s ∘ x when `reversed`. */
export function binaryScalar(name: BinaryName, x: NDArray, s: number, reversed = false): OpResult {
  const y = scalarForward(name, x, s, reversed);
  return result(y, (g) => {
    if (name === "add" || (name === "sub" && !reversed)) return [g];
    if (name === "sub") return [scale(g, -1)];
    if (name === "mul") return [scale(g, s)];
    if (name === "div" && !reversed) return [scalarForward("div", g, s)];
    if (name === "pow" && !reversed) return [unaryBackward(Unary.pow, x, y, g, s)];
    const other = scalarForward("add", scale(x, 0), s);
    const both = reversed ? partials(name, other, x, y, g) : partials(name, x, other, y, g);
    return [both ? both[reversed ? 1 : 0]() : null];
  });
}
