import { readFileSync } from "node:fs";
import { engineInfo, init } from "@lookback/core";

/** Lookback's own version. */
export function version(): string {
  const file = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

/** Names and versions of what a result depends on. */
export function versions(): Record<string, string> {
  return { lookback: version(), node: process.version.replace(/^v/, ""), v8: process.versions.v8 };
}

/** Flags of every command that say how the engine runs. */
export interface EngineFlags {
  threads?: number;
  blas?: string;
  deterministic?: boolean;
}

/** Starts the engine as the flags ask, if they ask for anything. @throws ArgumentError for a BLAS that cannot be used. */
export async function startEngine({ threads, blas = "auto", deterministic }: EngineFlags): Promise<void> {
  if (threads === undefined && blas === "auto" && !deterministic) return;
  await init({
    ...(threads === undefined ? {} : { threads }),
    ...(deterministic ? { deterministic } : {}),
    blas: blas === "off" ? false : blas,
  });
}

/** The engine as the JSON contract has it. */
export function engineSummary() {
  const { simd, threads, blas, deterministic } = engineInfo();
  return { simd, threads, blas, deterministic };
}
