import type { ForecastRun, SeriesRun } from "./forecastRun.js";
import { html, Markup } from "./html.js";
import { type Lang, messages } from "./messages.js";
import { backtestPicture, forecastPicture, lossPicture, type PictureOptions } from "./pictures.js";
import { fontFace, visibleText } from "./plot/font.js";
import { pageTheme } from "./plot/theme.js";
import { reportStyle } from "./reportStyle.js";
import { backtestTable, forecastTable, keyFigures, seriesTable } from "./reportTables.js";
import { overallVerdict, verdict } from "./verdict.js";

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
  const { report: text, htmlLang } = messages(lang);
  const first = run.series[0]!;
  const title = text.title(first.series.target);
  const several = run.series.length > 1;
  const body = html`<main>
<header><h1>${title}</h1><p class="made">${text.made(showDate(run.made))}</p></header>
<p class="verdict">${overallVerdict(run, lang)}</p>
${several ? severalSeries(run, lang) : [keyFigures(first, lang), oneSeries(run, first, lang)]}
${dataFacts(run, lang)}
${howMade(run, lang)}
${reproduce(run, lang, modelFile ?? defaultModelFile(run))}
${keepInMind(run, lang)}
</main>`.text;
  const font = await fontFace(visibleText(`${title} ${body}`));
  return html`<!doctype html>
<html lang="${htmlLang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(font)}${new Markup(reportStyle)}</style>
</head>
<body>
${new Markup(body)}
</body>
</html>
`.text;
}

const showDate = (date: Date): string => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

type Draw = (options: PictureOptions) => string | null;

/** A picture twice, for a wide screen and for a phone, of which the style shows one. */
function picture(draw: Draw, lang: Lang, narrowHeight: number): Markup | null {
  const svg = (options: Partial<PictureOptions>) =>
    draw({ lang, theme: pageTheme, subtitle: "", ...options })?.replace(/ xmlns="[^"]*"/, "");
  const wide = svg({});
  const narrow = svg({ width: 460, height: narrowHeight });
  if (wide === undefined || narrow === undefined) return null;
  return html`<figure><div class="wide">${new Markup(wide)}</div><div class="narrow">${new Markup(narrow)}</div></figure>`;
}

function forecastPart(run: ForecastRun, one: SeriesRun, lang: Lang): Markup {
  const alone = { ...run, series: [one] };
  return html`${picture((options) => forecastPicture(alone, options), lang, 470)}${forecastTable(one.forecast, lang)}`;
}

function backtestPart(one: SeriesRun, lang: Lang): Markup {
  const text = messages(lang).report;
  if (one.backtest === null) return html`<p>${text.noBacktest}</p>`;
  const { windows, horizon } = one.backtest;
  return html`<p class="hint">${text.backtestHow(windows, horizon, one.series.seasonLength > 1)}</p>${backtestTable(one, lang)}${picture((options) => backtestPicture(one, options), lang, 380)}`;
}

function oneSeries(run: ForecastRun, one: SeriesRun, lang: Lang): Markup {
  const text = messages(lang).report;
  const loss = picture((options) => lossPicture(one, { width: 1000, ...options }), lang, 330);
  return html`<section class="long"><h2>${text.forecast}</h2>${forecastPart(run, one, lang)}</section>
<section class="long"><h2>${text.backtest}</h2>${backtestPart(one, lang)}</section>
${loss && html`<section><h2>${text.training}</h2><p class="hint">${text.learned(one.losses.length)}</p>${loss}</section>`}`;
}

function severalSeries(run: ForecastRun, lang: Lang): Markup {
  const text = messages(lang).report;
  const { forced, network } = run.settings;
  const inFull = run.series.slice(0, mostInFull);
  const sections = inFull.map(
    (one, i) => html`<section class="long" id="series-${i + 1}"><h2>${one.series.id}</h2>
<p>${verdict(one, forced, network, lang)}</p>
${forecastPart(run, one, lang)}
<details><summary>${text.backtest}</summary>${backtestPart(one, lang)}</details></section>
`,
  );
  const rest =
    run.series.length > inFull.length ? html`<p class="hint">${text.restInTable(mostInFull)}</p>` : null;
  return html`<section class="long"><h2>${text.overview(run.series.length)}</h2>${rest}${seriesTable(run.series, inFull.length, lang)}</section>
${sections}`;
}

/** The values of a fact that may differ between series: each once, or the first few. */
function each(run: ForecastRun, fact: (one: SeriesRun) => string): string {
  const facts = [...new Set(run.series.map(fact))];
  return facts.length <= 4 ? facts.join(", ") : `${facts.slice(0, 3).join(", ")}, …`;
}

type Fact = readonly [name: string, value: string | number | Markup];

/** A list that breaks between its items only. */
const whole = (items: readonly string[]): Markup =>
  html`${items.map((item, i) => html`<span class="whole">${item}${i < items.length - 1 ? "," : ""}</span> `)}`;

const facts = (list: readonly Fact[]): Markup =>
  html`<dl class="facts">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

function dataFacts(run: ForecastRun, lang: Lang): Markup {
  const { report: text, frequency } = messages(lang);
  const { series } = run.series[0]!;
  const starts = run.series.map((one) => one.series.times[0]!);
  const ends = run.series.map((one) => one.series.times.at(-1)!);
  const earliest = starts.reduce((a, b) => (before(b, a) ? b : a));
  const latest = ends.reduce((a, b) => (before(a, b) ? b : a));
  const filled = run.series.reduce((sum, one) => sum + (one.series.filled?.length ?? 0), 0);
  return html`<section><h2>${text.data}</h2>${facts([
    [text.source, run.file],
    [text.rows, run.rows.toLocaleString("en-US")],
    ...(run.series.length > 1 ? [[text.seriesCount, run.series.length] as const] : []),
    [text.target, series.target],
    [text.timeColumn, series.timeName],
    [text.range, whole([earliest, latest])],
    [text.frequency, each(run, (one) => frequency(one.series.freq))],
    [
      text.season,
      each(run, ({ series: { seasonLength } }) =>
        seasonLength > 1 ? text.steps_(seasonLength) : text.noSeason,
      ),
    ],
    [text.filled, filled],
  ])}</section>`;
}

function before(a: string, b: string): boolean {
  const whole = /^-?\d+$/;
  return whole.test(a) && whole.test(b) ? Number(a) < Number(b) : a < b;
}

function howMade(run: ForecastRun, lang: Lang): Markup {
  const { report: text, modelName } = messages(lang);
  const { settings, engine, versions } = run;
  const networks = run.series.filter((one) => one.lookback !== null);
  const learned = { ...run, series: networks };
  const whenLearned: Fact[] =
    networks.length === 0
      ? []
      : [
          [text.parameters, each(learned, (one) => one.parameters.toLocaleString("en-US"))],
          [text.lookback, each(learned, (one) => text.steps_(one.lookback!))],
          [text.epochs, each(learned, (one) => String(one.losses.length || "–"))],
        ];
  return html`<section><h2>${text.made_}</h2>${facts([
    [text.model, each(run, (one) => modelName(one.model))],
    ...whenLearned,
    [text.seed, settings.seed],
    [text.horizon, text.steps_(settings.horizon)],
    [text.levels, settings.levels.map((level) => `${level} %`).join(", ")],
    [text.engine, text.engineIs(engine.simd, engine.threads, engine.blas, engine.deterministic)],
    [text.versions, whole(Object.entries(versions).map(([name, version]) => `${name} ${version}`))],
    [text.duration, text.seconds(run.seconds.toFixed(1))],
  ])}</section>`;
}

function defaultModelFile(run: ForecastRun): string | null {
  if (run.series.length > 1) return null;
  const out = /\s--out[\s=]("[^"]*"|'[^']*'|\S+)/.exec(run.command)?.[1] ?? "out";
  return `${out.replace(/\/+$/, "")}/model.safetensors`;
}

const shellWord = (word: string): string =>
  /^[\p{L}\p{N}_./:@%+=-]+$/u.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;

/** A command that breaks between its words only, so that none is copied or read in two. */
const command = (line: string): Markup =>
  html`<pre>${line.split(/(?<= )/).map((word) => html`<span class="whole">${word}</span>`)}</pre>`;

function reproduce(run: ForecastRun, lang: Lang, modelFile: string | null): Markup {
  const text = messages(lang).report;
  const predict =
    modelFile &&
    html`<p class="hint">${text.predictHow}</p>${command(`lookback predict ${modelFile} ${shellWord(run.file)}`)}`;
  return html`<section><h2>${text.reproduce}</h2><p class="hint">${text.reproduceHow}</p>${command(run.command)}${predict}</section>`;
}

function keepInMind(run: ForecastRun, lang: Lang): Markup {
  const text = messages(lang).report;
  const windows = Math.min(...run.series.map((one) => one.backtest?.windows ?? 0));
  const values = Math.min(...run.series.map((one) => one.series.values.length));
  const notes =
    run.notes.length > 0
      ? html`<h3>${text.notes}</h3><ul lang="en">${run.notes.map((note) => html`<li>${note}</li>`)}</ul>`
      : null;
  return html`<section><h2>${text.caveats}</h2><ul>${text
    .caveatList(windows, values)
    .map((caveat) => html`<li>${caveat}</li>`)}</ul>${notes}</section>`;
}
