// npm run bench:setup: brings the peers of bench/peers.json into bench/.peers, which git ignores and the project's own
// install never touches. What cannot be had is named and left out; the benchmark then runs without it.
// --no-torch leaves PyTorch alone (with CUDA's libraries, which pip brings along on Linux, it is 5 GB).
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, ".peers");
const peers = JSON.parse(readFileSync(join(here, "peers.json"), "utf8"));
const windows = process.platform === "win32";

const unknown = process.argv.slice(2).filter((flag) => flag !== "--no-torch");
if (unknown.length > 0) {
  console.error(`bench:setup: unknown argument ${unknown[0]}; the only one is --no-torch.`);
  process.exit(2);
}

function run(command, args) {
  console.log(`> ${[command, ...args].join(" ")}`);
  const { status } = spawnSync(command, args, { cwd: folder, stdio: "inherit", shell: windows });
  return status === 0;
}

mkdirSync(folder, { recursive: true });

// Optional, so that one that cannot be had does not take the others along. Install scripts are left out: they build or
// fetch what only a GPU needs, and the packages carry the rest.
const manifest = { private: true, optionalDependencies: peers.npm };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
const absent = Object.keys(peers.npm).filter((name) => !existsSync(join(folder, "node_modules", name)));

if (!process.argv.includes("--no-torch")) {
  const python = join(folder, "venv", windows ? "Scripts/python.exe" : "bin/python");
  const base = process.env.PYTHON || (windows ? "python" : "python3");
  const works = existsSync(python) || run(base, ["-m", "venv", "venv"]);
  if (!works || !run(python, ["-m", "pip", "install", "--quiet", "--upgrade", ...peers.pip])) {
    absent.push("torch from pip (Debian's python3-torch is used where it is installed)");
  }
}

console.log(absent.length === 0 ? "Every peer is here." : `Not to be had here: ${absent.join(", ")}.`);
