// Makes one string of src/engine/worker.ts and what it imports, and writes it into src/engine/worker.generated.ts, so that
// Node, browsers and bundlers start a worker thread without loading a file.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const engine = fileURLToPath(new URL("../src/engine", import.meta.url));
const { outputFiles } = await build({
  entryPoints: [join(engine, "worker.ts")],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  write: false,
  logLevel: "warning",
});
writeFileSync(
  join(engine, "worker.generated.ts"),
  `// Written by scripts/buildWorker.mjs from worker.ts.

/** The program of a worker thread. */
export const workerSource = ${JSON.stringify(outputFiles[0].text.trim())};
`,
);
