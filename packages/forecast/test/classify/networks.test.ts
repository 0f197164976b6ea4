import { Generator, nn, rand, type Tensor, tensor } from "@lookback/core";
import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../../golden/read.js";
import {
  type ClassifierNetwork,
  fewestWeights,
  NETWORK_KINDS,
  type NetworkKind,
  type NetworkSizes,
  seededClassifierNetwork,
} from "../../src/classify/networks.js";
import { LstmFcn } from "../../src/classify/networksRecurrent.js";

interface Case {
  kind: "network" | "unequal";
  net: NetworkKind;
  channels: number;
  length: number;
  lengths?: number[];
  keys: string[];
  parameters: number;
  train: GoldenTensor;
  loss: number;
  gradient: number[];
  eval: GoldenTensor;
}

const { cases } = readGolden<Golden<Case>>("classifiers");
const TOLERANCE = { relative: 2e-5, absolute: 2e-6 };

function sizesOf(kind: NetworkKind, channels: number, length: number): NetworkSizes {
  const classes = kind === "cnn-published" ? 2 : 3;
  return { kind, channels, length, classes, hidden: 64, layers: 1, batch: 4 };
}

/** The net and input of a case, from PyTorch's draws. */
function rebuild({ net, channels, length, lengths }: Case): { network: ClassifierNetwork; x: Tensor } {
  const x = rand([4, channels, length], { generator: new Generator(1) })
    .mul(2)
    .sub(1);
  const values = x.toTypedArray();
  for (const [n, steps] of (lengths ?? []).entries()) {
    for (let c = 0; c < channels; c++) {
      const line = (n * channels + c) * length;
      values.fill(0, line + steps, line + length);
    }
  }
  const network = seededClassifierNetwork(sizesOf(net, channels, length), 0);
  return { network, x: tensor(values, { shape: x.shape }) };
}

describe("the networks for classification", () => {
  it.each(cases.filter(({ kind }) => kind === "network" || kind === "unequal"))(
    "$net gives PyTorch's outputs and gradients ($kind, $channels channels, $length steps)",
    (expected) => {
      const { network, x } = rebuild(expected);
      network.train();
      if (network instanceof LstmFcn) network.dropout.eval();
      expect(Object.keys(network.stateDict())).toEqual(expected.keys);
      expect(network.parameterCount()).toBe(expected.parameters);
      const logits = network.forward(x, expected.lengths);
      expect(difference(logits.toTypedArray(), expected.train, TOLERANCE)).toBeUndefined();
      const targets = expected.net === "cnn-published" ? [0, 1, 1, 0] : [0, 1, 2, 0];
      const loss = new nn.CrossEntropyLoss().forward(logits, tensor(targets, { dtype: "int32" }));
      expect(loss.item()).toBeCloseTo(expected.loss, 5);
      loss.backward();
      const norms = network.parameters().map((p) => p.grad!.square().sum().sqrt().item());
      const size = Math.max(...expected.gradient);
      for (const [i, norm] of norms.entries()) {
        // twenty batch norms of four sequences amplify rounding, PyTorch's as well as ours; ahead of one a bias has no other gradient
        expect(Math.abs(norm - expected.gradient[i]!)).toBeLessThan(
          1e-3 * expected.gradient[i]! + 1e-5 * size,
        );
      }
      const evaluated = network.eval().forward(x, expected.lengths) as Tensor;
      expect(difference(evaluated.toTypedArray(), expected.eval, TOLERANCE)).toBeUndefined();
    },
  );

  it.each(["cnn", "time-cnn"] as const)("%s never looks at what lies behind a sequence's end", (kind) => {
    const network = seededClassifierNetwork(sizesOf(kind, 1, 66), 0).eval() as ClassifierNetwork;
    const [clean, dirty] = [0, 7].map((padding) => {
      const values = Float32Array.from({ length: 66 }, (_, t) => (t < 40 ? Math.sin(t) : padding));
      return network.forward(tensor(values, { shape: [1, 1, 66] }), [40]).toArray();
    });
    expect(dirty).toEqual(clean);
  });

  it.each(NETWORK_KINDS)("%s has no fewer weights than fewestWeights says", (kind) => {
    for (const [channels, length] of [
      [1, 24],
      [5, 80],
    ] as const) {
      const sizes = sizesOf(kind, channels, length);
      const count = seededClassifierNetwork(sizes, 0).parameterCount();
      expect(fewestWeights(sizes)).toBeLessThanOrEqual(count);
    }
  });
});
