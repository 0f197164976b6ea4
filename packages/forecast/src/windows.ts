import { ArgumentError, DataError } from "@lookback/core";

/** Pairs of a window and what follows it, in order of time. */
export interface Windows {
  readonly lookback: number;
  readonly horizon: number;
  /** N, the number of pairs. */
  readonly count: number;
  /** [N, lookback], row by row: pair i starts at value i·stride. */
  readonly inputs: Float32Array;
  /** [N, horizon], row by row: the values right after the window. */
  readonly targets: Float32Array;
}

/**
 * Cuts values into windows of `lookback` steps, each with the `horizon` steps that follow it:
 * N = ⌊(n − lookback − horizon) / stride⌋ + 1.
 *
 * @example makeWindows([1, 2, 3, 4], { lookback: 2 }) // inputs [1,2, 2,3], targets [3, 4]
 * @throws ArgumentError for a size that is not a whole number above 0; DataError when there are too few values.
 */
export function makeWindows(
  values: ArrayLike<number>,
  { lookback, horizon = 1, stride = 1 }: { lookback: number; horizon?: number; stride?: number },
): Windows {
  for (const [name, size] of Object.entries({ lookback, horizon, stride })) checkSize(name, size);
  const needed = lookback + horizon;
  if (values.length < needed) {
    throw new DataError(
      `windows: a lookback of ${lookback} and a horizon of ${horizon} need at least ${needed} rows, got ${values.length}. ` +
        "Add rows, or make one of the two smaller.",
    );
  }
  const count = Math.floor((values.length - needed) / stride) + 1;
  const inputs = new Float32Array(count * lookback);
  const targets = new Float32Array(count * horizon);
  for (let i = 0; i < count; i++) {
    const start = i * stride;
    for (let j = 0; j < lookback; j++) inputs[i * lookback + j] = values[start + j]!;
    for (let j = 0; j < horizon; j++) targets[i * horizon + j] = values[start + lookback + j]!;
  }
  return { lookback, horizon, count, inputs, targets };
}

/**
 * Splits windows in order of time, never at random, into the first part for training and the last for testing.
 * `rate` takes ⌊N·rate⌋ for training (141 windows at 0.8 are 112 and 29); `holdout` keeps that many for testing.
 * Both parts share the windows' memory.
 *
 * @throws ArgumentError when a part would be empty.
 */
export function splitWindows(
  windows: Windows,
  { rate, holdout }: ({ rate: number } & { holdout?: undefined }) | { rate?: undefined; holdout: number },
): [train: Windows, test: Windows] {
  const { count, lookback, horizon } = windows;
  const train = holdout === undefined ? splitCount(count, rate) : count - holdout;
  if (!Number.isInteger(train) || train < 1 || train >= count) {
    const asked = holdout === undefined ? `rate ${rate}` : `holdout ${holdout}`;
    throw new ArgumentError(
      `splitWindows: ${asked} leaves one of the two parts of ${count} windows empty. ` +
        (holdout === undefined
          ? "Use a rate between 0 and 1."
          : `Use a whole number from 1 to ${count - 1}.`),
    );
  }
  const part = (from: number, to: number): Windows => ({
    lookback,
    horizon,
    count: to - from,
    inputs: windows.inputs.subarray(from * lookback, to * lookback),
    targets: windows.targets.subarray(from * horizon, to * horizon),
  });
  return [part(0, train), part(train, count)];
}

/** How many of `count` belong to the first part at `rate`: ⌊count·rate⌋. */
export function splitCount(count: number, rate: number): number {
  return Math.trunc(count * rate);
}

function checkSize(name: string, size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new ArgumentError(`windows: ${name} must be a whole number of at least 1, got ${size}.`);
  }
}
