// What a run found, how it is kept in bench/results, and whether it is worse than what was kept.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Comparison } from "./compare.js";

export const folder = fileURLToPath(new URL("./results", import.meta.url));

export interface Machine {
  /** Two runs compare when this is the same. */
  kind: string;
  cpu: string;
  cores: number;
  memory: string;
  runtime: string;
}

/** This machine, and what runs Lookback on it: Node, or a browser. */
export function thisMachine(runtime = `node ${process.versions.node}`): Machine {
  const all = cpus();
  const cpu = all[0]?.model.trim() ?? "unknown processor";
  const slug = cpu
    .toLowerCase()
    .replace(/\((r|tm)\)/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  return {
    kind: `${process.platform}-${process.arch}-${all.length}x-${slug}`,
    cpu,
    cores: all.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    runtime,
  };
}

/** A row as it was measured, with the ratios that were read off it. */
export interface RecordedRow extends Comparison {
  date: string;
  /** How many processes wanted to run while the row was measured: the system's load average of the last minute. */
  load: number;
  /** How many times as fast as each peer: the ratio of medians. */
  ratios: Record<string, number>;
  /** The same of everyone's fastest rounds. */
  fastest: Record<string, number>;
}

export interface Results {
  machine: Machine;
  /** Name, version and detail of everyone who took part, by id; or why not. */
  field: Record<string, string>;
  absent: Record<string, string>;
  rows: Record<string, RecordedRow>;
}

/** `<machine kind>-node24`: a runtime's minor versions are one kind. */
export const fileName = ({ kind, runtime }: Machine): string =>
  `${kind}-${runtime.replace(/^(\w+) (\d+).*$/, "$1$2")}`;

const file = (machine: Machine, extension: string) => join(folder, `${fileName(machine)}.${extension}`);

/** What was recorded last on this kind of machine and runtime. */
export function recorded(machine: Machine): Results | null {
  const path = file(machine, "json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Results) : null;
}

/** Writes results, over what was recorded of the same rows; rows that were not measured stay. */
export function record(results: Results, markdown: (all: Results) => string): void {
  const before = recorded(results.machine);
  const all = { ...before, ...results, rows: { ...before?.rows, ...results.rows } };
  mkdirSync(folder, { recursive: true });
  const short = (_: string, value: unknown) =>
    typeof value === "number" ? Number(value.toPrecision(4)) : value;
  writeFileSync(file(results.machine, "json"), `${JSON.stringify(all, short, 1)}\n`);
  writeFileSync(file(results.machine, "md"), markdown(all));
}

export interface Drop {
  row: string;
  peer: string;
  before: number;
  now: number;
}

/** A ratio that falls below this share of what was recorded is a drop. */
export const tolerated = 0.75;

/**
 * The ratios of a row that dropped by more than a quarter, in the median and between the fastest rounds: noise seldom
 * does both. A peer that is not there now cannot drop.
 */
export const drops = (before: RecordedRow, now: RecordedRow): Drop[] =>
  Object.entries(before.ratios).flatMap(([peer, ratio]) => {
    const measured = Math.max(now.ratios[peer] ?? Number.POSITIVE_INFINITY, now.fastest[peer] ?? 0);
    return measured < tolerated * ratio
      ? [{ row: before.row, peer, before: ratio, now: now.ratios[peer]! }]
      : [];
  });
