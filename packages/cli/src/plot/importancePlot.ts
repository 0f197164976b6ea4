import * as Plot from "@observablehq/plot";
import { chart, frame } from "./frame.js";
import { namedTicks } from "./panels.js";
import { numberTicks, textWidth } from "./scales.js";
import { lightTheme, type PlotOptions } from "./theme.js";

const english = {
  title: (model: string) => `What ${model} leaned on`,
  axis: "how much worse the forecast gets when the input is shuffled, per cent",
};
const chinese: typeof english = {
  title: (model) => `${model} 依靠哪些输入`,
  axis: "打乱该输入后误差增加的百分比",
};

export interface ImportancePicture {
  /** The model's name for a reader. */
  model: string;
  /** Growth of the error in per cent when an input is shuffled: names for a reader, largest first. */
  inputs: readonly { name: string; percent: number }[];
  subtitle?: string | undefined;
}

/** Permutation importance as bars, the largest at the top. */
export function importancePlot(data: ImportancePicture, options: PlotOptions): string {
  const { lang, theme = lightTheme, width = 1000 } = options;
  const text = lang === "zh" ? chinese : english;
  const bars = data.inputs.map(({ percent }, i) => ({ percent, at: i }));
  const names = namedTicks(data.inputs.map(({ name }) => name));
  const upsideDown = { ...names, domain: [names.domain[1], names.domain[0]] as [number, number] };
  const values = bars.map(({ percent }) => percent);
  const widest = Math.max(...data.inputs.map(({ name }) => textWidth(name, 12)));
  return frame({
    ...{ theme, width, title: text.title(data.model), subtitle: data.subtitle },
    height: options.height ?? 120 + 24 * bars.length,
    body: (w, h) =>
      chart({
        ...{ theme, width: Math.max(w, widest), height: h, xLabel: text.axis },
        x: numberTicks(Math.min(0, ...values), Math.max(1, ...values), 6, lang),
        y: upsideDown,
        marks: [
          Plot.rect(bars, {
            x1: 0,
            x2: "percent",
            y1: (bar: { at: number }) => bar.at - 0.36,
            y2: (bar: { at: number }) => bar.at + 0.36,
            fill: theme.model,
            fillOpacity: 0.75,
          }),
          Plot.ruleX([0], { stroke: theme.muted }),
        ],
      }),
  });
}
