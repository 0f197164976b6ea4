import { engineInfo, tensor } from "@lookback/core";
import { engineSummary, versions } from "../engine.js";
import type { Console } from "../io.js";

/** `lookback info`: what the engine runs on. */
export function info(console: Console): void {
  tensor([1]).tanh();
  const { memory, threadsReason, blasReason } = engineInfo();
  const engine = engineSummary();
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  const simd =
    engine.simd === "relaxed"
      ? "relaxed (fused multiply-add)"
      : "plain (relaxed SIMD, which is faster, comes with Node 22 and newer)";
  console.print(`SIMD      ${simd}`);
  console.print(`threads   ${engine.threads} (${threadsReason})`);
  console.print(
    `BLAS      ${engine.blas === null ? `none: ${blasReason}; products run in WebAssembly` : `${engine.blas} (${blasReason})`}`,
  );
  console.print(`memory    ${mib(memory.inUse)} in use of ${mib(memory.capacity)}, at most 4096 MiB`);
  for (const [name, version] of Object.entries(versions())) console.print(`${name.padEnd(9)} ${version}`);
  console.document({ engine: { ...engine, threadsReason, blasReason }, memory, versions: versions() });
}
