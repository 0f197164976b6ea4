// The scratch area that the caller lends: the only state there is.
import { KC, MC, NC } from "./blocks";

let base: usize = 0;

/** Bytes before the two blocks: one tile of C, counters of the strided loops. */
const HEAD: usize = 512;
const A_BYTES: usize = MC * KC * 4;
const B_BYTES: usize = NC * KC * 4;

export function scratchBytes(): usize {
  return HEAD + A_BYTES + B_BYTES;
}

export function setScratch(address: usize): void {
  base = address;
}

/** 6×8 floats: a tile of C that overhangs the matrix. */
@inline
export function tileArea(): usize {
  return base;
}

/** 64 int32: one counter per dimension. */
@inline
export function counterArea(): usize {
  return base + 256;
}

@inline
export function blockA(): usize {
  return base + HEAD;
}

@inline
export function blockB(): usize {
  return base + HEAD + A_BYTES;
}
