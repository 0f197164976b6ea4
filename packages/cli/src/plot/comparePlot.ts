import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { isNetwork } from "../models.js";
import { chart, frame, sizes } from "./frame.js";
import { namedTicks } from "./panels.js";
import { numberTicks } from "./scales.js";
import { element } from "./svg.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: (target: string) => `${target}: which model forecasts best?`,
  axis: (metric: string) => `${metric}: every dot is a seed, the line their median`,
  head: ["parameters", "seconds"],
  networks: "networks",
  others: "other models",
};
const chinese: typeof english = {
  title: (target) => `${target}：哪种模型预测得最好？`,
  axis: (metric) => `${metric}：每个点是一个种子，竖线是中位数`,
  head: ["参数", "秒"],
  networks: "神经网络",
  others: "其他模型",
};

export interface ComparePicture {
  target: string;
  metric: string;
  /** Best first. One score for each seed; a model without randomness has one. */
  models: readonly {
    name: string;
    scores: readonly number[];
    median: number;
    parameters: number;
    seconds: number;
  }[];
  subtitle?: string | undefined;
}

/** Scores of every model and seed on one scale, with what they cost beside them. */
export function comparePlot(data: ComparePicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = lang === "zh" ? chinese : english;
  const { modelName } = messages(lang);
  const rows = data.models.map((model, at) => ({
    ...model,
    at,
    color: isNetwork(model.name) ? theme.model : theme.baseline,
  }));
  const dots = rows.flatMap(({ scores, at, color }) => scores.map((score) => ({ score, at, color })));
  const names = namedTicks(rows.map(({ name }) => modelName(name)));
  const finite = dots.map(({ score }) => score).filter(Number.isFinite);
  const marginRight = width < 700 ? 160 : 190;
  return frame({
    ...{ theme, width, title: text.title(data.target), subtitle: data.subtitle },
    height: options.height ?? 150 + 34 * rows.length,
    legend: [
      { label: text.networks, kind: "dot", color: theme.model },
      { label: text.others, kind: "dot", color: theme.baseline },
    ],
    body(w, h) {
      const chartOptions = {
        ...{ theme, width: w, height: h, marginRight, xLabel: text.axis(data.metric) },
        x: numberTicks(Math.min(...finite), Math.max(...finite), 6, lang),
        y: { ...names, domain: [names.domain[1], names.domain[0]] as [number, number] },
        yLabel: "",
        marks: [
          Plot.ruleY(rows, { y: "at", stroke: theme.grid }),
          Plot.dot(dots, { x: "score", y: "at", fill: "color", fillOpacity: 0.5, r: 4.5 }),
          Plot.ruleX(rows, {
            x: "median",
            y1: (row: { at: number }) => row.at - 0.32,
            y2: (row: { at: number }) => row.at + 0.32,
            stroke: "color",
            strokeWidth: 2.6,
          }),
        ],
      };
      const columns = [w - 92, w - 22];
      const inside = h - 28 - 46;
      const cell = (x: number, y: number, words: string, fill: string) =>
        element("text", { x, y, "text-anchor": "end", "font-size": sizes.small, fill }, words);
      const table = [
        ...text.head.map((word, i) => cell(columns[i]!, 14, word, theme.muted)),
        ...rows.flatMap(({ parameters, seconds, at }) => {
          const y = 28 + ((at + 0.5) / rows.length) * inside + 4;
          return [
            cell(columns[0]!, y, parameters > 0 ? parameters.toLocaleString("en-US") : "–", theme.ink),
            cell(columns[1]!, y, seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(0), theme.ink),
          ];
        }),
      ];
      return [chart(chartOptions), ...table];
    },
  });
}
