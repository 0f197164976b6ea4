// Makes a fresh clone ready: installs what is missing, compiles the kernels, builds the packages.
// Plain JavaScript with no dependency, because nothing is installed yet when it runs.
// Everything is skipped when it is already there and newer than its sources, so a second run costs well under a second.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Lookback needs Node 20.19 or newer; this is ${process.version}. Get a newer one from nodejs.org.`,
  );
  process.exit(1);
}

function run(label, command, args) {
  process.stderr.write(`${label} …\n`);
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error(`${label} failed: ${command} ${args.join(" ")}`);
    process.exit(1);
  }
}

/** The newest change under some paths, in milliseconds. */
function newest(...paths) {
  let time = 0;
  for (const path of paths) {
    const full = join(root, path);
    if (!existsSync(full)) continue;
    const stat = statSync(full);
    time = Math.max(time, stat.mtimeMs);
    if (stat.isDirectory())
      for (const name of readdirSync(full)) time = Math.max(time, newest(join(path, name)));
  }
  return time;
}

const stamp = (path) => (existsSync(join(root, path)) ? statSync(join(root, path)).mtimeMs : 0);
const force = process.argv.includes("--build");

if (stamp("node_modules/.package-lock.json") < newest("package.json", "package-lock.json")) {
  run("Installing packages", "npm", [existsSync(join(root, "package-lock.json")) ? "ci" : "install"]);
}
const kernels = "packages/core/src/engine/wasm.generated.ts";
if (force || stamp(kernels) < newest("packages/core/assembly", "packages/core/scripts")) {
  run("Compiling kernels", "node", ["packages/core/scripts/buildKernels.mjs"]);
}
const engine = "packages/core/src/engine";
const workerParts = ["worker", "poolLayout", "blasLibrary", "host"].map((name) => `${engine}/${name}.ts`);
if (force || stamp(`${engine}/worker.generated.ts`) < newest(...workerParts, "packages/core/scripts")) {
  run("Bundling the worker", "node", ["packages/core/scripts/buildWorker.mjs"]);
}
const packages = ["core", "forecast", "cli"];
const stale = packages.filter((name) => {
  const sources = newest(`packages/${name}/src`, `packages/${name}/tsconfig.json`, "tsconfig.base.json");
  return stamp(`packages/${name}/dist/.tsbuildinfo`) < sources;
});
if (force || stale.length > 0) {
  run("Building packages", "node", [
    "node_modules/typescript/bin/tsc",
    "-b",
    ...packages.map((name) => `packages/${name}`),
  ]);
}
if (stamp("packages/core/dist/lookback.js") < stamp("packages/core/dist/.tsbuildinfo")) {
  run("Bundling core", "node", ["packages/core/scripts/bundle.mjs"]);
}
