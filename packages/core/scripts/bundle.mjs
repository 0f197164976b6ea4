// Puts the compiled files of core into one: importing it takes 7 ms instead of 40.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const dist = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));
await build({
  entryPoints: [dist("index.js")],
  // Not over index.js: the compiler writes that anew only when its own source changes.
  outfile: dist("lookback.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  logLevel: "warning",
});
