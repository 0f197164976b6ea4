import { readFile } from "node:fs/promises";
import { AbortError, DataError, FormatError } from "@lookback/core";
import { tune as search, type TuneOutcome, type TuneState } from "@lookback/forecast";
import { engineSummary } from "../engine.js";
import { errorCode, InterruptedError, systemReason } from "../errors.js";
import type { Console } from "../io.js";
import { messages } from "../messages.js";
import { oneSeries } from "../oneSeries.js";
import { OutputFolder } from "../output.js";
import { withFont } from "../plot/font.js";
import { renderPng } from "../plot/png.js";
import { type TunePicture, tunePlot } from "../plot/tunePlot.js";
import { Progress } from "../progress.js";
import { readSeries, type TableFlags } from "../tableSeries.js";
import { formatCells } from "../textTable.js";
import { jobRunner } from "../tunePool.js";
import { tuneTexts } from "../tuneTexts.js";
import { defaultHorizon } from "./forecast.js";

export interface TuneFlags extends TableFlags {
  series?: string;
  horizon?: number;
  trials: number;
  epochs: number;
  windows: number;
  seed: number;
  out: string;
  dpi: number;
  resume?: boolean;
}

const stateFile = "tune-state.json";

/** `lookback tune <file>`: searches a network's options by successive halving, and says which of them mattered. */
export async function tune(file: string, flags: TuneFlags, console: Console, command: string): Promise<void> {
  const started = performance.now();
  const { panel, rows } = await readSeries(file, flags, console);
  const series = oneSeries(panel.series, flags.series, "lookback tune");
  const folder = await OutputFolder.open(flags.out);
  const horizon = flags.horizon ?? defaultHorizon([series]);
  const text = tuneTexts(console.lang);
  const resume = flags.resume ? await readState(folder) : undefined;
  const progress = new Progress(console);
  let state: TuneState | undefined;
  // Kept after every job, so that a power cut costs no more than an interruption.
  let saved: Promise<unknown> = Promise.resolve();
  let outcome: TuneOutcome;
  try {
    outcome = await search(series, {
      horizon,
      ...{ trials: flags.trials, epochs: flags.epochs, windows: flags.windows, seed: flags.seed },
      ...(resume === undefined ? {} : { resume }),
      run: jobRunner(series, console.io.signal),
      signal: console.io.signal,
      onState(now) {
        state = now;
        saved = saved.then(() => folder.write(stateFile, JSON.stringify(now)));
      },
      onProgress: ({ fraction, best }) =>
        progress.update({
          fraction,
          label: `${text.searching(state?.rounds.length ?? 1, roundsOf(flags.trials))}${best === null ? "" : ` · ${text.best(best.toFixed(3))}`}`,
        }),
    });
  } catch (error) {
    await saved;
    if (!(error instanceof AbortError)) throw error;
    throw new InterruptedError(
      state
        ? text.interrupted(flags.out, `${command}${flags.resume ? "" : " --resume"}`)
        : "Interrupted before there was anything to keep; nothing was written.",
    );
  } finally {
    progress.stop();
  }
  await saved;
  const seconds = (performance.now() - started) / 1000;
  const { options, score, finalists, importance } = outcome;
  const use = `lookback forecast ${file} ${flagsOf(options)} --horizon ${horizon}`;
  const summary = text.summary(
    outcome.state.configurations.length,
    outcome.state.rounds.length,
    seconds.toFixed(1),
  );
  const svg = tunePlot({ options: pictureOf(outcome), subtitle: summary }, { lang: console.lang });
  const files = {
    png: await folder.write("tune.png", await renderPng(svg, flags.dpi)),
    svg: await folder.write("tune.svg", await withFont(svg)),
    state: await folder.write(stateFile, JSON.stringify(outcome.state)),
  };
  console.print(summary);
  console.print(text.found(score.toFixed(3), described(options)));
  console.print(text.luck);
  const lines = finalists
    .slice(0, 10)
    .map((one) => [one.score.toFixed(3), one.seconds.toFixed(2), described(one.options)]);
  console.print(`\n${formatCells([text.head, ...lines])}`);
  console.print(`\n${text.use}\n  ${use}`);
  console.print(`\n${messages(console.lang).terminal.written}`);
  for (const path of Object.values(files)) console.print(`  ${path}`);
  console.document({
    data: { file, id: series.id, rows, freq: series.freq, seasonLength: series.seasonLength },
    ...{ horizon, windows: flags.windows, trials: outcome.state.configurations.length },
    best: { options, score },
    finalists,
    importance,
    command: use,
    files,
    engine: engineSummary(),
    notes: console.warnings,
    seconds,
  });
}

/** Rounds of a search: each goes on with a third of the one before. */
function roundsOf(trials: number): number {
  return 1 + Math.floor(Math.log(trials) / Math.log(3) + 1e-9);
}

async function readState(folder: OutputFolder): Promise<unknown> {
  const path = folder.file(stateFile);
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    const reason = errorCode(error) === "ENOENT" ? "there is none" : systemReason(error);
    throw new DataError(
      `--resume goes on from the search ${path}, but ${reason}. Run the command without --resume, or name the folder of the interrupted search with --out.`,
    );
  }
  try {
    return JSON.parse(content);
  } catch {
    throw new FormatError(`${path} is damaged: it is not JSON. Start anew without --resume.`);
  }
}

const described = (options: object): string =>
  Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");

/** The flags of `lookback forecast` for some options. */
function flagsOf(options: object): string {
  return Object.entries(options)
    .map(([name, value]) =>
      name === "cell" ? `--model ${value}` : `--${name} ${value === false ? "off" : value}`,
    )
    .join(" ");
}

/** Every option with the scores that its values had in the first round, the most important first. */
function pictureOf({ state, importance }: TuneOutcome): TunePicture["options"] {
  const scored = (state.rounds[0]?.results ?? []).flatMap(({ id, score }) =>
    score === null ? [] : [{ options: state.configurations[id]!, score }],
  );
  const ascending = (a: { value: unknown }, b: { value: unknown }) =>
    typeof a.value === "number" && typeof b.value === "number" ? a.value - b.value : 0;
  return importance
    .filter(({ values }) => values.length > 1)
    .map(({ option, explained, values }) => ({
      option,
      explained,
      values: [...values].sort(ascending).map(({ value, score }) => ({
        value: String(value),
        median: score,
        scores: scored.filter(({ options }) => options[option] === value).map((one) => one.score),
      })),
    }));
}
