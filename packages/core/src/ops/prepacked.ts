import { engine } from "../engine/engine.js";
import type { Block } from "../engine/memory.js";
import { empty, type NDArray } from "./ndarray.js";

/**
 * A weight matrix in the layout that kernels read, kept between calls and packed anew when the weights have changed.
 * Every in-place change of an array raises its block's `version`, which is how a change is noticed.
 */
export class Prepacked {
  #packed: NDArray | null = null;
  #block: Block | null = null;
  #offset = 0;
  #version = -1;

  /** Whether what is kept was packed from these weights as they are now. */
  isCurrent(weights: NDArray): boolean {
    return (
      this.#block === weights.block &&
      this.#version === weights.block.version &&
      this.#offset === weights.offset
    );
  }

  /** The address of what was packed last. */
  get address(): number {
    return this.#packed!.address;
  }

  /** A place of so many bytes for these weights to be packed to. */
  prepare(weights: NDArray, bytes: number): number {
    this.#packed ??= engine().memory.persistent(() => empty([bytes >> 2]));
    this.#block = weights.block;
    this.#offset = weights.offset;
    this.#version = weights.block.version;
    return this.#packed.address;
  }
}
