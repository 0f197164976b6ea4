import { readFileSync } from "node:fs";
import { engineInfo } from "@lookback/core";

/** Lookback's own version. */
export function version(): string {
  const file = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(file) as { version: string }).version;
}

/** Names and versions of what a result depends on. */
export function versions(): Record<string, string> {
  return { lookback: version(), node: process.version.replace(/^v/, ""), v8: process.versions.v8 };
}

/** The engine as the JSON contract has it. */
export function engineSummary() {
  const { simd, threads, blas, deterministic } = engineInfo();
  return { simd, threads, blas, deterministic };
}
