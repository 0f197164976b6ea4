import type { FillGaps } from "@lookback/forecast";
import type { Lang } from "./messages.js";

const count = (n: number, one: string, many = `${one}s`) =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;
const done: Record<FillGaps, string> = {
  linear:
    "put on the straight line between neighbours, which looks ahead across a gap (previous and mask do not)",
  previous: "filled with the value before",
  zero: "filled with 0",
  mask: "left out of training and scores (masked)",
};

const en = {
  takenAsWide: (series: number): string =>
    `The ${series} columns of numbers, named alike but for a number, are taken as one series each (as --wide does); --target names a single one.`,
  skipped: (skipped: number, all: number, reasons: readonly string[]): string =>
    `${skipped.toLocaleString("en-US")} of ${count(all, "series", "series")} ${skipped === 1 ? "is" : "are"} left out: ${reasons.join("; ")}${skipped > reasons.length ? `; and ${skipped - reasons.length} more, in the report and the JSON` : ""}.`,
  repaired: (
    how: FillGaps,
    values: number,
    series: number,
    id: string,
    places: readonly string[],
    ofFirst: number,
  ): string =>
    `Missing values, ${done[how]}: ${values.toLocaleString("en-US")}${series > 1 ? ` in ${series} series, such as ${id}` : ""}: ${places.join(", ")}${ofFirst > places.length || series > 1 ? ", …" : ""}.`,
  trimmed: (series: number): string =>
    `Series that begin after the table's first row or end before its last: ${series.toLocaleString("en-US")}. Each counts from its first value to its last.`,
  frequencies: (found: readonly { freq: string; count: number }[]): string =>
    `The series differ in frequency: ${found.map(({ freq, count: n }) => `${n.toLocaleString("en-US")} × ${freq}`).join(", ")}.`,
  adopted: (series: number, freq: string, first: string): string =>
    `${count(series, "series", "series")} with too few rows to tell (such as ${first}) ${series === 1 ? "follows" : "follow"} the commonest frequency, ${freq}.`,
  past: (names: readonly string[]): string =>
    `Known up to the last value only: ${names.join(", ")}. A covariate is known ahead when its cells are filled in rows after the last value.`,
  future: (names: readonly string[]): string => `Known ahead: ${names.join(", ")}.`,
  timeZone: (zone: string): string =>
    `Times are those of ${zone}: days and longer steps follow its wall clock, shorter ones count real time across changes of the clocks.`,
};

const doneZh: Record<FillGaps, string> = {
  linear: "按相邻值的直线补全（会看到缺口之后的值；previous 与 mask 不会）",
  previous: "用前一个值补全",
  zero: "用 0 补全",
  mask: "不参与训练与评分（掩蔽）",
};

const zh: typeof en = {
  takenAsWide: (series) =>
    `${series} 个数值列名称只差一个数字，各作一条序列（同 --wide）；只要其中一列请用 --target。`,
  skipped: (skipped, all, reasons) =>
    `共 ${all} 条序列，略去 ${skipped} 条：${reasons.join("；")}${skipped > reasons.length ? `；其余 ${skipped - reasons.length} 条见报告与 JSON` : ""}。`,
  repaired: (how, values, series, id, places, ofFirst) =>
    `缺失值 ${values} 个${series > 1 ? `（${series} 条序列，如 ${id}）` : ""}，${doneZh[how]}：${places.join("，")}${ofFirst > places.length || series > 1 ? " ……" : ""}。`,
  trimmed: (series) => `${series} 条序列晚于首行开始或早于末行结束；各序列只算自己的首值到末值。`,
  frequencies: (found) =>
    `各序列频率不同：${found.map(({ freq, count: n }) => `${freq} × ${n}`).join("，")}。`,
  adopted: (series, freq, first) =>
    `${series} 条序列行数太少、无法判断频率（如 ${first}），按最常见的 ${freq} 处理。`,
  past: (names) => `仅知过去：${names.join("，")}。若某协变量在最后一个值之后的行里也有值，则视为未来已知。`,
  future: (names) => `未来已知：${names.join("，")}。`,
  timeZone: (zone) => `时间按 ${zone}：天及更长的步长按当地钟面，更短的步长按真实时间跨越夏令时。`,
};

/** What is said about how a table was taken as series. */
export const panelTexts = (lang: Lang): typeof en => (lang === "zh" ? zh : en);
