// Who takes part: Lookback in several settings, every peer that is installed, and the system's BLAS for the limit.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Absent, type Contender, isPresent, startProcess } from "./contender.js";
import type { Peer } from "./rows.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Lookback's settings, each in a process of its own. `lookback` is what a user gets without asking for anything. */
export const settings = {
  lookback: {},
  "lookback-1": { threads: 1 },
  "lookback-2": { threads: 2 },
  "lookback-wasm": { blas: false },
  "lookback-wasm-1": { threads: 1, blas: false },
} as const;

export type Setting = keyof typeof settings;

export const settingNames: Record<Setting, string> = {
  lookback: "default",
  "lookback-1": "1 thread",
  "lookback-2": "2 threads",
  "lookback-wasm": "without BLAS",
  "lookback-wasm-1": "1 thread, without BLAS",
};

export const peerNames: Record<Peer, string> = {
  pytorch: "PyTorch",
  tfjs: "tfjs",
  jaxjs: "jax-js",
  brain: "brain.js",
  "onnxruntime-web": "onnxruntime-web",
  "onnxruntime-node": "onnxruntime-node",
};

export const peers = Object.keys(peerNames) as Peer[];

const inNode = (id: string, file: string, options: object) =>
  startProcess(id, process.execPath, [here("./contenders/node.mjs"), file, JSON.stringify(options)]);

export const startLookback = (setting: Setting) => inNode(setting, "lookback", settings[setting]);

/** The first that has PyTorch of $PYTHON, the one that bench:setup made, and the system's. */
async function startPyTorch(): Promise<Contender | Absent> {
  const own = here(`./.peers/venv/${process.platform === "win32" ? "Scripts/python.exe" : "bin/python"}`);
  const named = process.env.PYTHON;
  const pythons = named
    ? [named]
    : [...(existsSync(own) ? [own] : []), "python3", "/usr/bin/python3", "python"];
  let last: Contender | Absent = { id: "pytorch", absent: "there is no Python" };
  for (const python of pythons) {
    last = await startProcess("pytorch", python, [here("./contenders/pytorch.py")]);
    if (isPresent(last)) break;
  }
  return last;
}

const starts: Record<Peer | "sgemm", () => Promise<Contender | Absent>> = {
  pytorch: startPyTorch,
  tfjs: () => inNode("tfjs", "tfjs", {}),
  jaxjs: () => inNode("jaxjs", "jaxjs", {}),
  brain: () => inNode("brain", "brain", {}),
  "onnxruntime-web": () => inNode("onnxruntime-web", "onnxruntime", { kind: "web" }),
  "onnxruntime-node": () => inNode("onnxruntime-node", "onnxruntime", { kind: "node" }),
  sgemm: () => inNode("sgemm", "sgemm", {}),
};

/** Starts one after another: Lookback, the named peers, and the BLAS. */
export async function startField(wanted: readonly Peer[]): Promise<(Contender | Absent)[]> {
  const field: (Contender | Absent)[] = [];
  for (const setting of Object.keys(settings) as Setting[]) field.push(await startLookback(setting));
  for (const id of [...wanted, "sgemm"] as const) field.push(await starts[id]());
  return field;
}
