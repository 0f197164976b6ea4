import * as Plot from "@observablehq/plot";
import { chart, frame } from "./frame.js";
import { namedTicks, panels } from "./panels.js";
import { numberTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: "What mattered",
  panel: (option: string, percent: number) => `${option}: explains ${percent} %`,
  axis: "MASE of the first round",
  how: "Every dot is a configuration of the first round, the bar the median of its value. The percentage is the share of the differences that the option alone explains.",
};
const chinese: typeof english = {
  title: "哪些选项起作用",
  panel: (option, percent) => `${option}：解释 ${percent}%`,
  axis: "第一轮的 MASE",
  how: "每个点是第一轮的一个配置，横线是该取值的中位数。百分比是这一选项单独解释的差异。",
};

export interface TunePicture {
  /** The option that explains most first. */
  options: readonly {
    option: string;
    /** Share of the variance, 0 to 1. */
    explained: number;
    values: readonly { value: string; scores: readonly number[]; median: number }[];
  }[];
  subtitle?: string | undefined;
}

/** For each option of a search, the scores that its values had. */
export function tunePlot(data: TunePicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = lang === "zh" ? chinese : english;
  const all = data.options
    .flatMap(({ values }) => values.flatMap(({ scores }) => scores))
    .sort((a, b) => a - b);
  // One hopeless configuration would press all others to the floor.
  const most = all[Math.floor(0.95 * (all.length - 1))] ?? 1;
  const y = numberTicks(Math.min(...all, most), most, 4, lang);
  const list = data.options.map(({ option, explained, values }) => ({
    title: text.panel(option, Math.round(100 * explained)),
    draw(w: number, h: number) {
      const dots = values.flatMap(({ scores }, at) =>
        scores.map((score, i) => ({ x: at + jitter(i), y: Math.min(score, y.domain[1]) })),
      );
      const medians = values.map(({ median }, at) => ({
        x1: at - 0.3,
        x2: at + 0.3,
        y: Math.min(median, y.domain[1]),
      }));
      return chart({
        ...{ theme, width: w, height: h, y },
        x: namedTicks(values.map(({ value }) => value)),
        yLabel: text.axis,
        marks: [
          Plot.dot(dots, { x: "x", y: "y", fill: theme.model, fillOpacity: 0.45, r: 3.4 }),
          Plot.ruleY(medians, { x1: "x1", x2: "x2", y: "y", stroke: theme.backtest, strokeWidth: 2.4 }),
        ],
      });
    },
  }));
  const columns = width < 700 ? 1 : Math.min(4, list.length);
  return frame({
    ...{ theme, width, title: text.title },
    subtitle: [data.subtitle, text.how].filter(Boolean).join(" "),
    height: options.height ?? 130 + 220 * Math.ceil(list.length / columns),
    body: (w, h) => panels(list, columns, w, h, theme),
  });
}

/** A small step aside, the same every time, so that dots of one value do not cover each other. */
function jitter(index: number): number {
  return (((index * 7) % 11) - 5) * 0.035;
}
