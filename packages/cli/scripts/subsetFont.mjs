// Makes assets/NotoSansSC-subset.ttf from a whole Noto Sans SC Regular (10 MB), which is not a dependency:
//   npm pack @expo-google-fonts/noto-sans-sc && tar xzf *.tgz
//   node packages/cli/scripts/subsetFont.mjs package/400Regular/NotoSansSC_400Regular.ttf
// Kept: the 3,755 common characters (GB 2312, level 1), Latin, Greek, Cyrillic, kana, punctuation and signs.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error("usage: node packages/cli/scripts/subsetFont.mjs <NotoSansSC_400Regular.ttf>");
  process.exit(2);
}

/** All characters in some rows of GB 2312, whose code points are two bytes: 0xA0 + row, 0xA0 + cell. */
function gb2312(firstRow, lastRow) {
  const decoder = new TextDecoder("gb2312");
  let text = "";
  for (let row = firstRow; row <= lastRow; row++) {
    for (let cell = 1; cell <= 94; cell++) text += decoder.decode(new Uint8Array([0xa0 + row, 0xa0 + cell]));
  }
  return text.replace(/[\uFFFD\uE000-\uF8FF]/g, "");
}

function range(first, last) {
  return Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)).join("");
}

const characters = [
  range(0x20, 0x7e), // Latin
  range(0xa0, 0x17f), // Latin-1 and Extended-A
  range(0x370, 0x3ff), // Greek
  range(0x400, 0x45f), // Cyrillic
  range(0x2010, 0x203a), // dashes, quotes, bullets, ellipsis, per mille
  range(0x2070, 0x209c), // superscripts and subscripts
  range(0x20a0, 0x20bf), // currencies
  range(0x2190, 0x2199), // arrows
  range(0x2200, 0x22ff), // mathematics
  gb2312(1, 6), // Chinese punctuation, numbering, full-width forms, kana
  gb2312(16, 55), // level 1: the common characters, by pronunciation
].join("");

const target = fileURLToPath(new URL("../assets/NotoSansSC-subset.ttf", import.meta.url));
const font = await subsetFont(await readFile(source), characters, {
  targetFormat: "truetype",
  keepFeatures: ["kern", "mark", "ccmp", "locl"],
  noHinting: true,
});
await writeFile(target, font);
console.log(`${target}: ${(font.length / 1e6).toFixed(2)} MB`);
