import * as Plot from "@observablehq/plot";
import { chart, frame } from "./frame.js";
import { panels } from "./panels.js";
import { axisOfTimes, clockOf, indexTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: (model: string) => `Inside ${model}: its gates over the last values it saw`,
  how: "Each row is a unit, each column a step; the darker, the wider the gate is open (0 to 1).",
  unit: "unit",
  gates: {
    input: "input gate: how much of the new it takes in",
    forget: "forget gate: how much of the past it keeps",
    output: "output gate: how much of its memory it shows",
    reset: "reset gate: how much of the past it consults",
    update: "update gate: how much of the past it keeps",
  } as Record<string, string>,
};
const chinese: typeof english = {
  title: (model) => `${model} 内部：各门在最近所见数值上的开合`,
  how: "每行一个单元，每列一步；颜色越深，门开得越大（0 到 1）。",
  unit: "单元",
  gates: {
    input: "输入门：吸收多少新信息",
    forget: "遗忘门：保留多少过去",
    output: "输出门：展示多少记忆",
    reset: "重置门：参考多少过去",
    update: "更新门：保留多少过去",
  },
};

export interface GatesPicture {
  /** The network's name for a reader. */
  model: string;
  /** The steps, oldest first. */
  times: readonly string[];
  /** Values from 0 to 1 of each unit at each step. */
  gates: readonly { name: string; units: readonly ArrayLike<number>[] }[];
}

/** The gates of a trained cell as one sheet each: units below each other, time to the right. */
export function gatesPlot(data: GatesPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = lang === "zh" ? chinese : english;
  const narrow = width < 700;
  const xs = data.times.map(clockOf);
  const step = xs.length > 1 ? (xs.at(-1)! - xs[0]!) / (xs.length - 1) : 1;
  const list = data.gates.map(({ name, units }) => ({
    title: text.gates[name] ?? name,
    draw: (w: number, h: number) => {
      const cells = units.flatMap((values, unit) =>
        xs.map((x, i) => ({ x1: x - step / 2, x2: x + step / 2, unit, open: values[i]! })),
      );
      return chart({
        ...{ theme, width: w, height: h },
        x: axisOfTimes(data.times, xs[0]! - step / 2, xs.at(-1)! + step / 2, narrow ? 5 : 7, lang),
        y: indexTicks(0.5, units.length + 0.5, 4),
        marks: [
          Plot.rect(cells, {
            x1: "x1",
            x2: "x2",
            y1: (cell: { unit: number }) => cell.unit + 0.5,
            y2: (cell: { unit: number }) => cell.unit + 1.5,
            fill: theme.model,
            fillOpacity: "open",
            inset: 0.3,
          }),
        ],
      });
    },
  }));
  const columns = narrow ? 1 : list.length;
  return frame({
    ...{ theme, width, title: text.title(data.model), subtitle: text.how },
    height: options.height ?? 110 + Math.ceil(list.length / columns) * (narrow ? 230 : 260),
    body: (w, h) => panels(list, columns, w, h, theme),
  });
}
