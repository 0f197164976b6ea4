// Rewrites the compiled kernels as text that gzip makes small, for src/engine/wasmModule.ts to put together again.
// Operations, the locals that they name and all other operands become three strings, because each looks like itself
// and not like the others; and one text serves for both kinds of SIMD, as fused multiply-adds are easily taken apart.

/** How an operation's operands are stored, as wasmModule.ts reads it; from 4 on, so many bytes as they are. */
const Operands = { none: 0, local: 1, number: 2, twoNumbers: 3, last: 255 };
const v128 = 0x7b;
/** f32x4.relaxed_madd or f64x2.relaxed_madd */
const isMultiplyAdd = ({ symbol }) => ["253,133,2", "253,135,2"].includes(`${symbol}`);

class Reader {
  at = 0;
  constructor(bytes) {
    this.bytes = bytes;
  }
  byte() {
    if (this.at >= this.bytes.length)
      throw new Error("The compiled kernels end early, or have something unknown");
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }
  list(item) {
    return Array.from({ length: this.number() }, item);
  }
  /** The bytes that `read` reads. */
  taken(read) {
    const from = this.at;
    read();
    return [...this.bytes.subarray(from, this.at)];
  }
}

function leb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value & 127) | 128);
  return [...bytes, value];
}

/** The next operation: the bytes that make its symbol, how its operands are stored, and their bytes. */
function readOperation(code) {
  const opcode = code.byte();
  if (opcode === 0xfd) return readVectorOperation(code);
  const operation = (operands, read, fixed = []) => ({
    symbol: [opcode, ...fixed],
    operands,
    values: code.taken(read),
  });
  const number = () => code.number();
  if (opcode === 0xfc) {
    const kind = code.number();
    const zeros = kind < 8 ? 0 : kind === 10 ? 2 : kind === 11 ? 1 : null;
    if (zeros === null) throw new Error(`Unknown operation 0xfc ${kind}`);
    return operation(Operands.none, () => {}, [kind, ...code.taken(() => (code.at += zeros))]);
  }
  if (opcode === 0x0e) {
    const table = code.taken(() => {
      code.list(number);
      code.number();
    });
    return operation(Operands.none, () => {}, table);
  }
  if (opcode >= 0x20 && opcode <= 0x22) return operation(Operands.local, number);
  if (opcode >= 0x28 && opcode <= 0x3e) return operation(Operands.number, number, [code.byte()]);
  if (opcode >= 0x02 && opcode <= 0x04) return operation(Operands.none, () => {}, [code.byte()]);
  if ([0x0c, 0x0d, 0x10, 0x23, 0x24, 0x3f, 0x40, 0x41, 0x42].includes(opcode)) {
    return operation(Operands.number, number);
  }
  if (opcode === 0x43) return operation(4, () => (code.at += 4));
  if (opcode === 0x44) return operation(8, () => (code.at += 8));
  if (opcode < 0x02 || opcode === 0x05 || opcode === 0x0b || opcode === 0x0f) {
    return operation(Operands.none, () => {});
  }
  if (opcode === 0x1a || opcode === 0x1b || (opcode >= 0x45 && opcode <= 0xc4)) {
    return operation(Operands.none, () => {});
  }
  throw new Error(`Unknown operation 0x${opcode.toString(16)}`);
}

function readVectorOperation(code) {
  const kind = code.number();
  const load = kind <= 11 || kind === 92 || kind === 93;
  const loadLane = kind >= 84 && kind <= 91;
  const lane = kind >= 21 && kind <= 34;
  const symbol = [0xfd, ...leb(kind), ...(load || loadLane ? [code.byte()] : [])];
  const operands = load || lane ? Operands.number : loadLane ? Operands.twoNumbers : Operands.none;
  const bytes = kind === 12 || kind === 13 ? 16 : 0;
  const values = code.taken(() => {
    code.at += bytes;
    for (let n = operands === Operands.twoNumbers ? 2 : operands === Operands.number ? 1 : 0; n; n--) {
      code.number();
    }
  });
  return { symbol, operands: bytes || operands, values };
}

/** A function: its declared locals with one more of v128 where it multiplies and adds, that one's index, its operations. */
function readFunction(body, parameters) {
  const locals = body.list(() => [body.number(), body.byte()]);
  const operations = [];
  while (body.at < body.bytes.length) operations.push(readOperation(body));
  operations.at(-1).operands = Operands.last;
  const spare = locals.reduce((sum, [count]) => sum + count, parameters);
  if (operations.some(isMultiplyAdd)) locals.push([1, v128]);
  return { locals, spare, operations };
}

/** Which sections there are, and of each function its code and number of parameters. */
function readModule(binary) {
  const module = new Reader(binary);
  module.at = 8;
  const before = [...binary.subarray(0, 8)];
  const after = [];
  const functions = [];
  let types = [];
  let typeOf = [];
  while (module.at < binary.length) {
    const from = module.at;
    const id = module.byte();
    const size = module.number();
    const section = new Reader(binary.subarray(module.at, module.at + size));
    module.at += size;
    const values = () => section.list(() => section.byte());
    if (id === 1) {
      types = section.list(() => {
        section.byte();
        const parameters = values().length;
        values();
        return parameters;
      });
    }
    if (id === 3) typeOf = section.list(() => section.number());
    if (id === 10) {
      section.list((_, i) => {
        const length = section.number();
        const body = new Reader(section.bytes.subarray(section.at, section.at + length));
        section.at += length;
        functions.push(readFunction(body, types[typeOf[i]]));
      });
    } else if (id !== 0) {
      (functions.length === 0 ? before : after).push(...binary.subarray(from, module.at));
    }
  }
  // the code section's size is written where it is known, into four bytes
  const count = leb(functions.length);
  before.push(10, 0, 0, 0, 0, ...count);
  return { before, after, functions, codeStart: 4 + count.length };
}

/**
 * Bytes as printable characters: ! and # to ~ without the backslash are the digits 0 … 91. A byte below 90 is one digit,
 * another is two, the first of them 90 or 91.
 */
function text(bytes) {
  const digit = (value) => (value === 57 ? "!" : String.fromCharCode(value + 35));
  return bytes
    .map((b) => (b < 90 ? digit(b) : digit(90 + Math.floor((b - 90) / 92)) + digit((b - 90) % 92)))
    .join("");
}

/** The strings that wasmModule.ts makes both modules of; `binary` is the one with relaxed SIMD. */
export function wasmText(binary) {
  const { before, after, functions, codeStart } = readModule(binary);
  const counts = new Map();
  const key = ({ symbol, operands }) => `${[operands, symbol.length, ...symbol]}`;
  for (const operation of functions.flatMap((f) => f.operations)) {
    counts.set(key(operation), (counts.get(key(operation)) ?? 0) + 1);
  }
  const symbols = [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a));
  if (symbols.length > 256) throw new Error(`The kernels use ${symbols.length} operations, at most 256 fit`);
  const indices = new Map(symbols.map((symbol, i) => [symbol, i]));
  const streams = { operations: [], locals: [], others: [] };
  for (const { locals, spare, operations } of functions) {
    const declarations = [...leb(locals.length), ...locals.flatMap(([n, type]) => [...leb(n), type])];
    if (declarations.length > 255 || spare >= 2 ** 14) throw new Error("A kernel has too many locals");
    streams.others.push(declarations.length, ...declarations, (spare & 127) | 128, spare >> 7);
    for (const operation of operations) {
      streams.operations.push(indices.get(key(operation)));
      streams[operation.operands === Operands.local ? "locals" : "others"].push(...operation.values);
    }
  }
  const multiplyAdds = functions.flatMap((f) => f.operations).filter(isMultiplyAdd).length;
  // taken apart, a multiply-add is 12 bytes; a function's size and its spare local are a few
  const mostBytes = binary.length + 12 * multiplyAdds + 8 * functions.length + 16;
  const symbolBytes = symbols.flatMap((symbol) => symbol.split(",").map(Number));
  const parts = { before, symbols: symbolBytes, ...streams, after };
  const texts = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, text(bytes)]));
  return { texts, codeStart, mostBytes };
}
