import type { ForecastRun, SeriesRun } from "./forecastRun.js";
import { html, type Markup } from "./html.js";
import { type Lang, messages } from "./messages.js";
import { reportTexts } from "./reportTexts.js";
import { plainTime, rangeOf } from "./tableSeries.js";

/** Lines of a list that may be long. */
const mostLines = 30;

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

/** The table that was read. */
export function dataFacts(run: ForecastRun, lang: Lang): Markup {
  const { report: text, frequency } = messages(lang);
  const more = reportTexts(lang);
  const { series } = run.series[0]!;
  const { panel } = run;
  const statics = Object.keys(series.statics ?? {});
  const covariates = [
    ...panel.past.map((name) => `${name} (${more.pastOnly})`),
    ...panel.future.map((name) => `${name} (${more.ahead})`),
    ...statics.map((name) => `${name} (${more.static})`),
  ];
  return html`<section><h2>${text.data}</h2>${facts([
    [text.source, run.file],
    [text.rows, run.rows.toLocaleString("en-US")],
    ...(run.series.length > 1
      ? ([
          [more.layout, more.layouts[panel.layout]],
          [text.seriesCount, run.series.length.toLocaleString("en-US")],
        ] as const)
      : []),
    [text.target, series.target],
    [text.timeColumn, series.timeName],
    [text.range, whole(rangeOf(run.series.map((one) => one.series)).map(plainTime))],
    [text.frequency, each(run, (one) => frequency(one.series.freq))],
    [
      text.season,
      each(run, ({ series: { seasonLength } }) =>
        seasonLength > 1 ? text.steps_(seasonLength) : text.noSeason,
      ),
    ],
    ...(covariates.length > 0 ? [[more.covariates, whole(covariates)] as const] : []),
    ...(panel.timeZone === undefined ? [] : [[more.zone, panel.timeZone] as const]),
  ])}</section>`;
}

/** What was filled, masked and left out on the way from the table to the forecasts. */
export function treatment(run: ForecastRun, lang: Lang): Markup {
  const text = reportTexts(lang);
  const { repairs, skipped } = run.panel;
  const failed = (run.backtest?.models ?? []).filter(({ leftOut }) => leftOut.length > 0);
  const { modelName, report } = messages(lang);
  const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
    html`<div class="scroll"><table class="text"><thead><tr>${head.map((name) => html`<th>${name}</th>`)}</tr></thead><tbody>${rows.slice(0, mostLines).map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>${rows.length > mostLines ? html`<p class="hint">${text.rest(mostLines, rows.length)}</p>` : null}`;
  const nothing = repairs.length + skipped.length + failed.length === 0;
  return html`<section class="long"><h2>${text.treated}</h2>${nothing ? html`<p>${text.treatedNothing}</p>` : null}${
    repairs.length > 0
      ? html`<h3>${text.repaired(repairs.length)}</h3>${table(
          [report.series, text.values, text.how, text.where],
          repairs.map(({ id, count, how, places }) => [
            id,
            count.toLocaleString("en-US"),
            text.ways[how],
            `${places.join(", ")}${count > places.length ? ", …" : ""}`,
          ]),
        )}`
      : null
  }${
    skipped.length > 0
      ? html`<h3>${text.skipped(skipped.length)}</h3>${table(
          [report.series, text.reason],
          skipped.map(({ id, reason }) => [id, reason]),
        )}`
      : null
  }${failed.map(
    ({ name, leftOut }) =>
      html`<h3>${text.failed(modelName(name), leftOut.length)}</h3>${table(
        [report.series, text.reason],
        leftOut.map(({ id, reason }) => [id, reason]),
      )}`,
  )}</section>`;
}

/** Model, seed, engine, versions. */
export function howMade(run: ForecastRun, lang: Lang): Markup {
  const { report: text, modelName } = messages(lang);
  const more = reportTexts(lang);
  const { settings, engine, versions, model } = run;
  const done = model.explanation?.transforms;
  const transforms =
    done &&
    whole([
      more.logs(done.logs, done.series),
      more.seasons[done.season] ?? done.season,
      more.scalers[done.scaler] ?? done.scaler,
    ]);
  return html`<section><h2>${text.made_}</h2>${facts([
    [text.model, each(run, (one) => modelName(one.model))],
    ...(model.parameters > 0 ? [[text.parameters, model.parameters.toLocaleString("en-US")] as const] : []),
    ...(model.lookback === null ? [] : [[text.lookback, text.steps_(model.lookback)] as const]),
    ...(model.losses.length === 0 ? [] : [[text.epochs, String(model.losses.length)] as const]),
    ...(transforms ? [[more.transforms, transforms] as const] : []),
    [text.seed, settings.seed],
    [text.horizon, text.steps_(settings.horizon)],
    [text.levels, settings.levels.map((level) => `${level} %`).join(", ")],
    [text.engine, text.engineIs(engine.simd, engine.threads, engine.blas, engine.deterministic)],
    [text.versions, whole(Object.entries(versions).map(([name, version]) => `${name} ${version}`))],
    [text.duration, text.seconds(run.seconds.toFixed(1))],
  ])}</section>`;
}

const shellWord = (word: string): string =>
  /^[\p{L}\p{N}_./:@%+=-]+$/u.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`;

/** A command that breaks between its words only, so that none is copied or read in two. */
const command = (line: string): Markup =>
  html`<pre>${line.split(/(?<= )/).map((word) => html`<span class="whole">${word}</span>`)}</pre>`;

/** The commands that do it again, and that go on from here. */
export function reproduce(run: ForecastRun, lang: Lang, modelFile: string): Markup {
  const text = messages(lang).report;
  return html`<section><h2>${text.reproduce}</h2><p class="hint">${text.reproduceHow}</p>${command(run.command)}<p class="hint">${text.predictHow}</p>${command(`lookback predict ${modelFile} ${shellWord(run.file)}`)}</section>`;
}

/** What limits the forecast, and what was noted on the way. */
export function keepInMind(run: ForecastRun, lang: Lang): Markup {
  const text = messages(lang).report;
  const windows = Math.min(...run.series.map((one) => one.backtest?.windows ?? 0));
  const values = Math.min(...run.series.map((one) => one.series.values.length));
  const notes =
    run.notes.length > 0
      ? html`<h3>${text.notes}</h3><ul>${run.notes.map((note) => html`<li>${note}</li>`)}</ul>`
      : null;
  return html`<section><h2>${text.caveats}</h2><ul>${text
    .caveatList(windows, values)
    .map((caveat) => html`<li>${caveat}</li>`)}</ul>${notes}</section>`;
}
