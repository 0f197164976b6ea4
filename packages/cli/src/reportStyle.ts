import { darkTheme, fontFamily, lightTheme, themeVariables } from "./plot/theme.js";

/** The report's style sheet: light or dark as the reader's system is, one column on a phone, plain on paper. */
export const reportStyle = `
:root{color-scheme:light;${themeVariables(lightTheme)};--page:#f5f7f9;--card:#fff;--soft:#eef4f8}
@media screen and (prefers-color-scheme:dark){:root{color-scheme:dark;${themeVariables(darkTheme)};--page:#0c1116;--card:#12181f;--soft:#18232d}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--lb-ink);font:16px/1.6 "${fontFamily}",system-ui,sans-serif;font-weight:400;overflow-wrap:anywhere}
main{max-width:1040px;margin:0 auto;padding:40px 20px 64px}
h1,h2,h3{font-weight:400;line-height:1.3;margin:0}
h1{font-size:30px}
h2{font-size:21px;margin-bottom:14px}
h3{font-size:17px;margin:26px 0 10px}
p{margin:0 0 14px;max-width:50em;text-wrap:pretty}
a{color:var(--lb-model)}
.made,.hint,.meaning{color:var(--lb-muted)}
.made{margin:4px 0 0;font-size:14px}
.hint{font-size:14.5px}
.meaning{font-size:13px;display:block;white-space:normal}
.verdict{margin:26px 0 20px;padding:18px 22px;border-left:4px solid var(--lb-model);border-radius:0 10px 10px 0;background:var(--soft);font-size:19px;line-height:1.55;max-width:none}
.keys{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:14px;margin:0 0 20px}
.keys>div,section{background:var(--card);border:1px solid var(--lb-grid);border-radius:12px}
.keys>div{padding:14px 18px}
.keys dt,.keys .under{font-size:13.5px;color:var(--lb-muted)}
.keys dd{margin:0}
.keys .value{font-size:27px;line-height:1.35}
section{margin:0 0 20px;padding:24px 26px}
figure{margin:0 0 18px}
figure svg{display:block;width:100%;height:auto}
section>:last-child,section>details>:last-child{margin-bottom:0}
section figure{margin-left:-22px;margin-right:-22px}
.narrow{display:none}
.scroll{overflow-x:auto;margin:0 0 16px}
table{border-collapse:collapse;width:100%;font-size:14.5px;font-variant-numeric:tabular-nums}
th,td{padding:7px 0 7px 18px;text-align:right;font-weight:400;border-bottom:1px solid var(--lb-grid);white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:8px}
td:last-child,th:last-child{padding-right:8px}
thead th{color:var(--lb-muted);font-size:13px;vertical-align:bottom}
thead tr.over th{border-bottom:0;padding-bottom:0}
tbody tr:last-child>*{border-bottom:0}
tr.chosen>*{background:var(--soft)}
tr.chosen>:first-child{color:var(--lb-model)}
tr.nominal>*{color:var(--lb-muted)}
table.text td{text-align:left;white-space:normal;vertical-align:top;min-width:7em}
table.text th{text-align:left}
.bar{display:block;width:56px;height:3px;margin:3px 0 0 auto;border-radius:2px;background:var(--lb-grid)}
.bar>span{display:block;height:3px;border-radius:2px;background:var(--lb-baseline)}
.chosen .bar>span{background:var(--lb-model)}
.lo,.hi{color:var(--lb-muted)}
.hi{width:1%}
details{margin:0 0 6px}
summary{cursor:pointer;color:var(--lb-model);font-size:14.5px;padding:4px 0}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:14px 26px;margin:0 0 8px}
.facts div{min-width:0}
.whole{display:inline-block;max-width:100%}
pre .whole{white-space:pre-wrap}
.facts dt{font-size:13px;color:var(--lb-muted)}
.facts dd{margin:0}
pre{margin:0 0 16px;padding:12px 16px;border-radius:8px;background:var(--soft);white-space:pre-wrap;font:13.5px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
ul{margin:0;padding-left:1.2em}
li{margin:0 0 6px}
@media (max-width:640px){
main{padding:22px 12px 40px}
h1{font-size:24px}
section{padding:18px 16px}
section figure{margin-left:-16px;margin-right:-16px}
.verdict{font-size:17px;padding:14px 16px}
.keys{grid-template-columns:1fr 1fr;gap:10px}
.keys>:first-child{grid-column:1/-1}
.keys>div{padding:10px 13px}
.keys .value{font-size:22px}
.wide{display:none}
.narrow{display:block}
th,td{padding-left:12px}
th:first-child,td:first-child{position:sticky;left:0;background:var(--card)}
tr.chosen>:first-child{background:var(--soft)}
.meaning{display:none}
.facts{grid-template-columns:1fr 1fr;gap:12px 16px}
}
@media print{
:root{--page:#fff}
body{font-size:11pt}
main{max-width:none;padding:0}
section,.keys>div{break-inside:avoid;border-color:#ccc}
section.long{break-inside:auto}
figure,tr{break-inside:avoid}
h2,h3{break-after:avoid}
.wide{display:block}
.narrow{display:none}
summary{color:inherit}
}
`;
