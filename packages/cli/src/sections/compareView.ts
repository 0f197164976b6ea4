import * as Plot from "@observablehq/plot";
import { type ChartOptions, chart, endLabels, frame } from "../plot/frame.js";
import { namedTicks, panels, powerTicks } from "../plot/panels.js";
import { numberTicks } from "../plot/scales.js";
import { element } from "../plot/svg.js";
import { lightTheme, type PlotOptions, type Theme } from "../plot/theme.js";
import type { CellName } from "../tutorial/experiment.js";
import type { CellComparison, CompareNumbers } from "./compare.js";
import type { ShownSection } from "./section.js";
import { digits, fixed, spreadText } from "./words.js";

/** Times in milliseconds of a training step of a larger layer. */
interface Large {
  steps: number;
  batch: number;
  hidden: number;
  gru: string;
  lstm: string;
}

/** GRU against LSTM after training on so many windows. */
interface Duel {
  windows: number;
  gru: string;
  lstm: string;
  /** Seeds with which the GRU's error is the smaller. */
  wins: number;
  seeds: number;
}

/** Nine of ten seeds, or more, are a clear answer. */
function verdictOf({ wins, seeds }: Duel): "yes" | "no" | "unclear" {
  return wins >= 0.9 * seeds ? "yes" : wins <= 0.1 * seeds ? "no" : "unclear";
}

function duel(gru: CellComparison, lstm: CellComparison, at: number): Duel {
  const [a, b] = [gru.lessData.at(at)!, lstm.lessData.at(at)!];
  return {
    windows: a.windows,
    gru: fixed(a.testRmse.median, 1),
    lstm: fixed(b.testRmse.median, 1),
    wins: a.bySeed.filter((error, i) => error < b.bySeed[i]!).length,
    seeds: a.bySeed.length,
  };
}

const english = {
  title: "RNN, LSTM and GRU on the same forecast",
  how: (seeds: number, windows: number) =>
    `The flights forecast of section 4 (look_back 3, two layers of 6 units, Adam 0.1, 1000 epochs) with each of the three cells and ${seeds} seeds. RMSE is of ${windows} test windows, one step ahead.`,
  claims:
    "The tutorial says that a GRU has fewer parameters than an LSTM, trains faster and needs less data, and that an LSTM may do better when there is enough. Measured:",
  size: (gru: number, lstm: number, rnn: number) =>
    `Fewer parameters: yes, ${gru} against ${lstm} (three blocks of weights instead of four); an RNN has ${rnn}.`,
  time: (gru: string, lstm: string, verdict: "faster" | "same" | "slower", large: Large) =>
    `Faster: ${{ faster: "yes", same: "no difference worth the name", slower: "no" }[verdict]}; an epoch takes ${gru} ms against ${lstm} ms (medians). With 6 units most of the time is not arithmetic; with ${large.hidden} units, ${large.steps} steps and a batch of ${large.batch} a training step takes ${large.gru} ms against ${large.lstm} ms.`,
  data: (few: Duel, full: Duel) =>
    `Less data: ${{ yes: "yes", no: "no", unclear: "not to be told from this" }[verdictOf(few)]}. Where the record begins so late that only ${few.windows} windows are left to train on, the median test RMSE is ${few.gru} for the GRU and ${few.lstm} for the LSTM, and the GRU is better with ${few.wins} of ${few.seeds} seeds. With all ${full.windows} windows it is ${full.gru} and ${full.lstm}, and the GRU is better with ${full.wins}.`,
  luck: (rows: string, more: boolean, persistence: string, seasonal: string) =>
    `But look at the spread: ${rows}.${more ? " Seeds differ by more than cells do." : ""} Repeating last month has ${persistence} and the same month last year ${seasonal}, without any training.`,
  range: (cell: string, min: string, max: string) => `${cell} from ${min} to ${max}`,
  caption: (windows: number) =>
    `Medians over seeds, smallest and largest in brackets; the last column where only ${windows} windows are left to train on`,
  head: ["cell", "parameters", "ms per epoch", "training loss", "test RMSE", "test RMSE, less data"],
  naive: "repeat last month",
  seasonal: "same month last year",
  figure: (seeds: number) => `Three cells, ${seeds} seeds`,
  subtitle: "The tutorial's forecast of the flights. Each dot is a seed, the bar is the median.",
  loss: "Training loss after 1000 epochs",
  rmse: "RMSE on the test windows",
  seed: "one seed",
  median: "median",
};
type Text = typeof english;
const chinese: Text = {
  title: "RNN、LSTM 与 GRU 做同一个预测",
  how: (seeds, windows) =>
    `第 4 节的航班预测（look_back 为 3，两层各 6 个单元，Adam 0.1，1000 轮），三种单元各用 ${seeds} 个种子。RMSE 是 ${windows} 个测试窗口上的一步预测误差。`,
  claims: "教程说 GRU 参数比 LSTM 少、训练更快、需要的数据更少，而数据充足时 LSTM 可能更好。测量结果：",
  size: (gru, lstm, rnn) => `参数更少：是的，${gru} 对 ${lstm}（三组权重，而不是四组）；RNN 有 ${rnn} 个。`,
  time: (gru, lstm, verdict, large) =>
    `更快：${{ faster: "是的", same: "没有值得一提的差别", slower: "不是" }[verdict]}；每轮 ${gru} 毫秒对 ${lstm} 毫秒（中位数）。只有 6 个单元时，大部分时间并不在算术上；${large.hidden} 个单元、${large.steps} 步、批大小 ${large.batch} 时，一个训练步为 ${large.gru} 毫秒对 ${large.lstm} 毫秒。`,
  data: (few, full) =>
    `需要的数据更少：${{ yes: "是的", no: "不是", unclear: "从这里看不出来" }[verdictOf(few)]}。如果记录开始得晚，只剩 ${few.windows} 个窗口可训练，GRU 的测试 RMSE 中位数为 ${few.gru}，LSTM 为 ${few.lstm}，${few.seeds} 个种子中 GRU 更好的有 ${few.wins} 个；用全部 ${full.windows} 个窗口时为 ${full.gru} 和 ${full.lstm}，GRU 更好的有 ${full.wins} 个。`,
  luck: (rows, more, persistence, seasonal) =>
    `但要看离散程度：${rows}。${more ? "种子之间的差别大于单元之间的差别。" : ""}重复上个月的误差是 ${persistence}，照搬去年同月是 ${seasonal}，都不需要训练。`,
  range: (cell, min, max) => `${cell} 从 ${min} 到 ${max}`,
  caption: (windows) => `各种子的中位数，括号内为最小和最大值；最后一列只有 ${windows} 个窗口可训练`,
  head: ["单元", "参数个数", "毫秒/轮", "训练损失", "测试 RMSE", "测试 RMSE（少量数据）"],
  naive: "重复上个月",
  seasonal: "去年同月",
  figure: (seeds) => `三种单元，${seeds} 个种子`,
  subtitle: "教程的航班预测。每个点是一个种子，横线是中位数。",
  loss: "1000 轮后的训练损失",
  rmse: "测试窗口上的 RMSE",
  seed: "单个种子",
  median: "中位数",
};

export function showCompare(numbers: CompareNumbers, options: PlotOptions): ShownSection {
  const text = options.lang === "zh" ? chinese : english;
  const theme = options.theme ?? lightTheme;
  const find = (cell: CellName) => numbers.cells.find((c) => c.cell === cell)!;
  const [rnn, lstm, gru] = [find("rnn"), find("lstm"), find("gru")];
  const rmse = (value: number) => fixed(value, 1);
  const ratio = gru.millisecondsPerEpoch / lstm.millisecondsPerEpoch;
  const few = gru.lessData[0]!.windows;
  const ranges = numbers.cells.map(({ cell, testRmse }) =>
    text.range(cell.toUpperCase(), rmse(testRmse.min), rmse(testRmse.max)),
  );
  return {
    title: text.title,
    paragraphs: [
      text.how(numbers.seeds.length, numbers.testWindows),
      text.claims,
      text.size(gru.parameters, lstm.parameters, rnn.parameters),
      text.time(
        digits(gru.millisecondsPerEpoch, 2),
        digits(lstm.millisecondsPerEpoch, 2),
        ratio < 0.9 ? "faster" : ratio > 1.1 ? "slower" : "same",
        { ...numbers.large, gru: digits(gru.millisecondsLarge, 2), lstm: digits(lstm.millisecondsLarge, 2) },
      ),
      text.data(duel(gru, lstm, 0), duel(gru, lstm, -1)),
      text.luck(
        ranges.join(options.lang === "zh" ? "，" : ", "),
        seedsDifferMore(numbers),
        rmse(numbers.persistence),
        rmse(numbers.seasonalNaive),
      ),
    ],
    tables: [
      {
        caption: text.caption(few),
        head: text.head,
        rows: [
          ...numbers.cells.map((c) => [
            c.cell.toUpperCase(),
            String(c.parameters),
            digits(c.millisecondsPerEpoch, 2),
            spreadText(c.trainLoss, (v) => digits(v, 2)),
            spreadText(c.testRmse),
            spreadText(c.lessData[0]!.testRmse),
          ]),
          [text.naive, "0", "", "", rmse(numbers.persistence), ""],
          [text.seasonal, "0", "", "", rmse(numbers.seasonalNaive), ""],
        ],
      },
    ],
    figures: [
      {
        name: "compare",
        title: text.figure(numbers.seeds.length),
        svg: comparePlot(numbers, options.lang, text, theme),
      },
    ],
  };
}

/** Whether, in every cell, the seeds' errors lie further apart than the cells' medians. */
function seedsDifferMore({ cells }: CompareNumbers): boolean {
  const medians = cells.map(({ testRmse }) => testRmse.median);
  const between = Math.max(...medians) - Math.min(...medians);
  return cells.every(({ testRmse: { min, max } }) => max - min > between);
}

function comparePlot(numbers: CompareNumbers, lang: PlotOptions["lang"], text: Text, theme: Theme): string {
  const x = namedTicks(numbers.cells.map(({ cell, parameters }) => `${cell.toUpperCase()} (${parameters})`));
  const marks = (value: (run: CompareNumbers["cells"][number]["runs"][number]) => number) => {
    const dots = numbers.cells.flatMap(({ runs }, i) =>
      // Side by side in the order of the seeds, so that none hides another.
      runs.map((run, k) => ({
        x: i + (runs.length > 1 ? (k / (runs.length - 1) - 0.5) * 0.36 : 0),
        y: value(run),
      })),
    );
    const middles = numbers.cells.map(({ runs }, i) => {
      const sorted = runs.map(value).sort((a, b) => a - b);
      const half = sorted.length >> 1;
      return { x: i, y: sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2 };
    });
    return {
      all: dots.map((dot) => dot.y),
      list: [
        Plot.dot(dots, { x: "x", y: "y", fill: theme.model, fillOpacity: 0.45, r: 4 }),
        Plot.ruleY(middles, {
          y: "y",
          x1: (d: { x: number }) => d.x - 0.28,
          x2: (d: { x: number }) => d.x + 0.28,
          stroke: theme.backtest,
          strokeWidth: 2.6,
        }),
      ],
    };
  };
  const losses = marks((run) => Math.log10(run.trainLoss));
  const errors = marks((run) => run.testRmse);
  const baselines = [
    { text: text.naive, value: numbers.persistence, color: theme.history },
    { text: text.seasonal, value: numbers.seasonalNaive, color: theme.baseline2 },
  ];
  return frame({
    theme,
    width: 1000,
    height: 460,
    title: text.figure(numbers.seeds.length),
    subtitle: text.subtitle,
    legend: [
      { label: text.seed, kind: "dot", color: theme.model },
      { label: text.median, kind: "line", color: theme.backtest, width: 2.6 },
      ...baselines.map(({ text: label, color }) => ({ label, color, kind: "dashed" as const })),
    ],
    body: (width, height) =>
      panels(
        [
          {
            title: text.loss,
            draw: (w, h) =>
              chart({ theme, width: w, height: h, x, y: powerTicks(losses.all, 6), marks: losses.list }),
          },
          {
            title: text.rmse,
            draw(w, h) {
              const options: ChartOptions = {
                theme,
                width: w,
                height: h,
                x,
                y: numberTicks(0, Math.max(...errors.all), 6, lang),
                marginRight: 60,
                marks: [
                  ...baselines.map(({ value, color }) =>
                    Plot.ruleY([value], { stroke: color, strokeWidth: 1.6, strokeDasharray: "5,3.5" }),
                  ),
                  ...errors.list,
                ],
              };
              const labels = baselines.map(({ value, color }) => ({ text: fixed(value, 1), value, color }));
              return element("g", {}, chart(options), endLabels(labels, options));
            },
          },
        ],
        2,
        width,
        height,
        theme,
      ),
  });
}
