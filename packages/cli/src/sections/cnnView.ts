import { frame } from "../plot/frame.js";
import { type Box, boxes, panels, sheet } from "../plot/panels.js";
import { element } from "../plot/svg.js";
import { lightTheme, type PlotOptions, type Theme } from "../plot/theme.js";
import type { CnnNumbers } from "./cnn.js";
import type { ShownSection } from "./section.js";
import { digits } from "./words.js";

const count = (value: number) => value.toLocaleString("en-US");
const percent = (share: number) => `${Math.round(100 * share)} %`;

const english = {
  title: "The classifier of section 5.3: what is wrong with it, and the same put right",
  lengths: (lengths: string) =>
    `Two blocks of convolution (kernel 2), ReLU and max pooling (kernel 2, stride 1) take 15 channels × 24 steps to 128 × 20; the lengths are ${lengths}, as the tutorial's comments say.`,
  wrong: (batch: number, own: string, others: string) =>
    `Then x.view(-1) makes one vector of the whole batch, and the linear layers see all of it. That is the mistake: each sample's output depends on the other samples. With a batch of ${batch}, ∂output_i/∂input_j has norm ${own} for a sample's own input and ${others} for the others' (means): they count as much. In the corrected network it is exactly 0 for i ≠ j.`,
  size: (b: number, published: string, corrected: string) =>
    `It follows that the number of parameters grows with the square of the batch size (${published} at B = ${b}, against ${corrected} for the corrected network at any size), that a batch of another size is refused, and that there is one number for each sample: no dimension for classes.`,
  refused: (shape: string) => `A batch of one sample less: ${shape}`,
  task: (classes: number, train: number, test: number, epochs: number) =>
    `Both were trained on a made-up problem: 15 channels × 24 steps with a wave of 1, 2 or 3 periods under noise, ${classes} classes, ${train} samples to train on and ${test} held out, ${epochs} epochs of Adam. The published network has one number to give, so it learns the number of the class; the corrected one has an output for each class and learns by cross-entropy.`,
  result: (published: string, corrected: string, guess: string, changed: number, test: number) =>
    `On held-out samples the published network is right in ${published} of cases, the corrected one in ${corrected} (guessing: ${guess}). And when the same ${test} samples are judged in another order, beside other neighbours, ${changed} of the published network's answers change, and none should.`,
  correctedChanged: (changed: number) => `The corrected network changes ${changed}.`,
  stagesCaption: "Shapes through the network",
  stagesHead: ["after", "channels", "length"],
  stages: {
    input: "input",
    conv1: "Conv1d(15, 64, 2), ReLU",
    pool1: "MaxPool1d(2, stride 1)",
    conv2: "Conv1d(64, 128, 2), ReLU",
    pool2: "MaxPool1d(2, stride 1)",
  },
  sizeCaption: "Parameters by batch size B",
  sizeHead: ["B", "published", "corrected"],
  resultCaption: "Trained on the made-up problem",
  resultHead: ["", "output shape", "right, training", "right, held out", "changed by neighbours"],
  published: "published",
  corrected: "corrected",
  figure1: "Where each sample's output comes from",
  figure1Sub: (batch: number) =>
    `Norm of ∂output_i/∂input_j for a batch of ${batch}. Off the diagonal it should be 0: a sample is none of another sample's business.`,
  publishedPanel: "Published: flattened across the batch",
  correctedPanel: "Corrected: flattened for each sample",
  output: (i: number) => `output ${i}`,
  input: (j: number) => `input ${j}`,
  figure2: "Lengths through the network",
  figure2Sub: "Each bar is as wide as the sequence is long and as high as there are channels.",
};
type Text = typeof english;
const chinese: Text = {
  title: "5.3 节的分类网络：错在哪里，如何改正",
  lengths: (lengths) =>
    `两组卷积（核宽 2）、ReLU 和最大池化（核宽 2，步长 1）把 15 个通道 × 24 步变成 128 × 20；长度依次为 ${lengths}，与教程的注释一致。`,
  wrong: (batch, own, others) =>
    `随后 x.view(-1) 把整个批拉成一个向量，线性层看到的是全部样本。错误就在这里：每个样本的输出都依赖其他样本。批大小为 ${batch} 时，∂output_i/∂input_j 的范数对自己的输入平均为 ${own}，对别人的输入平均为 ${others}：分量相当。改正后的网络在 i ≠ j 时恰好为 0。`,
  size: (b, published, corrected) =>
    `由此，参数个数随批大小的平方增长（B = ${b} 时为 ${published}，改正后的网络无论批多大都是 ${corrected}）；批大小一变就无法计算；每个样本只有一个输出数，没有类别这一维。`,
  refused: (shape) => `少一个样本的批会被拒绝：${shape}`,
  task: (classes, train, test, epochs) =>
    `两个网络都在一个人造问题上训练：15 个通道 × 24 步，噪声下的波有 1、2 或 3 个周期，共 ${classes} 类，${train} 个样本训练，${test} 个留作测试，Adam 训练 ${epochs} 轮。原网络只能给出一个数，所以让它学类别的编号；改正后的网络每类有一个输出，用 CrossEntropyLoss 学习。`,
  result: (published, corrected, guess, changed, test) =>
    `在留出的样本上，原网络答对 ${published}，改正后的网络答对 ${corrected}（瞎猜为 ${guess}）。同样的 ${test} 个样本换一个顺序、换一批邻居再判断，原网络有 ${changed} 个答案变了，而本不该有任何变化。`,
  correctedChanged: (changed) => `改正后的网络有 ${changed} 个变化。`,
  stagesCaption: "各层之后的形状",
  stagesHead: ["层", "通道", "长度"],
  stages: {
    input: "输入",
    conv1: "Conv1d(15, 64, 2), ReLU",
    pool1: "MaxPool1d(2, stride 1)",
    conv2: "Conv1d(64, 128, 2), ReLU",
    pool2: "MaxPool1d(2, stride 1)",
  },
  sizeCaption: "不同批大小 B 的参数个数",
  sizeHead: ["B", "原网络", "改正后"],
  resultCaption: "在人造问题上训练的结果",
  resultHead: ["", "输出形状", "答对（训练）", "答对（留出）", "随邻居改变"],
  published: "原网络",
  corrected: "改正后",
  figure1: "每个样本的输出来自哪里",
  figure1Sub: (batch) =>
    `批大小为 ${batch} 时 ∂output_i/∂input_j 的范数。对角线以外应当为 0：一个样本与另一个样本无关。`,
  publishedPanel: "原网络：跨批展平",
  correctedPanel: "改正后：每个样本各自展平",
  output: (i) => `输出 ${i}`,
  input: (j) => `输入 ${j}`,
  figure2: "网络各层的长度",
  figure2Sub: "横条的宽度是序列长度，高度是通道数。",
};

export function showCnn(numbers: CnnNumbers, options: PlotOptions): ShownSection {
  const text = options.lang === "zh" ? chinese : english;
  const theme = options.theme ?? lightTheme;
  const { published, corrected, parameters, mixing, stages, batch } = numbers;
  const mean = (pick: (i: number, j: number) => boolean) => {
    const some = mixing.published.flatMap((row, i) => row.filter((_, j) => pick(i, j)));
    return digits(some.reduce((a, b) => a + b) / some.length, 2);
  };
  const example = parameters.published.find((p) => p.batch === 64)!;
  const row = (name: string, net: CnnNumbers["corrected"]) => [
    name,
    `[${net.outputShape.join(", ")}]`,
    percent(net.trainAccuracy),
    percent(net.testAccuracy),
    `${net.changed} / ${numbers.testCount}`,
  ];
  return {
    title: text.title,
    paragraphs: [
      text.lengths(stages.map(({ length }) => length).join(" → ")),
      text.wrong(
        batch,
        mean((i, j) => i === j),
        mean((i, j) => i !== j),
      ),
      text.size(example.batch, count(example.count), count(parameters.corrected)),
      text.refused(published.otherBatch),
      text.task(numbers.classes, numbers.trainCount, numbers.testCount, numbers.epochs),
      [
        text.result(
          percent(published.testAccuracy),
          percent(corrected.testAccuracy),
          percent(1 / numbers.classes),
          published.changed,
          numbers.testCount,
        ),
        text.correctedChanged(corrected.changed),
      ].join(options.lang === "zh" ? "" : " "),
    ],
    tables: [
      {
        caption: text.stagesCaption,
        head: text.stagesHead,
        rows: stages.map(({ name, channels, length }) => [
          text.stages[name],
          String(channels),
          String(length),
        ]),
      },
      {
        caption: text.sizeCaption,
        head: text.sizeHead,
        rows: parameters.published.map((p) => [String(p.batch), count(p.count), count(parameters.corrected)]),
      },
      {
        caption: text.resultCaption,
        head: text.resultHead,
        rows: [row(text.published, published), row(text.corrected, corrected)],
      },
    ],
    figures: [
      { name: "cnn-lengths", title: text.figure2, svg: lengthsPlot(numbers, text, theme) },
      { name: "cnn-mixing", title: text.figure1, svg: mixingPlot(numbers, text, theme) },
    ],
  };
}

function mixingPlot({ mixing, batch }: CnnNumbers, text: Text, theme: Theme): string {
  const draw = (matrix: number[][]) => (width: number, height: number) => {
    const most = Math.max(...matrix.flat());
    const [left, top] = [82, 24];
    const [w, h] = [(width - left - 30) / batch, (height - top - 22) / batch];
    const list: Box[] = matrix.flatMap((row, i) =>
      row.map((value, j) => ({
        x: left + j * w,
        y: top + i * h,
        width: w - 3,
        height: h - 3,
        text: digits(value, 2),
        fill: value === 0 ? theme.grid : theme.model,
        fillOpacity: value === 0 ? 0.6 : 0.12 + 0.4 * (value / most),
      })),
    );
    return element(
      "g",
      {},
      sheet(width, height, boxes(list, theme)),
      element(
        "g",
        { "font-size": 12, fill: theme.muted },
        ...matrix.map((_, i) =>
          element(
            "text",
            { x: left - 10, y: top + (i + 0.5) * h + 3, "text-anchor": "end" },
            text.output(i + 1),
          ),
        ),
        ...matrix.map((_, j) =>
          element(
            "text",
            { x: left + (j + 0.5) * w, y: top - 8, "text-anchor": "middle" },
            text.input(j + 1),
          ),
        ),
      ),
    );
  };
  return frame({
    theme,
    width: 1000,
    height: 410,
    title: text.figure1,
    subtitle: text.figure1Sub(batch),
    body: (width, height) =>
      panels(
        [
          { title: text.publishedPanel, draw: draw(mixing.published) },
          { title: text.correctedPanel, draw: draw(mixing.corrected) },
        ],
        2,
        width,
        height,
        theme,
      ),
  });
}

function lengthsPlot({ stages }: CnnNumbers, text: Text, theme: Theme): string {
  const [left, perStep] = [230, 24];
  return frame({
    theme,
    width: 1000,
    height: 470,
    title: text.figure2,
    subtitle: text.figure2Sub,
    body(width, height) {
      const scale = (height - 20 - 5 * 18) / stages.reduce((sum, stage) => sum + stage.channels, 0);
      let y = 8;
      const bars = stages.map((stage) => {
        const bar = { stage, x: left, y, width: stage.length * perStep, height: stage.channels * scale };
        y += bar.height + 18;
        return bar;
      });
      const list: Box[] = bars.map((bar) => ({
        ...bar,
        fill: theme.model,
        fillOpacity: bar.stage.name === "input" ? 0.45 : 0.2,
      }));
      return [
        sheet(width, height, boxes(list, theme)),
        element(
          "g",
          { "font-size": 13, fill: theme.ink },
          ...bars.map((bar) =>
            element(
              "text",
              { x: left - 14, y: bar.y + bar.height / 2 + 4, "text-anchor": "end" },
              text.stages[bar.stage.name],
            ),
          ),
          ...bars.map((bar) =>
            element(
              "text",
              { x: bar.x + bar.width + 12, y: bar.y + bar.height / 2 + 4, fill: theme.muted },
              `${bar.stage.channels} × ${bar.stage.length}`,
            ),
          ),
        ),
      ];
    },
  });
}
