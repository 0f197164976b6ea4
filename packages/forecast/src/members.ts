import { AbortError, LookbackError } from "@lookback/core";
import type { Candidate } from "./candidates.js";
import { type Forecast, type Forecaster, type PredictOptions, throwIfAborted } from "./forecaster.js";
import type { GlobalForecaster } from "./globalForecaster.js";
import type { Series } from "./series.js";

/** A candidate that has learned from all values of its series. */
export interface Member {
  readonly name: string;
  /** One forecaster for each series, undefined where it did not learn; or one for all. */
  readonly own: readonly (Forecaster | undefined)[] | GlobalForecaster | undefined;
}

/** Whether it can forecast a series. */
export function hasLearned({ own }: Member, series: number): boolean {
  return Array.isArray(own) ? own[series] !== undefined : own !== undefined;
}

/** One forecast for each of `count` series, undefined where it did not learn. */
export async function forecastsOf(
  { own }: Member,
  count: number,
  request: PredictOptions,
): Promise<(Forecast | undefined)[]> {
  if (own === undefined) return Array.from({ length: count });
  if ("predict" in own) return own.predict(request);
  return Promise.all(own.map(async (forecaster) => forecaster?.predict(request)));
}

/** Fits a candidate to all series, or to those where it is wanted; what it fails on stays without it. */
export async function learn(
  candidate: Candidate,
  series: readonly Series[],
  wanted: (series: number) => boolean,
  signal: AbortSignal | undefined,
  onProgress: (fraction: number) => void,
): Promise<Member> {
  const options = signal ? { signal } : {};
  const { name } = candidate;
  if ("together" in candidate) {
    const forecaster = candidate.together();
    const learned =
      series.some((_, i) => wanted(i)) &&
      (await succeeds(
        forecaster.fit(series, { ...options, onProgress: ({ fraction }) => onProgress(fraction) }),
      ));
    return { name, own: learned ? forecaster : undefined };
  }
  const own: (Forecaster | undefined)[] = [];
  for (const [i, one] of series.entries()) {
    throwIfAborted(signal, "auto");
    if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 0));
    onProgress(i / series.length);
    const forecaster = candidate.each();
    own.push(wanted(i) && (await succeeds(forecaster.fit(one, options))) ? forecaster : undefined);
  }
  return { name, own };
}

/** Whether work came to a good end; an interruption or a bug is passed on. */
async function succeeds(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (!(error instanceof LookbackError) || error instanceof AbortError) throw error;
    return false;
  }
}
