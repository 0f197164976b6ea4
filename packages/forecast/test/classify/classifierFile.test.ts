import { FormatError, loadSafetensors, saveSafetensors, tensor } from "@lookback/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { Classifier } from "../../src/classify/classifier.js";
import { loadClassifier } from "../../src/classify/classifierFile.js";
import { MiniRocketClassifier } from "../../src/classify/miniRocket.js";
import { NetworkClassifier } from "../../src/classify/networkClassifier.js";
import { NETWORK_KINDS } from "../../src/classify/networks.js";
import { waves } from "./waves.js";

const train = waves({ channels: 2, unequal: true, steps: 16 });

async function fitted(classifier: Classifier): Promise<Classifier> {
  await classifier.fit(train.sequences, train.labels);
  return classifier;
}

/** The file with its description changed. */
function edit(bytes: Uint8Array, change: (description: Record<string, unknown>) => void): Uint8Array {
  const { tensors, metadata } = loadSafetensors(bytes);
  const head = JSON.parse(metadata.lookback!);
  change(head.description);
  return saveSafetensors(tensors, { ...metadata, lookback: JSON.stringify(head) });
}

describe("a classifier's file", () => {
  it.each(["minirocket", ...NETWORK_KINDS])("of %s gives the same bits after loading", async (kind) => {
    const made =
      kind === "minirocket"
        ? new MiniRocketClassifier({ features: 168 })
        : new NetworkClassifier({
            kind: kind as "fcn",
            epochs: 1,
            hidden: 4,
            ensemble: kind === "gru" ? 2 : 1,
            batchSize: 2,
          });
    const classifier = await fitted(made);
    const bytes = classifier.save();
    const loaded = loadClassifier(bytes, "model.safetensors");
    expect(loaded.name).toBe(classifier.name);
    expect(loaded.classes).toEqual(classifier.classes);
    expect(loaded.parameterCount).toBe(classifier.parameterCount);
    expect(await loaded.predictProba(train.sequences)).toEqual(
      await classifier.predictProba(train.sequences),
    );
    // compared here, as the runner's own comparison takes minutes for megabytes
    const again = loaded.save();
    expect(again.length).toBe(bytes.length);
    expect(again.findIndex((byte, i) => byte !== bytes[i])).toBe(-1);
  });

  let rocket: Uint8Array;
  let network: Uint8Array;
  beforeAll(async () => {
    rocket = (await fitted(new MiniRocketClassifier({ features: 84 }))).save();
    network = (await fitted(new NetworkClassifier({ kind: "gru", epochs: 1, hidden: 4 }))).save();
  });

  it("that is none is refused with a sentence that says what to do", () => {
    const refused = (bytes: Uint8Array) => expect(() => loadClassifier(bytes, "a.bin"));
    refused(new Uint8Array(3)).toThrow(FormatError);
    refused(saveSafetensors({ x: tensor([1]) })).toThrow(
      "a.bin holds no classifier that this version of Lookback",
    );
    const forecaster = { lookback: JSON.stringify({ format: "lookback-forecaster", version: 1 }) };
    refused(saveSafetensors({ x: tensor([1]) }, forecaster)).toThrow("a.bin holds no classifier");
    const later = { format: "lookback-classifier", version: 1, kind: "oracle", description: {} };
    refused(saveSafetensors({}, { lookback: JSON.stringify(later) })).toThrow(
      'a classifier of kind "oracle"',
    );
    const inherited = { ...later, kind: "constructor" };
    refused(saveSafetensors({}, { lookback: JSON.stringify(inherited) })).toThrow('kind "constructor"');
  });

  it.each([
    ["classes", ["a"]],
    ["classes", ["a", "b", "c"]],
    ["channels", 3],
    ["channels", -1],
    ["dilations", [1, 2]],
    ["dilations", [0]],
    ["featuresPerDilation", [1e15]],
    ["combinations", []],
    ["sharpness", 0],
    ["sharpness", "sharp"],
    ["config", { features: 84, other: 1 }],
    ["standardisation", { kind: "channel", means: [0], scales: [1] }],
  ])("of MiniRocket with %s %j is refused as damaged", (field, value) => {
    const changed = edit(rocket, (description) => {
      description[field] = value;
    });
    expect(() => loadClassifier(changed, "m")).toThrow(/^m is damaged: .*Train the classifier again\.$/);
  });

  it.each([
    ["classes", ["a", "b", "c"]],
    ["channels", 1e9],
    ["length", 0],
    ["batch", 0],
    ["config", { kind: "gru", hidden: 4096 }],
    ["config", { kind: "gru", hidden: 4, ensemble: 100 }],
    ["config", { kind: "fcn" }],
    ["config", { kind: "lstm-fcn" }],
    ["config", { kind: "gru", hidden: 1e12 }],
    ["standardisation", { kind: "channel", means: [0], scales: [1] }],
    ["standardisation", { kind: "channel", means: [0, 0], scales: [1, 0] }],
  ])("of a network with %s %j is refused as damaged", (field, value) => {
    const changed = edit(network, (description) => {
      description[field] = value;
    });
    expect(() => loadClassifier(changed, "m")).toThrow(/^m is damaged: .*Train the classifier again\.$/s);
  });

  it.each(["cnn", "cnn-published", "time-cnn", "lstm-fcn"] as const)(
    "of %s that claims an enormous length is refused before anything is allocated",
    async (kind) => {
      const bytes = (await fitted(new NetworkClassifier({ kind, epochs: 1, batchSize: 2 }))).save();
      const changed = edit(bytes, (description) => {
        description.length = 1e12;
      });
      expect(() => loadClassifier(changed, "m")).toThrow(
        "m is damaged: the weights of network 1 are missing",
      );
    },
  );

  it("with weights that are not numbers is refused", () => {
    const { tensors, metadata } = loadSafetensors(rocket);
    const weights = tensors.weights!;
    const broken = tensor(new Float32Array(weights.numel).fill(Number.NaN), { shape: weights.shape });
    expect(() => loadClassifier(saveSafetensors({ ...tensors, weights: broken }, metadata), "m")).toThrow(
      '"weights" holds numbers that are not finite',
    );
    const { biases: _, ...rest } = tensors;
    expect(() => loadClassifier(saveSafetensors(rest, metadata), "m")).toThrow(
      'expected "biases" of shape [84], got nothing',
    );
  });

  it("with any byte changed or its end cut off gives a classifier or a FormatError, nothing else", () => {
    const survives = (bytes: Uint8Array) => {
      try {
        loadClassifier(bytes, "m");
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    };
    fc.assert(
      fc.property(fc.boolean(), fc.nat(), fc.nat(255), (which, at, value) => {
        const bytes = (which ? rocket : network).slice();
        bytes[at % bytes.length] = value;
        survives(bytes);
        survives(bytes.subarray(0, at % bytes.length));
      }),
      { numRuns: 300 },
    );
  });
});
