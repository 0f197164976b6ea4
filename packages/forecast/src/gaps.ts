import { ArgumentError, DataError } from "@lookback/core";

/**
 * What is done about missing values: the straight line between neighbours, the last value again, 0, or `mask`: they
 * stay NaN, and models leave them out.
 */
export type FillGaps = "linear" | "previous" | "zero" | "mask";

const POLICIES: readonly FillGaps[] = ["linear", "previous", "zero", "mask"];

/** @throws ArgumentError for a policy that there is not; undefined passes. */
export function checkFillGaps(fillGaps: string | undefined): void {
  if (fillGaps === undefined || POLICIES.includes(fillGaps as FillGaps)) return;
  throw new ArgumentError(`fillGaps: expected one of ${POLICIES.join(", ")}, got "${fillGaps}".`);
}

/** Indexes of the values that are NaN. */
export function holes(values: Float64Array): number[] {
  const found: number[] = [];
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) found.push(i);
  return found;
}

/**
 * Fills the NaNs of `values` in place.
 *
 * @throws DataError where there is nothing to go by: a line needs a value on both sides, `previous` one before.
 */
export function fillHoles(
  values: Float64Array,
  how: Exclude<FillGaps, "mask">,
  name: string,
  where: string,
): void {
  if (how === "zero") {
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) values[i] = 0;
    return;
  }
  const startsEmpty = Number.isNaN(values[0]);
  if (startsEmpty || (how === "linear" && Number.isNaN(values.at(-1)))) {
    throw new DataError(
      `${where}: fillGaps "${how}" has nothing to go by at the ${startsEmpty ? "start" : "end"} of "${name}", which is empty there. ` +
        "Remove those rows, or fill with zero.",
    );
  }
  let known = 0;
  for (let i = 1; i < values.length; i++) {
    if (Number.isNaN(values[i])) {
      if (how === "previous") values[i] = values[i - 1]!;
      continue;
    }
    const [from, to] = [values[known]!, values[i]!];
    for (let k = known + 1; k < i && how === "linear"; k++) {
      values[k] = from + ((k - known) / (i - known)) * (to - from);
    }
    known = i;
  }
}
