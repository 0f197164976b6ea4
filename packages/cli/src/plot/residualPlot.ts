import * as Plot from "@observablehq/plot";
import { autocorrelation, histogram, type Residual } from "../diagnostics.js";
import { chart, frame } from "./frame.js";
import { panels } from "./panels.js";
import { axisOfTimes, clockOf, indexTicks, numberTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: (model: string) => `What ${model} got wrong in the backtest`,
  time: "Errors over time (actual − forecast)",
  acf: "Do neighbouring errors resemble each other?",
  histogram: "How often which error",
  lag: "steps between two errors",
  band: "within the dashed lines: chance",
  count: "errors",
};
const chinese: typeof english = {
  title: (model) => `${model} 在回测中的误差`,
  time: "误差随时间的变化（实际 − 预测）",
  acf: "相邻误差是否相似？",
  histogram: "误差的分布",
  lag: "两个误差之间的步数",
  band: "虚线以内属于偶然",
  count: "误差个数",
};

export interface ResidualPicture {
  /** The model's name for a reader. */
  model: string;
  residuals: readonly Residual[];
  /** Steps a season; 1 for none. */
  seasonLength: number;
}

/** Errors of the backtest over time, their autocorrelation and their distribution. */
export function residualPlot(data: ResidualPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = lang === "zh" ? chinese : english;
  const narrow = width < 700;
  const times = data.residuals.map(({ time }) => time);
  const values = data.residuals.map(({ value }) => value);
  const points = data.residuals.map(({ time, value }) => ({ x: clockOf(time), y: value }));
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const lags = Math.max(6, Math.min(36, 2 * data.seasonLength, Math.floor(values.length / 3)));
  const correlations = autocorrelation(values, lags).map((y, i) => ({ x: i + 1, y }));
  const bound = 1.96 / Math.sqrt(values.length);
  const bins = histogram(values);
  const most = Math.max(...bins.map(({ count }) => count));
  const overTime = (w: number, h: number) =>
    chart({
      ...{ theme, width: w, height: h },
      x: axisOfTimes(times, points[0]!.x, points.at(-1)!.x, narrow ? 5 : 8, lang),
      y: numberTicks(low, high, 5, lang),
      marks: [
        Plot.ruleX(points, { x: "x", y1: 0, y2: "y", stroke: theme.backtest, strokeOpacity: 0.45 }),
        Plot.dot(points, { x: "x", y: "y", fill: theme.backtest, r: 2 }),
        Plot.ruleY([0], { stroke: theme.muted }),
      ],
    });
  const acf = (w: number, h: number) =>
    chart({
      ...{ theme, width: w, height: h },
      x: indexTicks(0, correlations.length + 1, 8),
      y: numberTicks(Math.min(-0.5, ...correlations.map(({ y }) => y)), 1, 4, lang),
      xLabel: text.lag,
      yLabel: text.band,
      marks: [
        Plot.ruleX(correlations, { x: "x", y1: 0, y2: "y", stroke: theme.model, strokeWidth: 4 }),
        Plot.ruleY([0], { stroke: theme.muted }),
        Plot.ruleY([-bound, bound], { stroke: theme.muted, strokeDasharray: "4,3" }),
      ],
    });
  const distribution = (w: number, h: number) =>
    chart({
      ...{ theme, width: w, height: h },
      x: numberTicks(low, high, narrow ? 5 : 6, lang),
      y: numberTicks(0, most, 4, lang),
      yLabel: text.count,
      marks: [
        Plot.rectY(bins, {
          x1: "lo",
          x2: "hi",
          y: "count",
          fill: theme.model,
          fillOpacity: 0.55,
          inset: 0.5,
        }),
        Plot.ruleX([0], { stroke: theme.muted, strokeDasharray: "4,3" }),
      ],
    });
  return frame({
    ...{ theme, width },
    height: options.height ?? (narrow ? 780 : 560),
    title: text.title(data.model),
    body: (w, h) => {
      const first = { title: text.time, draw: overTime };
      const others = [
        { title: text.acf, draw: acf },
        { title: text.histogram, draw: distribution },
      ];
      if (narrow) return panels([first, ...others], 1, w, h, theme);
      const [top] = panels([first], 1, w, h * 0.46, theme);
      const below = panels(others, 2, w, h * 0.54, theme);
      for (const node of below) {
        const at = /translate\(([\d.]+),([\d.]+)\)/.exec(node.getAttribute("transform") ?? "")!;
        node.setAttribute("transform", `translate(${at[1]},${Number(at[2]) + h * 0.46})`);
      }
      return [top!, ...below];
    },
  });
}
