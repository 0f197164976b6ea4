import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { baselineColor } from "./forecastPlot.js";
import { chart, frame } from "./frame.js";
import { numberTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: "How the error is spread over the series",
  axis: "MASE of a series: below 1 better than repeating the season",
  series: "share of the series with at most this error, per cent",
};
const chinese: typeof english = {
  title: "误差在各序列间的分布",
  axis: "单条序列的 MASE：小于 1 即优于重复上一季节",
  series: "误差不超过此值的序列比例（%）",
};

export interface SpreadPicture {
  /** MASE of every series, the run's own model first. */
  models: readonly { name: string; values: readonly number[] }[];
}

/** The share of series with at most so much error, for the model and a baseline: the line further left is better. */
export function spreadPlot(data: SpreadPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000, height = 360 } = options;
  const text = lang === "zh" ? chinese : english;
  const all = data.models.flatMap(({ values }) => values).sort((a, b) => a - b);
  // A few hopeless series would press all others to the left edge.
  const most = Math.max(1.2, all[Math.floor(0.97 * (all.length - 1))]!);
  const lines = data.models.map(({ name, values }, i) => {
    const sorted = [...values].sort((a, b) => a - b);
    const points = sorted.map((x, rank) => ({ x, y: (100 * (rank + 1)) / sorted.length }));
    const inside = [{ x: 0, y: 0 }, ...points.filter(({ x }) => x <= most)];
    inside.push({ x: most, y: inside.at(-1)!.y });
    const stretch = Math.ceil(inside.length / 400);
    return {
      name,
      color: i === 0 ? theme.model : baselineColor(name, theme),
      points: inside.filter((_, at) => at % stretch === 0 || at === inside.length - 1),
    };
  });
  return frame({
    ...{ theme, width, height, title: text.title },
    legend: lines.map(({ name, color }, i) => ({
      label: messages(lang).modelName(name),
      kind: i === 0 ? ("line" as const) : ("dashed" as const),
      color,
    })),
    body: (w, h) =>
      chart({
        ...{ theme, width: w, height: h, xLabel: text.axis, yLabel: text.series },
        x: { ...numberTicks(0, most, 6, lang), domain: [0, most] },
        y: numberTicks(0, 100, 5, lang),
        marks: [
          Plot.ruleX([1], { stroke: theme.muted, strokeDasharray: "4,3" }),
          ...lines.map(({ color, points }, i) =>
            Plot.lineY(points, {
              x: "x",
              y: "y",
              stroke: color,
              strokeWidth: i === 0 ? 2.4 : 1.5,
              ...(i === 0 ? {} : { strokeDasharray: "5,3.5" }),
            }),
          ),
        ],
      }),
  });
}
