import { type Lang, messages } from "../messages.js";
import { formatNumber } from "../plot/scales.js";
import { median } from "../plot/sweepPlot.js";
import { formatCells } from "../textTable.js";
import type { TutorialData, TutorialRun, TutorialSetting } from "./experiment.js";
import { passengers } from "./passengers.js";
import { bestPoint, type SweepPoint } from "./sweep.js";

/** The two forecasts that need no training, and how to speak of them. */
export interface Naive {
  persistence: number;
  seasonalNaive: number;
  /** Steps a season; 1 means none. */
  season: number;
  monthly: boolean;
}

/** What a run of the tutorial says about itself in one language. */
export class TutorialWords {
  private readonly text;
  /** As many decimals as tell errors of the size of persistence's apart: 52.5. */
  private readonly digit: number;

  constructor(
    private readonly setting: TutorialSetting,
    private readonly data: TutorialData,
    private readonly naive: Naive,
    private readonly lang: Lang,
  ) {
    this.text = messages(lang).tutorial;
    const size = naive.persistence || naive.seasonalNaive;
    this.digit = size > 0 ? 10 ** (Math.floor(Math.log10(size)) - 2) : 0.01;
  }

  rmse(value: number): string {
    return formatNumber(value, this.lang, this.digit);
  }

  epoch(epoch: number, loss: number): string {
    return this.text.epochLine(epoch, lossText(loss));
  }

  /** One of several runs. */
  run({ seed, testRmse, trainRmse, losses }: TutorialRun): string {
    return this.text.runLine(seed, this.rmse(testRmse), this.rmse(trainRmse), lossText(losses.at(-1)));
  }

  /** Under the picture's title. */
  subtitle(shown: TutorialRun): string {
    const { cell, lookBack } = this.setting;
    return this.text.subtitle(cell, lookBack, shown.seed, this.rmse(shown.testRmse), this.beside());
  }

  summary(runs: readonly TutorialRun[], parameters: number, points: readonly SweepPoint[] | null): string[] {
    const { text, setting, data } = this;
    const name = setting.cell.toUpperCase();
    const diverged = runs.filter((run) => run.diverged).length;
    const sweepDiverged = (points ?? []).reduce((sum, point) => sum + point.diverged, 0);
    return [
      text.steps(data.lookBack, data.train, data.test),
      ...this.layouts(),
      setting.scaler === "all" ? text.scalerAll : text.scalerTrain,
      "",
      ...this.table(runs, parameters),
      "",
      this.meaning(runs.map((run) => run.testRmse)),
      ...(points ? [this.sweepBest(points)] : []),
      ...(diverged + sweepDiverged > 0 ? [text.diverged(name, diverged + sweepDiverged)] : []),
    ];
  }

  private layouts(): string[] {
    const { text, setting, data } = this;
    const sequence = text.sequenceLayout(data.train, data.lookBack);
    const batch = text.batchLayout(data.train, data.lookBack);
    return setting.layout === "sequence"
      ? [text.usedLayout("sequence", sequence), text.otherLayout("batch", batch)]
      : [text.usedLayout("batch", batch), text.otherLayout("sequence", sequence)];
  }

  private table(runs: readonly TutorialRun[], parameters: number): string[] {
    const { text, naive, setting } = this;
    const tests = runs.map((run) => run.testRmse);
    const rows =
      runs.length === 1
        ? [
            [text.oneRun(setting.cell, parameters, runs[0]!.seed), this.rmse(tests[0]!), ""],
            [text.onTraining, this.rmse(runs[0]!.trainRmse)],
          ]
        : [
            [
              text.manyRuns(setting.cell, parameters, runs.length),
              this.rmse(median(tests)),
              text.medianOf(this.rmse(Math.min(...tests)), this.rmse(Math.max(...tests))),
            ],
          ];
    rows.push([text.persistence(naive.monthly), this.rmse(naive.persistence)]);
    if (naive.season > 1) {
      rows.push([text.seasonalNaive(naive.monthly, naive.season), this.rmse(naive.seasonalNaive)]);
    }
    return [text.testRmse, ...formatCells(rows).split("\n")];
  }

  /** One sentence on what the errors mean. */
  private meaning(tests: readonly number[]): string {
    const { text, naive, data } = this;
    if (data.values.every((value) => value === data.values[0])) return text.constant;
    const error = median(tests);
    const { persistence, seasonalNaive, monthly, season } = naive;
    const model = tests.length > 1 ? text.medianRun(this.rmse(error)) : text.theModel;
    const last = text.lastValue(monthly, this.rmse(persistence));
    const before = season > 1 ? text.seasonBefore(monthly, season, this.rmse(seasonalNaive)) : null;
    return (
      text.means(model, last, error < persistence, before, error < seasonalNaive) +
      (tests.length > 1 ? "" : this.luck())
    );
  }

  private luck(): string {
    const { cell, lookBack, hidden, layers, epochs, lr, layout, scaler } = this.setting;
    const asPublished =
      `${cell} ${lookBack} ${hidden} ${layers} ${epochs} ${lr} ${layout} ${scaler}` ===
      "lstm 3 6 2 1000 0.1 sequence all";
    return asPublished && isFlights(this.data.values) ? this.text.luckOfFlights : this.text.luck;
  }

  private beside(): string {
    const { persistence, seasonalNaive, season } = this.naive;
    return this.text.beside(this.rmse(persistence), season > 1 ? this.rmse(seasonalNaive) : null);
  }

  private sweepBest(points: readonly SweepPoint[]): string {
    const best = bestPoint(points);
    return this.text.sweepBest(best.lookBack, this.rmse(best.median), this.beside());
  }
}

/** Whether these are the tutorial's own 144 months, of which the text knows how many seeds end. */
function isFlights(values: Float64Array): boolean {
  return values.length === passengers.length && values.every((value, i) => value === passengers[i]);
}

/** As many digits as a float32 has. */
function lossText(loss: number | undefined): string {
  return loss === undefined ? "–" : String(Number(loss.toPrecision(7)));
}
