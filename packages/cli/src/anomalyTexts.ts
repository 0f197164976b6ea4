import type { Lang } from "./messages.js";

const en = {
  looking: "looking back",
  summary: (found: number, count: number, level: number): string =>
    `${found.toLocaleString("en-US")} of ${count.toLocaleString("en-US")} values lie outside the ${level} % interval that was forecast for them from the past alone.`,
  expected: (level: number, chance: number): string =>
    `At ${level} % about ${chance.toLocaleString("en-US")} would do so by chance; those that stand out most come first (score: distance in half intervals).`,
  series: "series",
  head: ["time", "actual", "expected", "interval", "score"],
};

const zh: typeof en = {
  looking: "回看",
  summary: (found, count, level) => `${count} 个值中有 ${found} 个落在只用过去预测的 ${level}% 区间之外。`,
  expected: (level, chance) =>
    `在 ${level}% 水平上，约有 ${chance} 个属于偶然；最突出的排在前面（得分：以半个区间为单位的距离）。`,
  series: "序列",
  head: ["时间", "实际", "预期", "区间", "得分"],
};

/** What `lookback anomalies` says. */
export const anomalyTexts = (lang: Lang): typeof en => (lang === "zh" ? zh : en);
