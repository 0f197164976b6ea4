import { AbortError, ArgumentError, DataError, LookbackError } from "@lookback/core";
import { backtestPanel, type LeftOut, type PanelScore } from "./backtestPanel.js";
import { blendForecasts, blendWeights } from "./blend.js";
import { type Candidate, defaultCandidates } from "./candidates.js";
import { applyCalibration, type Calibration, calibrate } from "./conformal.js";
import {
  checkHorizon,
  type FitOptions,
  type Forecast,
  notFitted,
  type PredictOptions,
  throwIfAborted,
} from "./forecaster.js";
import { checkSome, type GlobalForecaster } from "./globalForecaster.js";
import { forecastsOf, hasLearned, learn, type Member } from "./members.js";
import { type Fold, foldMase, type Scores, scoreFolds } from "./scores.js";
import type { Series } from "./series.js";

export interface AutoOptions {
  /** Steps ahead that the choice is made for. Default: a season of up to 24, or 12, less for short series. */
  readonly horizon?: number;
  /** First seed of candidates that draw random numbers. Default 0. */
  readonly seed?: number;
  /** What to choose from. Default: `defaultCandidates`. */
  readonly candidates?: readonly Candidate[];
  /** Folds of the backtest. Default: up to 14 for a few series, 2 or 3 for many. */
  readonly windows?: number;
}

/** How one candidate did in the backtest inside the training part. */
export interface CandidateScore {
  readonly name: string;
  /** Mean over the folds of all series; NaN when no series was long enough for a fold. */
  readonly mase: number;
  readonly smape: number;
  readonly seconds: number;
  /** Mean of its weight over all series. */
  readonly weight: number;
  /** Series on which it failed, and why. */
  readonly leftOut: readonly LeftOut[];
}

/** What `auto` decided, and on what grounds. Plain data. */
export interface AutoDecision {
  readonly horizon: number;
  /** Folds of the backtest and the steps between their origins; 0 folds when no series was long enough. */
  readonly windows: number;
  readonly step: number;
  /** In descending order of weight. */
  readonly candidates: readonly CandidateScore[];
  /** For each series the weights of its blend, in the order of `candidates`. */
  readonly series: readonly {
    readonly id: string;
    readonly folds: number;
    readonly weights: readonly number[];
  }[];
  /**
   * Scores of the blend itself, each fold with the weights that the other folds give; null with fewer than two folds.
   * Its coverage is that of the intervals before calibration.
   */
  readonly blend: Scores | null;
  readonly calibration: Calibration | null;
}

/** A forecaster over any number of series that chooses for itself. */
export interface AutoForecaster extends GlobalForecaster {
  /** What it chose and why; undefined before `fit`. */
  readonly decision: AutoDecision | undefined;
  /** What was fitted, for `saveAuto`; undefined before `fit`. */
  readonly fitted: FittedAuto | undefined;
}

/** All that a fitted auto forecaster consists of. */
export interface FittedAuto {
  readonly series: readonly Series[];
  /** In the order of the candidates, as are the weights. */
  readonly members: readonly Member[];
  /** [series][members]. */
  readonly weights: readonly Float64Array[];
  readonly decision: AutoDecision;
}

/**
 * The forecaster that decides by looking back: every candidate is backtested inside the training part, with rolling
 * origins; candidates are then blended with weights that fall with their errors (`blendWeights`), and the blend's
 * intervals are stretched to cover what the backtest saw (`calibrate`). All is decided on the series given to `fit`.
 *
 * @example
 * const auto = autoForecaster({ horizon: 12 });
 * await auto.fit([series]);
 * const [forecast] = await auto.predict({ horizon: 12 });
 * auto.decision.candidates; // what did how well, and what weight it got
 * @throws ArgumentError for bad options; DataError at fitting, when no candidate can forecast a series.
 */
export function autoForecaster(options: AutoOptions = {}): AutoForecaster {
  if (options.horizon !== undefined) checkHorizon(options.horizon);
  if (options.candidates?.length === 0) {
    throw new ArgumentError("auto: expected at least one candidate, got none.");
  }
  let fitted: FittedAuto | undefined;
  return {
    name: "auto",
    get decision() {
      return fitted?.decision;
    },
    get fitted() {
      return fitted;
    },
    async fit(series, fitOptions = {}) {
      checkSome("auto", series);
      throwIfAborted(fitOptions.signal, "auto");
      fitted = undefined;
      const plan = planBacktest(series, options);
      const candidates =
        options.candidates ??
        defaultCandidates({
          horizon: plan.horizon,
          seed: options.seed ?? 0,
          series: series.length,
          longest: series.reduce((most, { values }) => Math.max(most, values.length), 0),
          season: series.reduce((most, one) => Math.max(most, one.seasonLength), 1),
        });
      const scores = await scoreCandidates(candidates, series, plan, fitOptions);
      fitted = await fitBlend(candidates, series, plan, scores, fitOptions);
    },
    async predict(request) {
      if (!fitted) throw notFitted("auto");
      return forecastBlend(fitted, request);
    },
  };
}

/** The calibrated blend of all members, for each series. */
export async function forecastBlend(
  { members, weights, decision }: FittedAuto,
  request: PredictOptions,
): Promise<Forecast[]> {
  const forecasts = await Promise.all(members.map((member) => forecastsOf(member, weights.length, request)));
  return weights.map((own, i) => {
    const parts = forecasts.map((of) => of[i]);
    const blend = blendForecasts(parts, own);
    return decision.calibration ? applyCalibration(blend, decision.calibration) : blend;
  });
}

/** Where the backtest's folds lie. */
interface Plan {
  readonly horizon: number;
  /** 0 when no series bears a fold. */
  readonly windows: number;
  readonly step: number;
}

/** Series that are few enough to look back at from more origins. */
const A_FEW = 20;

function planBacktest(series: readonly Series[], options: AutoOptions): Plan {
  const lengths = series.map(({ values }) => values.length).sort((a, b) => a - b);
  const typical = lengths[lengths.length >> 1]!;
  const season = series.reduce((most, one) => Math.max(most, one.seasonLength), 1);
  const wanted = season > 1 ? Math.min(season, 24) : 12;
  const horizon = options.horizon ?? Math.max(1, Math.min(wanted, Math.floor(typical / 5)));
  const few = series.length <= A_FEW;
  const step = few ? Math.ceil(horizon / 4) : horizon;
  // the first training part holds two seasons and a value, ten values, and five more than the horizon
  const smallest = Math.max(2 * season + 1, 10, horizon + 5);
  const bearable = Math.floor((typical - horizon - smallest) / step) + 1;
  const least = lengths.at(-1)! - horizon >= 6 ? 1 : 0;
  const most = options.windows ?? (few ? 14 : series.length <= 200 ? 3 : 2);
  return { horizon, step, windows: Math.max(least, Math.min(most, bearable)) };
}

/** The candidates' folds in the backtest, and what it cost. */
interface Backtested {
  readonly scores: readonly (PanelScore | undefined)[];
}

/** Share of the progress that the backtest takes; the final fit takes the rest. */
const BACKTEST_SHARE = 0.75;

async function scoreCandidates(
  candidates: readonly Candidate[],
  series: readonly Series[],
  plan: Plan,
  { signal, onProgress }: FitOptions,
): Promise<Backtested> {
  const { horizon, windows, step } = plan;
  const scores: (PanelScore | undefined)[] = [];
  for (const [index, candidate] of candidates.entries()) {
    if (windows === 0) break;
    const models = "each" in candidate ? { each: [candidate.each] } : { together: [candidate.together] };
    try {
      const { models: own } = await backtestPanel(models, series, {
        horizon,
        windows,
        step,
        refit: candidate.refit ?? true,
        levels: LEVELS,
        ...(signal ? { signal } : {}),
        onProgress: ({ fraction }) =>
          onProgress?.({
            fraction: (BACKTEST_SHARE * (index + fraction)) / candidates.length,
            note: candidate.name,
          }),
      });
      scores[index] = own[0]!;
    } catch (error) {
      if (!(error instanceof LookbackError) || error instanceof AbortError) throw error;
      // a candidate that cannot be backtested on these series gets no weight from it
    }
  }
  return { scores };
}

/** Levels at which intervals are calibrated, in per cent. */
const LEVELS = [50, 80, 90, 95, 99];

async function fitBlend(
  candidates: readonly Candidate[],
  series: readonly Series[],
  plan: Plan,
  { scores }: Backtested,
  { signal, onProgress }: FitOptions,
): Promise<FittedAuto> {
  const folds = foldsOf(series, scores, candidates.length);
  const errors = folds.map((own) => own.map((fold) => fold.map((of) => of?.mase ?? Number.NaN)));
  const wanted = blendWeights(errors, candidates.length);
  const members: Member[] = [];
  for (const [c, candidate] of candidates.entries()) {
    throwIfAborted(signal, "auto");
    const share = (fraction: number) =>
      onProgress?.({
        fraction: BACKTEST_SHARE + ((1 - BACKTEST_SHARE) * (c + fraction)) / candidates.length,
        note: candidate.name,
      });
    members.push(await learn(candidate, series, (i) => wanted[i]![c]! > 0, signal, share));
  }
  let weights = blendWeights(errors, candidates.length, {}, (i, c) => hasLearned(members[c]!, i));
  weights = weights.map((own, i) => {
    if (own.some((weight) => weight > 0)) return own;
    throw new DataError(
      `auto: no candidate can forecast series "${series[i]!.id}". It has ${series[i]!.values.length} values; 3 are needed at least.`,
    );
  });
  const blended = leaveOneOut(series, folds, errors, candidates.length);
  const all = blended.flat();
  const few = series.length <= A_FEW;
  onProgress?.({ fraction: 1 });
  return {
    series,
    members,
    weights,
    decision: {
      ...plan,
      ...describe(candidates, scores, weights, series, folds),
      blend: all.length > 0 ? scoreFolds(all) : null,
      calibration: all.length > 0 ? calibrate(all, few ? { by: "all", prior: 4 } : {}) : null,
    },
  };
}

/** For each series its folds, oldest first; for each of those what every candidate forecast, undefined where it did not. */
function foldsOf(
  series: readonly Series[],
  scores: readonly (PanelScore | undefined)[],
  count: number,
): (Fold | undefined)[][][] {
  const bySeries = scores.map((score) => new Map(score?.series.map(({ index, folds }) => [index, folds])));
  return series.map((_, i) => {
    const lengths = new Set<number>();
    const own = Array.from({ length: count }, (_, c) => bySeries[c]?.get(i) ?? []);
    for (const folds of own) for (const { trainLength } of folds) lengths.add(trainLength);
    return [...lengths]
      .sort((a, b) => a - b)
      .map((length) => own.map((folds) => folds.find(({ trainLength }) => trainLength === length)));
  });
}

/** The blend in each fold of the backtest, with the weights that all folds but this one give. */
function leaveOneOut(
  series: readonly Series[],
  folds: readonly (readonly (readonly (Fold | undefined)[])[])[],
  errors: readonly (readonly (readonly number[])[])[],
  count: number,
): Fold[][] {
  const rounds = folds.reduce((most, { length }) => Math.max(most, length), 0);
  const blended: Fold[][] = series.map(() => []);
  for (let round = 0; round < rounds; round++) {
    // rounds are counted from the newest fold, which every series that has folds has
    const index = (i: number) => folds[i]!.length - 1 - round;
    const rest = errors.map((own, i) => own.filter((_, k) => k !== index(i)));
    const weights = blendWeights(rest, count, {}, (i, c) => folds[i]![index(i)]?.[c] !== undefined);
    for (const [i, one] of series.entries()) {
      const fold = folds[i]![index(i)];
      const known = fold?.find((of) => of !== undefined);
      if (!fold || !known) continue;
      const { mean, levels } = blendForecasts(fold, weights[i]!);
      const training = one.values.subarray(0, known.trainLength);
      blended[i]!.push({
        ...known,
        mean,
        levels,
        mase: foldMase(known.actual, mean, training, one.seasonLength),
      });
    }
  }
  return blended;
}

function describe(
  candidates: readonly Candidate[],
  scores: readonly (PanelScore | undefined)[],
  weights: readonly Float64Array[],
  series: readonly Series[],
  folds: readonly (readonly unknown[])[],
): Pick<AutoDecision, "candidates" | "series"> {
  const mean = (c: number) => weights.reduce((sum, own) => sum + own[c]! / weights.length, 0);
  const order = candidates.map((_, c) => c).sort((a, b) => mean(b) - mean(a));
  return {
    candidates: order.map((c) => ({
      name: candidates[c]!.name,
      mase: scores[c]?.mase ?? Number.NaN,
      smape: scores[c]?.smape ?? Number.NaN,
      seconds: scores[c]?.seconds ?? 0,
      weight: mean(c),
      leftOut: scores[c]?.leftOut ?? [],
    })),
    series: series.map(({ id }, i) => ({
      id,
      folds: folds[i]!.length,
      weights: order.map((c) => weights[i]![c]!),
    })),
  };
}
