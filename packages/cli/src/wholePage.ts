import { html, Markup } from "./html.js";
import { type Lang, messages } from "./messages.js";
import { fontFace, visibleText } from "./plot/font.js";
import { reportStyle } from "./reportStyle.js";

/** One self-contained page: nothing in it is loaded from elsewhere, and nothing in it can run. `body` is HTML. */
export async function wholePage(title: string, body: string, lang: Lang, style = ""): Promise<string> {
  const font = await fontFace(visibleText(`${title} ${body}`));
  return html`<!doctype html>
<html lang="${messages(lang).htmlLang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; font-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(font)}${new Markup(reportStyle)}${new Markup(style)}</style>
</head>
<body>
${new Markup(body)}
</body>
</html>
`.text;
}
