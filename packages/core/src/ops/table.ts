import { engine } from "../engine/engine.js";
import type { Block } from "../engine/memory.js";

/**
 * Rows of 4-byte columns in the engine's memory, from which a kernel works on many arrays in one call. Give it back
 * with `release()`.
 */
export class Table {
  readonly address: number;
  readonly #block: Block;
  #next: number;

  constructor(rows: number, columns: number) {
    this.#block = engine().memory.allocate(rows * columns * 4);
    this.address = this.#block.address;
    this.#next = this.address >> 2;
  }

  /** Writes a whole number or an address to the next column. */
  whole(value: number): this {
    engine().memory.i32[this.#next++] = value;
    return this;
  }

  /** Writes a float32 to the next column. */
  real(value: number): this {
    engine().memory.f32[this.#next++] = value;
    return this;
  }

  release(): void {
    engine().memory.release(this.#block);
  }
}
