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

  /**
   * The address of the packed weights. `pack` fills `bytes` bytes from one address to another; `fresh` packs
   * whatever the version says.
   */
  address(
    weights: NDArray,
    bytes: number,
    pack: (from: number, to: number) => void,
    fresh: boolean = false,
  ): number {
    const packed = (this.#packed ??= engine().memory.persistent(() => empty([bytes >> 2])));
    if (fresh || !this.isCurrent(weights)) {
      pack(weights.address, packed.address);
      this.#block = weights.block;
      this.#offset = weights.offset;
      this.#version = weights.block.version;
    }
    return packed.address;
  }
}
