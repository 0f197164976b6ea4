import { DataError } from "@lookback/core";
import type { Series } from "@lookback/forecast";

/**
 * The series that a command works on which takes one: the only one, or the one named with `--series`.
 *
 * @throws DataError when there are several and none is named, or none has the name.
 */
export function oneSeries(series: readonly Series[], named: string | undefined, command: string): Series {
  const listed = `${series
    .slice(0, 5)
    .map(({ id }) => `"${id}"`)
    .join(", ")}${series.length > 5 ? ", …" : ""}`;
  if (named === undefined) {
    if (series.length === 1) return series[0]!;
    throw new DataError(
      `${command} works on one series, and the table holds ${series.length} (${listed}). Name one with --series.`,
    );
  }
  const found = series.find(({ id }) => id === named);
  if (found) return found;
  throw new DataError(`--series: the table has no series "${named}". It holds ${listed}.`);
}
