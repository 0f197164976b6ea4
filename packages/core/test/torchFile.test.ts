import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { difference, type Golden, type GoldenTensor, readGolden } from "../../../golden/read.js";
import {
  engineInfo,
  FormatError,
  loadSafetensors,
  loadTorch,
  nn,
  scope,
  Tensor,
  tensor,
} from "../src/index.js";

interface Saved {
  file: string;
  /** What the file holds, by the path of keys. */
  tensors: Record<string, GoldenTensor>;
  values: Record<string, unknown>;
}
interface Refused {
  file: string;
  reason: string;
}
const golden = readGolden<
  Golden<{ x: { shape: number[]; data: number[] }; output: GoldenTensor }> & {
    files: Saved[];
    refused: Refused[];
  }
>("torch_file");
const goldenFile = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../golden/${name}`, import.meta.url)));

/** Everything in a nest of objects and arrays, by the path of keys. */
function flatten(value: unknown, path: string[] = []): [string, unknown][] {
  if (value instanceof Tensor || value === null || typeof value !== "object")
    return [[path.join("/"), value]];
  return Object.entries(value).flatMap(([key, item]) => flatten(item, [...path, key]));
}

class Net extends nn.Module {
  lstm = new nn.LSTM(3, 6, { numLayers: 2 });
  output = new nn.Linear(6, 1);
  override forward(x: Tensor): Tensor {
    return this.output.forward(this.lstm.forward(x)[0]);
  }
}

/** A zip archive of stored entries, without checksums, as a writer of bad files would make it. */
function archive(entries: Record<string, Uint8Array>): Uint8Array {
  const names = Object.keys(entries).map((name) => new TextEncoder().encode(name));
  const contents = Object.values(entries);
  const size = contents.reduce((sum, data, i) => sum + 76 + 2 * names[i]!.length + data.length, 22);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const starts: number[] = [];
  let at = 0;
  const put = (data: Uint8Array) => {
    bytes.set(data, at);
    at += data.length;
  };
  contents.forEach((data, i) => {
    starts.push(at);
    view.setUint32(at, 0x04034b50, true);
    view.setUint16(at + 26, names[i]!.length, true);
    at += 30;
    put(names[i]!);
    put(data);
  });
  const directory = at;
  contents.forEach((data, i) => {
    view.setUint32(at, 0x02014b50, true);
    view.setUint32(at + 20, data.length, true);
    view.setUint32(at + 24, data.length, true);
    view.setUint16(at + 28, names[i]!.length, true);
    view.setUint32(at + 42, starts[i]!, true);
    at += 46;
    put(names[i]!);
  });
  view.setUint32(at, 0x06054b50, true);
  view.setUint16(at + 10, contents.length, true);
  view.setUint32(at + 12, at - directory, true);
  view.setUint32(at + 16, directory, true);
  return bytes;
}

/** A file whose pickle is these instructions: text as Latin-1. */
const pickled = (instructions: string, numbers: Record<string, Uint8Array> = {}) =>
  archive({
    "a/data.pkl": Uint8Array.from(`\x80\x02${instructions}`, (c) => c.charCodeAt(0)),
    ...Object.fromEntries(Object.entries(numbers).map(([key, data]) => [`a/data/${key}`, data])),
  });
const text = (s: string) => `X${String.fromCharCode(s.length)}\0\0\0${s}`;
/** Instructions for a tensor made of the numbers "0", whose storage claims `size` floats. */
const tensorOf = (size: string, offset: string, shape: string, strides: string) =>
  `ctorch._utils\n_rebuild_tensor_v2\n((${text("storage")}ctorch\nFloatStorage\n${text("0")}${text("cpu")}${size}tQ${offset}${shape}${strides}\x89ccollections\nOrderedDict\n)RtR.`;

describe("loadTorch", () => {
  it.each(golden.files.map((f) => [f.file, f] as const))("reads %s as PyTorch wrote it", (_, f) => {
    const found = flatten(loadTorch(goldenFile(f.file), f.file));
    const tensors = Object.fromEntries(found.filter(([, value]) => value instanceof Tensor));
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(f.tensors).sort());
    for (const [key, expected] of Object.entries(f.tensors)) {
      const got = tensors[key] as Tensor;
      expect(got.shape, key).toEqual(expected.shape);
      expect(difference(got.toTypedArray(), expected), key).toBeUndefined();
    }
  });

  it("gives a model PyTorch's outputs", () => {
    const net = new Net();
    expect(net.loadStateDict(loadTorch(goldenFile("torch_lstm.pt")))).toEqual({
      missing: [],
      unexpected: [],
    });
    const [{ x, output }] = golden.cases as [(typeof golden.cases)[0]];
    const got = net.forward(tensor(x.data, { shape: x.shape }));
    expect(difference(got.toTypedArray(), output, { relative: 1e-5, absolute: 1e-7 })).toBeUndefined();
  });

  it("keeps numbers, text, lists and nothing beside the tensors of a checkpoint", () => {
    const saved = loadTorch<Record<string, unknown> & { model: nn.StateDict }>(
      goldenFile("torch_checkpoint.pt"),
    );
    const { values } = golden.files.find((f) => f.file === "torch_checkpoint.pt")!;
    for (const [path, expected] of Object.entries(values)) {
      const got = path
        .split("/")
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], saved);
      expect(got, path).toEqual(expected);
    }
    expect(saved.long).toBe(2n ** 70n);
    const norm = new nn.BatchNorm1d(3);
    norm.loadStateDict(
      Object.fromEntries(
        Object.entries(saved.model)
          .filter(([key]) => key.startsWith("1."))
          .map(([key, value]) => [key.slice(2), value]),
      ),
    );
  });

  it("frees what it read with the scope around it", () => {
    const bytes = goldenFile("torch_lstm.pt");
    const before = engineInfo().memory.inUse;
    scope(() => void loadTorch(bytes));
    expect(engineInfo().memory.inUse).toBe(before);
  });

  it.each(golden.refused.map((r) => [r.file, r.reason] as const))("refuses %s: %s", (file, reason) => {
    expect(() => loadTorch(goldenFile(file), file)).toThrow(FormatError);
    expect(() => loadTorch(goldenFile(file), file)).toThrow(`${file} is not a readable PyTorch file: `);
    expect(() => loadTorch(goldenFile(file), file)).toThrow(reason);
  });

  const list = "]q\0";
  it.each<[string, Uint8Array, string]>([
    ["an empty file", new Uint8Array(0), "it is no zip archive, or is cut off"],
    ["a text file", new TextEncoder().encode("month,passengers\n".repeat(9)), "it is no zip archive"],
    ["another archive", archive({ "readme.txt": new Uint8Array(3) }), "the archive holds no data.pkl"],
    ["a call of os.system", pickled(`cos\nsystem\n(${text("ls")}tR.`), "it names os.system"],
    ["a call of eval, unused", pickled("cbuiltins\neval\n0}."), "it names builtins.eval"],
    ["a look-alike of a known name", pickled("ctorch\n__proto__\n."), "it names torch.__proto__"],
    ["an object instead of data", pickled("ccollections\nOrderedDict\n."), "where a value belongs"],
    ["a function inside a list", pickled(`${list}ctorch\nFloatStorage\na.`), "where a value belongs"],
    ["an instance", pickled("(ios\nsystem\n."), 'the instruction "i"'],
    ["a new object", pickled(")\x81."), "the instruction 0x81"],
    ["an extension code", pickled("\x82\x01."), "the instruction 0x82"],
    ["a list that holds itself", pickled(`${list}h\0a.`), "it changes a value after using it"],
    ["deep nesting", pickled(`)${"\x85".repeat(5000)}.`), "nested more than 100 deep"],
    [
      "deep nesting of lists",
      pickled(`${"]".repeat(5000)}${"a".repeat(4999)}.`),
      "nested more than 100 deep",
    ],
    [
      "a key that changes prototypes",
      pickled(`}${text("__proto__")}Ns.`),
      "a dictionary has a key that is __proto__",
    ],
    ["a key that is a list", pickled("}]Ns."), "neither text nor number"],
    ["an item of a number", pickled("K\x01K\x01K\x01s."), "something that is no dictionary"],
    ["an unbalanced stack", pickled("a."), "it takes more than it put"],
    ["a missing mark", pickled("Nt."), "a mark is missing"],
    ["a value never stored", pickled("h\x05."), "it recalls value 5"],
    ["no end", pickled("N"), "its pickle is cut off"],
    ["text longer than the file", pickled("X\xff\xff\xff\x7fab."), "its pickle is cut off"],
    [
      "missing numbers",
      pickled(tensorOf("K\x02", "K\0", "K\x02\x85", "K\x01\x85")),
      'the numbers "0" are missing',
    ],
    [
      "a storage of another size",
      pickled(tensorOf("J\xff\xff\xff\x7f", "K\0", "K\x02\x85", "K\x01\x85"), { 0: new Uint8Array(8) }),
      'the numbers "0" have 8 bytes, expected 8589934588',
    ],
    [
      "a tensor beyond its storage",
      pickled(tensorOf("K\x02", "K\x01", "K\x02\x85", "K\x01\x85"), { 0: new Uint8Array(8) }),
      "a tensor of shape [2], strides [1] and offset 1 does not fit the 2 numbers",
    ],
    [
      "a tensor that repeats one number a billion times",
      pickled(tensorOf("K\x01", "K\0", "J\0\0\0\x40\x85", "K\0\x85"), { 0: new Uint8Array(4) }),
      "more than 16 times as large as the file",
    ],
    [
      "a shape whose product overflows",
      pickled(tensorOf("K\x01", "K\0", `(${"J\0\0\0\x40".repeat(40)}K\0t`, `(${"K\0".repeat(41)}t`), {
        0: new Uint8Array(4),
      }),
      "more than 16 times as large as the file",
    ],
    [
      "a negative stride",
      pickled(tensorOf("K\x02", "K\x01", "K\x02\x85", "J\xff\xff\xff\xff\x85"), { 0: new Uint8Array(8) }),
      "not of the form that torch.save writes",
    ],
  ])("refuses %s with a sentence", (_, bytes, message) => {
    expect(() => loadTorch(bytes, "model.pt")).toThrow(FormatError);
    expect(() => loadTorch(bytes, "model.pt")).toThrow(message);
  });

  it("is not led astray by values that share and share again", () => {
    // Each list holds the one before twice: 2^90 leaves to whoever copies them.
    const doubling = Array.from(
      { length: 90 },
      (_, i) => `]q${String.fromCharCode(i + 1)}h${String.fromCharCode(i)}ah${String.fromCharCode(i)}a`,
    );
    const value = loadTorch<unknown[]>(pickled(`${list}${doubling.join("")}.`));
    expect(value).toHaveLength(2);
    expect(value[0]).toBe(value[1]);
  });
});

/** Loads damaged bytes: null when they are refused as they should be, otherwise what they hold. */
function attempt<T>(load: () => T): T | null {
  try {
    return scope(load);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return null;
  }
}

const numbers = (value: unknown) =>
  flatten(value).map(([key, leaf]) => [key, leaf instanceof Tensor ? leaf.toArray() : leaf]);

describe("damaged files", () => {
  const files = ["torch_lstm.pt", "torch_checkpoint.pt", "torch_views.pt"];

  it.each(files)("%s, cut off anywhere, is refused", (file) => {
    const bytes = goldenFile(file);
    for (let length = 0; length < bytes.length; length += length < 400 ? 1 : 7) {
      expect(attempt(() => loadTorch(bytes.subarray(0, length)))).toBeNull();
    }
  });

  it.each(files)("%s with a byte changed is refused, or holds the very same", (file) => {
    const bytes = goldenFile(file);
    const whole = numbers(loadTorch(bytes));
    const capacity = engineInfo().memory.capacity;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at]! ^= change;
        const loaded = attempt(() => loadTorch<unknown>(damaged));
        if (loaded !== null) expect(numbers(loaded)).toEqual(whole);
      }),
      { numRuns: 400 },
    );
    expect(engineInfo().memory.capacity).toBe(capacity);
  });

  it("a pickle with bytes changed, and no checksum to tell, is refused or read within bounds", () => {
    const file = goldenFile("torch_checkpoint.pt");
    const entries = Object.fromEntries(
      ["data.pkl", ...Array.from({ length: 40 }, (_, i) => `data/${i}`)].flatMap((name) => {
        const data = entryOf(file, `torch_checkpoint/${name}`);
        return data ? [[`a/${name}`, data]] : [];
      }),
    );
    expect(numbers(loadTorch(archive(entries)))).toEqual(numbers(loadTorch(file)));
    const capacity = engineInfo().memory.capacity;
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(entries["a/data.pkl"]!.length - 1), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        (changes) => {
          const damaged = entries["a/data.pkl"]!.slice();
          for (const [at, value] of changes) damaged[at] = value;
          attempt(() => loadTorch(archive({ ...entries, "a/data.pkl": damaged })));
        },
      ),
      { numRuns: 2000 },
    );
    expect(engineInfo().memory.capacity).toBe(capacity);
  });

  it("of safetensors, cut off or with a byte changed, are refused or read within bounds", () => {
    const bytes = goldenFile("torch_lstm.safetensors");
    for (let length = 0; length < bytes.length; length += 5) {
      expect(attempt(() => loadSafetensors(bytes.subarray(0, length)).tensors)).toBeNull();
    }
    const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const capacity = engineInfo().memory.capacity;
    fc.assert(
      fc.property(fc.nat(header - 1), fc.nat(255), (at, value) => {
        const damaged = bytes.slice();
        damaged[at] = value;
        attempt(() => loadSafetensors(damaged).tensors);
      }),
      { numRuns: 1000 },
    );
    expect(engineInfo().memory.capacity).toBe(capacity);
  });
});

/** The bytes of a stored entry, found by its name in the local headers. */
function entryOf(bytes: Uint8Array, name: string): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 46 < bytes.length; at++) {
    if (view.getUint32(at, true) !== 0x02014b50) continue;
    const found = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + view.getUint16(at + 28, true)));
    if (found !== name) continue;
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    return bytes.slice(start, start + view.getUint32(at + 24, true));
  }
  return null;
}
