import type { CalibrationBin } from "@lookback/forecast";
import * as Plot from "@observablehq/plot";
import { classifyMessages } from "../classifyMessages.js";
import { chart, frame } from "./frame.js";
import { lightTheme, type PlotOptions } from "./theme.js";

export interface CalibrationPicture {
  bins: readonly CalibrationBin[];
  subtitle?: string | undefined;
}

/** Height of the bars that count sequences, as a share of the picture. */
const barHeight = 0.16;

/** Reliability diagram: how often predictions of each confidence were right, and how many there are of each. */
export function calibrationPlot({ bins, subtitle }: CalibrationPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 800, height = 470 } = options;
  const text = classifyMessages(lang).plot;
  const percents = [0, 20, 40, 60, 80, 100];
  const space = lang === "zh" ? "" : " ";
  const ticks = {
    domain: [0, 1] as [number, number],
    values: percents.map((percent) => percent / 100),
    labels: percents.map((percent) => `${percent}${space}%`),
  };
  const most = Math.max(...bins.map(({ count }) => count));
  const points = bins.map(({ confidence, accuracy, count }) => ({ x: confidence, y: accuracy, count }));
  return frame({
    theme,
    width,
    height,
    title: text.calibration,
    subtitle,
    legend: [
      { label: text.observed, kind: "dot", color: theme.model },
      { label: text.ideal, kind: "dashed", color: theme.muted },
      { label: text.sequences, kind: "band", color: theme.baseline, opacity: 0.35 },
    ],
    body: (bodyWidth, bodyHeight) =>
      chart({
        theme,
        width: bodyWidth,
        height: bodyHeight,
        x: ticks,
        y: ticks,
        xLabel: text.stated,
        yLabel: text.right,
        marginRight: 30,
        marks: [
          Plot.rect(bins, {
            x1: (bin: CalibrationBin) => bin.from + 0.006,
            x2: (bin: CalibrationBin) => bin.to - 0.006,
            y1: 0,
            y2: (bin: CalibrationBin) => (barHeight * bin.count) / most,
            fill: theme.baseline,
            fillOpacity: 0.35,
          }),
          Plot.text(bins, {
            x: (bin: CalibrationBin) => (bin.from + bin.to) / 2,
            y: (bin: CalibrationBin) => (barHeight * bin.count) / most,
            text: (bin: CalibrationBin) => String(bin.count),
            dy: -8,
            fill: theme.muted,
            fontSize: 11,
            fontVariant: "normal",
          }),
          Plot.line(
            [
              [0, 0],
              [1, 1],
            ],
            { stroke: theme.muted, strokeDasharray: "5,3.5" },
          ),
          Plot.link(points, {
            x1: "x",
            x2: "x",
            y1: "x",
            y2: "y",
            stroke: theme.model,
            strokeOpacity: 0.45,
            strokeWidth: 2,
          }),
          Plot.dot(points, {
            x: "x",
            y: "y",
            r: (point: { count: number }) => 3 + 7 * Math.sqrt(point.count / most),
            fill: theme.model,
          }),
        ],
      }),
  });
}
