import { FormatError } from "../errors.js";
import type { StateDict } from "../nn/module.js";
import { fromValues } from "../ops/ndarray.js";
import { formatShape, sizeOf } from "../shape.js";
import { Tensor } from "../tensor/tensor.js";
import { type ElementReader, readers } from "./elements.js";
import { type Plain, readPickle } from "./pickle.js";
import { type Fail, readZip, type ZipEntry } from "./zip.js";

/** Anything that `torch.save` writes of plain data: tensors, numbers, strings, lists and dictionaries of them. */
export type TorchData = Plain<Tensor>;

/** PyTorch's storage classes, with the type names of elements.ts. */
const storageTypes = new Map(
  Object.entries({
    DoubleStorage: "F64",
    FloatStorage: "F32",
    HalfStorage: "F16",
    BFloat16Storage: "BF16",
    LongStorage: "I64",
    IntStorage: "I32",
    ShortStorage: "I16",
    CharStorage: "I8",
    ByteStorage: "U8",
    BoolStorage: "BOOL",
  }).map(([name, type]) => [`torch.${name}`, { type, reader: readers[type]! }]),
);

/** The functions that a file may name. None of them is run: they only say what comes next. */
const functions = new Map(
  ["collections.OrderedDict", "torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"].map(
    (name) => [name, { name }],
  ),
);

/** The numbers of one or several tensors, still in the file. */
class Storage {
  constructor(
    readonly reader: ElementReader,
    readonly type: string,
    readonly start: number,
    readonly size: number,
  ) {}
}

/**
 * Reads a file that PyTorch's `torch.save` wrote (1.6 or newer): a state dict, or any nesting of dictionaries, lists,
 * numbers, strings and tensors, such as a checkpoint `{ model, optimizer, epoch }`. What comes back has the same nesting.
 * Floats of any width become float32; whole numbers and booleans become int32. Strides and offsets are resolved, so every tensor is
 * contiguous. Dictionary keys that are numbers become strings, tuples become arrays.
 *
 * A .pt file is a zip archive of a pickle and raw numbers, and a pickle is a program. This one is never run: a small
 * interpreter knows the instructions for plain data and four names (OrderedDict, tensor, parameter, storage types), and
 * refuses a file that names anything else. Sizes are checked against the bytes that are there before anything is
 * allocated.
 *
 * @throws FormatError if the file is damaged, of another format, or names something other than plain data.
 * @example
 * model.loadStateDict(loadTorch(await readFile("model.pt")));
 * const { model: weights, epoch } = loadTorch<{ model: nn.StateDict; epoch: number }>(bytes);
 */
export function loadTorch<Data = StateDict>(bytes: Uint8Array, source = "the file"): Data {
  const fail: Fail = (problem) => {
    throw new FormatError(`${source} is not a readable PyTorch file: ${problem}`);
  };
  refuseOtherFormats(bytes, fail);
  const entries = readZip(bytes, fail);
  const root = [...entries.keys()].find((name) => name.endsWith("/data.pkl"))?.slice(0, -"data.pkl".length);
  if (root === undefined) fail("the archive holds no data.pkl");
  if (entries.has(`${root}constants.pkl`)) {
    fail(
      "it is a TorchScript program, not weights. In Python: torch.save(torch.jit.load(FILE).state_dict(), NEW)",
    );
  }
  const order = entries.get(`${root}byteorder`);
  if (order && text(bytes, order) !== "little") fail("its numbers are big-endian");
  const pickle = entries.get(`${root}data.pkl`)!;
  const builder = new Builder(bytes, entries, root!, fail);
  return readPickle<Tensor>(bytes.subarray(pickle.start, pickle.start + pickle.bytes), builder, fail) as Data;
}

const text = (bytes: Uint8Array, { start, bytes: size }: ZipEntry) =>
  new TextDecoder().decode(bytes.subarray(start, start + size)).trim();

function refuseOtherFormats(bytes: Uint8Array, fail: Fail): void {
  // A pickle of the number 0x1950a86a20f9469cfc6c: how torch.save began until version 1.5.
  const legacy = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9];
  if (legacy.every((byte, i) => bytes[i] === byte)) {
    fail(
      "it is in the format from before PyTorch 1.6. Convert it in Python: torch.save(torch.load(FILE, map_location='cpu'), NEW)",
    );
  }
  if (bytes[0] === 0x80 && bytes[1]! <= 5)
    fail(
      "it is a bare pickle, not what torch.save writes. In Python: torch.save(pickle.load(open(FILE, 'rb')), NEW)",
    );
}

/** Makes tensors of what the pickle says about them. */
class Builder {
  readonly #view: DataView;
  /** Bytes of tensors that may still be made: views repeat bytes of the file, but not without limit. */
  #budget: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly entries: Map<string, ZipEntry>,
    private readonly root: string,
    private readonly fail: Fail,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#budget = 65536 + 16 * bytes.length;
  }

  global(module: string, name: string): object | null {
    const full = `${module}.${name}`;
    return functions.get(full) ?? storageTypes.get(full) ?? null;
  }

  /** ("storage", type, key, device, number of elements) */
  persistent(id: readonly unknown[]): Storage {
    const [kind, given, key, , size] = id;
    const storage = [...storageTypes.values()].find((known) => known === given);
    if (kind !== "storage" || !storage || typeof key !== "string" || !isSize(size))
      return this.fail(
        "its pickle is damaged: a reference to numbers is not of the form that torch.save writes",
      );
    const { type, reader } = storage;
    const entry = this.entries.get(`${this.root}data/${key}`);
    if (!entry) return this.fail(`the numbers "${key}" are missing from the archive`);
    if (entry.bytes !== size * reader.bytes) {
      return this.fail(
        `the numbers "${key}" have ${entry.bytes} bytes, expected ${size * reader.bytes} (${size} of type ${type})`,
      );
    }
    return new Storage(reader, type, entry.start, size);
  }

  call(callee: unknown, args: readonly unknown[]): TorchData {
    if (callee === functions.get("collections.OrderedDict") && args.length === 0) return {};
    if (callee === functions.get("torch._utils._rebuild_tensor_v2")) return this.#tensor(args);
    if (callee === functions.get("torch._utils._rebuild_parameter") && args[0] instanceof Tensor)
      return args[0];
    return this.fail(
      "its pickle is damaged: it calls something with arguments that torch.save does not write",
    );
  }

  /** (storage, offset, shape, strides, requires_grad, hooks) */
  #tensor([storage, offset, shape, strides]: readonly unknown[]): Tensor {
    const sizes = (value: unknown) => Array.isArray(value) && value.length <= 64 && value.every(isSize);
    if (!(storage instanceof Storage) || !isSize(offset) || !sizes(shape) || !sizes(strides))
      return this.fail("its pickle is damaged: a tensor is not of the form that torch.save writes");
    const [dims, steps] = [shape as number[], strides as number[]];
    const size = sizeOf(dims);
    const last = dims.reduce((sum, n, d) => sum + (n - 1) * (steps[d] ?? 0), offset);
    const described = `a tensor of shape ${formatShape(dims)}, strides ${formatShape(steps)} and offset ${offset}`;
    if (dims.length !== steps.length || (size > 0 && !(last < storage.size)))
      return this.fail(`${described} does not fit the ${storage.size} numbers it is made of`);
    this.#budget -= Math.max(64, size * 4);
    if (!(this.#budget >= 0)) {
      return this.fail(
        `${described}: its tensors together are more than 16 times as large as the file, by repeating its numbers. Call .contiguous() on expanded tensors before saving them`,
      );
    }
    return new Tensor(fromValues(this.#read(storage, offset, dims, steps, size), dims, storage.reader.dtype));
  }

  #read(
    { reader, type, start }: Storage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
    size: number,
  ): Float32Array | Int32Array {
    const values = reader.dtype === "int32" ? new Int32Array(size) : new Float32Array(size);
    const index = shape.map(() => 0);
    let at = offset;
    for (let i = 0; i < size; i++) {
      const value = reader.read(this.#view, start + at * reader.bytes);
      values[i] = value;
      if (type === "I64" && values[i] !== value) {
        this.fail(
          `a tensor of shape ${formatShape(shape)} holds the whole number ${value}, which int32 cannot`,
        );
      }
      for (let d = index.length - 1; d >= 0; d--) {
        at += strides[d]!;
        if (++index[d]! < shape[d]!) break;
        at -= shape[d]! * strides[d]!;
        index[d] = 0;
      }
    }
    return values;
  }
}

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
