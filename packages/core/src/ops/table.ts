import { engine } from "../engine/engine.js";

/** Rows of 4-byte columns in the engine's memory, from which a kernel works on many arrays in one call. */
export class Table {
  #next: number;
  constructor(readonly address: number) {
    this.#next = address >> 2;
  }

  /** Writes the next row: whole numbers and addresses, then float32. */
  add(whole: readonly number[], real: readonly number[] = []): void {
    const { i32, f32 } = engine().memory;
    for (let i = 0; i < whole.length; i++) i32[this.#next++] = whole[i]!;
    for (let i = 0; i < real.length; i++) f32[this.#next++] = real[i]!;
  }
}

/** Lends a table for the time of `work`. */
export function withTable(rows: number, columns: number, work: (table: Table) => void): void {
  if (rows === 0) return;
  const { memory } = engine();
  const block = memory.allocate(rows * columns * 4);
  try {
    work(new Table(block.address));
  } finally {
    memory.release(block);
  }
}
