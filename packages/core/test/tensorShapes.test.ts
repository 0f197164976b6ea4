import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  arange,
  cat,
  type NestedArray,
  nn,
  type SliceRange,
  type Tensor,
  tensor,
  zeros,
} from "../src/index.js";

/** Shapes of one to four dims: empty ones, ones, odd ones, and some around the SIMD width. */
const shapes = fc.array(fc.constantFrom(0, 1, 2, 3, 4, 5, 7, 9), { minLength: 1, maxLength: 4 });
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const counted = (shape: readonly number[]) => {
  const x = arange(size(shape))
    .sub(size(shape) / 2)
    .detach()
    .reshape(shape)
    .detach();
  x.requiresGrad = true;
  return x;
};

const range: fc.Arbitrary<SliceRange> = fc.oneof(
  fc.constant(null),
  fc.tuple(
    fc.option(fc.integer({ min: -12, max: 12 })),
    fc.option(fc.integer({ min: -12, max: 12 })),
    fc.integer({ min: 1, max: 4 }),
  ),
);

/** Python's rules on nested arrays. */
function sliceNested(x: NestedArray, ranges: readonly SliceRange[]): NestedArray {
  const [first, ...rest] = ranges;
  if (first === undefined || typeof x === "number") return x;
  if (typeof first === "number") return sliceNested(x.at(first)!, rest);
  const [start, end, step] = first ?? [];
  return x
    .slice(start ?? 0, end ?? x.length)
    .filter((_, i) => i % (step ?? 1) === 0)
    .map((item) => sliceNested(item, rest));
}

describe("for any shape", () => {
  it("slice keeps what nested arrays would keep, and its gradient marks it", () => {
    fc.assert(
      fc.property(shapes, fc.array(range, { maxLength: 4 }), (shape, given) => {
        const ranges = given.slice(0, shape.length);
        const x = counted(shape);
        const y = x.slice(...ranges);
        expect(y.toArray()).toEqual(sliceNested(x.toArray(), ranges));
        y.sum().backward();
        expect(x.grad!.sum().item()).toBe(y.numel);
        expect(x.grad!.mul(x).sum().item()).toBeCloseTo(y.sum().item(), 3);
      }),
    );
  });

  it("split and chunk are undone by cat", () => {
    fc.assert(
      fc.property(shapes, fc.nat(3), fc.integer({ min: 1, max: 6 }), (shape, at, n) => {
        const x = counted(shape);
        const dim = at % shape.length;
        for (const parts of [x.split(n, dim), x.chunk(n, dim)]) expect(cat(parts, dim).equal(x)).toBe(true);
        expect(x.chunk(n, dim).length).toBeLessThanOrEqual(n);
      }),
    );
  });

  it("indexSelect and gather agree with each other", () => {
    fc.assert(
      fc.property(shapes, fc.nat(3), fc.array(fc.nat(50), { maxLength: 5 }), (shape, at, picked) => {
        const dim = at % shape.length;
        const n = shape[dim]!;
        const rows = n === 0 ? [] : picked.map((i) => (i % (2 * n)) - n);
        const x = counted(shape);
        const index = tensor(rows, { shape: [rows.length], dtype: "int32" });
        const selected = x.indexSelect(dim, index);
        const spread = index.reshape(shape.map((_, d) => (d === dim ? rows.length : 1)));
        const gathered = x.gather(dim, spread.expand(shape.map((m, d) => (d === dim ? rows.length : m))));
        expect(gathered.equal(selected)).toBe(true);
        selected.sum().backward();
        const bySelect = x.grad!.clone();
        x.grad = null;
        gathered.sum().backward();
        expect(x.grad!.equal(bySelect)).toBe(true);
      }),
    );
  });

  it("reductions along a dim are what their definitions say", () => {
    const definitions: [string, (x: Tensor, dim: number) => Tensor, (column: number[]) => number][] = [
      ["sum", (x, dim) => x.sum(dim), (c) => c.reduce((a, b) => a + b, 0)],
      ["max", (x, dim) => x.max(dim)[0], (c) => Math.max(...c)],
      ["argmin", (x, dim) => x.argmin(dim), (c) => c.indexOf(Math.min(...c))],
      ["norm", (x, dim) => x.norm(2, dim), (c) => Math.hypot(...c)],
      [
        "logSumExp",
        (x, dim) => x.mul(0.01).logSumExp(dim),
        (c) => Math.log(c.reduce((a, b) => a + Math.exp(b / 100), 0)),
      ],
      [
        "var",
        (x, dim) => x.var(dim, { correction: 0 }),
        (c) => {
          const mean = c.reduce((a, b) => a + b, 0) / c.length;
          return c.reduce((a, b) => a + (b - mean) ** 2, 0) / c.length;
        },
      ],
    ];
    fc.assert(
      fc.property(shapes, fc.nat(3), (shape, at) => {
        const dim = at % shape.length;
        fc.pre(shape[dim]! > 0);
        const x = counted(shape);
        const columns = x.transpose(dim, shape.length - 1);
        const flat = columns.reshape([size(shape) / shape[dim]!, shape[dim]!]).toArray<number[][]>();
        for (const [name, run, define] of definitions) {
          // Put back in the order of the columns: the reduced dim is where the last one was.
          const got = run(x, dim)
            .unsqueeze(dim)
            .transpose(dim, shape.length - 1)
            .toTypedArray();
          flat.forEach((column, i) => {
            const expected = define(column);
            expect(Math.abs(got[i]! - expected), name).toBeLessThanOrEqual(
              1e-5 * Math.max(1, Math.abs(expected)),
            );
          });
        }
      }),
    );
  });
});

describe("an empty batch", () => {
  const none = zeros([0, 3]);
  const classes = zeros([0], { dtype: "int32" });
  it("sums to a loss of 0 and averages to NaN, as in PyTorch", () => {
    for (const [reduction, expected] of [
      ["sum", 0],
      ["mean", Number.NaN],
    ] as const) {
      const losses = [
        new nn.CrossEntropyLoss({ reduction }).forward(none, classes),
        new nn.L1Loss({ reduction }).forward(none, none),
        new nn.MSELoss({ reduction }).forward(none, none),
        new nn.HuberLoss({ reduction }).forward(none, none),
        new nn.BCEWithLogitsLoss({ reduction }).forward(none, none),
        new nn.PinballLoss([0.1, 0.5, 0.9], { reduction }).forward(none, zeros([0])),
      ];
      expect(losses.map((loss) => loss.item())).toEqual(losses.map(() => expected));
    }
  });

  it("passes through movement and running sums", () => {
    const shapes = [
      none.cumsum(1),
      none.softmax(1),
      none.slice(null, [0, 2]),
      none.clamp(0),
      none.T,
      none.flatten(),
    ];
    expect(shapes.map((x) => x.shape)).toEqual([[0, 3], [0, 3], [0, 2], [0, 3], [3, 0], [0]]);
    expect([none.sum().item(), none.prod().item(), none.norm().item()]).toEqual([0, 1, 0]);
  });
});
