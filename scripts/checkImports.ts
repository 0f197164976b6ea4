// Imports go one way. Inside core: errors, shape → engine → ops → autograd → tensor → nn → optim, data → train; between
// packages: core → forecast → cli | studio. No cycles between files anywhere, and inside a package nobody imports its
// own index.ts. Prints each violation and exits 1.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const coreLayers = ["reference", "", "engine", "ops", "autograd", "tensor", "nn", "optim", "data", "train"];
const packages = ["core", "forecast", "cli", "studio"];
const packageNames: Record<string, string> = {
  "@lookback/core": "core",
  "@lookback/forecast": "forecast",
  lookback: "cli",
};

const problems: string[] = [];
const graph = new Map<string, string[]>();

function* sources(folder: string): Iterable<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) yield path;
  }
}

/** Layer of a file of core: its folder under src. index.ts stands above all, the reference stands apart. */
function coreLayer(path: string): number {
  const inside = relative(join(root, "packages/core/src"), path).split("/");
  if (inside.length === 1) return inside[0] === "index.ts" ? coreLayers.length : coreLayers.indexOf("");
  return coreLayers.indexOf(inside[0]!);
}

for (const name of packages) {
  const folder = join(root, "packages", name, "src");
  let files: string[];
  try {
    files = [...sources(folder)];
  } catch {
    continue;
  }
  for (const file of files) {
    const shown = relative(root, file);
    const imports: string[] = [];
    graph.set(file, imports);
    for (const [, specifier] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)) {
      const target = packageNames[specifier!];
      if (target && packages.indexOf(target) >= packages.indexOf(name)) {
        problems.push(`${shown} imports ${specifier}, which stands above it`);
      }
      if (!specifier!.startsWith(".")) continue;
      const path = join(dirname(file), specifier!.replace(/\.js$/, ".ts"));
      imports.push(path);
      if (path === join(folder, "index.ts"))
        problems.push(`${shown} imports its own package's index.ts; import the file itself`);
      if (name === "core") {
        const [from, to] = [coreLayer(file), coreLayer(path)];
        if (from < 0) problems.push(`${shown} lies in a folder that is none of core's layers`);
        else if (to > from)
          problems.push(`${shown} imports ${relative(root, path)}, which lies in a later layer`);
      }
    }
  }
}

const done = new Set<string>();
function findCycle(file: string, path: string[]): void {
  const at = path.indexOf(file);
  if (at >= 0) problems.push(`cycle: ${[...path.slice(at), file].map((f) => relative(root, f)).join(" → ")}`);
  if (at >= 0 || done.has(file)) return;
  for (const next of graph.get(file) ?? []) findCycle(next, [...path, file]);
  done.add(file);
}
for (const file of graph.keys()) findCycle(file, []);

for (const problem of problems) console.error(problem);
console.log(`${graph.size} files checked, ${problems.length} imports that go the wrong way`);
process.exit(problems.length > 0 ? 1 : 0);
