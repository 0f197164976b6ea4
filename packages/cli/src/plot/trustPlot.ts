import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { baselineColor } from "./forecastPlot.js";
import { type ChartOptions, chart, endLabels, frame } from "./frame.js";
import { panels } from "./panels.js";
import { indexTicks, numberTicks } from "./scales.js";
import { element } from "./svg.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: "How honest, and how accurate?",
  coverage: "Values inside an interval, beside what it promises",
  horizon: "Mean absolute error by steps ahead",
  scaled: "Mean absolute scaled error (MASE) by steps ahead",
  promised: "promised, per cent",
  held: "held, per cent",
  steps: "steps ahead",
};
const chinese: typeof english = {
  title: "区间是否可信？误差随步数增长多快？",
  coverage: "区间实际包含的比例与标称比例",
  horizon: "按提前步数的平均绝对误差",
  scaled: "按提前步数的平均绝对标度误差（MASE）",
  promised: "标称（%）",
  held: "实际（%）",
  steps: "提前步数",
};

export interface TrustPicture {
  /** Coverage of the model, shares from 0 to 1, over `values` values. */
  coverage: readonly { level: number; share: number }[];
  values: number;
  /** Errors by step ahead, the model first. */
  models: readonly { name: string; errors: readonly number[] }[];
  /** Whether the errors are scaled (MASE), as those over many series must be. */
  scaled: boolean;
}

/** Empirical coverage beside nominal, with the spread that chance allows, and the error at each step ahead. */
export function trustPlot(data: TrustPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = lang === "zh" ? chinese : english;
  const narrow = width < 700;
  const held = data.coverage.map(({ level, share }) => {
    const chance = 196 * Math.sqrt(((level / 100) * (1 - level / 100)) / data.values);
    return { level, share: 100 * share, lo: Math.max(0, level - chance), hi: Math.min(100, level + chance) };
  });
  const lowest = Math.min(...held.map(({ level, share, lo }) => Math.min(level, share, lo)));
  const from = Math.max(0, Math.floor((lowest - 5) / 10) * 10);
  const per100 = { domain: [from, 100] as [number, number], ...everyTen(from) };
  const coverage = (w: number, h: number) =>
    chart({
      ...{ theme, width: w, height: h, x: per100, y: per100, xLabel: text.promised, yLabel: text.held },
      marks: [
        Plot.line(
          [
            { level: from, share: from },
            { level: 100, share: 100 },
          ],
          { x: "level", y: "share", stroke: theme.muted, strokeDasharray: "4,3" },
        ),
        Plot.ruleX(held, {
          x: "level",
          y1: "lo",
          y2: "hi",
          stroke: theme.model,
          strokeOpacity: 0.25,
          strokeWidth: 7,
        }),
        Plot.dot(held, { x: "level", y: "share", fill: theme.model, r: 4.5 }),
      ],
    });
  const lines = data.models.map(({ name, errors }, i) => ({
    name,
    color: i === 0 ? theme.model : baselineColor(name, theme),
    points: errors.map((y, step) => ({ x: step + 1, y })),
  }));
  const horizon = (w: number, h: number) => {
    const steps = data.models[0]!.errors.length;
    const highest = Math.max(...data.models.flatMap(({ errors }) => errors).filter(Number.isFinite));
    const chartOptions: ChartOptions = {
      ...{ theme, width: w, height: h, marginRight: 100, xLabel: text.steps },
      x: indexTicks(1, Math.max(2, steps), 8),
      y: numberTicks(0, highest, 5, lang),
      marks: lines.map(({ color, points }, i) =>
        Plot.lineY(points, {
          x: "x",
          y: "y",
          stroke: color,
          strokeWidth: i === 0 ? 2.4 : 1.4,
          ...(i === 0 ? {} : { strokeDasharray: "5,3.5" }),
        }),
      ),
    };
    const labels = lines.map(({ name, color, points }) => ({
      text: messages(lang).modelName(name),
      value: points.at(-1)!.y,
      color,
    }));
    return element("g", {}, chart(chartOptions), endLabels(labels, chartOptions));
  };
  const list = [
    { title: text.coverage, draw: coverage },
    ...(data.models[0]!.errors.length > 1
      ? [{ title: data.scaled ? text.scaled : text.horizon, draw: horizon }]
      : []),
  ];
  return frame({
    ...{ theme, width, title: text.title },
    height: options.height ?? (narrow ? 640 : 380),
    body: (w, h) => panels(list, narrow ? 1 : list.length, w, h, theme),
  });
}

function everyTen(from: number): { values: number[]; labels: string[] } {
  const step = from <= 40 ? 20 : 10;
  const values = Array.from(
    { length: Math.floor((100 - from) / step) + 1 },
    (_, i) => 100 - i * step,
  ).reverse();
  return { values, labels: values.map(String) };
}
