import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";
import { fontFamily } from "./theme.js";

/** Noto Sans SC, cut to the common characters by scripts/subsetFont.mjs. */
export const fontFile = fileURLToPath(new URL("../../assets/NotoSansSC-subset.ttf", import.meta.url));

let font: Promise<Buffer> | undefined;
let covered: Promise<Set<number>> | undefined;

function fontBytes(): Promise<Buffer> {
  font ??= readFile(fontFile);
  return font;
}

/** The characters that a font has a glyph for, read from its `cmap` table (format 4 or 12). */
export function glyphSet(bytes: Buffer): Set<number> {
  const characters = new Set<number>();
  const tables = bytes.readUInt16BE(4);
  let cmap = 0;
  for (let i = 0; i < tables; i++) {
    const entry = 12 + i * 16;
    if (bytes.toString("latin1", entry, entry + 4) === "cmap") cmap = bytes.readUInt32BE(entry + 8);
  }
  for (let i = 0; i < bytes.readUInt16BE(cmap + 2); i++) {
    const table = cmap + bytes.readUInt32BE(cmap + 8 + i * 8);
    const format = bytes.readUInt16BE(table);
    if (format === 12) {
      for (let group = 0; group < bytes.readUInt32BE(table + 12); group++) {
        const at = table + 16 + group * 12;
        for (let c = bytes.readUInt32BE(at); c <= bytes.readUInt32BE(at + 4); c++) characters.add(c);
      }
    } else if (format === 4) {
      const count = bytes.readUInt16BE(table + 6) / 2;
      for (let segment = 0; segment < count; segment++) {
        const last = bytes.readUInt16BE(table + 14 + segment * 2);
        const first = bytes.readUInt16BE(table + 16 + count * 2 + segment * 2);
        for (let c = first; c <= last && c < 0xffff; c++) characters.add(c);
      }
    }
  }
  return characters;
}

/** Whether the shipped font can write all of a text. */
export async function isCovered(text: string): Promise<boolean> {
  covered ??= fontBytes().then(glyphSet);
  const glyphs = await covered;
  for (const char of text) if (char > " " && !glyphs.has(char.codePointAt(0)!)) return false;
  return true;
}

/** A `@font-face` rule that carries exactly the glyphs of a text, so that it looks the same everywhere. */
export async function fontFace(text: string): Promise<string> {
  const characters = [...new Set(text)].sort().join("");
  const woff = await subsetFont(await fontBytes(), characters, { targetFormat: "woff2" });
  return `@font-face{font-family:"${fontFamily}";src:url(data:font/woff2;base64,${woff.toString("base64")}) format("woff2")}`;
}

/** The text that an SVG or HTML document shows, markup removed and entities resolved. */
export function visibleText(markup: string): string {
  return markup
    .replace(/<style[\s\S]*?<\/style>|<[^>]*>/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");
}

/** Puts the glyphs that a picture uses into its SVG. */
export async function withFont(svg: string): Promise<string> {
  return svg.replace(/<svg[^>]*>/, `$&<style>${await fontFace(visibleText(svg))}</style>`);
}
