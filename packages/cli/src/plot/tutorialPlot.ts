import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { type ChartOptions, chart, frame } from "./frame.js";
import { axisOfTimes, clockOf, numberTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

/** What the tutorial's picture shows: every value that a window predicts, and the prediction. */
export interface TutorialPicture {
  target: string;
  times: readonly string[];
  actual: ArrayLike<number>;
  predicted: ArrayLike<number>;
  /** So many of the predictions are of training windows (fitted), the rest of test windows. */
  trainCount: number;
  subtitle?: string | undefined;
}

/** Actual blue, fitted green and dashed, predicted red and dashed: 6.4 × 4.8 inches, matplotlib's size. */
export function tutorialPlot(data: TutorialPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 640, height = 480 } = options;
  const text = messages(lang).plot;
  const xs = data.times.map(clockOf);
  const line = (values: ArrayLike<number>, from: number, to: number) =>
    xs.slice(from, to).map((x, i) => ({ x, y: values[from + i]! }));
  const all = [...Array.from(data.actual), ...Array.from(data.predicted)].filter(Number.isFinite);
  // Halfway between the last fitted and the first predicted value.
  const split = (xs[data.trainCount - 1]! + (xs[data.trainCount] ?? xs.at(-1)!)) / 2;
  const y = numberTicks(Math.min(...all), Math.max(...all), 6, lang);
  const note = { fill: theme.muted, fontSize: 12, frameAnchor: "top" } as const;
  return frame({
    theme,
    width,
    height,
    title: text.tutorialTitle(data.target),
    subtitle: data.subtitle,
    legend: [
      { label: text.actual, kind: "line", color: theme.actual },
      { label: text.fitted, kind: "dashed", color: theme.fit },
      { label: text.predicted, kind: "dashed", color: theme.predicted },
    ],
    body(bodyWidth, bodyHeight) {
      const chartOptions: ChartOptions = {
        theme,
        width: bodyWidth,
        height: bodyHeight,
        x: axisOfTimes(data.times, xs[0]!, xs.at(-1)!, 7, lang),
        y,
        yLabel: data.target,
        marks: [
          Plot.ruleX([split], { stroke: theme.muted, strokeDasharray: "2,3" }),
          Plot.text([text.trainWindows(data.trainCount)], {
            ...note,
            x: [split],
            dx: -7,
            textAnchor: "end",
            text: (d) => d,
          }),
          Plot.text([text.testWindows(data.times.length - data.trainCount)], {
            ...note,
            x: [split],
            dx: 7,
            textAnchor: "start",
            text: (d) => d,
          }),
          Plot.lineY(line(data.actual, 0, xs.length), {
            x: "x",
            y: "y",
            stroke: theme.actual,
            strokeWidth: 1.6,
          }),
          Plot.lineY(line(data.predicted, 0, data.trainCount), {
            x: "x",
            y: "y",
            stroke: theme.fit,
            strokeWidth: 1.8,
            strokeDasharray: "5,3",
          }),
          Plot.lineY(line(data.predicted, data.trainCount, xs.length), {
            x: "x",
            y: "y",
            stroke: theme.predicted,
            strokeWidth: 1.8,
            strokeDasharray: "5,3",
          }),
        ],
      };
      return chart(chartOptions);
    },
  });
}
