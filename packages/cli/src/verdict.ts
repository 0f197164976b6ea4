import { coverageAt, type ForecastRun, type SeriesModelScore, type SeriesRun } from "./forecastRun.js";
import { type Lang, messages } from "./messages.js";
import { isBaseline } from "./models.js";
import { formatNumber } from "./plot/scales.js";

/** Whether all values are the same, so that there is nothing to learn. */
export function isConstant(values: ArrayLike<number>): boolean {
  return Array.from(values).every((value) => value === values[0]);
}

/** MASE as it is shown, with two decimals. */
export const showMase = (mase: number): string => (Number.isFinite(mase) ? mase.toFixed(2) : "∞");

/** How the series' own model did in its backtest. */
export function ownScore(run: SeriesRun): SeriesModelScore | undefined {
  return run.backtest?.models.find((model) => model.name === run.model);
}

/** The baseline with the smallest error, the series' own model aside. */
export function bestBaseline(run: SeriesRun): SeriesModelScore | undefined {
  return best((run.backtest?.models ?? []).filter(({ name }) => name !== run.model && isBaseline(name)));
}

/** The model that the series' own is compared with: the best baseline, or for a baseline the best of the others. */
export function rivalOf(run: SeriesRun): SeriesModelScore | undefined {
  const learned = (run.backtest?.models ?? []).filter(({ name }) => name !== run.model && !isBaseline(name));
  return isBaseline(run.model) ? (best(learned) ?? bestBaseline(run)) : bestBaseline(run);
}

/** What the backtest says about the forecast of one series, in plain sentences. */
export function verdict(run: SeriesRun, forced: string | null, lang: Lang, saved = false): string {
  const text = messages(lang).verdict;
  if (isConstant(run.series.values)) return text.constant;
  if (saved) return join([text.saved(run.model)], lang);
  const own = ownScore(run);
  if (own === undefined) return join([text.noBacktest(run.model)], lang);
  return join([...comparison(run, own, forced, lang), coverage(own, lang)], lang);
}

/** The verdict over all series of a run: the series' own when there is one, else how the model did over all. */
export function overallVerdict(run: ForecastRun, lang: Lang): string {
  const only = run.series[0];
  if (run.series.length === 1 && only) return verdict(only, run.settings.forced, lang, run.model.saved);
  const text = messages(lang).verdict;
  if (run.model.saved) return join([text.saved(run.model.name)], lang);
  const judged = run.series.filter((one) => ownScore(one) !== undefined);
  const scores = run.backtest?.models ?? [];
  const own = scores.find(({ name }) => name === run.model.name);
  if (own === undefined || judged.length === 0) return join([text.noBacktest(run.model.name)], lang);
  const baseline = best(scores.filter(({ name }) => name !== own.name && isBaseline(name)));
  const ahead = judged.filter((one) => {
    const rival = bestBaseline(one);
    return rival === undefined || ownScore(one)!.mase < rival.mase;
  });
  const sentences = [
    text.overall(own.name, run.series.length, showMase(own.mase)),
    ...(baseline
      ? [text.overallBeside(baseline.name, showMase(baseline.mase), ahead.length, judged.length)]
      : []),
    text.overallCoverage(own.name, 95, coverageAt(own, 95)),
    ...(judged.length < run.series.length ? [text.untested(run.series.length - judged.length)] : []),
  ];
  return join(sentences, lang);
}

/** What the choice blends, the largest shares first; null when nothing was chosen. */
export function decisionSentence({ model }: ForecastRun, lang: Lang): string | null {
  if (model.decision === null) return null;
  const parts = model.decision.candidates
    .map(({ name, weight }) => ({ name, percent: Math.round(100 * weight) }))
    .filter(({ percent }) => percent > 0)
    .sort((a, b) => b.percent - a.percent);
  const shown = parts.length <= 5 ? parts : parts.slice(0, 4);
  return join([messages(lang).verdict.decided(shown, parts.length - shown.length)], lang);
}

function comparison(run: SeriesRun, own: SeriesModelScore, forced: string | null, lang: Lang): string[] {
  const text = messages(lang).verdict;
  const others = run.backtest!.models.filter((model) => model !== own);
  const isOwnBaseline = isBaseline(own.name);
  const rival =
    forced !== null
      ? best(others)
      : (best(others.filter(({ name }) => isBaseline(name) !== isOwnBaseline)) ?? best(others));
  if (rival === undefined) return [text.baselineOnly(own.name, showMase(own.mase))];
  if (!Number.isFinite(own.mase) || !Number.isFinite(rival.mase)) {
    const rmse = (model: SeriesModelScore) => formatNumber(model.rmse, lang);
    return [text.noScale(own.name, rmse(own), rival.name, rmse(rival))];
  }
  const better = own.mase <= rival.mase ? own : rival;
  const worse = better === own ? rival : own;
  const percent = Math.round(100 * (1 - better.mase / worse.mase)) || 0;
  const scores = (a: SeriesModelScore, b: SeriesModelScore) =>
    [a.name, showMase(a.mase), b.name, showMase(b.mase)] as const;
  if (isOwnBaseline && forced === null) {
    const said = percent < 1 ? text.even(...scores(rival, own)) : text.loses(...scores(rival, own));
    return own.mase <= rival.mase || percent < 1
      ? [said, text.chosen(own.name)]
      : [text.loses(...scores(own, rival)), text.useInstead(rival.name)];
  }
  if (percent < 1) return [text.even(...scores(own, rival))];
  if (better === rival) return [text.loses(...scores(own, rival)), text.useInstead(rival.name)];
  if (isOwnBaseline) return [text.baselineOnly(own.name, showMase(own.mase))];
  return isBaseline(rival.name)
    ? [text.wins(...scores(own, rival), percent)]
    : [text.beats(...scores(own, rival), percent)];
}

/** Intervals are called too narrow when chance would hardly (two standard deviations) let so few values fall inside. */
function coverage(own: SeriesModelScore, lang: Lang): string {
  const values = own.folds.reduce((sum, fold) => sum + fold.actual.length, 0);
  const share = coverageAt(own, 95);
  const narrow = share < 0.95 - 2 * Math.sqrt((0.95 * 0.05) / values);
  return messages(lang).verdict.coverage(own.name, 95, share, values, narrow);
}

/** The smallest MASE; among equals the first. */
function best<Score extends { mase: number; rmse: number }>(models: readonly Score[]): Score | undefined {
  return [...models].sort((a, b) => a.mase - b.mase || a.rmse - b.rmse)[0];
}

function join(sentences: readonly string[], lang: Lang): string {
  return sentences
    .map((sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1))
    .join(lang === "zh" ? "" : " ");
}
