import { html, Markup } from "../html.js";
import type { Lang } from "../messages.js";
import { wholePage } from "../wholePage.js";
import type { SectionTable, ShownSection } from "./section.js";

const titles: Record<Lang, string> = {
  en: "RNN, LSTM, GRU and 1-D convolution, computed",
  zh: "RNN、LSTM、GRU 与一维卷积：逐节计算",
};
const contents: Record<Lang, string> = { en: "Contents", zh: "目录" };

/** What the tutorial's pictures need beside the report's style: on a phone they scroll instead of shrinking. */
const style = `
figure{overflow-x:auto}
figure svg{min-width:600px}
caption{text-align:left;color:var(--lb-muted);font-size:14px;padding:6px 8px}
td{white-space:nowrap}
nav ol{margin:0 0 20px;padding-left:0;list-style:none}
.chapter{color:var(--lb-muted);margin-right:.6em}
`;

export interface Part {
  /** Where the tutorial has it, and the anchor in the page. */
  chapter: string;
  shown: ShownSection;
}

/** All sections in one HTML file that needs nothing else: pictures, style and the glyphs of its font are in it. */
export async function tutorialPage(parts: readonly Part[], lang: Lang): Promise<string> {
  const title = titles[lang];
  const body = html`<main>
<header><h1>${title}</h1></header>
<nav><h2>${contents[lang]}</h2><ol>${parts.map(
    ({ chapter, shown }, i) =>
      html`<li><a href="#part-${i + 1}"><span class="chapter">${chapter}</span>${shown.title}</a></li>`,
  )}</ol></nav>
${parts.map(
  ({ chapter, shown }, i) => html`<section class="long" id="part-${i + 1}">
<h2><span class="chapter">${chapter}</span>${shown.title}</h2>
${shown.paragraphs.map((text) => (text.includes("\n") ? html`<pre>${text}</pre>` : html`<p>${text}</p>`))}
${shown.figures.map(({ svg }) => html`<figure style="max-width:${widthOf(svg)}px">${new Markup(svg.replace(/ xmlns="[^"]*"/, ""))}</figure>`)}
${shown.tables.map(table)}
</section>
`,
)}</main>`.text;
  return wholePage(title, body, lang, style);
}

/** How wide a picture may become: as wide as it was drawn; one that was to fill the page, as the page. */
function widthOf(svg: string): number {
  const drawn = Number(/ width="(\d+)"/.exec(svg)?.[1] ?? 1000);
  return drawn < 800 ? drawn + 60 : 1000;
}

function table({ caption, head, rows }: SectionTable): Markup {
  const titled = head.some((cell) => cell !== "");
  return html`<div class="scroll"><table>${caption === undefined ? null : html`<caption>${caption}</caption>`}${
    titled ? html`<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>` : null
  }<tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`;
}
