import { describe, expect, test } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { defaultGenerator, Generator, manualSeed } from "../src/engine/random.js";
import { ArgumentError, FormatError } from "../src/errors.js";

type Call = [name: string, ...args: number[]];
type RandomGolden = Golden<{
  seed: string;
  draws: { call: Call; result: GoldenTensor | number | string }[];
}> & {
  modules: { seed: number; made: { module: string; stateDict: Record<string, GoldenTensor> }[] };
  after: GoldenTensor;
};
const golden = readGolden<RandomGolden>("randomness");

/** Makes one of the calls that golden/randomness.py makes. */
function draw(generator: Generator, [name, a = 0, b = 0, c = 0]: Call): ArrayLike<number> | number | string {
  switch (name) {
    case "uniform":
      return generator.uniform(new Float32Array(a), b, c);
    case "normal":
      return generator.normal(new Float32Array(a), b, c);
    case "bernoulli":
      return generator.bernoulli(new Float32Array(a), b);
    case "bernoulliFloat":
      return generator.uniform(new Float32Array(a)).map((u) => (u < Math.fround(b) ? 1 : 0));
    case "randperm":
      return generator.randperm(a);
    case "randint":
      return generator.randint(new Float64Array(c), a, b);
    case "random":
      return generator.random() % 2 ** 31;
    case "random64":
      return `${generator.random64() % 2n ** 63n}`;
    case "dropout":
      return generator.bernoulli(new Float32Array(a), 1 - b).map((kept) => kept * Math.fround(1 / (1 - b)));
    default:
      throw new Error(`unknown call ${name}`);
  }
}

describe("Generator", () => {
  for (const [index, { seed, draws }] of golden.cases.entries()) {
    const calls = draws.map(({ call }) => call[0]);
    test(`draws PyTorch's numbers, case ${index}: seed ${seed}, ${[...new Set(calls)].join(", ")}`, () => {
      const generator = new Generator(BigInt(seed));
      for (const { call, result } of draws) {
        const got = draw(generator, call);
        if (typeof got !== "object" || typeof result !== "object") {
          expect(got, call.join(" ")).toBe(result);
          continue;
        }
        // Few normals go through Math.log and Math.sin, whose last bits differ between JavaScript engines.
        const few = call[0] === "normal" && call[1]! < 16;
        const tolerance = few ? { absolute: 1e-7 * call[3]!, relative: 1e-7 } : {};
        expect(difference(got, result, tolerance), call.join(" ")).toBeUndefined();
      }
    });
  }

  test("gives layers made one after another PyTorch's weights", () => {
    const generator = new Generator(golden.modules.seed);
    for (const { module, stateDict } of golden.modules.made) {
      for (const [key, weight] of Object.entries(stateDict)) {
        const out = new Float32Array(weight.shape.reduce((product, n) => product * n, 1));
        if (module.startsWith("Embedding")) {
          generator.normal(out);
        } else {
          // 1/√hiddenSize for recurrent layers, 1/√(values feeding one output) for Linear and Conv1d.
          const hidden = { "LSTM(3, 6, 2)": 6, "GRU(2, 3)": 3, "RNN(2, 2, bias=False)": 2 }[module];
          const fanIn = hidden ?? stateDict.weight!.shape.slice(1).reduce((product, n) => product * n, 1);
          generator.uniform(out, -1 / Math.sqrt(fanIn), 1 / Math.sqrt(fanIn));
        }
        const tolerance = module.startsWith("Embedding") ? { absolute: 1e-6 } : {};
        expect(difference(out, weight, tolerance), `${module} ${key}`).toBeUndefined();
      }
    }
    expect(difference(generator.uniform(new Float32Array(3)), golden.after)).toBeUndefined();
  });

  test("draws the first numbers that the authors of MT19937 publish for seed 5489", () => {
    const generator = new Generator(5489);
    expect([1, 2, 3, 4, 5].map(() => generator.random())).toEqual([
      3499211612, 581869302, 3890346734, 3586334585, 545404204,
    ]);
    for (let i = 5; i < 9999; i++) generator.random();
    // ISO C++ [rand.predef]: the 10000th number of a default-seeded mt19937.
    expect(generator.random()).toBe(4123659995);
  });

  test("uniform stays below its upper end, is uniform, and fills views in place", () => {
    const all = new Float32Array(100_000);
    const out = new Generator(1).uniform(all.subarray(10), -3, 5);
    expect(out.buffer).toBe(all.buffer);
    expect([...all.subarray(0, 10)]).toEqual(new Array(10).fill(0));
    expect(Math.min(...out.subarray(0, 50_000))).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...out.subarray(0, 50_000))).toBeLessThan(5);
    expect(out.reduce((sum, x) => sum + x, 0) / out.length).toBeCloseTo(1, 1);
  });

  test("normal has the mean and standard deviation asked for, and no infinite value", () => {
    const out = new Generator(2).normal(new Float32Array(100_000), 2, 0.5);
    const mean = out.reduce((sum, x) => sum + x, 0) / out.length;
    const variance = out.reduce((sum, x) => sum + (x - mean) ** 2, 0) / out.length;
    expect(mean).toBeCloseTo(2, 2);
    expect(Math.sqrt(variance)).toBeCloseTo(0.5, 2);
    expect(out.every(Number.isFinite)).toBe(true);
  });

  test("randint fills Int32Array and Float32Array with the same numbers", () => {
    const ints = new Generator(3).randint(new Int32Array(50), -7, 9);
    expect([...new Generator(3).randint(new Float32Array(50), -7, 9)]).toEqual([...ints]);
    expect(new Set(ints).size).toBe(16);
    const [least] = new Generator(3).randint(new Int32Array(1), -(2 ** 31), 2 ** 31);
    expect(least).toBe(new Generator(3).random() - 2 ** 31);
  });

  test("a restored state goes on exactly, cached normal and seed included", () => {
    const generator = new Generator(11);
    generator.uniform(new Float32Array(1000));
    generator.normal(new Float32Array(3));
    const state = generator.getState();
    const expected = [...generator.normal(new Float32Array(2)), ...generator.uniform(new Float32Array(2000))];
    const other = new Generator(5).setState(state);
    expect([...other.normal(new Float32Array(2)), ...other.uniform(new Float32Array(2000))]).toEqual(
      expected,
    );
    expect(other.initialSeed()).toBe(11n);
    expect(state.length).toBe(2516);
  });

  test("manualSeed forgets the cached normal", () => {
    const generator = new Generator(0);
    const first = generator.normal(new Float32Array(1));
    generator.manualSeed(0);
    expect(generator.normal(new Float32Array(1))).toEqual(first);
  });

  test("a negative seed is 2^64 + seed, and numbers and bigints are the same", () => {
    expect(new Generator(-3).initialSeed()).toBe(2n ** 64n - 3n);
    expect(new Generator(7).random()).toBe(new Generator(7n).random());
    expect(new Generator(2n ** 32n + 7n).random()).toBe(new Generator(7).random());
  });

  test("the default generator starts from PyTorch's default seed and can be seeded", () => {
    expect(new Generator().initialSeed()).toBe(67280421310721n);
    expect(manualSeed(4)).toBe(defaultGenerator);
    expect(defaultGenerator.random()).toBe(new Generator(4).random());
    manualSeed(67280421310721n);
  });

  test("empty arrays consume no draws", () => {
    const generator = new Generator(1);
    const empty = new Float32Array(0);
    generator.uniform(empty);
    generator.normal(empty);
    generator.bernoulli(empty, 0.5);
    generator.randperm(0);
    generator.randperm(1);
    expect(generator.random()).toBe(new Generator(1).random());
  });

  test("wrong arguments are refused, and the message holds what was given", () => {
    const generator = new Generator(0);
    const out = new Float32Array(1);
    const refused: [run: () => unknown, message: RegExp][] = [
      [() => generator.manualSeed(1.5), /whole number, got 1.5/],
      [() => generator.manualSeed(Number.NaN), /got NaN/],
      [() => generator.manualSeed(2n ** 64n), /got 18446744073709551616/],
      [() => generator.manualSeed(-(2n ** 63n) - 1n), /got -9223372036854775809/],
      [() => generator.uniform(out, 1, 0), /from 1 to 0/],
      [() => generator.uniform(out, 0, Number.POSITIVE_INFINITY), /Infinity/],
      [() => generator.uniform(out, Number.NaN, 1), /NaN/],
      [() => generator.normal(out, 0, -1), /std -1/],
      [() => generator.normal(out, Number.NaN, 1), /mean NaN/],
      [() => generator.bernoulli(out, 1.5), /got 1.5/],
      [() => generator.bernoulli(out, Number.NaN), /got NaN/],
      [() => generator.randperm(-1), /got -1/],
      [() => generator.randperm(2.5), /got 2.5/],
      [() => generator.randint(out, 3, 3), /got 3 and 3/],
      [() => generator.randint(out, 0, 2 ** 25), /Float32Array holds/],
      [() => generator.randint(new Int32Array(1), 0, 2 ** 32), /Int32Array holds/],
    ];
    for (const [run, message] of refused) {
      expect(run, String(message)).toThrow(ArgumentError);
      expect(run).toThrow(message);
    }
    expect(generator.random()).toBe(new Generator(0).random());
  });

  test("a damaged state is refused and leaves the generator as it was", () => {
    const generator = new Generator(0);
    const state = generator.getState();
    const damaged = state.slice();
    damaged[3] = 255;
    const newer = state.slice();
    newer[0] = 9;
    for (const bad of [new Uint8Array(0), state.subarray(1), damaged, newer]) {
      expect(() => generator.setState(bad)).toThrow(FormatError);
    }
    expect(generator.random()).toBe(new Generator(0).random());
  });
});
