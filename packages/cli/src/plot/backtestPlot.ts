import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { baselineColor, type Line } from "./forecastPlot.js";
import { chart, frame } from "./frame.js";
import { axisOfTimes, clockOf, numberTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

export interface BacktestPicture {
  target: string;
  actual: Line;
  /** Forecasts from every origin, for each model; the first is the one that the picture is about. */
  models: { name: string; folds: Line[] }[];
  subtitle?: string | undefined;
}

/** What every model said at each origin of the backtest, beside what came. */
export function backtestPlot(data: BacktestPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000, height = 420 } = options;
  const text = messages(lang);
  const first = data.models[0]!;
  const start = clockOf(first.folds[0]!.times[0]!);
  const actual = data.actual.times.map((time, i) => ({ x: clockOf(time), y: data.actual.values[i]! }));
  const span = actual.at(-1)!.x - start;
  const visible = actual.filter((point) => point.x >= start - 0.25 * span);
  const lines = data.models.flatMap(({ name, folds }, i) =>
    folds.map((fold) => ({
      color: i === 0 ? theme.backtest : baselineColor(name, theme),
      main: i === 0,
      points: fold.times.map((time, k) => ({ x: clockOf(time), y: fold.values[k]! })),
    })),
  );
  const values = [...visible, ...lines.flatMap((line) => line.points)]
    .map((point) => point.y)
    .filter(Number.isFinite);
  return frame({
    theme,
    width,
    height,
    title: text.plot.backtestTitle(data.target, first.folds.length),
    subtitle: data.subtitle,
    legend: [
      { label: text.plot.history, kind: "line", color: theme.history },
      ...data.models.map(({ name }, i) => ({
        label: text.modelName(name),
        kind: i === 0 ? ("line" as const) : ("dashed" as const),
        color: i === 0 ? theme.backtest : baselineColor(name, theme),
      })),
    ],
    body: (bodyWidth, bodyHeight) =>
      chart({
        theme,
        width: bodyWidth,
        height: bodyHeight,
        x: axisOfTimes(data.actual.times, visible[0]!.x, visible.at(-1)!.x, 10, lang),
        y: numberTicks(Math.min(...values), Math.max(...values), 5, lang),
        yLabel: data.target,
        marks: [
          Plot.ruleX(
            first.folds.map((fold) => clockOf(fold.times[0]!)),
            { stroke: theme.grid },
          ),
          Plot.lineY(visible, { x: "x", y: "y", stroke: theme.history, strokeWidth: 1.8 }),
          ...[...lines].reverse().map(({ color, main, points }) =>
            Plot.lineY(points, {
              x: "x",
              y: "y",
              stroke: color,
              strokeWidth: main ? 2.2 : 1.3,
              ...(main ? {} : { strokeDasharray: "5,3.5" }),
            }),
          ),
        ],
      }),
  });
}
