import * as Plot from "@observablehq/plot";
import { chart, frame } from "./frame.js";
import { axisOfTimes, clockOf, numberTicks } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: (target: string, found: number) =>
    `${target}: ${found.toLocaleString("en-US")} ${found === 1 ? "value" : "values"} outside what was to be expected`,
  actual: "actual",
  expected: "expected (forecast from the past alone)",
  band: (level: number) => `${level} % interval`,
  outside: "outside",
};
const chinese: typeof english = {
  title: (target, found) => `${target}：${found} 个值在预期之外`,
  actual: "实际值",
  expected: "预期（只用过去做的预测）",
  band: (level) => `${level}% 区间`,
  outside: "区间之外",
};

export interface AnomalyPicture {
  target: string;
  level: number;
  /** Every value that was forecast, oldest first. */
  points: readonly { time: string; actual: number; mean: number; lo: number; hi: number; outside: boolean }[];
  /** Values before those, for orientation. */
  before: readonly { time: string; value: number }[];
  subtitle?: string | undefined;
}

/** The points that have room for a label: of neighbours, the one further outside. The list names all of them. */
function spaced<P extends { x: number; actual: number; lo: number; hi: number }>(
  points: readonly P[],
  room: number,
): P[] {
  const distance = ({ actual, lo, hi }: P) => Math.max(actual - hi, lo - actual) / (hi - lo);
  const kept: P[] = [];
  for (const point of [...points].sort((a, b) => distance(b) - distance(a))) {
    if (kept.every(({ x }) => Math.abs(x - point.x) >= room)) kept.push(point);
  }
  return kept;
}

/** Actual values on the interval that a backtest gave them, with those outside marked. */
export function anomalyPlot(data: AnomalyPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000, height = 480 } = options;
  const text = lang === "zh" ? chinese : english;
  const points = data.points.map((point) => ({ ...point, x: clockOf(point.time) }));
  const actual = [
    ...data.before.map(({ time, value }) => ({ x: clockOf(time), y: value })),
    ...points.map(({ x, actual: y }) => ({ x, y })),
  ];
  const outside = points.filter((point) => point.outside);
  const values = [...actual.map(({ y }) => y), ...points.flatMap(({ lo, hi }) => [lo, hi])].filter(
    Number.isFinite,
  );
  const times = [...data.before, ...data.points].map(({ time }) => time);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (actual.at(-1)!.x - actual[0]!.x) * (width < 700 ? 0.24 : 0.1);
  const labelled = spaced(outside, room);
  return frame({
    ...{ theme, width, height, title: text.title(data.target, outside.length), subtitle: data.subtitle },
    legend: [
      { label: text.actual, kind: "line", color: theme.history },
      { label: text.expected, kind: "dashed", color: theme.model },
      { label: text.band(data.level), kind: "band", color: theme.model },
      { label: text.outside, kind: "dot", color: theme.predicted },
    ],
    body: (w, h) =>
      chart({
        ...{ theme, width: w, height: h, yLabel: data.target },
        x: axisOfTimes(times, actual[0]!.x, actual.at(-1)!.x, width < 700 ? 5 : 10, lang),
        y: numberTicks(low, high, 6, lang),
        marks: [
          Plot.areaY(points, { x: "x", y1: "lo", y2: "hi", fill: theme.model, fillOpacity: 0.17 }),
          Plot.lineY(points, {
            x: "x",
            y: "mean",
            stroke: theme.model,
            strokeWidth: 1.3,
            strokeDasharray: "5,3.5",
          }),
          Plot.lineY(actual, { x: "x", y: "y", stroke: theme.history, strokeWidth: 1.6 }),
          Plot.dot(outside, { x: "x", y: "actual", fill: theme.predicted, r: 4.5 }),
          ...[-1, 1].map((side) =>
            Plot.text(
              labelled.filter(({ actual, mean }) => (actual > mean ? -1 : 1) === side),
              { x: "x", y: "actual", text: "time", dy: 14 * side, fill: theme.predicted, fontSize: 11.5 },
            ),
          ),
        ],
      }),
  });
}
