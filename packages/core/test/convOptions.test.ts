import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { ArgumentError, manualSeed, nn, rand, ShapeError, type Tensor } from "../src/index.js";

/** A layer, its options, and the shape of its input. */
interface Configuration {
  module: "Conv1d" | "ConvTranspose1d" | "MaxPool1d" | "AvgPool1d";
  args: number[];
  options: Record<string, number | string | boolean>;
  input: number[];
  seed: number;
}

interface Case extends Configuration {
  output: GoldenTensor;
  indices?: GoldenTensor;
  loss: number;
  dx: GoldenTensor;
  gradients: Record<string, GoldenTensor>;
}

type Layer = nn.Module & { forward(x: Tensor): Tensor | [Tensor, Tensor] };

const golden = readGolden<Golden<Case> & { refused: Configuration[] }>("conv_options");

/** Relative 1e-5, or 1e-6 of the largest value (of 1 where that is less): where float32 terms cancel, PyTorch's digits end there. */
function close(expected: GoldenTensor): { relative: number; absolute: number } {
  const shown = "data" in expected ? expected.data : [...expected.first, ...expected.last];
  return { relative: 1e-5, absolute: 1e-6 * Math.max(1, ...shown.map(Math.abs)) };
}

function same(actual: Tensor | null | undefined, expected: GoldenTensor, what: string): void {
  expect(actual?.shape, `shape of ${what}`).toEqual(expected.shape);
  expect(difference(actual!.toTypedArray(), expected, close(expected)), what).toBeUndefined();
}

/** Uniform on [−1, 1), as the golden script draws. */
const uniform = (shape: readonly number[]) => rand(shape).mul(2).sub(1);

function build({ module, args, options }: Configuration): Layer {
  const Made = nn[module] as unknown as new (...args: unknown[]) => Layer;
  return new Made(...args, options);
}

const named = <C extends Configuration>(list: C[]) =>
  list.map((c) => {
    const options = Object.entries(c.options).map(([key, value]) => `${key} ${value}`);
    return [`${c.module}(${c.args}) ${options.join(", ")}, input [${c.input}] (seed ${c.seed})`, c] as const;
  });

describe("convolution and pooling give PyTorch's numbers in random combinations of every option", () => {
  it.each(named(golden.cases))("%s", (_, c) => {
    manualSeed(c.seed);
    const layer = build(c);
    const parameters = Object.fromEntries(layer.namedParameters());
    expect(Object.keys(parameters)).toEqual(Object.keys(c.gradients));

    const x = uniform(c.input);
    x.requiresGrad = true;
    const [output, indices] = [layer.forward(x)].flat() as [Tensor, Tensor?];
    same(output, c.output, "output");
    expect(indices !== undefined).toBe(c.indices !== undefined);
    if (c.indices) expect(difference(indices!.toTypedArray(), c.indices), "indices").toBeUndefined();

    const loss = output.mul(uniform(output.shape)).sum();
    expect(Math.abs(loss.item() - c.loss)).toBeLessThan(1e-5 * (1 + Math.abs(c.loss)));
    loss.backward();
    same(x.grad, c.dx, "dx");
    for (const [key, expected] of Object.entries(c.gradients))
      same(parameters[key]!.grad, expected, `gradient of ${key}`);
  });

  it("were drawn often enough that every option meets every other", () => {
    expect(golden.cases.length).toBeGreaterThanOrEqual(200);
    const met = new Set(
      golden.cases.flatMap(({ module, options }) => {
        const settings = Object.entries(options).map(([key, value]) => `${key} ${simple(key, value)}`);
        return settings.flatMap((a) => settings.map((b) => `${module}: ${a}, ${b}`));
      }),
    );
    for (const padding of ["number", "same", "valid"])
      for (const mode of ["zeros", "reflect", "replicate", "circular"])
        for (const [key, values] of Object.entries({ groups: ["1", "more"], dilation: ["1", "more"] }))
          for (const value of values)
            for (const pair of [
              `padding ${padding}, paddingMode ${mode}`,
              `${key} ${value}, padding ${padding}`,
              `${key} ${value}, paddingMode ${mode}`,
            ])
              expect(met).toContain(`Conv1d: ${pair}`);
    for (const pair of ["stride more, dilation more", "stride more, groups more", "bias false, groups more"])
      for (const module of ["Conv1d", "ConvTranspose1d"]) expect(met).toContain(`${module}: ${pair}`);
    for (const pair of ["stride more, dilation more", "ceilMode true, returnIndices true"])
      expect(met).toContain(`MaxPool1d: ${pair}`);
    expect(met).toContain("AvgPool1d: ceilMode true, countIncludePad false");
  });
});

/** One, or more than one, for the options that count; which of the kinds for padding. */
function simple(key: string, value: number | string | boolean): string {
  if (typeof value !== "number") return String(value);
  return key === "padding" ? "number" : value === 1 ? "1" : "more";
}

describe("convolution and pooling refuse what PyTorch refuses, in one sentence", () => {
  it.each(named(golden.refused))("%s", (_, c) => {
    let error: unknown;
    try {
      build(c).forward(rand(c.input));
    } catch (thrown) {
      error = thrown;
    }
    expect(error instanceof ArgumentError || error instanceof ShapeError, String(error)).toBe(true);
    expect((error as Error).message).toMatch(new RegExp(`^${c.module}: `));
  });
});
