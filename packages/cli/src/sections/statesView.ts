import * as Plot from "@observablehq/plot";
import { chart, frame } from "../plot/frame.js";
import { panels, pointsOf } from "../plot/panels.js";
import { indexTicks, numberTicks } from "../plot/scales.js";
import { lightTheme, type PlotOptions, type Theme } from "../plot/theme.js";
import type { ShownSection } from "./section.js";
import type { StateNumbers } from "./states.js";
import { fixed, spreadText } from "./words.js";

const english = {
  title: "Does the cell state change slowly and the hidden state fast?",
  how: (seeds: number) =>
    `The tutorial says of the LSTM that c changes slowly, c_t being c_{t−1} with something added, while h can be very different from one step to the next. Measured on its own model: the LSTM of section 4 is trained on the flights with ${seeds} seeds, and each unit's c and h are followed over all 141 windows. How far a value moves in one step is taken relative to how much it varies at all (mean |v_t − v_{t−1}| / standard deviation), since c may be large and h is always within ±1.`,
  found: (layer: number, c: string, h: string, slower: number, units: number, seeds: number, all: number) =>
    `Layer ${layer}: c moves ${c} and h ${h} standard deviations a step (medians over seeds). c moves less than its h in ${slower} of ${units} units, and at the median unit in ${seeds} of ${all} seeds.`,
  verdict: {
    holds: "So on this data the claim holds: c is clearly the slower one.",
    weak: "So on this data the claim holds only weakly: c tends to be the slower one, but far from always, and the difference is small beside that between seeds.",
    fails: "So on this data the claim does not hold: c is not slower than h.",
  },
  why: (forget: string, kept: number, data: string) =>
    `The reason is in the gates. c is slow only where the forget gate stays near 1; here its mean is ${forget} (medians of both layers), so that a step keeps about ${kept} % of c. Nothing in this task asks for a longer memory: the passengers themselves, which the network follows, move ${data} standard deviations a month.`,
  caption: "Medians over seeds, with the smallest and largest in brackets",
  head: [
    "layer",
    "c: step/σ",
    "h: step/σ",
    "c: lag-1 correlation",
    "h: lag-1 correlation",
    "mean forget gate",
    "c slower",
  ],
  unitsOf: (slower: number, units: number) => `${slower} of ${units} units`,
  figure1: "Cell state and hidden state over time",
  figure1Sub: (seed: number) =>
    `The tutorial's LSTM on the flights, seed ${seed}: each unit a line, over the 141 windows; the test begins at the dotted line. The colours named here are the gates' in the right column.`,
  panel: (layer: number, what: string) => `Layer ${layer}: ${what}`,
  layer: (layer: number) => `layer ${layer}`,
  cell: "cell state c",
  hidden: "hidden state h",
  gates: "gates, mean over units",
  forget: "forget gate",
  input: "input gate",
  output: "output gate",
  window: "window",
  figure2: "How far c and h move in one step",
  figure2Sub:
    "Each dot is a seed: the median unit's mean |v_t − v_{t−1}| / standard deviation. Below the diagonal c would be the faster one, above it the slower one.",
  cAxis: "c: step/σ",
  hAxis: "h: step/σ",
};
type Text = typeof english;
const chinese: Text = {
  title: "细胞状态 c 变化慢、隐藏状态 h 变化快吗？",
  how: (seeds) =>
    `教程说 LSTM 的 c 变化很慢（c_t 是 c_{t−1} 加上一些数值），而 h 在相邻时刻可以差别很大。这里用教程自己的模型来测量：用 ${seeds} 个种子在航班数据上训练第 4 节的 LSTM，跟踪每个单元的 c 和 h 在全部 141 个窗口上的变化。一步的变化量除以该值自身的波动（|v_t − v_{t−1}| 的均值 / 标准差），因为 c 可以很大，而 h 总在 ±1 之内。`,
  found: (layer, c, h, slower, units, seeds, all) =>
    `第 ${layer} 层：c 每步移动 ${c} 个标准差，h 为 ${h} 个（各种子的中位数）。${units} 个单元中有 ${slower} 个的 c 比 h 变化慢；按单元的中位数看，${all} 个种子中有 ${seeds} 个如此。`,
  verdict: {
    holds: "因此在这份数据上，这个说法成立：c 明显更慢。",
    weak: "因此在这份数据上，这个说法只是勉强成立：c 往往更慢，但远非总是如此，而且差别小于种子之间的差别。",
    fails: "因此在这份数据上，这个说法不成立：c 并不比 h 慢。",
  },
  why: (forget, kept, data) =>
    `原因在于门。只有遗忘门接近 1，c 才变化得慢；这里它的均值为 ${forget}（两层的中位数），每一步只保留 c 的大约 ${kept}%。这个任务也不需要更长的记忆：网络所跟随的乘客数量本身，每月就移动 ${data} 个标准差。`,
  caption: "各种子的中位数，括号内为最小和最大值",
  head: [
    "层",
    "c：步长/σ",
    "h：步长/σ",
    "c：滞后 1 自相关",
    "h：滞后 1 自相关",
    "遗忘门均值",
    "c 更慢的单元",
  ],
  unitsOf: (slower, units) => `${slower} / ${units}`,
  figure1: "细胞状态与隐藏状态随时间的变化",
  figure1Sub: (seed) =>
    `教程的 LSTM 在航班数据上，种子 ${seed}：每条线是一个单元，横轴为 141 个窗口，虚线处测试开始。图例是右列各门的颜色。`,
  panel: (layer, what) => `第 ${layer} 层：${what}`,
  layer: (layer) => `第 ${layer} 层`,
  cell: "细胞状态 c",
  hidden: "隐藏状态 h",
  gates: "各门（单元均值）",
  forget: "遗忘门",
  input: "输入门",
  output: "输出门",
  window: "窗口",
  figure2: "c 和 h 每一步移动多少",
  figure2Sub:
    "每个点是一个种子：各单元 |v_t − v_{t−1}| 的均值 / 标准差的中位数。对角线上方 c 更慢，下方 c 更快。",
  cAxis: "c：步长/σ",
  hAxis: "h：步长/σ",
};

export function showStates(numbers: StateNumbers, options: PlotOptions): ShownSection {
  const text = options.lang === "zh" ? chinese : english;
  const theme = options.theme ?? lightTheme;
  const { layers, seeds, data } = numbers;
  const forget = layers
    .map((layer) => fixed(layer.forget.median, 2))
    .join(options.lang === "zh" ? " 和 " : " and ");
  return {
    title: text.title,
    paragraphs: [
      text.how(seeds.length),
      ...layers.map((l) =>
        text.found(
          l.layer + 1,
          fixed(l.cellStep.median, 2),
          fixed(l.hiddenStep.median, 2),
          l.slowerCells,
          l.units,
          l.slowerSeeds,
          seeds.length,
        ),
      ),
      text.verdict[verdictOf(numbers)],
      text.why(
        forget,
        Math.round((100 * layers.reduce((sum, l) => sum + l.forget.median, 0)) / layers.length),
        fixed(data.step, 2),
      ),
    ],
    tables: [
      {
        caption: text.caption,
        head: text.head,
        rows: layers.map((l) => [
          String(l.layer + 1),
          ...[l.cellStep, l.hiddenStep, l.cellLag1, l.hiddenLag1, l.forget].map((s) =>
            spreadText(s, (v) => fixed(v, 2)),
          ),
          text.unitsOf(l.slowerCells, l.units),
        ]),
      },
    ],
    figures: [
      { name: "states", title: text.figure1, svg: tracesPlot(numbers, options.lang, text, theme) },
      { name: "states-movement", title: text.figure2, svg: movementPlot(numbers, options.lang, text, theme) },
    ],
  };
}

/** Slower in nine of ten units is a clear yes, in half of them or fewer a no. */
export function verdictOf({ layers }: Pick<StateNumbers, "layers">): "holds" | "weak" | "fails" {
  const share =
    layers.reduce((sum, l) => sum + l.slowerCells, 0) / layers.reduce((sum, l) => sum + l.units, 0);
  return share >= 0.9 ? "holds" : share > 0.5 ? "weak" : "fails";
}

function tracesPlot(
  { traces, train, seeds }: StateNumbers,
  lang: PlotOptions["lang"],
  text: Text,
  theme: Theme,
): string {
  const unitColors = [
    theme.model,
    theme.backtest,
    theme.fitted,
    theme.baseline2,
    theme.baseline3,
    theme.history,
  ];
  const gateColors = { forget: theme.model, input: theme.fitted, output: theme.backtest };
  const lines =
    (series: { values: ArrayLike<number>; color: string }[], zeroToOne: boolean) =>
    (width: number, height: number) => {
      const all = series.flatMap(({ values }) => Array.from(values));
      return chart({
        theme,
        width,
        height,
        x: indexTicks(1, traces[0]!.forget.length, 4),
        y: zeroToOne ? numberTicks(0, 1, 4, lang) : numberTicks(Math.min(...all), Math.max(...all), 4, lang),
        xLabel: text.window,
        marks: [
          Plot.ruleX([train + 0.5], { stroke: theme.muted, strokeDasharray: "2,3" }),
          ...series.map(({ values, color }) =>
            Plot.lineY(pointsOf(values), { x: "x", y: "y", stroke: color, strokeWidth: 1.4 }),
          ),
        ],
      });
    };
  const byUnit = (values: number[][]) =>
    unitColors.map((color, u) => ({ color, values: values.map((row) => row[u]!) }));
  return frame({
    theme,
    width: 1000,
    height: 640,
    title: text.figure1,
    subtitle: text.figure1Sub(seeds[0]!),
    legend: (["forget", "input", "output"] as const).map((gate) => ({
      label: text[gate],
      kind: "line",
      color: gateColors[gate],
    })),
    body: (width, height) =>
      panels(
        traces.flatMap((trace) => [
          { title: text.panel(trace.layer + 1, text.cell), draw: lines(byUnit(trace.cell), false) },
          { title: text.panel(trace.layer + 1, text.hidden), draw: lines(byUnit(trace.hidden), false) },
          {
            title: text.panel(trace.layer + 1, text.gates),
            draw: lines(
              (["forget", "input", "output"] as const).map((gate) => ({
                values: trace[gate],
                color: gateColors[gate],
              })),
              true,
            ),
          },
        ]),
        3,
        width,
        height,
        theme,
      ),
  });
}

function movementPlot({ runs }: StateNumbers, lang: PlotOptions["lang"], text: Text, theme: Theme): string {
  const most = Math.max(...runs.flatMap((run) => [run.cell.step, run.hidden.step]));
  const ticks = numberTicks(0, most, 5, lang);
  const colors = [theme.model, theme.backtest];
  return frame({
    theme,
    width: 620,
    height: 560,
    title: text.figure2,
    subtitle: text.figure2Sub,
    legend: [0, 1].map((layer) => ({ label: text.layer(layer + 1), kind: "dot", color: colors[layer]! })),
    body: (width, height) =>
      chart({
        theme,
        width,
        height,
        x: ticks,
        y: ticks,
        xLabel: text.cAxis,
        yLabel: text.hAxis,
        marks: [
          Plot.line([0, ticks.domain[1]], {
            x: (v: number) => v,
            y: (v: number) => v,
            stroke: theme.muted,
            strokeDasharray: "2,3",
          }),
          Plot.dot(runs, {
            x: (run: (typeof runs)[number]) => run.cell.step,
            y: (run: (typeof runs)[number]) => run.hidden.step,
            fill: (run: (typeof runs)[number]) => colors[run.layer]!,
            r: 4.5,
            fillOpacity: 0.8,
          }),
        ],
      }),
  });
}
