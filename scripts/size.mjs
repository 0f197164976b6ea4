// How large core's bundle is, with its WebAssembly, and whether it keeps to its limit: node scripts/size.mjs
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const mostKiB = 60;
const bundle = readFileSync(new URL("../packages/core/dist/lookback.js", import.meta.url));
const kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;
const gzipped = gzipSync(bundle, { level: 9 }).length;
console.log(`@lookback/core: ${kib(bundle.length)}, gzipped ${kib(gzipped)} of at most ${mostKiB} KiB`);
if (gzipped > mostKiB * 1024) {
  console.error(
    `The bundle is ${kib(gzipped - mostKiB * 1024)} too large. What weighs how much: npx esbuild --bundle --analyze packages/core/dist/index.js --outfile=/dev/null`,
  );
  process.exitCode = 1;
}
