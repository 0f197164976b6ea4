import { BASELINE_CLASSIFIERS, classCounts, lengthOf } from "@lookback/forecast";
import { classifyMessages } from "./classifyMessages.js";
import { classifyPictures } from "./classifyPictures.js";
import type { ClassifyRun } from "./classifyRun.js";
import { classifyVerdict, joined, rivalOf } from "./classifyVerdict.js";
import { html, Markup } from "./html.js";
import { type Lang, messages } from "./messages.js";
import { pageTheme } from "./plot/theme.js";
import { wholePage } from "./wholePage.js";

/** Wrong predictions that the page lists. */
const mostMistakes = 60;

/**
 * One HTML file that says how good a classifier is, how it was chosen and what it looked at. It needs nothing else, and
 * its own policy forbids the browser to load anything.
 */
export async function classifyReport(run: ClassifyRun, lang: Lang, modelFile: string): Promise<string> {
  const { report: text } = classifyMessages(lang);
  const title = text.title(run.file.split("/").at(-1)!);
  const body = html`<main>
<header><h1>${title}</h1><p class="made">${messages(lang).report.made(`${run.made.toISOString().slice(0, 16).replace("T", " ")} UTC`)}</p></header>
<p class="verdict">${joined(classifyVerdict(run, lang), lang)}</p>
${keys(run, lang)}
${test(run, lang)}
${looks(run, lang)}
${chosen(run, lang)}
${data(run, lang)}
${made(run, lang)}
<section><h2>${messages(lang).report.reproduce}</h2><p>${messages(lang).report.reproduceHow}</p><pre><span class="whole">${run.command}</span></pre><p>${text.predictHow}</p><pre><span class="whole">lookback predict ${modelFile} ${run.testFile ?? run.file}</span></pre></section>
<section><h2>${text.keep}</h2><ul>${[...text.caveats(run.judged.from, run.judged.rows.length), ...run.notes].map((one) => html`<li>${one}</li>`)}</ul></section>
</main>`.text;
  return wholePage(title, body, lang);
}

/** A picture twice, for a wide screen and for a phone, of which the style shows one. */
function picture(name: keyof typeof classifyPictures, run: ClassifyRun, lang: Lang): Markup {
  const svg = (width: number) =>
    new Markup(
      classifyPictures[name](run, { lang, theme: pageTheme, subtitle: "", width }).replace(
        / xmlns="[^"]*"/,
        "",
      ),
    );
  const [wide, narrow] = [svg(960), svg(460)];
  return html`<figure><div class="wide" style="max-width:${widthOf(wide)}px">${wide}</div><div class="narrow" style="max-width:${widthOf(narrow)}px">${narrow}</div></figure>`;
}

const widthOf = (svg: Markup) => /width="([\d.]+)"/.exec(svg.text)?.[1] ?? "960";

const figure = (value: number) => (Number.isFinite(value) ? value.toFixed(3) : "–");

function keys({ judged, model }: ClassifyRun, lang: Lang): Markup {
  const { terminal, modelName, percent } = classifyMessages(lang);
  const { columns } = terminal;
  const rival = rivalOf(judged);
  const { scores } = judged;
  const key = (name: string, value: string, under: string) =>
    html`<div><dt>${name}</dt><dd class="value">${value}</dd><dd class="under">${under}</dd></div>`;
  return html`<dl class="keys">${[
    key(columns.accuracy, percent(scores.accuracy), modelName(model.name)),
    ...(rival ? [key(columns.accuracy, percent(rival.scores.accuracy), modelName(rival.name))] : []),
    key(columns.balanced, percent(scores.balancedAccuracy), `${columns.f1} ${figure(scores.macroF1)}`),
    key(columns.logLoss, figure(scores.logLoss), `${columns.auc} ${figure(scores.rocAuc)}`),
  ]}</dl>`;
}

function test(run: ClassifyRun, lang: Lang): Markup {
  const { report: text, percent } = classifyMessages(lang);
  const { judged, model } = run;
  const wrong = judged.rows.filter(({ actual, predicted }) => actual !== predicted);
  const beside = judged.beside.map(({ name, scores }) => ({ name, scores }));
  const table = scoreTable([{ name: model.name, scores: judged.scores }, ...beside], model.name, lang);
  const mistakes =
    wrong.length === 0
      ? null
      : html`<details><summary>${text.mistakes(wrong.length)}</summary><div class="scroll"><table><thead><tr><th>${text.row}</th><th>${text.actual}</th><th>${text.predicted}</th><th>${text.probability}</th></tr></thead><tbody>${wrong
          .slice(0, mostMistakes)
          .map(
            (row) =>
              html`<tr><td>${row.id}</td><td>${row.actual}</td><td>${row.predicted}</td><td>${percent(Math.max(...row.probabilities), 0)}</td></tr>`,
          )}</tbody></table></div></details>`;
  return html`<section class="long"><h2>${text.test}</h2><p class="hint">${text.testHow(judged.from, judged.rows.length)}</p>${table}${picture("confusion", run, lang)}${mistakes}${picture("calibration", run, lang)}</section>`;
}

function looks(run: ClassifyRun, lang: Lang): Markup | null {
  if (run.looks.length === 0) return null;
  const { report: text, plot } = classifyMessages(lang);
  return html`<section class="long"><h2>${text.looks}</h2><p class="hint">${plot.looksHow(run.looks[0]!.kind)}</p>${picture("looks", run, lang)}</section>`;
}

function chosen(run: ClassifyRun, lang: Lang): Markup {
  const { report: text } = classifyMessages(lang);
  const { models, skipped } = run.validation;
  const left = skipped.map(
    ({ name, why, seconds }) => html`<p class="hint">${text.skipped(name, why, seconds)}</p>`,
  );
  return html`<section class="long"><h2>${text.chosen}</h2><p class="hint">${text.chosenHow(models[0]!.folds, run.settings.forced !== null)}</p>${scoreTable(models, run.model.name, lang)}${left}</section>`;
}

interface Scored {
  name: string;
  scores: ClassifyRun["judged"]["scores"];
  seconds?: number;
}

function scoreTable(models: readonly Scored[], own: string, lang: Lang): Markup {
  const { terminal, modelName, meaning, percent } = classifyMessages(lang);
  const { columns } = terminal;
  const timed = models.some(({ seconds }) => seconds !== undefined);
  const isBaseline = ({ name }: Scored) => Number(BASELINE_CLASSIFIERS.includes(name));
  const row = ({ name, scores, seconds }: Scored) =>
    html`<tr${name === own ? new Markup(' class="chosen"') : null}><th>${modelName(name)}<span class="meaning">${meaning(name)}</span></th><td>${percent(scores.accuracy)}<span class="bar"><span style="width:${Math.round(100 * scores.accuracy)}%"></span></span></td><td>${percent(scores.balancedAccuracy)}</td><td>${figure(scores.macroF1)}</td><td>${figure(scores.logLoss)}</td><td>${figure(scores.rocAuc)}</td>${timed ? html`<td>${(seconds ?? 0).toFixed(1)}</td>` : null}</tr>`;
  return html`<div class="scroll"><table><thead><tr><th>${columns.model}</th><th>${columns.accuracy}</th><th>${columns.balanced}</th><th>${columns.f1}</th><th>${columns.logLoss}</th><th>${columns.auc}</th>${timed ? html`<th>${columns.seconds}</th>` : null}</tr></thead><tbody>${[...models].sort((a, b) => isBaseline(a) - isBaseline(b)).map(row)}</tbody></table></div>`;
}

function facts(entries: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="facts">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function data(run: ClassifyRun, lang: Lang): Markup {
  const { report: text } = classifyMessages(lang);
  const { train, test: tested } = run;
  const lengths = train.sequences.map(lengthOf);
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
  const counts = classCounts(train.labels, train.classes);
  const plus = tested ? ` + ${tested.sequences.length}` : "";
  return html`<section class="long"><h2>${text.classes}</h2>${picture("classes", run, lang)}${facts([
    [text.train, run.file],
    [text.testFile, run.testFile ?? text.noTest],
    [text.sequences, `${train.sequences.length}${plus}`],
    [text.steps, shortest === longest ? String(longest) : `${shortest} – ${longest}`],
    [text.channels, train.channels.length <= 8 ? train.channels.join(", ") : String(train.channels.length)],
    [
      text.classCounts,
      train.classes
        .map((name, i) => `${name}: ${counts[i]}`)
        .slice(0, 40)
        .join(", "),
    ],
  ])}</section>`;
}

function made(run: ClassifyRun, lang: Lang): Markup {
  const { report: text, modelName } = classifyMessages(lang);
  const { report } = messages(lang);
  const { model, settings, engine } = run;
  return html`<section><h2>${text.made}</h2>${facts([
    [text.model, modelName(model.name)],
    [text.parameters, model.parameters.toLocaleString(lang === "zh" ? "zh-CN" : "en-US")],
    [text.seed, String(settings.seed)],
    [text.augment, settings.augment ? text.yes : text.no],
    [report.engine, report.engineIs(engine.simd, engine.threads, engine.blas, engine.deterministic)],
    [report.duration, report.seconds(run.seconds.toFixed(1))],
    [
      report.versions,
      Object.entries(run.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
  ])}</section>`;
}
