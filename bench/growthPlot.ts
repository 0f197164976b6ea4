import * as Plot from "@observablehq/plot";
import { withFont } from "../packages/cli/src/plot/font.js";
import { type ChartOptions, chart, endLabels, frame, sizes } from "../packages/cli/src/plot/frame.js";
import { renderPng } from "../packages/cli/src/plot/png.js";
import { type Ticks, textWidth } from "../packages/cli/src/plot/scales.js";
import { element } from "../packages/cli/src/plot/svg.js";
import { lightTheme } from "../packages/cli/src/plot/theme.js";
import type { Growth } from "./growth.js";
import { digits, median } from "./measure.js";

const theme = lightTheme;
const colors = { lstm: theme.model, gru: theme.backtest, rnn: theme.fitted };
const words = { T: "steps T", B: "batch B", H: "hidden units H", L: "layers L" };

const powersOfTen = (low: number, high: number) => Array.from({ length: high - low + 1 }, (_, i) => low + i);

/** Four panels, T, B, H and L, on logarithmic scales: dots are medians, grey lines have the expected slope. */
export async function growthPlot(
  all: readonly Growth[],
  subtitle: string,
): Promise<{ svg: string; png: Buffer }> {
  const letters = ["T", "B", "H", "L"] as const;
  const svg = frame({
    theme,
    width: 900,
    height: 640,
    title: "Milliseconds of a training step, as one size grows",
    subtitle,
    legend: [
      { label: "LSTM", kind: "dot", color: colors.lstm },
      { label: "GRU", kind: "dot", color: colors.gru },
      { label: "RNN", kind: "dot", color: colors.rnn },
      { label: "expected slope", kind: "dashed", color: theme.baseline },
    ],
    body: (width, height) =>
      letters.map((letter, i) => {
        const panel = growthPanel(
          all.filter((one) => one.letter === letter),
          width / 2,
          height / 2,
        );
        return element(
          "g",
          { transform: `translate(${(i % 2) * (width / 2)},${i < 2 ? 0 : height / 2})` },
          panel,
        );
      }),
  });
  return { svg: await withFont(svg), png: await renderPng(svg, 150) };
}

function growthPanel(own: readonly Growth[], width: number, height: number): Element {
  const { letter, values, expected } = own[0]!;
  const times = own.flatMap((one) => one.ms).map(Math.log10);
  const powers = powersOfTen(Math.floor(Math.min(...times)), Math.ceil(Math.max(...times)));
  const y: Ticks = {
    domain: [powers[0]!, powers.at(-1)!],
    values: powers,
    labels: powers.map((power) => String(Number((10 ** power).toPrecision(1)))),
  };
  const logs = values.map(Math.log2);
  const x: Ticks = { domain: [logs[0]! - 0.2, logs.at(-1)! + 0.2], values: logs, labels: values.map(String) };
  const expectedLine = (one: Growth) => {
    const middle = median(
      one.values.map((value, i) => Math.log10(one.ms[i]!) - expected * Math.log10(value)),
    );
    return one.values.map((value) => ({ x: Math.log2(value), y: expected * Math.log10(value) + middle }));
  };
  const dots = (one: Growth) =>
    one.values.map((value, i) => ({ x: Math.log2(value), y: Math.log10(one.ms[i]!) }));
  const labels = own.map((one) => ({
    text: `${letter}^${digits(one.fitted)}`,
    value: Math.log10(one.ms.at(-1)!),
    color: colors[one.cell],
  }));
  const options: ChartOptions = {
    theme,
    width,
    height,
    x,
    y,
    xLabel: words[letter],
    yLabel: "ms",
    // Room for the longest label at the right end.
    marginRight: 20 + Math.max(...labels.map((label) => textWidth(label.text, sizes.small))),
    marks: own.flatMap((one) => [
      Plot.lineY(expectedLine(one), { x: "x", y: "y", stroke: theme.baseline, strokeDasharray: "5,3.5" }),
      Plot.dot(dots(one), { x: "x", y: "y", fill: colors[one.cell], r: 3.5 }),
    ]),
  };
  return element("g", {}, chart(options), endLabels(labels, options));
}
