import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { type ChartOptions, chart, endLabels, frame, sizes } from "./frame.js";
import { formatNumber, indexTicks, numberTicks, textWidth } from "./scales.js";
import { element } from "./svg.js";
import { lightTheme, type PlotOptions } from "./theme.js";

export interface SweepPicture {
  /** Test errors of every seed for each look_back N. */
  points: { lookBack: number; rmse: number[] }[];
  persistence: number;
  seasonalNaive: number;
  cell: string;
  subtitle?: string | undefined;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Test error against look_back N: each seed a dot, the median a line, the two naive forecasts beside it. */
export function sweepPlot(data: SweepPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 800, height = 500 } = options;
  const text = messages(lang);
  const dots = data.points.flatMap(({ lookBack, rmse }) => rmse.map((y) => ({ x: lookBack, y })));
  const middle = data.points.map(({ lookBack, rmse }) => ({ x: lookBack, y: median(rmse) }));
  const best = middle.reduce((a, b) => (b.y < a.y ? b : a));
  const finite = [...dots.map((dot) => dot.y), data.persistence, data.seasonalNaive].filter(Number.isFinite);
  const xs = middle.map((point) => point.x);
  const lines = [
    { label: text.modelName("naive"), value: data.persistence, color: theme.baseline },
    { label: text.modelName("seasonal-naive"), value: data.seasonalNaive, color: theme.baseline2 },
  ];
  const labels = lines.map(({ label, value, color }) => ({
    text: `${label} ${formatNumber(value, lang)}`,
    value,
    color,
  }));
  return frame({
    theme,
    width,
    height,
    title: text.plot.sweepTitle,
    subtitle: data.subtitle,
    legend: [
      { label: text.plot.median, kind: "line", color: theme.model, width: 2.4 },
      { label: text.plot.oneSeed, kind: "dot", color: theme.model },
      ...lines.map(({ label, color }) => ({ label, color, kind: "dashed" as const, width: 1.6 })),
    ],
    body(bodyWidth, bodyHeight) {
      const ticks = indexTicks(Math.min(...xs), Math.max(...xs), 12);
      const chartOptions: ChartOptions = {
        theme,
        width: bodyWidth,
        height: bodyHeight,
        x: { ...ticks, domain: [ticks.domain[0] - 0.5, ticks.domain[1] + 0.5] },
        y: numberTicks(0, Math.max(...finite), 6, lang),
        xLabel: text.plot.lookBackAxis,
        yLabel: text.plot.testRmse,
        // Room for the longest label at the right end.
        marginRight: 20 + Math.max(...labels.map((label) => textWidth(label.text, sizes.small))),
        marks: [
          ...lines.map(({ value, color }) =>
            Plot.ruleY([value], { stroke: color, strokeDasharray: "5,3.5", strokeWidth: 1.6 }),
          ),
          Plot.dot(dots, { x: "x", y: "y", fill: theme.model, fillOpacity: 0.3, r: 2.6 }),
          Plot.lineY(middle, { x: "x", y: "y", stroke: theme.model, strokeWidth: 2.4 }),
          Plot.dot([best], {
            x: "x",
            y: "y",
            r: 5,
            fill: theme.background,
            stroke: theme.model,
            strokeWidth: 2,
          }),
          Plot.text([best], {
            x: "x",
            y: "y",
            text: () => `N=${best.x}: ${formatNumber(best.y, lang)}`,
            dy: 16,
            fill: theme.model,
            fontSize: 12,
          }),
        ],
      };
      return element("g", {}, chart(chartOptions), endLabels(labels, chartOptions));
    },
  });
}
