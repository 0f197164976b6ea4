import { LookbackError, OutOfMemoryError } from "../errors.js";

const pageBytes = 65536;
const maxPages = 65536;
/** Addresses below this are never handed out: the kernels keep their few constants there, and 0 means "none". */
const firstAddress = 1024;

/** A piece of the engine's memory. Tensors hold blocks; several may share one. */
export class Block {
  freed = false;
  /** Counts the in-place changes of tensors, so that what was computed from old elements can be told from new. */
  version = 0;
  constructor(
    readonly address: number,
    /** Bytes reserved: the size asked for, rounded up to its size class. */
    readonly bytes: number,
  ) {}
}

/**
 * The size class of a request: multiples of 64 up to 1 KiB, then eight steps to each doubling. Few classes mean that
 * a freed block is nearly always one that is asked for again; the price is at most 1/8 more memory.
 */
function sizeClass(bytes: number): number {
  if (bytes <= 1024) return Math.max(64, (bytes + 63) & ~63);
  const step = 2 ** (28 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}

/**
 * The engine's one memory: a list of free blocks for each size class, and a frontier beyond which nothing was ever
 * used. A block made inside a scope is freed when the scope ends; one made outside is freed when the garbage
 * collector finds that nothing refers to it any more.
 */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  /** Views of the whole memory. Growing replaces them: read them anew each time, never keep one across an allocation. */
  f32: Float32Array;
  i32: Int32Array;
  bytesInUse = 0;
  #frontier = firstAddress;
  #capacity: number;
  readonly #free = new Map<number, number[]>();
  #scope: Block[] | null = null;
  readonly #collected = new FinalizationRegistry<{ address: number; bytes: number }>((gone) =>
    this.#recycle(gone.address, gone.bytes),
  );

  /** `shared`: threads may work on it; such a memory never moves. */
  constructor(readonly shared: boolean) {
    this.wasm = new WebAssembly.Memory({ initial: 256, maximum: maxPages, shared });
    this.f32 = new Float32Array(this.wasm.buffer);
    this.i32 = new Int32Array(this.wasm.buffer);
    this.#capacity = this.wasm.buffer.byteLength;
  }

  /** Bytes that the memory has grown to. */
  get capacity(): number {
    return this.#capacity;
  }

  allocate(bytes: number): Block {
    const size = sizeClass(bytes);
    const address = this.#free.get(size)?.pop() ?? this.#extend(size);
    const block = new Block(address, size);
    this.bytesInUse += size;
    if (this.#scope !== null) this.#scope.push(block);
    else this.#collected.register(block, { address, bytes: size }, block);
    return block;
  }

  /** Frees a block at once. Only for blocks that no tensor of the user can reach. */
  release(block: Block): void {
    if (block.freed) return;
    block.freed = true;
    this.#collected.unregister(block);
    this.#recycle(block.address, block.bytes);
  }

  /** Runs `work`; every block made meanwhile is freed afterwards, save those that `kept` names in the result. */
  scope<T>(work: () => T, kept: (result: T) => Iterable<Block>): T {
    const outer = this.#scope;
    const blocks: Block[] = [];
    this.#scope = blocks;
    let survivors: Set<Block> | null = null;
    try {
      const result = work();
      survivors = new Set(kept(result));
      return result;
    } finally {
      this.#scope = outer;
      for (const block of blocks) {
        if (block.freed) continue;
        if (survivors?.has(block)) this.#adopt(block, outer);
        else {
          block.freed = true;
          this.#recycle(block.address, block.bytes);
        }
      }
    }
  }

  /** Runs `work` as if outside every scope: what it makes lives as long as something refers to it. */
  persistent<T>(work: () => T): T {
    const outer = this.#scope;
    this.#scope = null;
    try {
      return work();
    } finally {
      this.#scope = outer;
    }
  }

  #adopt(block: Block, outer: Block[] | null): void {
    if (outer !== null) outer.push(block);
    else this.#collected.register(block, { address: block.address, bytes: block.bytes }, block);
  }

  #recycle(address: number, bytes: number): void {
    this.bytesInUse -= bytes;
    const list = this.#free.get(bytes);
    if (list) list.push(address);
    else this.#free.set(bytes, [address]);
  }

  #extend(size: number): number {
    const address = Math.ceil(this.#frontier / 64) * 64;
    const end = address + size;
    if (end > this.#capacity) {
      if (!this.#grow(end)) return this.#takeLarger(size);
    }
    this.#frontier = end;
    return address;
  }

  /** Grows to hold `end` bytes, at least half as much again as before, so that growing stays rare. */
  #grow(end: number): boolean {
    const have = this.#capacity / pageBytes;
    const need = Math.ceil(end / pageBytes) - have;
    if (have + need > maxPages) return false;
    for (const pages of [Math.min(Math.max(need, have >> 1), maxPages - have), need]) {
      try {
        this.wasm.grow(pages);
        this.#capacity = this.wasm.buffer.byteLength;
        this.f32 = new Float32Array(this.wasm.buffer);
        this.i32 = new Int32Array(this.wasm.buffer);
        return true;
      } catch {
        // The host has less than that to give: try the smaller amount.
      }
    }
    return false;
  }

  /** The last resort before giving up: a free block of a larger class, used as one of this class from now on. */
  #takeLarger(size: number): number {
    for (const bytes of [...this.#free.keys()].sort((a, b) => a - b)) {
      const list = this.#free.get(bytes)!;
      if (bytes > size && list.length > 0) return list.pop()!;
    }
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
    throw new OutOfMemoryError(
      `Out of memory: ${mib(size)} asked for while ${mib(this.bytesInUse)} are in use, and the engine's memory cannot grow beyond ${mib(this.#capacity)}. ` +
        "Use a smaller batch or shorter sequences, and wrap each training step in scope(() => …) so that what it makes is freed when it ends.",
      size,
      this.bytesInUse,
    );
  }
}

/** The error for using a tensor after its scope has ended. */
export function freedError(): LookbackError {
  return new LookbackError(
    "This tensor was made inside a scope that has ended, so its memory was given back. Return it from scope(() => …) to keep it.",
  );
}
