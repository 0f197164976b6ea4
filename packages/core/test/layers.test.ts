import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import { manualSeed, nn, noGrad, rand, type Tensor, tensor } from "../src/index.js";

interface Case {
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  seed: number;
  input: number[];
  scale: number;
  training: boolean;
  redrawn?: true;
  first?: true;
  weights: Record<string, GoldenTensor>;
  x?: GoldenTensor;
  output: GoldenTensor;
  indices?: GoldenTensor;
  dx?: GoldenTensor;
  gradients: Record<string, GoldenTensor>;
  buffers?: Record<string, GoldenTensor>;
}

/**
 * Within 1e-5 of each value, or 1e-6 of the largest (of 0.1 where that is less): where float32 terms cancel, PyTorch's
 * own digits end there (its LayerNorm gradient −0.04246247 is −0.04246336 in float64).
 */
function close(expected: GoldenTensor): { relative: number; absolute: number } {
  const known = "data" in expected ? expected.data : [...expected.first, ...expected.last];
  return { relative: 1e-5, absolute: 1e-6 * Math.max(...known.map(Math.abs), 0.1) };
}
const uniform = (shape: readonly number[]): Tensor => rand(shape).mul(2).sub(1);

type Layer = nn.Module & { forward(x: Tensor): Tensor | [Tensor, Tensor] };

function build({ module, args, options }: Case): Layer {
  const Made = nn[module as keyof typeof nn] as unknown as new (...args: unknown[]) => Layer;
  // Softmax and its relatives take their dim as an argument of its own.
  return "dim" in options ? new Made(options.dim) : new Made(...args, options);
}

const cases = readGolden<Golden<Case>>("layers").cases;
const name = ({ module, args, options, input, training }: Case) =>
  `${module}(${[...args, options].map((part) => JSON.stringify(part)).join(", ")}) on [${input}]${training ? "" : ", eval"}`;

/** Replaces the weights as the golden script does for `redrawn` cases. */
function redraw(layer: Layer): void {
  for (const p of layer.parameters()) p.copy_(uniform(p.shape));
  if (layer instanceof nn.Embedding && layer.paddingIdx !== null) {
    const row = layer.paddingIdx * layer.embeddingDim;
    layer.weight.copy_(
      layer.weight.toTypedArray().map((v, i) => (i >= row && i < row + layer.embeddingDim ? 0 : v)),
    );
  }
}

describe("layers hold PyTorch's weights, bit for bit, and give its numbers", () => {
  it.each(cases.map((c) => [name(c), c] as const))("%s", (_, c) => {
    manualSeed(c.seed);
    const layer = build(c);
    if (c.redrawn) redraw(layer);
    const parameters = Object.fromEntries(layer.namedParameters());
    expect(Object.keys(parameters)).toEqual(Object.keys(c.weights));
    for (const [key, expected] of Object.entries(c.weights))
      expect(difference(parameters[key]!.toTypedArray(), expected), key).toBeUndefined();

    const x = c.x && "data" in c.x ? indices(c.x) : uniform(c.input).mul(c.scale).detach();
    if (x.dtype === "float32") x.requiresGrad = true;
    if (c.first) noGrad(() => layer.forward(uniform(c.input)));
    layer.train(c.training);
    const result = layer.forward(x);
    const [output, where] = Array.isArray(result) ? result : [result];
    expect(output.shape).toEqual(c.output.shape);
    expect(difference(output.toTypedArray(), c.output, close(c.output)), "output").toBeUndefined();
    if (c.indices) expect(difference(where!.toTypedArray(), c.indices), "indices").toBeUndefined();

    if (output.requiresGrad) output.backward(uniform(output.shape));
    if (c.dx) expect(difference(x.grad!.toTypedArray(), c.dx, close(c.dx)), "dx").toBeUndefined();
    for (const [key, expected] of Object.entries(c.gradients)) {
      const grad = parameters[key]!.grad!.toTypedArray();
      expect(difference(grad, expected, close(expected)), `gradient of ${key}`).toBeUndefined();
    }
    const buffers = Object.fromEntries(layer.namedBuffers());
    expect(Object.keys(buffers)).toEqual(Object.keys(c.buffers ?? {}));
    for (const [key, expected] of Object.entries(c.buffers ?? {}))
      expect(difference(buffers[key]!.toTypedArray(), expected, close(expected)), key).toBeUndefined();
  });
});

/** Golden indices, after as many draws as PyTorch's randint took for them. */
function indices(x: { shape: number[]; data: number[] }): Tensor {
  rand([x.data.length]);
  return tensor(Int32Array.from(x.data), { shape: x.shape });
}
