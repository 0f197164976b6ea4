import type { ForecastRun, SeriesRun } from "./forecastRun.js";
import { html, Markup } from "./html.js";
import { type Lang, messages } from "./messages.js";
import {
  backtestPicture,
  drawnSeries,
  forecastPicture,
  gatesPicture,
  importancePicture,
  lossPicture,
  overallTrustPicture,
  type PictureOptions,
  residualPicture,
  spreadPicture,
  trustPicture,
} from "./pictures.js";
import { pageTheme } from "./plot/theme.js";
import { dataFacts, howMade, keepInMind, reproduce, treatment } from "./reportFacts.js";
import { backtestTable, decisionTable, forecastTable, keyFigures, seriesTable } from "./reportTables.js";
import { reportTexts } from "./reportTexts.js";
import { decisionSentence, overallVerdict, verdict } from "./verdict.js";
import { wholePage } from "./wholePage.js";

/** So many series are shown in full; of the others there is a line in a table. */
const mostInFull = 20;

/**
 * One HTML file that says what is forecast and how far to trust it. It needs nothing else: pictures, style and the
 * glyphs of its font are in it, and its own policy forbids the browser to load anything.
 *
 * @param modelFile where the model was written, for the command that uses it; when left out, the `--out` of the run's
 * command says.
 */
export async function forecastReport(run: ForecastRun, lang: Lang, modelFile?: string): Promise<string> {
  const { report: text } = messages(lang);
  const first = run.series[0]!;
  const title = text.title(first.series.target);
  const several = run.series.length > 1;
  const body = html`<main>
<header><h1>${title}</h1><p class="made">${text.made(showDate(run.made))}</p></header>
<p class="verdict">${overallVerdict(run, lang)}</p>
${sentence(decisionSentence(run, lang))}
${several ? severalSeries(run, lang) : [keyFigures(first, lang), oneSeries(run, first, lang)]}
${decision(run, lang)}
${inside(run, lang)}
${training(run, lang)}
${dataFacts(run, lang)}
${treatment(run, lang)}
${howMade(run, lang)}
${reproduce(run, lang, modelFile ?? defaultModelFile(run))}
${keepInMind(run, lang)}
</main>`.text;
  return wholePage(title, body, lang);
}

const sentence = (text: string | null): Markup | null => (text === null ? null : html`<p>${text}</p>`);

const showDate = (date: Date): string => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

type Draw = (options: PictureOptions) => string | null;

/** A picture twice, for a wide screen and for a phone, of which the style shows one. */
function picture(draw: Draw, lang: Lang, narrowHeight?: number): Markup | null {
  const svg = (options: Partial<PictureOptions>) =>
    draw({ lang, theme: pageTheme, subtitle: "", ...options })?.replace(/ xmlns="[^"]*"/, "");
  const wide = svg({});
  const narrow = svg({ width: 460, ...(narrowHeight === undefined ? {} : { height: narrowHeight }) });
  if (wide === undefined || narrow === undefined) return null;
  return html`<figure><div class="wide">${new Markup(wide)}</div><div class="narrow">${new Markup(narrow)}</div></figure>`;
}

function forecastPart(run: ForecastRun, one: SeriesRun, lang: Lang): Markup {
  const alone = { ...run, series: [one] };
  return html`${picture((options) => forecastPicture(alone, options), lang, 470)}${forecastTable(one.forecast, lang)}`;
}

function backtestPart(run: ForecastRun, one: SeriesRun, lang: Lang): Markup {
  const text = messages(lang).report;
  if (one.backtest === null) return html`<p>${text.noBacktest}</p>`;
  const { windows, horizon, models } = one.backtest;
  const residuals = picture((options) => residualPicture(one, options), lang);
  return html`<p class="hint">${text.backtestHow(windows, horizon, one.series.seasonLength > 1)}</p>${backtestTable(models, one.model, run, lang)}${picture((options) => backtestPicture(one, options), lang, 380)}${picture((options) => trustPicture(one, options), lang)}${residuals}`;
}

function oneSeries(run: ForecastRun, one: SeriesRun, lang: Lang): Markup {
  const text = messages(lang).report;
  return html`<section class="long"><h2>${text.forecast}</h2>${forecastPart(run, one, lang)}</section>
<section class="long"><h2>${text.backtest}</h2>${backtestPart(run, one, lang)}</section>`;
}

function severalSeries(run: ForecastRun, lang: Lang): Markup {
  const text = messages(lang).report;
  const more = reportTexts(lang);
  const inFull = run.series.length <= mostInFull ? run.series : drawnSeries(run.series);
  const sections = inFull.map(
    (one) => html`<section class="long" id="series-${run.series.indexOf(one) + 1}"><h2>${one.series.id}</h2>
<p>${verdict(one, run.settings.forced, lang, run.model.saved)}</p>
${forecastPart(run, one, lang)}
<details><summary>${text.backtest}</summary>${backtestPart(run, one, lang)}</details></section>
`,
  );
  const some =
    run.series.length > inFull.length ? html`<p class="hint">${more.drawn(inFull.length)}</p>` : null;
  return html`${overall(run, lang)}
<section class="long"><h2>${text.overview(run.series.length)}</h2>${seriesTable(run.series, inFull, lang)}</section>
${some}${sections}`;
}

/** How the models did over all series of a run. */
function overall(run: ForecastRun, lang: Lang): Markup | null {
  if (run.backtest === null) return null;
  const { windows, horizon, models } = run.backtest;
  const text = messages(lang).report;
  const seasonal = run.series.some(({ series }) => series.seasonLength > 1);
  return html`<section class="long"><h2>${reportTexts(lang).overall}</h2><p class="hint">${text.backtestHow(windows, horizon, seasonal)}</p>${backtestTable(models, run.model.name, run, lang)}${picture((options) => spreadPicture(run, options), lang, 330)}${picture((options) => overallTrustPicture(run, options), lang)}</section>`;
}

function decision(run: ForecastRun, lang: Lang): Markup | null {
  const { decision: made } = run.model;
  if (made === null) return null;
  const text = reportTexts(lang);
  return html`<section class="long"><h2>${text.decision}</h2><p class="hint">${text.decisionHow(made.candidates.length, made.metric, made.windows, made.horizon, run.series.length)}</p>${decisionTable(made, lang)}</section>`;
}

function inside(run: ForecastRun, lang: Lang): Markup | null {
  const importance = picture((options) => importancePicture(run, options), lang);
  const gates = picture((options) => gatesPicture(run, options), lang);
  if (importance === null && gates === null) return null;
  const text = reportTexts(lang);
  const name = messages(lang).modelName(run.model.explanation!.network);
  const first = run.series.length > 1 ? run.series[0]!.series.id : null;
  const how = text.insideHow(name, run.model.decision === null, importance !== null, first);
  return html`<section class="long"><h2>${text.inside}</h2><p class="hint">${how}</p>${importance}${gates}</section>`;
}

function training(run: ForecastRun, lang: Lang): Markup | null {
  const loss = picture((options) => lossPicture(run, { width: 1000, ...options }), lang, 330);
  if (loss === null) return null;
  const text = messages(lang).report;
  return html`<section><h2>${text.training}</h2><p class="hint">${text.learned(run.model.losses.length)}</p>${loss}</section>`;
}

function defaultModelFile(run: ForecastRun): string {
  const out = /\s--out[\s=]("[^"]*"|'[^']*'|\S+)/.exec(run.command)?.[1] ?? "out";
  return `${out.replace(/\/+$/, "")}/model.safetensors`;
}
