import { en } from "./messagesEn.js";
import { zh } from "./messagesZh.js";

/** The languages of pictures, reports and what is printed. Error messages are English. */
export type Lang = "en" | "zh";

/** Every sentence that is shown, in one language. English is the pattern that the others follow. */
export type Messages = typeof en;

export function messages(lang: Lang): Messages {
  return lang === "zh" ? zh : en;
}

/** The language that the environment asks for: Chinese when LC_ALL, LC_MESSAGES or LANG (the first that is set) says so. */
export function defaultLang(env: Readonly<Record<string, string | undefined>>): Lang {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^zh/i.test(locale) ? "zh" : "en";
}
