import type { ModelScore } from "@lookback/forecast";
import type { ForecastRun, SeriesRun } from "./forecastRun.js";
import { type Lang, messages } from "./messages.js";
import { formatNumber } from "./plot/scales.js";

const baselineNames: readonly string[] = ["naive", "seasonal-naive", "drift"];

export const isBaseline = (name: string): boolean => baselineNames.includes(name);

/** Whether all values are the same, so that there is nothing to learn. */
export function isConstant(values: ArrayLike<number>): boolean {
  return Array.from(values).every((value) => value === values[0]);
}

/** MASE as it is shown, with two decimals. */
export const showMase = (mase: number): string => (Number.isFinite(mase) ? mase.toFixed(2) : "∞");

/** How the series' own model did in its backtest. */
export function ownScore(run: SeriesRun): ModelScore | undefined {
  return run.backtest?.models.find((model) => model.name === run.model);
}

/** The baseline with the smallest error, the series' own model aside. */
export function bestBaseline(run: SeriesRun): ModelScore | undefined {
  return best((run.backtest?.models ?? []).filter(({ name }) => name !== run.model && isBaseline(name)));
}

/** The model that the series' own is compared with: the best baseline, or for a baseline the network that lost to it. */
export function rivalOf(run: SeriesRun): ModelScore | undefined {
  const networks = (run.backtest?.models ?? []).filter(({ name }) => name !== run.model && !isBaseline(name));
  return isBaseline(run.model) ? (best(networks) ?? bestBaseline(run)) : bestBaseline(run);
}

/** What the backtest says about the forecast of one series, in plain sentences. */
export function verdict(run: SeriesRun, forced: string | null, network: string | null, lang: Lang): string {
  const text = messages(lang).verdict;
  if (isConstant(run.series.values)) return text.constant;
  if (run.saved) return join([text.saved(run.model)], lang);
  const own = ownScore(run);
  if (own === undefined) return join([text.noBacktest(run.model)], lang);
  return join([...comparison(run, own, forced, network, lang), coverage(own, lang)], lang);
}

/** The verdict over all series of a run: the series' own when there is one, else how often which model was chosen. */
export function overallVerdict(run: ForecastRun, lang: Lang): string {
  const { forced, network } = run.settings;
  const only = run.series[0];
  if (run.series.length === 1 && only) return verdict(only, forced, network, lang);
  const text = messages(lang).verdict;
  if (forced !== null) {
    const judged = run.series.filter((series) => ownScore(series) !== undefined);
    const won = judged.filter((series) => {
      const rival = best(series.backtest!.models.filter((model) => model.name !== series.model));
      return rival === undefined || ownScore(series)!.mase < rival.mase;
    });
    return join([text.manyForced(forced, run.series.length, judged.length, won.length)], lang);
  }
  const counts = new Map<string, number>();
  for (const { model } of run.series) counts.set(model, (counts.get(model) ?? 0) + 1);
  const models = [...counts].map(([name, series]) => ({ name, series })).sort((a, b) => b.series - a.series);
  const untested = run.series.filter((series) => series.backtest === null).length;
  return join([text.many(models, run.series.length, untested)], lang);
}

function comparison(
  run: SeriesRun,
  own: ModelScore,
  forced: string | null,
  network: string | null,
  lang: Lang,
): string[] {
  const text = messages(lang).verdict;
  const others = run.backtest!.models.filter((model) => model !== own);
  const rival =
    forced === null && isBaseline(own.name) ? others.find(({ name }) => name === network) : best(others);
  if (rival === undefined) return [text.baselineOnly(own.name, showMase(own.mase))];
  if (!Number.isFinite(own.mase) || !Number.isFinite(rival.mase)) {
    const rmse = (model: ModelScore) => formatNumber(model.rmse, lang);
    return [text.noScale(own.name, rmse(own), rival.name, rmse(rival))];
  }
  const better = own.mase <= rival.mase ? own : rival;
  const worse = better === own ? rival : own;
  const percent = Math.round(100 * (1 - better.mase / worse.mase)) || 0;
  const scores = (a: ModelScore, b: ModelScore) =>
    [a.name, showMase(a.mase), b.name, showMase(b.mase)] as const;
  if (isBaseline(own.name) && forced === null) {
    const said = percent < 1 ? text.even(...scores(rival, own)) : text.loses(...scores(rival, own));
    return own.mase <= rival.mase || percent < 1
      ? [said, text.chosen(own.name)]
      : [text.loses(...scores(own, rival)), text.useInstead(rival.name)];
  }
  if (percent < 1) return [text.even(...scores(own, rival))];
  if (better === rival) return [text.loses(...scores(own, rival)), text.useInstead(rival.name)];
  if (isBaseline(own.name)) return [text.baselineOnly(own.name, showMase(own.mase))];
  return [text.wins(...scores(own, rival), percent)];
}

/** Intervals are called too narrow when chance would hardly (two standard deviations) let so few values fall inside. */
function coverage(own: ModelScore, lang: Lang): string {
  const values = own.folds.reduce((sum, fold) => sum + fold.actual.length, 0);
  const narrow = own.coverage95 < 0.95 - 2 * Math.sqrt((0.95 * 0.05) / values);
  return messages(lang).verdict.coverage(own.name, 95, own.coverage95, values, narrow);
}

/** The smallest MASE; among equals the first. */
function best(models: readonly ModelScore[]): ModelScore | undefined {
  return [...models].sort((a, b) => a.mase - b.mase || a.rmse - b.rmse)[0];
}

function join(sentences: readonly string[], lang: Lang): string {
  return sentences
    .map((sentence) => sentence.charAt(0).toUpperCase() + sentence.slice(1))
    .join(lang === "zh" ? "" : " ");
}
