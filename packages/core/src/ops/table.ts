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

  /** Writes whole numbers and addresses to the next columns. */
  whole(...values: number[]): void {
    const { i32 } = engine().memory;
    for (let i = 0; i < values.length; i++) i32[this.#next++] = values[i]!;
  }

  /** Writes float32 to the next columns. */
  real(...values: number[]): void {
    const { f32 } = engine().memory;
    for (let i = 0; i < values.length; i++) f32[this.#next++] = values[i]!;
  }

  release(): void {
    engine().memory.release(this.#block);
  }
}
