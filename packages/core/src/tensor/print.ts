import type { NDArray } from "../ops/ndarray.js";
import { formatShape } from "../shape.js";

// PyTorch's layout with its default options: precision 4, threshold 1000, edge items 3, lines of 80 characters.
const precision = 4;
const threshold = 1000;
const edge = 3;
const lineWidth = 80;

/** `tensor([[1., 2.]])`, with `notes` such as requiresGrad=true behind the numbers. */
export function formatTensor(x: NDArray, notes: readonly string[]): string {
  const suffixes = [...(x.dtype === "int32" ? ["dtype=int32"] : []), ...notes];
  const prefix = "tensor(";
  if (x.size === 0) {
    if (x.shape.length !== 1) suffixes.unshift(`size=${formatShape(x.shape)}`);
    return withSuffixes(`${prefix}[]`, suffixes, prefix.length);
  }
  const summarize = x.size > threshold;
  const indices = x.shape.map((n) => shownIndices(n, summarize));
  const format = formatter(x, indices);
  return withSuffixes(
    prefix + nested(x.shape, indices, format, 0, 0, prefix.length),
    suffixes,
    prefix.length,
  );
}

/** Which indices of a dimension are printed; −1 stands for the ellipsis. */
function shownIndices(n: number, summarize: boolean): number[] {
  const all = Array.from({ length: summarize && n > 2 * edge ? 2 * edge + 1 : n }, (_, i) => i);
  return all.length === n ? all : all.map((i) => (i < edge ? i : i === edge ? -1 : n - 2 * edge - 1 + i));
}

interface Format {
  width: number;
  at(index: number): string;
}

/** How every number is written, from those that are shown: whole, with decimals, or scientific. */
function formatter(x: NDArray, indices: readonly number[][]): Format {
  const data = x.data.slice();
  const shown: number[] = [];
  const visit = (dim: number, offset: number) => {
    if (dim === x.shape.length) shown.push(data[offset]!);
    else for (const i of indices[dim]!) if (i >= 0) visit(dim + 1, offset * x.shape[dim]! + i);
  };
  visit(0, 0);
  let text: (value: number) => string;
  let counted = shown;
  if (x.dtype === "int32") text = String;
  else {
    counted = shown.filter((v) => Number.isFinite(v) && v !== 0);
    const sizes = counted.map(Math.abs);
    const [largest, smallest] = [
      sizes.reduce((a, b) => Math.max(a, b), 0),
      sizes.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    ];
    const whole = counted.every(Number.isInteger);
    const wide = largest / smallest > 1000 || largest > 1e8 || (!whole && smallest < 1e-4);
    const finite = wide
      ? scientific
      : whole
        ? (v: number) => `${signed(v, 0)}.`
        : (v: number) => signed(v, precision);
    text = (v) => (Number.isFinite(v) ? finite(v) : Number.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf");
  }
  const width = counted.reduce((most, v) => Math.max(most, text(v).length), 1);
  return { width, at: (index) => text(data[index]!).padStart(width) };
}

/** Decimals rounded half to even, as Python rounds, where JavaScript rounds half up; −0 keeps its sign. */
function signed(value: number, digits: number): string {
  const size = Math.abs(value);
  const scaled = size * 10 ** digits;
  const tie = scaled - Math.floor(scaled) === 0.5 && Math.floor(scaled) % 2 === 0;
  const text = (tie ? Math.floor(scaled) / 10 ** digits : size).toFixed(digits);
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

function scientific(value: number): string {
  const exact = Math.abs(value).toExponential(60);
  const tie = /^\d\.\d{3}[02468]50*e/.test(exact);
  const [digits, exponent] = (
    tie
      ? `${exact.slice(0, precision + 2)}${exact.slice(exact.indexOf("e"))}`
      : Math.abs(value).toExponential(precision)
  ).split("e") as [string, string];
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  return `${sign}${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
}

function nested(
  shape: readonly number[],
  indices: readonly number[][],
  format: Format,
  dim: number,
  offset: number,
  indent: number,
): string {
  if (dim === shape.length) return format.at(offset);
  const n = shape[dim]!;
  if (dim === shape.length - 1) {
    const cells = indices[dim]!.map((i) => (i < 0 ? " ..." : format.at(offset * n + i)));
    const perLine = Math.max(1, Math.floor((lineWidth - indent) / (format.width + 2)));
    const lines: string[] = [];
    for (let i = 0; i < cells.length; i += perLine) lines.push(cells.slice(i, i + perLine).join(", "));
    return `[${lines.join(`,\n${" ".repeat(indent + 1)}`)}]`;
  }
  const parts = indices[dim]!.map((i) =>
    i < 0 ? "..." : nested(shape, indices, format, dim + 1, offset * n + i, indent + 1),
  );
  return `[${parts.join(`,${"\n".repeat(shape.length - dim - 1)}${" ".repeat(indent + 1)}`)}]`;
}

function withSuffixes(text: string, suffixes: readonly string[], indent: number): string {
  let out = text;
  let lineLength = text.length - text.lastIndexOf("\n") + 1;
  for (const suffix of suffixes) {
    if (lineLength + suffix.length + 2 > lineWidth) {
      out += `,\n${" ".repeat(indent)}${suffix}`;
      lineLength = indent + suffix.length;
    } else {
      out += `, ${suffix}`;
      lineLength += suffix.length + 2;
    }
  }
  return `${out})`;
}
