import * as Plot from "@observablehq/plot";
import { chart, frame } from "../plot/frame.js";
import { panels, pointsOf, powerTicks } from "../plot/panels.js";
import { indexTicks, numberTicks, type Ticks } from "../plot/scales.js";
import { lightTheme, type PlotOptions, type Theme } from "../plot/theme.js";
import type { ClippingRun, GradientCurve, GradientNumbers } from "./gradients.js";
import { median, type ShownSection } from "./section.js";
import { digits } from "./words.js";

const english = {
  title: "How far back a gradient reaches, and what clipping does",
  reach: (steps: number, hidden: number) =>
    `A sequence of ${steps} random numbers runs through a layer of ${hidden} units, and the loss looks at the last state only: ‖h_T‖²/2. For every step t the table and the picture have the norm of ∂loss/∂h_t, as a multiple of what it is at the last step. A step whose norm is 1e-12 teaches nothing; one whose norm is a million drowns the rest.`,
  rnn: (start: string, small: string, large: string, scale: number) =>
    `RNN: what happens depends on the size of the recurrent weights. As PyTorch draws them, ${start} of the gradient is left at the first step: it vanishes, as the tutorial says. With weights of 1/√H it shrinks to ${small}; with ${scale}/√H it grows to ${large} times: it explodes.`,
  gated: (lstm: string, lstmOpen: string, gru: string, gruOpen: string) =>
    `LSTM and GRU are said to cure this. As drawn they do not: the LSTM keeps ${lstm} and the GRU ${gru}, no better than the RNN, because a gate at its start is half closed and halves the memory at every step. What they have is a gate that training can open. With 5 added to the bias of the gate that keeps the memory (forget gate, update gate) the first step gets ${lstmOpen} and ${gruOpen} of the last one's gradient.`,
  clip: (length: number, lr: number) =>
    `Clipping: an RNN whose recurrent weights are a little too large learns to add up ${length} random numbers, by SGD with learning rate ${lr}. Always guessing 0 has a loss of about 1.`,
  clipResult: (
    plain: string,
    clipped: string,
    better: number,
    seeds: number,
    largest: string,
    met: string,
    steps: string,
  ) =>
    `Without clipping single steps have gradients of norm up to ${largest}; one such step can throw the weights far off, and the median loss at the end is ${plain}. With clipGradNorm_(parameters, 1) it is ${clipped}; clipping was better with ${better} of ${seeds} seeds. It does not take the explosion away. The clipped runs meet even larger gradients, up to ${met}, presumably because they stay where the loss is steep instead of being thrown out, and ${steps} of their steps were cut: clipping keeps the direction and makes the step short.`,
  columns: ["layer", "‖∂L/∂h‖ at t = T−10", "T−25", "T−50", "first step"],
  clipColumns: [
    "seed",
    "loss, not clipped",
    "loss, clipped",
    "largest norm, not clipped",
    "largest norm, clipped",
    "steps cut",
  ],
  normsCaption: "Norm of ∂loss/∂h_t, as a multiple of the last step's",
  clipCaption: (steps: number) =>
    `Training with and without clipping: median loss of the last 50 of ${steps} steps`,
  initial: " (as drawn)",
  weights: (scale: string) => `RNN, weights ${scale}/√H`,
  gate: (cell: string) => `${cell}, gate open`,
  figure1: "Gradients that vanish, explode, or reach back",
  figure1Sub: (steps: number) =>
    `Norm of ∂loss/∂h_t over ${steps} steps, the loss looking at the last one only. Each line is 1 at its right end.`,
  panelRnn: "RNN: by the size of its recurrent weights",
  panelGated: "LSTM and GRU: as drawn, and with the memory's gate open",
  stepAxis: "step t (the loss is at the right end)",
  figure2: "Gradient clipping",
  figure2Sub: (length: number, seed: number) =>
    `An RNN learns a sum over ${length} steps by SGD, seed ${seed}. The clipped run stays where gradients are large, but each is cut to norm 1 (dotted) before the step. Loss smoothed over 10 steps.`,
  panelNorm: "Norm of the gradient, before clipping",
  panelLoss: "Loss (guessing 0 has about 1)",
  plain: "not clipped",
  clipped: "clipped to norm 1",
  update: "training step",
};
type Text = typeof english;
const chinese: Text = {
  title: "梯度能传多远，梯度裁剪有什么用",
  reach: (steps, hidden) =>
    `让 ${steps} 个随机数依次通过一层 ${hidden} 个单元的网络，损失只看最后一步的状态：‖h_T‖²/2。表和图给出每个时刻 t 的 ∂loss/∂h_t 的范数，以最后一步为 1。范数只有 1e-12 的时刻学不到任何东西；范数上百万的时刻会淹没其余一切。`,
  rnn: (start, small, large, scale) =>
    `RNN：结果取决于循环权重的大小。按 PyTorch 的初始化，传到第一步只剩 ${start}：梯度消失，与教程所说一致。权重为 1/√H 时衰减到 ${small}；为 ${scale}/√H 时放大到 ${large} 倍：梯度爆炸。`,
  gated: (lstm, lstmOpen, gru, gruOpen) =>
    `通常说 LSTM 和 GRU 解决了这个问题。刚初始化时并没有：LSTM 只剩 ${lstm}，GRU 只剩 ${gru}，并不比 RNN 好，因为初始的门半开半闭，每一步都让记忆减半。它们的长处在于：训练可以把门打开。给保留记忆的门（遗忘门、更新门）的偏置加 5，第一步就能得到最后一步梯度的 ${lstmOpen} 和 ${gruOpen}。`,
  clip: (length, lr) =>
    `梯度裁剪：一个循环权重略大的 RNN 用学习率 ${lr} 的 SGD 学习把 ${length} 个随机数加起来。总是猜 0 的损失约为 1。`,
  clipResult: (plain, clipped, better, seeds, largest, met, steps) =>
    `不裁剪时，个别步的梯度范数高达 ${largest}，一步就可能把权重甩到很远，最终损失的中位数为 ${plain}。用 clipGradNorm_(parameters, 1) 后为 ${clipped}；${seeds} 个种子中有 ${better} 个是裁剪更好。裁剪并不消除爆炸：裁剪的训练遇到的梯度甚至更大，达到 ${met}，想必是因为它留在损失陡峭的地方而没有被甩出去，${steps} 的步被裁剪。裁剪只是保留方向、缩短步长。`,
  columns: ["网络层", "t = T−10 处的 ‖∂L/∂h‖", "T−25", "T−50", "第一步"],
  clipColumns: [
    "种子",
    "损失（不裁剪）",
    "损失（裁剪）",
    "最大范数（不裁剪）",
    "最大范数（裁剪）",
    "被裁剪的步",
  ],
  normsCaption: "∂loss/∂h_t 的范数，以最后一步为 1",
  clipCaption: (steps) => `裁剪与不裁剪的训练：${steps} 步中最后 50 步损失的中位数`,
  initial: "（初始状态）",
  weights: (scale) => `RNN，权重 ${scale}/√H`,
  gate: (cell) => `${cell}，门打开`,
  figure1: "梯度消失、梯度爆炸与传得远的梯度",
  figure1Sub: (steps) => `${steps} 步中各时刻 ∂loss/∂h_t 的范数，损失只看最后一步。每条线在最右端都为 1。`,
  panelRnn: "RNN：取决于循环权重的大小",
  panelGated: "LSTM 与 GRU：初始状态，以及记忆门打开之后",
  stepAxis: "时刻 t（损失在最右端）",
  figure2: "梯度裁剪",
  figure2Sub: (length, seed) =>
    `RNN 用 SGD 学习 ${length} 步之和，种子 ${seed}。裁剪的训练停留在梯度大的地方，但每步之前都缩到范数 1（虚线）。损失按 10 步平滑。`,
  panelNorm: "梯度的范数（裁剪之前）",
  panelLoss: "损失（总是猜 0 约为 1）",
  plain: "不裁剪",
  clipped: "裁剪到范数 1",
  update: "训练步",
};

export function showGradients(numbers: GradientNumbers, options: PlotOptions): ShownSection {
  const text = options.lang === "zh" ? chinese : english;
  const theme = options.theme ?? lightTheme;
  const { curves, clipping, steps, hidden } = numbers;
  const find = (cell: string, at: number) =>
    digits(curves.filter((c) => c.cell === cell).at(at)!.firstToLast, 2);
  const largest = curves.filter((c) => c.cell === "rnn").at(-1)!;
  const plain = clipping.runs.filter((run) => !run.clipped);
  const clipped = clipping.runs.filter((run) => run.clipped);
  const final = (runs: ClippingRun[]) => digits(median(runs.map((run) => run.finalLoss)), 2);
  const total = clipped[0]!.losses.length;
  const cut = clipped.reduce((sum, run) => sum + run.clippedSteps, 0) / (clipped.length * total);
  return {
    title: text.title,
    paragraphs: [
      text.reach(steps, hidden),
      text.rnn(find("rnn", 0), find("rnn", 1), find("rnn", -1), largest.scale!),
      text.gated(find("lstm", 0), find("lstm", 1), find("gru", 0), find("gru", 1)),
      text.clip(clipping.length, clipping.lr),
      text.clipResult(
        final(plain),
        final(clipped),
        clipped.filter((run, i) => run.finalLoss < plain[i]!.finalLoss).length,
        clipped.length,
        digits(Math.max(...plain.map((run) => run.largestNorm))),
        digits(Math.max(...clipped.map((run) => run.largestNorm))),
        `${Math.round(100 * cut)} %`,
      ),
    ],
    tables: [
      {
        caption: text.normsCaption,
        head: text.columns,
        rows: curves.map((c) => [
          nameOf(c, text),
          ...[10, 25, 50, steps - 1].map((back) =>
            digits(c.norms[steps - 1 - back]! / c.norms[steps - 1]!, 2),
          ),
        ]),
      },
      {
        caption: text.clipCaption(total),
        head: text.clipColumns,
        rows: plain.map((run, i) => [
          String(run.seed),
          digits(run.finalLoss),
          digits(clipped[i]!.finalLoss),
          digits(run.largestNorm),
          digits(clipped[i]!.largestNorm),
          String(clipped[i]!.clippedSteps),
        ]),
      },
    ],
    figures: [
      { name: "gradients", title: text.figure1, svg: reachPlot(numbers, text, theme) },
      { name: "clipping", title: text.figure2, svg: clippingPlot(numbers, text, theme) },
    ],
  };
}

function nameOf({ cell, scale, gateBias }: GradientCurve, text: Text): string {
  if (scale !== undefined) return text.weights(digits(scale)) + (scale < 0.6 ? text.initial : "");
  return gateBias ? text.gate(cell.toUpperCase()) : cell.toUpperCase() + text.initial;
}

function reachPlot({ curves, steps }: GradientNumbers, text: Text, theme: Theme): string {
  const sizes = [theme.baseline, theme.model, theme.fitted, theme.baseline3, theme.backtest];
  const styled = curves.map((curve, i) => ({
    curve,
    color: curve.cell === "rnn" ? sizes[i]! : curve.cell === "lstm" ? theme.baseline2 : theme.history,
    dashed: curve.gateBias === 0,
    points: pointsOf(curve.norms, (norm) => Math.log10(norm / curve.norms[steps - 1]!)),
  }));
  const y = powerTicks(
    styled.flatMap(({ points }) => points.map((point) => point.y)),
    9,
  );
  const draw = (list: typeof styled) => (width: number, height: number) =>
    chart({
      theme,
      width,
      height,
      x: indexTicks(1, steps, 5),
      y,
      xLabel: text.stepAxis,
      marks: [
        Plot.ruleY([0], { stroke: theme.muted, strokeDasharray: "2,3" }),
        ...list.map(({ points, color, dashed }) =>
          Plot.lineY(points, { x: "x", y: "y", stroke: color, strokeWidth: 2, ...(dashed ? dashes : {}) }),
        ),
      ],
    });
  return frame({
    theme,
    width: 1000,
    height: 540,
    title: text.figure1,
    subtitle: text.figure1Sub(steps),
    legend: styled.map(({ curve, color, dashed }) => ({
      label: nameOf(curve, text),
      kind: dashed ? "dashed" : "line",
      color,
    })),
    body: (width, height) =>
      panels(
        [
          { title: text.panelRnn, draw: draw(styled.filter(({ curve }) => curve.cell === "rnn")) },
          { title: text.panelGated, draw: draw(styled.filter(({ curve }) => curve.cell !== "rnn")) },
        ],
        2,
        width,
        height,
        theme,
      ),
  });
}

const dashes = { strokeDasharray: "5,3.5" };

function clippingPlot({ clipping }: GradientNumbers, text: Text, theme: Theme): string {
  const [plain, clipped] = clipping.runs as [ClippingRun, ClippingRun];
  const runs = [
    { run: plain, color: theme.backtest },
    { run: clipped, color: theme.model },
  ];
  const draw =
    (series: { points: { x: number; y: number }[]; color: string }[], y: Ticks, level: number) =>
    (width: number, height: number) =>
      chart({
        theme,
        width,
        height,
        x: indexTicks(0, plain.losses.length, 6),
        y,
        xLabel: text.update,
        marks: [
          Plot.ruleY([level], { stroke: theme.muted, strokeDasharray: "2,3" }),
          ...series.map(({ points, color }) =>
            Plot.lineY(points, { x: "x", y: "y", stroke: color, strokeWidth: 1.6 }),
          ),
        ],
      });
  const norms = runs.map(({ run, color }) => ({ points: pointsOf(run.norms, Math.log10), color }));
  const losses = runs.map(({ run, color }) => ({ points: pointsOf(smooth(run.losses, 10)), color }));
  const all = (series: typeof norms) => series.flatMap(({ points }) => points.map((point) => point.y));
  return frame({
    theme,
    width: 1000,
    height: 430,
    title: text.figure2,
    subtitle: text.figure2Sub(clipping.length, plain.seed),
    legend: [
      { label: text.plain, kind: "line", color: theme.backtest },
      { label: text.clipped, kind: "line", color: theme.model },
    ],
    body: (width, height) =>
      panels(
        [
          {
            title: text.panelNorm,
            draw: draw(norms, powerTicks(all(norms), 6), Math.log10(clipping.maxNorm)),
          },
          { title: text.panelLoss, draw: draw(losses, numberTicks(0, Math.max(...all(losses)), 5, "en"), 1) },
        ],
        2,
        width,
        height,
        theme,
      ),
  });
}

/** Means over the last `span` values. */
function smooth(values: readonly number[], span: number): number[] {
  return values.map((_, i) => {
    const some = values.slice(Math.max(0, i - span + 1), i + 1);
    return some.reduce((a, b) => a + b) / some.length;
  });
}
