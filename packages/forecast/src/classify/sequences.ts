/** One sequence: an array per channel, all of one length; NaN is a missing value. */
export type Sequence = readonly Float64Array[];

/** Sequences with their labels, as the readers make them. Plain data. */
export interface LabelledSequences {
  readonly sequences: readonly Sequence[];
  readonly labels: readonly string[];
  /** Names of the channels. */
  readonly channels: readonly string[];
  /** The classes, in the order of the file's header, else sorted (numbers by size). */
  readonly classes: readonly string[];
  /** For messages: the file's name. */
  readonly source: string;
}

/** Steps of a sequence. */
export function lengthOf(sequence: Sequence): number {
  return sequence[0]?.length ?? 0;
}

/** The different labels in the order that classes have without a header: numbers by size, otherwise by code unit. */
export function sortedClasses(labels: readonly string[]): string[] {
  const classes = [...new Set(labels)];
  const numeric = classes.every((label) => label.trim() !== "" && Number.isFinite(Number(label)));
  if (numeric) return classes.sort((a, b) => Number(a) - Number(b) || compare(a, b));
  return classes.sort(compare);
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
