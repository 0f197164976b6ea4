import type { Lang } from "./messages.js";

const en = {
  summary: (windows: number, horizon: number, seeds: number): string =>
    `${windows} ${windows === 1 ? "forecast" : "forecasts"} of ${horizon} ${horizon === 1 ? "step" : "steps"} from the past alone; networks from ${seeds} ${seeds === 1 ? "seed" : "seeds"}, one network each.`,
  /** `clear`: whether the first is ahead for every seed; null when no seed plays a part. */
  verdict: (first: string, mase: string, second: string, secondMase: string, clear: boolean | null): string =>
    `${first} is best with a MASE of ${mase}, before ${second} with ${secondMase}${clear === null ? "" : clear ? ", for every seed" : "; their seeds overlap, so the difference may be luck"}.`,
  head: ["model", "parameters", "seconds", "MASE", "sMAPE", "in 95 %"],
};

const zh: typeof en = {
  summary: (windows, horizon, seeds) =>
    `站在过去做 ${windows} 次预测，每次 ${horizon} 步；神经网络各用 ${seeds} 个种子，每个种子一个网络。`,
  verdict: (first, mase, second, secondMase, clear) =>
    `${first} 最好，MASE 为 ${mase}；其次是 ${second}，为 ${secondMase}${clear === null ? "" : clear ? "，每个种子都如此" : "；各种子的结果有重叠，差别可能出于偶然"}。`,
  head: ["模型", "参数", "秒", "MASE", "sMAPE", "95%覆盖"],
};

/** What `lookback compare` says. */
export const compareTexts = (lang: Lang): typeof en => (lang === "zh" ? zh : en);
