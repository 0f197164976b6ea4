import type { Lang } from "./messages.js";

const en = {
  searching: (round: number, rounds: number): string => `round ${round} of ${rounds}`,
  best: (score: string): string => `best MASE so far ${score}`,
  summary: (configurations: number, rounds: number, seconds: string): string =>
    `${configurations} configurations in ${rounds} rounds, each round with fewer of them and more epochs; ${seconds} s.`,
  found: (score: string, options: string): string =>
    `Best, with a MASE of ${score} on the backtest it was chosen by: ${options}.`,
  luck: "It was chosen by this score, so expect a little worse on new data; lookback forecast tests it anew.",
  head: ["MASE", "seconds", "options"],
  use: "Forecast with it",
  interrupted: (folder: string, command: string): string =>
    `Interrupted. The search so far is kept in ${folder}; go on with the same command and --resume:\n  ${command}`,
};

const zh: typeof en = {
  searching: (round, rounds) => `第 ${round} / ${rounds} 轮`,
  best: (score) => `目前最好的 MASE ${score}`,
  summary: (configurations, rounds, seconds) =>
    `${configurations} 个配置，${rounds} 轮，逐轮减少配置、增加轮次；用时 ${seconds} 秒。`,
  found: (score, options) => `最好的配置：${options}；在用来挑选它的回测上，MASE 为 ${score}。`,
  luck: "它正是按这一分数挑出的，因此在新数据上会略差；lookback forecast 会重新检验。",
  head: ["MASE", "秒", "选项"],
  use: "用它来预测",
  interrupted: (folder, command) =>
    `已中断。已完成的搜索保存在 ${folder}；用同样的命令加上 --resume 继续：\n  ${command}`,
};

/** What `lookback tune` says. */
export const tuneTexts = (lang: Lang): typeof en => (lang === "zh" ? zh : en);
