import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { chart, frame } from "./frame.js";
import { indexTicks, type Ticks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

export interface LossPicture {
  /** Loss after each epoch, epoch 1 first. */
  training: ArrayLike<number>;
  /** As long as `training`, or empty. */
  validation: ArrayLike<number>;
  /** The epoch whose weights were kept, from 1. */
  bestEpoch?: number;
  subtitle?: string | undefined;
}

/** Whole powers of ten around the values, as an axis of their logarithms. */
function logTicks(values: readonly number[]): Ticks {
  const low = Math.floor(Math.min(...values));
  const high = Math.max(low + 1, Math.ceil(Math.max(...values)));
  const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const label = (power: number) =>
    Math.abs(power) <= 4 ? (10 ** power).toFixed(Math.max(0, -power)) : `1e${power}`;
  return { domain: [low, high], values: powers, labels: powers.map(label) };
}

/** At most `most` points of a curve: the smallest value of each stretch, so that no dip is lost. */
function thin(points: { x: number; y: number }[], most: number): { x: number; y: number }[] {
  const stretch = Math.ceil(points.length / most);
  if (stretch <= 1) return points;
  const kept: { x: number; y: number }[] = [];
  for (let i = 0; i < points.length; i += stretch) {
    kept.push(points.slice(i, i + stretch).reduce((a, b) => (b.y < a.y ? b : a)));
  }
  return kept;
}

/** Loss against epoch, on a logarithmic scale. */
export function lossPlot(data: LossPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 800, height = 380 } = options;
  const text = messages(lang).plot;
  const curve = (losses: ArrayLike<number>) =>
    thin(
      Array.from(losses, (loss, i) => ({ x: i + 1, y: Math.log10(loss) })).filter((point) =>
        Number.isFinite(point.y),
      ),
      800,
    );
  const training = curve(data.training);
  const validation = curve(data.validation);
  const values = [...training, ...validation].map((point) => point.y);
  return frame({
    theme,
    width,
    height,
    title: text.lossTitle,
    subtitle: data.subtitle,
    legend: [
      { label: text.trainingLoss, kind: "line", color: theme.model },
      ...(validation.length > 0
        ? [{ label: text.validationLoss, kind: "line" as const, color: theme.backtest }]
        : []),
    ],
    body: (bodyWidth, bodyHeight) =>
      chart({
        theme,
        width: bodyWidth,
        height: bodyHeight,
        x: indexTicks(1, Math.max(2, data.training.length), 8),
        y: logTicks(values.length > 0 ? values : [0]),
        xLabel: text.epoch,
        yLabel: text.loss,
        marks: [
          Plot.lineY(training, { x: "x", y: "y", stroke: theme.model, strokeWidth: 1.6 }),
          Plot.lineY(validation, { x: "x", y: "y", stroke: theme.backtest, strokeWidth: 1.6 }),
          Plot.ruleX(data.bestEpoch === undefined ? [] : [data.bestEpoch], {
            stroke: theme.muted,
            strokeDasharray: "2,3",
          }),
        ],
      }),
  });
}
