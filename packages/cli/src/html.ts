import { escapeMarkup } from "./plot/svg.js";

/** Text that is already HTML. */
export class Markup {
  constructor(readonly text: string) {}
}

type Content = string | number | Markup | null | readonly Content[];

/** HTML from a template: whatever is put in is escaped, unless it is {@link Markup}; null is nothing. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Markup {
  return new Markup(strings.reduce((all, part, i) => all + written(contents[i - 1] ?? null) + part));
}

function written(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(written).join("");
  return escapeMarkup(String(content));
}
