// The same numbers for every contender: x and y of a row in row-major order, from a formula in place of a generator.

/** Values in ±1 that no network can predict, the same in every language: the fractional part of a chaotic sine. */
export function values(count, phase) {
  const array = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const wave = Math.sin((i + 1) * 12.9898 + phase) * 43758.5453;
    array[i] = 2 * (wave - Math.floor(wave)) - 1;
  }
  return array;
}

/** Shape of the input and of the target of a row, as PyTorch lays them out. */
export function shapes(row) {
  const { kind, T, B, I, H } = row;
  if (kind === "recurrent") return { x: [T, B, I], y: [T, B, 1] };
  if (kind === "cnn") return { x: [B, I, T], y: [B, 1] };
  if (kind === "tcn") return { x: [B, I, T], y: [B, H, T] };
  return { x: [1, B, I], y: [1, B, H] };
}

export const product = (shape) => shape.reduce((a, b) => a * b, 1);
