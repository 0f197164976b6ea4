import * as Plot from "@observablehq/plot";
import { chart, frame } from "../plot/frame.js";
import { namedTicks, panels } from "../plot/panels.js";
import { numberTicks } from "../plot/scales.js";
import { lightTheme, type PlotOptions, type Theme } from "../plot/theme.js";
import type { GruForm, GruNumbers, GruStep } from "./gru.js";
import type { SectionTable, ShownSection } from "./section.js";
import { digits, fixed } from "./words.js";

const english = {
  title: "The four formulas of the GRU, number by number",
  how: (inputs: number, units: number, difference: string) =>
    `One step of a GRU with ${inputs} inputs and ${units} units, computed twice: by hand from the formulas, in plain double-precision arithmetic, and by nn.GRU. The largest difference is ${difference}, the rounding of float32.`,
  forms: (between: string) =>
    `There are two GRUs. PyTorch (and cuDNN) multiply the reset gate with the finished product, n = tanh(W·x + b + r*(U·h + b′)); the tutorial's text says so too. Its formula, n = tanh(W·[r*h, x]), multiplies r with the state before the product: nn.GRU(…, { resetAfter: false }). These are different functions: with the same weights their new states differ here by up to ${between}.`,
  flipped: (difference: string) =>
    `The tutorial's z is PyTorch's 1 − z. It writes h_t = (1 − z)*h_{t−1} + z*n, so that z says how much is new; PyTorch's z says how much is kept. Since σ(−a) = 1 − σ(a), changing the sign of the z rows of W, U and both biases turns one into the other: the printed formulas with these signs give the same state to ${difference}. (The tutorial's own text, where z is like the forget gate, has PyTorch's meaning, and its formula the other.)`,
  given: "What goes in",
  after: "PyTorch's form: r after the product",
  before: "The printed form: r before the product",
  printed: "The four formulas as printed, z rows with changed sign",
  unit: "unit",
  byHand: "by hand",
  layer: "nn.GRU",
  complement: "1 − z of nn.GRU",
  reset: "r = σ(W·x + U·h)",
  update: "z = σ(W·x + U·h)",
  candidate: "candidate n",
  hidden: "h_t",
  figure: "The new state lies between the old one and the candidate",
  subtitle:
    "Each unit's h_t divides the way from the candidate n to the old state h_{t−1} in the ratio z : 1 − z, z being PyTorch's update gate.",
  old: "old state h_{t−1}",
  unitName: (unit: number, z: string) => `unit ${unit}\nz = ${z}`,
};
type Text = typeof english;
const chinese: Text = {
  title: "GRU 的四个公式，逐个数字核对",
  how: (inputs, units, difference) =>
    `一个有 ${inputs} 个输入、${units} 个单元的 GRU 走一步，算两遍：按公式用普通双精度数手算，以及用 nn.GRU。两者最大相差 ${difference}，即 float32 的舍入误差。`,
  forms: (between) =>
    `GRU 有两种。PyTorch（以及 cuDNN）把重置门乘在乘积之后，n = tanh(W·x + b + r*(U·h + b′))，教程的文字也是这样说的。教程的公式 tanh(W·[r*h, x]) 则先把 r 乘在状态上再做乘积，对应 nn.GRU(…, { resetAfter: false })。这是两个不同的函数：同样的权重，这里的新状态最多相差 ${between}。`,
  flipped: (difference) =>
    `教程的 z 等于 PyTorch 的 1 − z。教程写作 h_t = (1 − z)*h_{t−1} + z*n，z 表示更新多少；PyTorch 的 z 表示保留多少。因为 σ(−a) = 1 − σ(a)，把 W、U 和两个偏置中属于 z 的行变号，就能互相转换：变号后按印出的公式计算，得到的状态相差不超过 ${difference}。（教程的文字说 z 相当于遗忘门，那是 PyTorch 的含义，与它自己的公式相反。）`,
  given: "输入",
  after: "PyTorch 的形式：r 乘在乘积之后",
  before: "印出的形式：r 乘在乘积之前",
  printed: "按印出的四个公式，z 的行变号",
  unit: "单元",
  byHand: "手算",
  layer: "nn.GRU",
  complement: "nn.GRU 的 1 − z",
  reset: "r = σ(W·x + U·h)",
  update: "z = σ(W·x + U·h)",
  candidate: "候选状态 n",
  hidden: "h_t",
  figure: "新状态位于旧状态与候选状态之间",
  subtitle: "每个单元的 h_t 把候选状态 n 到旧状态 h_{t−1} 的距离按 z : 1 − z 分开，z 是 PyTorch 的更新门。",
  old: "旧状态 h_{t−1}",
  unitName: (unit, z) => `单元 ${unit}\nz = ${z}`,
};

const quantities = ["reset", "update", "candidate", "hidden"] as const;

export function showGru(numbers: GruNumbers, options: PlotOptions): ShownSection {
  const text = options.lang === "zh" ? chinese : english;
  const theme = options.theme ?? lightTheme;
  const [after, before] = numbers.forms as [GruForm, GruForm];
  const rounding = Math.max(after.largestDifference, before.largestDifference);
  const vector = (values: number[]) => values.map((v) => fixed(v, 4)).join("  ");
  return {
    title: text.title,
    paragraphs: [
      text.how(numbers.x.length, numbers.before.length, digits(rounding, 2)),
      text.forms(digits(numbers.betweenForms, 2)),
      text.flipped(digits(numbers.printed.largestDifference, 2)),
    ],
    tables: [
      {
        caption: text.given,
        head: ["", ""],
        rows: [
          ["x_t", vector(numbers.x)],
          ["h_{t−1}", vector(numbers.before)],
        ],
      },
      comparison(text.after, after.byHand, after.layer, text),
      comparison(text.before, before.byHand, before.layer, text),
      comparison(
        text.printed,
        numbers.printed,
        { ...before.layer, update: before.layer.update.map((z) => 1 - z) },
        text,
        text.complement,
      ),
    ],
    figures: [{ name: "gru", title: text.figure, svg: betweenPlot(numbers, options.lang, text, theme) }],
  };
}

function comparison(
  caption: string,
  byHand: GruStep,
  layer: GruStep,
  text: Text,
  layerUpdate = text.layer,
): SectionTable {
  const row = (name: string, values: number[]) => [name, ...values.map((value) => fixed(value, 6))];
  return {
    caption,
    head: ["", ...byHand.hidden.map((_, i) => `${text.unit} ${i + 1}`)],
    rows: quantities.flatMap((name) => [
      row(`${text[name]}, ${text.byHand}`, byHand[name]),
      row(name === "update" ? `${text[name]}, ${layerUpdate}` : `${text[name]}, ${text.layer}`, layer[name]),
    ]),
  };
}

function betweenPlot(
  { forms, before }: GruNumbers,
  lang: PlotOptions["lang"],
  text: Text,
  theme: Theme,
): string {
  const all = [...before, ...forms.flatMap(({ layer }) => [...layer.candidate, ...layer.hidden])];
  const y = numberTicks(Math.min(...all), Math.max(...all), 5, lang);
  const colors = { old: theme.history, candidate: theme.backtest, hidden: theme.model };
  const draw =
    ({ layer }: GruForm) =>
    (width: number, height: number) => {
      const units = before.map((old, x) => ({
        x,
        old,
        candidate: layer.candidate[x]!,
        hidden: layer.hidden[x]!,
      }));
      return chart({
        theme,
        width,
        height,
        x: namedTicks(layer.update.map((z, unit) => text.unitName(unit + 1, fixed(z, 2)))),
        y,
        marks: [
          Plot.ruleX(units, { x: "x", y1: "old", y2: "candidate", stroke: theme.muted, strokeWidth: 1.5 }),
          Plot.dot(units, { x: "x", y: "old", r: 5, fill: colors.old }),
          Plot.dot(units, { x: "x", y: "candidate", r: 5, fill: colors.candidate }),
          Plot.dot(units, {
            x: "x",
            y: "hidden",
            r: 6,
            fill: theme.background,
            stroke: colors.hidden,
            strokeWidth: 2.5,
          }),
        ],
      });
    };
  return frame({
    theme,
    width: 1000,
    height: 440,
    title: text.figure,
    subtitle: text.subtitle,
    legend: [
      { label: text.old, kind: "dot", color: colors.old },
      { label: text.candidate, kind: "dot", color: colors.candidate },
      { label: text.hidden, kind: "dot", color: colors.hidden },
    ],
    body: (width, height) =>
      panels(
        [
          { title: text.after, draw: draw(forms[0]!) },
          { title: text.before, draw: draw(forms[1]!) },
        ],
        2,
        width,
        height,
        theme,
      ),
  });
}
