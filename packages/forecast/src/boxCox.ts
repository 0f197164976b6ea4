/**
 * Whether logarithms suit the values: all are above 0, and none is below a thousandth of a neighbour, whose logarithm
 * would dwarf all others.
 */
export function suitsLog(values: ArrayLike<number>): boolean {
  for (let t = 0; t < values.length; t++) {
    if (!(values[t]! > 0)) return false;
    if (values[t]! < Math.max(values[t - 1] ?? 0, values[t + 1] ?? 0) / 1000) return false;
  }
  return true;
}
