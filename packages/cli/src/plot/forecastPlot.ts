import * as Plot from "@observablehq/plot";
import { messages } from "../messages.js";
import { type ChartOptions, chart, endLabels, frame, type LegendItem } from "./frame.js";
import { axisOfTimes, clockOf, formatNumber, numberTicks } from "./scales.js";
import { element } from "./svg.js";
import { lightTheme, type PlotOptions, type Theme } from "./theme.js";

/** Values at their times. */
export interface Line {
  times: readonly string[];
  values: ArrayLike<number>;
}

/** One series with what is forecast for it. */
export interface ForecastPanel {
  id: string;
  history: Line;
  /** Steps a season; 1 for none. */
  seasonLength: number;
  /** What the model said in the backtest, one line for each origin. */
  backtest: Line[];
  forecast: Line;
  /** In ascending order of level. */
  bands: { level: number; lo: ArrayLike<number>; hi: ArrayLike<number> }[];
  baselines: { name: string; line: Line }[];
}

export interface ForecastPicture {
  target: string;
  /** Name of the model that made the forecast. */
  model: string;
  panels: ForecastPanel[];
  /** Series that exist; more than `panels` when not all are drawn. */
  seriesCount: number;
  subtitle?: string | undefined;
}

/** So many series are drawn at most. */
export const mostPanels = 6;

interface Point {
  x: number;
  y: number;
}

function points(line: Line): Point[] {
  return line.times.map((time, i) => ({ x: clockOf(time), y: line.values[i]! }));
}

/** So much of the past that its pattern and the backtest can be seen, and so little that the future is not a sliver. */
function visibleHistory(panel: ForecastPanel): Line {
  const { times, values } = panel.history;
  const steps = panel.forecast.times.length;
  const earliest = panel.backtest[0]?.times[0];
  const backtested = earliest === undefined ? 0 : times.length - times.indexOf(earliest);
  const pattern = Math.min(Math.max(4 * steps, 3 * panel.seasonLength), 8 * steps);
  const keep = Math.max(pattern, Math.round(1.15 * backtested), 30);
  const from = times.length <= keep * 1.25 ? 0 : times.length - keep;
  return { times: times.slice(from), values: Array.from(values).slice(from) };
}

/** Colours for baselines, in their usual order. */
export function baselineColor(name: string, theme: Theme): string {
  if (name === "seasonal-naive") return theme.baseline2;
  return name === "drift" ? theme.baseline3 : theme.baseline;
}

/** Past, backtest, forecast with its intervals, and the baselines beside it. */
export function forecastPlot(data: ForecastPicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = messages(lang);
  const shown = data.panels.slice(0, mostPanels);
  const columns = shown.length > 1 ? 2 : 1;
  const rows = Math.ceil(shown.length / columns);
  const height = options.height ?? (rows === 1 && columns === 1 ? 560 : 130 + rows * 260);
  const first = shown[0]!;
  const levels = [...first.bands].reverse();
  const legend: LegendItem[] = [
    { label: text.plot.history, kind: "line", color: theme.history },
    ...(first.backtest.length > 0
      ? [{ label: text.plot.backtest(data.model), kind: "line" as const, color: theme.backtest }]
      : []),
    { label: text.plot.forecast(data.model), kind: "line", color: theme.model, width: 2.6 },
    ...levels.map((band, i) => ({
      label: text.plot.interval(band.level),
      kind: "band" as const,
      color: theme.model,
      opacity: bandOpacity(i, levels.length),
    })),
    ...first.baselines.map(({ name }) => ({
      label: text.modelName(name),
      kind: "dashed" as const,
      color: baselineColor(name, theme),
      width: 1.4,
    })),
  ];
  const hidden = data.seriesCount - shown.length;
  return frame({
    theme,
    width,
    height,
    title: text.plot.forecastTitle(data.target, first.forecast.times.length, data.seriesCount),
    subtitle: [data.subtitle, hidden > 0 ? text.plot.notAllShown(shown.length, data.seriesCount) : undefined]
      .filter(Boolean)
      .join(" "),
    legend,
    body(bodyWidth, bodyHeight) {
      return shown.map((panel, i) => {
        const size = { width: bodyWidth / columns, height: bodyHeight / rows };
        const node = drawPanel(panel, data, { ...size, lang, theme, named: shown.length > 1 });
        return element(
          "g",
          { transform: `translate(${(i % columns) * size.width},${Math.floor(i / columns) * size.height})` },
          node,
        );
      });
    },
  });
}

/** Darker towards the middle: the widest band comes first. */
function bandOpacity(index: number, count: number): number {
  return count === 1 ? 0.22 : 0.14 + (0.2 * index) / (count - 1);
}

function drawPanel(
  panel: ForecastPanel,
  data: ForecastPicture,
  options: Required<Pick<PlotOptions, "lang" | "theme" | "width" | "height">> & { named: boolean },
): Element {
  const { lang, theme, width, height } = options;
  const text = messages(lang);
  const history = points(visibleHistory(panel));
  const last = history.at(-1)!;
  const forecast = points(panel.forecast);
  const backtests = panel.backtest
    .map(points)
    .map((line) => line.filter((point) => point.x >= history[0]!.x));
  const baselines = panel.baselines.map(({ name, line }) => ({ name, line: points(line) }));
  const bands = [...panel.bands]
    .reverse()
    .map((band) => [
      { x: last.x, lo: last.y, hi: last.y },
      ...forecast.map(({ x }, i) => ({ x, lo: band.lo[i]!, hi: band.hi[i]! })),
    ]);
  const values = [
    ...[history, forecast, ...backtests, ...baselines.map(({ line }) => line)].flat().map((point) => point.y),
    ...bands.flat().flatMap((point) => [point.lo, point.hi]),
  ].filter(Number.isFinite);
  const end = forecast.at(-1)!;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const marginRight = options.named ? 62 : 112;
  const options_: ChartOptions = {
    theme,
    width,
    height,
    x: axisOfTimes(panel.history.times, history[0]!.x, end.x, options.named ? 5 : 10, lang),
    y: numberTicks(low, high, options.named ? 4 : 6, lang),
    yLabel: options.named ? panel.id : data.target,
    marginRight,
    marks: [
      ...bands.map((band, i) =>
        Plot.areaY(band, {
          x: "x",
          y1: "lo",
          y2: "hi",
          fill: theme.model,
          fillOpacity: bandOpacity(i, bands.length),
        }),
      ),
      Plot.ruleX([last.x], { stroke: theme.muted, strokeWidth: 0.8, strokeDasharray: "2,3" }),
      ...baselines.map(({ name, line }) =>
        Plot.lineY([last, ...line], {
          x: "x",
          y: "y",
          stroke: baselineColor(name, theme),
          strokeWidth: 1.3,
          strokeDasharray: "5,3.5",
        }),
      ),
      Plot.lineY(history, { x: "x", y: "y", stroke: theme.history, strokeWidth: 1.6 }),
      ...backtests.map((line) =>
        Plot.lineY(line, { x: "x", y: "y", stroke: theme.backtest, strokeWidth: 1.5 }),
      ),
      Plot.lineY([last, ...forecast], { x: "x", y: "y", stroke: theme.model, strokeWidth: 2.6 }),
      Plot.dot(forecast.length <= 36 ? forecast : [], { x: "x", y: "y", fill: theme.model, r: 2.2 }),
    ],
  };
  const labels = [
    {
      text: `${options.named ? "" : `${text.plot.lastStep} `}${formatNumber(end.y, lang)}`,
      value: end.y,
      color: theme.model,
    },
    ...(options.named
      ? []
      : baselines.map(({ name, line }) => ({
          text: text.modelName(name),
          value: line.at(-1)!.y,
          color: baselineColor(name, theme),
        }))),
  ];
  return element("g", {}, chart(options_), endLabels(labels, options_));
}
