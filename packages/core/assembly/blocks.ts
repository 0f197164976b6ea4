// Block sizes of the matrix product. A panel of B (8·KC floats) and a strip of A (6·KC) stay in the first-level cache
// while they are in use, the blocks of A (MC·KC) and B (KC·NC) in the second.
export const MC: i32 = 96;
export const KC: i32 = 256;
export const NC: i32 = 512;
