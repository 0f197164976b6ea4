import type { Lang } from "./messages.js";

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

const en = {
  decision: "How the model was chosen",
  decisionHow: (
    candidates: number,
    metric: string,
    windows: number,
    horizon: number,
    series: number,
  ): string =>
    windows === 0
      ? `The ${series === 1 ? "series is" : "series are"} too short to look back at, so the ${count(candidates, "candidate")} count alike.`
      : `Each of ${count(candidates, "candidate")} forecast ${count(horizon, "step")} from ${count(windows, "point")} in the past of ${series === 1 ? "the series" : "every series"}. The smaller its ${metric} there, the more it weighs in the forecast${series === 1 ? "" : ": for each series its own weights, here their mean"}. The backtest above repeats the whole choice at each of its origins, on what was known then.`,
  candidate: "candidate",
  weight: "weight",
  seconds: "seconds",
  inside: "Inside the model",
  insideHow: (model: string, alone: boolean, inputs: boolean, series: string | null): string =>
    `${inputs ? `Which inputs ${model}${alone ? "" : ", the network that weighs most in the blend,"} leaned on, measured by shuffling one at a time, and its gates` : `The gates of ${model}${alone ? "" : ", the network that weighs most in the blend"}`}${series === null ? "" : `, on ${series}`}.`,
  stepsBack: (lag: number): string => (lag === 1 ? "the last value" : `${lag} steps back`),
  logs: (logs: number, all: number): string =>
    logs === 0 ? "no logarithms" : logs === all ? "logarithms" : `logarithms of ${logs} of ${all} series`,
  seasons: {
    stl: "season taken off (STL)",
    index: "season taken off (indexes of the past)",
    inputs: "season shown as input",
    none: "season left in",
  } as Record<string, string>,
  scalers: {
    standard: "z-scores",
    minmax: "scaled to 0 … 1",
    window: "scaled by each window's movement",
  } as Record<string, string>,
  overall: "How far to trust it, over all series",
  spread: "How the error is spread over the series",
  details: "What the backtest got wrong",
  treated: "What was done to the data",
  treatedNothing: "Nothing had to be filled, masked or left out.",
  skipped: (n: number): string => `Left out: ${count(n, "series", "series")}`,
  repaired: (n: number): string => `Missing values: ${count(n, "series", "series")}`,
  reason: "reason",
  values: "values",
  how: "how",
  where: "where",
  ways: {
    linear: "filled, straight line",
    previous: "filled, value before",
    zero: "filled, 0",
    mask: "masked",
  },
  failed: (model: string, n: number): string =>
    `${model} could not forecast ${count(n, "series", "series")} in the backtest:`,
  transforms: "transforms",
  covariates: "covariates",
  pastOnly: "past only",
  ahead: "known ahead",
  static: "static",
  zone: "time zone",
  layout: "table",
  layouts: { single: "one series", long: "long: an id in every row", wide: "wide: a series in every column" },
  rest: (shown: number, all: number): string =>
    `The first ${shown.toLocaleString("en-US")} of ${all.toLocaleString("en-US")} series; all are in series.csv.`,
  drawn: (n: number): string => `${n} series, from the best forecast in the backtest to the worst`,
  moreSeries: (n: number): string => `${n.toLocaleString("en-US")} more`,
  sortedByError: "Sorted by error, the worst first: where a second look pays most.",
};

const zh: typeof en = {
  decision: "模型是怎样选出的",
  decisionHow: (candidates, metric, windows, horizon, series) =>
    windows === 0
      ? `序列太短，无法回看，因此 ${candidates} 个候选模型权重相同。`
      : `${candidates} 个候选模型各自站在过去的 ${windows} 个时点预测 ${horizon} 步。${metric} 越小，在预测中的权重越大${series === 1 ? "" : "（每条序列各有权重，此处为平均）"}。上面的回测在每个时点都只用当时已知的数据重做整个选择。`,
  candidate: "候选",
  weight: "权重",
  seconds: "秒",
  inside: "模型内部",
  insideHow: (model, alone, inputs, series) =>
    `${inputs ? `逐个打乱输入，看 ${model}${alone ? "" : "（混合中权重最大的网络）"}依靠哪些输入，以及它的各门` : `${model}${alone ? "" : "（混合中权重最大的网络）"}的各门`}${series === null ? "" : `（序列 ${series}）`}。`,
  stepsBack: (lag) => (lag === 1 ? "最后一个值" : `${lag} 步之前`),
  logs: (logs, all) =>
    logs === 0 ? "不取对数" : logs === all ? "取对数" : `${all} 条序列中 ${logs} 条取对数`,
  seasons: {
    stl: "去掉季节（STL）",
    index: "去掉季节（历史指数）",
    inputs: "季节作为输入",
    none: "保留季节",
  },
  scalers: { standard: "标准化", minmax: "缩放到 0 至 1", window: "按窗口波动缩放" },
  overall: "可信程度（全部序列）",
  spread: "误差在各序列间的分布",
  details: "回测中的误差",
  treated: "对数据做了什么",
  treatedNothing: "没有需要补全、掩蔽或略去的内容。",
  skipped: (n) => `略去 ${n} 条序列`,
  repaired: (n) => `${n} 条序列有缺失值`,
  reason: "原因",
  values: "个数",
  how: "处理",
  where: "位置",
  ways: { linear: "直线补全", previous: "用前值补全", zero: "补 0", mask: "掩蔽" },
  failed: (model, n) => `${model} 在回测中无法预测 ${n} 条序列：`,
  transforms: "变换",
  covariates: "协变量",
  pastOnly: "仅知过去",
  ahead: "未来已知",
  static: "静态",
  zone: "时区",
  layout: "表格",
  layouts: { single: "一条序列", long: "长表：每行有序列名", wide: "宽表：每列一条序列" },
  rest: (shown, all) => `共 ${all} 条序列，此处列出前 ${shown} 条；全部见 series.csv。`,
  drawn: (n) => `${n} 条序列，从回测最准到最不准`,
  moreSeries: (n) => `再看 ${n} 条`,
  sortedByError: "按误差从大到小排列：最值得再看一眼的在前。",
};

/** What the report says beside the catalogue's sentences. */
export const reportTexts = (lang: Lang): typeof en => (lang === "zh" ? zh : en);
