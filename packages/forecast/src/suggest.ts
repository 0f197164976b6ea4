/**
 * Levenshtein's edit distance: the fewest insertions, deletions and replacements of one character that turn
 * `a` into `b`. Source: V. I. Levenshtein, Soviet Physics Doklady 10 (1966); computed by rows in O(|a|·|b|).
 */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replace, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The candidate nearest to `name`, ignoring case, or undefined when none is near (more than half of it differs). */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return bestDistance <= Math.max(1, Math.floor(name.length / 2)) ? best : undefined;
}

/** `a, b, c and 4 more`: the first few of a list, and how many are not shown. */
export function firstFew(items: readonly string[], most = 3): string {
  const shown = items.slice(0, most);
  const rest = items.length - shown.length;
  return rest > 0 ? `${shown.join(", ")} and ${rest} more` : shown.join(", ");
}

/** Column names in quotes: `"year", "month"`. A long list is cut after twelve. */
export function quoted(names: readonly string[]): string {
  return firstFew(
    names.map((name) => `"${name}"`),
    12,
  );
}
