import type { Fail } from "./zip.js";

/** What a pickle of plain data holds. Dictionaries are plain objects; their keys become strings. */
export type Plain<Leaf> =
  | Leaf
  | number
  | bigint
  | string
  | boolean
  | null
  | Plain<Leaf>[]
  | { [key: string]: Plain<Leaf> };

/** The few things that a file may name, and what they stand for. */
export interface PickleHost<Leaf> {
  /** A name such as "torch FloatStorage": what it stands for, or null for what is refused. */
  global(module: string, name: string): object | null;
  /** Something that lies outside the pickle, named by a tuple. */
  persistent(id: readonly unknown[]): object;
  /** What a function that `global` gave out makes of its arguments. */
  call(callee: unknown, args: readonly unknown[]): Plain<Leaf>;
}

const mark = Symbol("mark");
const deepest = 100;

/**
 * Reads a pickle without running anything: a stack machine with the instructions that pickling plain data in protocol 2
 * emits (Python's pickletools lists them). Every name that the file mentions goes through the host, which knows a
 * handful; any other instruction is refused. Works on what is in the file: nothing is reserved in advance.
 */
export function readPickle<Leaf>(bytes: Uint8Array, host: PickleHost<Leaf>, fail: Fail): Plain<Leaf> {
  return new Machine(bytes, host, fail).run() as Plain<Leaf>;
}

class Machine<Leaf> {
  readonly #view: DataView;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  readonly #tuples = new WeakSet<object>();
  /** What the host gave out, and tuples that hold it: good as arguments, but no plain data. */
  readonly #foreign = new WeakSet<object>();
  /** How deep the containers within each container go. */
  readonly #depths = new WeakMap<object, number>();
  /** Containers that lie in another one. They are complete; if they could grow, they could come to hold themselves. */
  readonly #closed = new WeakSet<object>();
  #at = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly host: PickleHost<Leaf>,
    private readonly fail: Fail,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): unknown {
    for (;;) {
      const op = this.#view.getUint8(this.#take(1));
      const code = String.fromCharCode(op);
      if (code === ".") {
        const value = this.#pop();
        this.#put([], [value]);
        return value;
      }
      if (!this.#literal(code, op) && !this.#structure(code) && !this.#reference(code)) this.#refuse(op);
    }
  }

  /** Numbers, strings and other constants. */
  #literal(code: string, op: number): boolean {
    const view = this.#view;
    if (op === 0x80) {
      const protocol = view.getUint8(this.#take(1));
      if (protocol !== 2)
        this.fail(
          `its pickle has protocol ${protocol}, expected 2, torch.save's default. Save it again with that`,
        );
    } else if (op === 0x88 || op === 0x89) this.#push(op === 0x88);
    else if (op === 0x8a) this.#push(this.#long(view.getUint8(this.#take(1))));
    else if (code === "N") this.#push(null);
    else if (code === "J") this.#push(view.getInt32(this.#take(4), true));
    else if (code === "K") this.#push(view.getUint8(this.#take(1)));
    else if (code === "M") this.#push(view.getUint16(this.#take(2), true));
    else if (code === "G") this.#push(view.getFloat64(this.#take(8)));
    else if (code === "X") {
      const length = view.getUint32(this.#take(4), true);
      const start = this.#take(length);
      this.#push(new TextDecoder().decode(this.bytes.subarray(start, start + length)));
    } else return false;
    return true;
  }

  /** Tuples, lists and dictionaries. */
  #structure(code: string): boolean {
    if (code === "(") this.#push(mark);
    else if (code === ")") this.#push(this.#tuple([]));
    else if (code === "\x85") this.#push(this.#tuple([this.#pop()]));
    else if (code === "\x86") this.#push(this.#tuple([this.#pop(), this.#pop()].reverse()));
    else if (code === "\x87") this.#push(this.#tuple([this.#pop(), this.#pop(), this.#pop()].reverse()));
    else if (code === "t") this.#push(this.#tuple(this.#popToMark()));
    else if (code === "]") this.#push([]);
    else if (code === "}") this.#push({});
    else if (code === "a") this.#append([this.#pop()]);
    else if (code === "e") this.#append(this.#popToMark());
    else if (code === "s") this.#setItems([this.#pop(), this.#pop()].reverse());
    else if (code === "u") this.#setItems(this.#popToMark());
    else return false;
    return true;
  }

  /** The memo, names, calls, and what lies outside. */
  #reference(code: string): boolean {
    const view = this.#view;
    if (code === "q") this.#memo.set(view.getUint8(this.#take(1)), this.#top());
    else if (code === "r") this.#memo.set(view.getUint32(this.#take(4), true), this.#top());
    else if (code === "h") this.#push(this.#recall(view.getUint8(this.#take(1))));
    else if (code === "j") this.#push(this.#recall(view.getUint32(this.#take(4), true)));
    else if (code === "c") {
      const [module, name] = [this.#line(), this.#line()];
      const known = this.host.global(module, name);
      if (known === null) {
        this.fail(
          `it names ${module}.${name}, and a file of weights may only hold tensors, numbers, strings, lists and dictionaries. Nothing was run. Save model.state_dict() instead of the model or other objects`,
        );
      }
      this.#push(known);
      this.#foreign.add(known!);
    } else if (code === "R") {
      const args = this.#popTuple();
      this.#push(this.host.call(this.#pop(), args));
    } else if (code === "Q") {
      const outside = this.host.persistent(this.#popTuple());
      this.#foreign.add(outside);
      this.#push(outside);
    } else if (code === "b") {
      // The attributes of an OrderedDict: state_dict() hangs version numbers on it that nothing here needs.
      this.#pop();
      if (!isDict(this.#top())) this.fail("its pickle sets attributes of something that is no dictionary");
    } else return false;
    return true;
  }

  /** Reserves `n` bytes of the file and returns where they start. */
  #take(n: number): number {
    const start = this.#at;
    if (start + n > this.bytes.length) this.fail("its pickle is cut off");
    this.#at = start + n;
    return start;
  }

  #line(): string {
    const end = this.bytes.indexOf(10, this.#at);
    if (end < 0) this.fail("its pickle is cut off");
    return new TextDecoder().decode(this.bytes.subarray(this.#at, (this.#at = end + 1) - 1));
  }

  /** A whole number of any size, little-endian two's complement; a bigint where a number would lose digits. */
  #long(length: number): number | bigint {
    const start = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[start + i]!);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  #push(value: unknown): void {
    this.#stack.push(value);
  }
  #top(): unknown {
    if (this.#stack.length === 0) this.fail("its pickle is damaged: it takes more than it put");
    return this.#stack.at(-1);
  }
  #pop(): unknown {
    const value = this.#top();
    if (value === mark) this.fail("its pickle is damaged: a mark where a value belongs");
    this.#stack.pop();
    return value;
  }
  #popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) this.fail("its pickle is damaged: a mark is missing");
    const items = this.#stack.splice(at + 1);
    this.#stack.pop();
    return items;
  }
  #popTuple(): unknown[] {
    const items = this.#pop();
    if (!isObject(items) || !this.#tuples.has(items))
      this.fail("its pickle is damaged: a call or reference without a tuple of arguments");
    return items as unknown[];
  }
  #recall(key: number): unknown {
    if (!this.#memo.has(key))
      this.fail(`its pickle is damaged: it recalls value ${key}, which it never stored`);
    return this.#memo.get(key);
  }
  #tuple(items: unknown[]): unknown[] {
    this.#tuples.add(items);
    this.#put(items, items);
    return items;
  }
  #append(items: readonly unknown[]): void {
    const list = this.#top();
    if (!Array.isArray(list) || this.#tuples.has(list))
      this.fail("its pickle is damaged: it appends to something that is no list");
    this.#put(list as unknown[], items);
    for (const item of items) (list as unknown[]).push(item);
  }
  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!isDict(dict) || items.length % 2 !== 0)
      this.fail("its pickle is damaged: it sets an item of something that is no dictionary");
    this.#put(dict as object, items);
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (!["string", "number", "bigint", "boolean"].includes(typeof key) || key === "__proto__")
        this.fail(`a dictionary has a key that is ${key === "__proto__" ? key : "neither text nor number"}`);
      (dict as Record<string, unknown>)[String(key)] = items[i + 1];
    }
  }
  /** Checks that `items` may go into a container. */
  #put(container: object, items: readonly unknown[]): void {
    let depth = this.#depths.get(container) ?? 0;
    for (const item of items) {
      if (!isObject(item)) continue;
      if (this.#foreign.has(item)) {
        if (!this.#tuples.has(container))
          this.fail("its pickle is damaged: a function or storage where a value belongs");
        this.#foreign.add(container);
      }
      depth = Math.max(depth, (this.#depths.get(item) ?? 0) + 1);
      this.#closed.add(item);
    }
    if (this.#closed.has(container)) this.fail("its pickle is damaged: it changes a value after using it");
    if (depth > deepest) this.fail(`its values are nested more than ${deepest} deep`);
    this.#depths.set(container, depth);
  }
  #refuse(op: number): never {
    const shown = op > 32 && op < 127 ? `"${String.fromCharCode(op)}"` : `0x${op.toString(16)}`;
    return this.fail(
      `its pickle has the instruction ${shown} at byte ${this.#at - 1}, which torch.save does not write for a state dict. It is damaged or holds something else`,
    );
  }
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const isDict = (value: unknown): boolean =>
  isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
