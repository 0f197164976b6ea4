import type { Forecast, Scores } from "@lookback/forecast";
import { coverageAt, type Decision, type ForecastRun, type SeriesRun } from "./forecastRun.js";
import { html, type Markup } from "./html.js";
import { type Lang, messages } from "./messages.js";
import { isBaseline } from "./models.js";
import { formatNumber } from "./plot/scales.js";
import { reportTexts } from "./reportTexts.js";
import { plainTime } from "./tableSeries.js";
import { ownScore, rivalOf, showMase } from "./verdict.js";

/** Steps of a forecast that are seen at once, and that are in the page at all. */
const firstSteps = 24;
const mostSteps = 1000;

const percent = (share: number, lang: Lang, digits = 0): string =>
  Number.isFinite(share) ? `${(100 * share).toFixed(digits)}${lang === "zh" ? "" : " "}%` : "–";

const figure = (value: number, lang: Lang): string =>
  Number.isFinite(value) ? formatNumber(value, lang) : value === Number.POSITIVE_INFINITY ? "∞" : "–";

/** Writes the numbers of one table with the same decimals, four digits for the largest. */
function columnFormat(values: Iterable<number>, lang: Lang): (value: number) => string {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
  if (largest >= 1e12 || (largest > 0 && largest < 1e-6)) return (value) => value.toExponential(3);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(largest || 1000)));
  const format = new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (value) => format.format(value);
}

/** The figures that a reader wants first: error, honesty of the intervals, where it ends. */
export function keyFigures(run: SeriesRun, lang: Lang): Markup {
  const text = messages(lang).report;
  const own = ownScore(run);
  const rival = rivalOf(run);
  const beside = rival && isBaseline(rival.name) && !isBaseline(run.model) ? text.bestBaseline : text.has;
  const { times, mean, levels } = run.forecast;
  const widest = levels.at(-1);
  const format = columnFormat(mean, lang);
  const last = mean.length - 1;
  const key = (name: string, value: string, under: string) =>
    html`<div><dt>${name}</dt><dd class="value">${value}</dd><dd class="under">${under}</dd></div>`;
  return html`<dl class="keys">${key(
    text.key(plainTime(times.at(-1)!)),
    format(mean[last]!),
    widest ? text.between(widest.level, format(widest.lo[last]!), format(widest.hi[last]!)) : "",
  )}${
    own
      ? [
          key(
            text.maseOf(own.name),
            showMase(own.mase),
            rival ? beside(rival.name, showMase(rival.mase)) : "",
          ),
          key(text.inside(95), percent(coverageAt(own, 95), lang), text.should(95)),
        ]
      : null
  }</dl>`;
}

/** The forecast step by step: the first steps at once, the others behind a click. */
export function forecastTable(forecast: Forecast, lang: Lang): Markup {
  const text = messages(lang).report;
  const { times } = forecast;
  if (times.length <= firstSteps) return steps(forecast, times.length, lang);
  const shown = Math.min(times.length, mostSteps);
  return html`${steps(forecast, firstSteps, lang)}<details><summary>${text.allSteps(shown, times.length)}</summary>${steps(forecast, shown, lang)}</details>`;
}

function steps({ times, mean, levels }: Forecast, count: number, lang: Lang): Markup {
  const text = messages(lang).terminal;
  const ends = levels.flatMap(({ lo, hi }) => [lo, hi]);
  const format = columnFormat(
    [mean, ...ends].flatMap((values) => [...values.subarray(0, count)]),
    lang,
  );
  const rows = times
    .slice(0, count)
    .map(
      (time, i) =>
        html`<tr><td>${plainTime(time)}</td><td>${format(mean[i]!)}</td>${levels.map(({ lo, hi }) => html`<td class="lo">${format(lo[i]!)}</td><td class="hi">${format(hi[i]!)}</td>`)}</tr>`,
    );
  return html`<div class="scroll"><table><thead><tr><th>${text.time}</th><th>${text.mean}</th>${levels.map(
    ({ level }) => html`<th colspan="2">${text.interval(level)}</th>`,
  )}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** All models of a backtest, the best first, with what the coverage should be below them. */
export function backtestTable(
  scores: readonly (Scores & { name: string })[],
  chosen: string,
  run: ForecastRun,
  lang: Lang,
): Markup {
  const { modelName, modelMeaning, report, terminal } = messages(lang);
  const { columns } = terminal;
  const models = [...scores].sort((a, b) => a.mase - b.mase || a.rmse - b.rmse);
  const levels = tableLevels(run);
  const rmse = columnFormat(
    models.map((model) => model.rmse),
    lang,
  );
  const mae = columnFormat(
    models.map((model) => model.mae),
    lang,
  );
  const crps = columnFormat(
    models.map((model) => model.crps),
    lang,
  );
  const seconds = new Map(run.backtest?.models.map((model) => [model.name, model.seconds]));
  const largest = Math.max(...models.map(({ mase }) => mase).filter(Number.isFinite));
  const cells = (texts: readonly string[]) => texts.map((text) => html`<td>${text}</td>`);
  const row = (model: Scores & { name: string }) => {
    const mark = model.name === chosen ? html` class="chosen"` : null;
    const shares = levels.map((level) => percent(coverageAt(model, level), lang));
    const errors = [rmse(model.rmse), mae(model.mae), percent(model.smape / 100, lang, 1), crps(model.crps)];
    const time = seconds.get(model.name);
    return html`<tr${mark}><th scope="row">${modelName(model.name)}<span class="meaning">${modelMeaning(model.name)}</span></th><td>${showMase(model.mase)}${bar(model.mase / largest)}</td>${cells([...shares, ...errors, time === undefined ? "–" : time.toFixed(2)])}</tr>`;
  };
  const head = [
    "MASE",
    ...levels.map((level) => columns.inside(level)),
    "RMSE",
    "MAE",
    "sMAPE",
    "CRPS",
    columns.seconds,
  ];
  const nominal = ["", ...levels.map((level) => percent(level / 100, lang)), "", "", "", "", ""];
  return html`<div class="scroll"><table><thead><tr><th>${columns.model}</th>${head.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${models.map(row)}<tr class="nominal"><th scope="row">${report.nominal}</th>${cells(nominal)}</tr></tbody></table></div>`;
}

/** 80 and 95, and the levels that were asked for. */
function tableLevels(run: ForecastRun): number[] {
  return [...new Set([80, 95, ...run.settings.levels])].sort((a, b) => a - b);
}

/** The candidates of an automatic choice with their scores and their weights in the forecast. */
export function decisionTable({ candidates, metric }: Decision, lang: Lang): Markup {
  const { modelName, modelMeaning } = messages(lang);
  const text = reportTexts(lang);
  const largest = Math.max(...candidates.map(({ score }) => score).filter(Number.isFinite));
  const rows = candidates.map(
    ({ name, score, weight, seconds }) =>
      html`<tr${weight > 0 ? html` class="chosen"` : null}><th scope="row">${modelName(name)}<span class="meaning">${modelMeaning(name)}</span></th><td>${Number.isFinite(score) ? score.toFixed(3) : "–"}${bar(score / largest)}</td><td>${weight > 0 ? percent(weight, lang) : "–"}</td><td>${seconds.toFixed(2)}</td></tr>`,
  );
  return html`<div class="scroll"><table><thead><tr><th>${text.candidate}</th><th>${metric}</th><th>${text.weight}</th><th>${text.seconds}</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function bar(share: number): Markup | null {
  if (!(share >= 0 && share <= 1)) return null;
  return html`<span class="bar"><span style="width:${Math.max(3, Math.round(100 * share))}%"></span></span>`;
}

/** Series in a table at once, and at most. */
const firstRows = 24;
const mostRows = 200;

/** All series of a run in one table, of many the worst; those in full below are linked. */
export function seriesTable(runs: readonly SeriesRun[], inFull: readonly SeriesRun[], lang: Lang): Markup {
  const { modelName, report } = messages(lang);
  const text = reportTexts(lang);
  const error = (run: SeriesRun) => ownScore(run)?.mase ?? Number.NEGATIVE_INFINITY;
  const worstFirst = runs.length > 20;
  const sorted = worstFirst ? [...runs].sort((a, b) => error(b) - error(a)) : runs;
  const row = (run: SeriesRun) => {
    const own = ownScore(run);
    const rival = rivalOf(run);
    const { id, times } = run.series;
    const name = inFull.includes(run) ? html`<a href="#series-${runs.indexOf(run) + 1}">${id}</a>` : id;
    return html`<tr><td>${name}</td><td>${times.length}</td><td>${modelName(run.model)}</td><td>${own ? showMase(own.mase) : "–"}</td><td>${rival ? `${modelName(rival.name)} ${showMase(rival.mase)}` : "–"}</td><td>${own ? percent(coverageAt(own, 95), lang) : "–"}</td><td>${figure(run.forecast.mean.at(-1)!, lang)}</td></tr>`;
  };
  const rest = runs.length > mostRows ? html`<p class="hint">${text.rest(mostRows, runs.length)}</p>` : null;
  const order = worstFirst ? html`<p class="hint">${text.sortedByError}</p>` : null;
  const table = (some: readonly SeriesRun[]) =>
    html`<div class="scroll"><table><thead><tr><th>${report.series}</th><th>${report.rows}</th><th>${report.model}</th><th>MASE</th><th>${report.comparedWith}</th><th>${report.inside(95)}</th><th>${report.lastStep}</th></tr></thead><tbody>${some.map(row)}</tbody></table></div>`;
  const more = sorted.slice(firstRows, mostRows);
  return html`${order}${table(sorted.slice(0, firstRows))}${more.length > 0 ? html`<details><summary>${text.moreSeries(more.length)}</summary>${table(more)}${rest}</details>` : null}`;
}
