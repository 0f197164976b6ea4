import { frame } from "../plot/frame.js";
import { type Box, boxes, sheet } from "../plot/panels.js";
import { element } from "../plot/svg.js";
import { lightTheme, type PlotOptions, type Theme } from "../plot/theme.js";
import type { Conv1dNumbers } from "./conv1d.js";
import type { ShownSection } from "./section.js";
import { digits, fixed } from "./words.js";

const english = {
  title: "Conv1d by hand: a window that slides in one direction",
  shape: (input: string, output: string) =>
    `Conv1d(4, 2, 3, { stride: 2 }) maps ${input} to ${output}. Each of the two kernels is 4 × 3: it covers all channels, and 3 positions. It starts at positions 1, 3, 5 and 7, multiplies the 12 numbers under it with its weights, and adds them and a bias up to one number: (9 − 3)/2 + 1 = 4 positions.`,
  trained: (steps: number, difference: string) =>
    `The tutorial prints an input and an output but not the weights between them. There are 26 of them for 8 numbers, so many choices fit; training finds one. From the seed's own weights, ${steps} steps of Adam on the mean squared error give the printed output to four decimals (largest difference ${difference}):`,
  reading: (count: number) =>
    `Of the 36 input numbers ${count} are not certain, because the page is damaged: 1.1003 in the first row (one of the two printings has lost the first figure, and shows no sign) and 0.3211 in the last (its first figure is unreadable and the other printing lacks it; 0 is the likely one, as the numbers are standard normal). Since the weights are found, not given, the output can be met with any of them.`,
  byHand: (sum: string) => `The first output number, product by product, comes to ${sum}.`,
  outputs: "Output: printed in the tutorial, and computed with the weights found",
  kernel: (o: number) => `Weights found: kernel ${o}`,
  head: ["", "t = 1", "t = 2", "t = 3", "t = 4"],
  printed: (o: number) => `printed, kernel ${o}`,
  computed: (o: number) => `computed, kernel ${o}`,
  taps: ["channel", "tap 1", "tap 2", "tap 3"],
  bias: "bias",
  figure: "A window of 3 positions slides over 9 in steps of 2",
  subtitle:
    "The tutorial's input (4 channels × 9 positions). Under each of the four windows are its two output numbers; ? marks a number that the page does not show for certain.",
  channel: (c: number) => `channel ${c}`,
  kernelName: (o: number) => `kernel ${o}`,
};
type Text = typeof english;
const chinese: Text = {
  title: "手算 Conv1d：只朝一个方向滑动的窗口",
  shape: (input, output) =>
    `Conv1d(4, 2, 3, { stride: 2 }) 把 ${input} 变成 ${output}。两个卷积核大小都是 4 × 3：覆盖全部通道和 3 个位置。它依次从位置 1、3、5、7 开始，把盖住的 12 个数乘以权重再相加，加上偏置，得到一个数：共 (9 − 3)/2 + 1 = 4 个位置。`,
  trained: (steps, difference) =>
    `教程印出了输入和输出，但没有印出权重。8 个数对应 26 个权重，有许多组都符合；训练找到其中一组。从该种子的初始权重出发，用 Adam 对均方误差训练 ${steps} 步，输出与印出的四位小数完全一致（最大相差 ${difference}）：`,
  reading: (count) =>
    `36 个输入中有 ${count} 个不能确定，因为页面有损坏：第一行的 1.1003（两处印刷之一缺了首位数字，也看不出符号）和最后一行的 0.3211（首位数字无法辨认，另一处没有印出；这些数服从标准正态分布，最可能是 0）。权重是求出来的而不是给定的，所以无论取哪个读数都能得到印出的输出。`,
  byHand: (sum) => `第一个输出数逐项相乘再相加，得 ${sum}。`,
  outputs: "输出：教程印出的，与用求得的权重算出的",
  kernel: (o) => `求得的权重：卷积核 ${o}`,
  head: ["", "t = 1", "t = 2", "t = 3", "t = 4"],
  printed: (o) => `印出，卷积核 ${o}`,
  computed: (o) => `算出，卷积核 ${o}`,
  taps: ["通道", "位置 1", "位置 2", "位置 3"],
  bias: "偏置",
  figure: "宽 3 的窗口每次移动 2 格，滑过 9 个位置",
  subtitle: "教程的输入（4 个通道 × 9 个位置）。四个窗口下方各是它的两个输出数；? 表示页面上不能确定的数。",
  channel: (c) => `通道 ${c}`,
  kernelName: (o) => `卷积核 ${o}`,
};

export function showConv1d(numbers: Conv1dNumbers, options: PlotOptions): ShownSection {
  const text = options.lang === "zh" ? chinese : english;
  const theme = options.theme ?? lightTheme;
  const shape = (sizes: readonly number[]) => `[${sizes.join(", ")}]`;
  const row = (values: readonly number[]) => values.map((v) => fixed(v, 4));
  return {
    title: text.title,
    paragraphs: [
      text.shape(shape(numbers.inputShape), shape(numbers.outputShape)),
      text.reading(numbers.uncertain.length),
      text.trained(numbers.steps, digits(numbers.largestDifference, 2)),
      numbers.outputPrinted,
      text.byHand(fixed(numbers.byHand.sum, 4)),
    ],
    tables: [
      {
        caption: text.outputs,
        head: text.head,
        rows: numbers.output.flatMap((values, o) => [
          [text.printed(o + 1), ...row(numbers.printedOutput[o]!)],
          [text.computed(o + 1), ...row(values)],
        ]),
      },
      ...numbers.weight.map((channels, o) => ({
        caption: text.kernel(o + 1),
        head: text.taps,
        rows: [
          ...channels.map((taps, c) => [String(c + 1), ...row(taps)]),
          [text.bias, fixed(numbers.bias[o]!, 4), "", ""],
        ],
      })),
    ],
    figures: [{ name: "conv1d", title: text.figure, svg: slidingPlot(numbers, text, theme) }],
  };
}

const cell = { width: 92, height: 34 };
const left = 110;

function slidingPlot(numbers: Conv1dNumbers, text: Text, theme: Theme): string {
  const { input, stride, kernelSize, output, uncertain } = numbers;
  const colors = [theme.model, theme.backtest, theme.fitted, theme.baseline2];
  const [top, gap] = [12, 20];
  const bracketTop = top + input.length * cell.height + 10;
  const outputTop = bracketTop + output[0]!.length * gap + 22;
  const doubtful = (c: number, l: number) =>
    uncertain.some(([channel, place]) => channel === c && place === l);
  const grid: Box[] = input.flatMap((values, c) =>
    values.map((value, l) => ({
      x: left + l * cell.width,
      y: top + c * cell.height,
      ...cell,
      text: `${fixed(value, 4)}${doubtful(c, l) ? " ?" : ""}`,
      stroke: theme.grid,
      // Positions that two windows share lie under both.
      fill: theme.model,
      fillOpacity: l % stride === 0 && l > 0 && l < values.length - 1 ? 0.16 : 0.06,
    })),
  );
  const spans = output[0]!.map((_, t) => ({
    t,
    y: bracketTop + t * gap,
    x1: left + t * stride * cell.width + 4,
    x2: left + (t * stride + kernelSize) * cell.width - 4,
    color: colors[t % colors.length]!,
  }));
  const results: Box[] = output.flatMap((values, o) =>
    values.map((value, t) => ({
      x: (spans[t]!.x1 + spans[t]!.x2) / 2 - cell.width / 2,
      y: outputTop + o * cell.height,
      ...cell,
      text: fixed(value, 4),
      stroke: spans[t]!.color,
      ink: spans[t]!.color,
    })),
  );
  return frame({
    theme,
    width: left + input[0]!.length * cell.width + 30,
    height: 425,
    title: text.figure,
    subtitle: text.subtitle,
    body: (width, height) => [
      sheet(width, height, [...boxes(grid, theme), ...boxes(results, theme)]),
      element(
        "g",
        { "stroke-width": 2.5, fill: "none" },
        ...spans.map(({ x1, x2, y, color }) =>
          element("path", { d: `M${x1},${y - 5}V${y}H${x2}V${y - 5}`, stroke: color }),
        ),
        ...spans.map(({ x1, x2, y, color }) =>
          element("line", {
            x1: (x1 + x2) / 2,
            x2: (x1 + x2) / 2,
            y1: y,
            y2: outputTop - 4,
            stroke: color,
            "stroke-width": 1.2,
            "stroke-dasharray": "2,3",
          }),
        ),
      ),
      element(
        "g",
        { "font-size": 12, fill: theme.muted, "text-anchor": "end" },
        ...input.map((_, c) =>
          element("text", { x: left - 10, y: top + (c + 0.5) * cell.height + 4 }, text.channel(c + 1)),
        ),
        ...output.map((_, o) =>
          element(
            "text",
            { x: left - 10, y: outputTop + (o + 0.5) * cell.height + 4 },
            text.kernelName(o + 1),
          ),
        ),
      ),
    ],
  });
}
