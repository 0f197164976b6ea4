import { ArgumentError } from "./errors.js";

/**
 * Refuses options that are not known: from JavaScript, a misspelt one would otherwise be ignored without a word.
 * `given` may be all options, or those that are left when the known ones are taken out.
 *
 * @throws ArgumentError: `LSTM: there is no option "num_layers"; did you mean "numLayers"?`
 */
export function refuseOptions(where: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue;
    const meant = known.find((option) => alike(plain(name), plain(option)));
    const hint = meant
      ? `did you mean "${meant}"?`
      : known.length > 0
        ? `there are ${known.join(", ")}`
        : "it takes none";
    throw new ArgumentError(`${where}: there is no option "${name}"; ${hint}`);
  }
}

const plain = (name: string) => name.replaceAll("_", "").toLowerCase();

/** Whether two names are one with at most one run of up to two letters changed, left out, put in or exchanged. */
function alike(a: string, b: string): boolean {
  const least = Math.min(a.length, b.length);
  let start = 0;
  while (start < least && a[start] === b[start]) start++;
  let end = 0;
  while (end < least - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= Math.min(2, least - 2);
}
