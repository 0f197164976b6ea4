import { crc32 } from "node:zlib";
import { Resvg } from "@resvg/resvg-js";
import { fontFile, isCovered, visibleText } from "./font.js";
import { fontFamily } from "./theme.js";

/** Units of length in our pictures: hundredths of an inch. */
export const unitsPerInch = 100;

/**
 * Draws an SVG at a resolution. Only the shipped font is used, so that the pixels are the same on every
 * machine; a character that it lacks brings in the system's fonts.
 */
export async function renderPng(svg: string, dpi: number): Promise<Buffer> {
  const picture = new Resvg(svg, {
    font: {
      loadSystemFonts: !(await isCovered(visibleText(svg))),
      fontFiles: [fontFile],
      defaultFontFamily: fontFamily,
      sansSerifFamily: fontFamily,
    },
    fitTo: { mode: "zoom", value: dpi / unitsPerInch },
    languages: ["zh", "en"],
  });
  return withResolution(picture.render().asPng(), dpi);
}

/** Adds a `pHYs` chunk (pixels per metre) behind the header of a PNG, so that it prints at its true size. */
export function withResolution(png: Buffer, dpi: number): Buffer {
  const headerEnd = 8 + 25; // signature, then IHDR: length, name, 13 bytes, checksum
  const chunk = Buffer.alloc(21);
  const perMetre = Math.round(dpi / 0.0254);
  chunk.writeUInt32BE(9, 0);
  chunk.write("pHYs", 4, "latin1");
  chunk.writeUInt32BE(perMetre, 8);
  chunk.writeUInt32BE(perMetre, 12);
  chunk.writeUInt8(1, 16);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 17)), 17);
  return Buffer.concat([png.subarray(0, headerEnd), chunk, png.subarray(headerEnd)]);
}
