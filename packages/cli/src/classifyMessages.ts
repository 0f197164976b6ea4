import type { Lang } from "./messages.js";
import { type ClassifyMessages, classifyEn } from "./messagesClassifyEn.js";
import { classifyZh } from "./messagesClassifyZh.js";

/** Every sentence of `lookback classify`, in one language. */
export function classifyMessages(lang: Lang): ClassifyMessages {
  return lang === "zh" ? classifyZh : classifyEn;
}
