import { decodeBase64 } from "./base64.js";
import { memoryKindOffset, plainWasm, relaxedWasm } from "./wasm.generated.js";

/** The kernels' module, compiled with plain or with relaxed SIMD, importing a memory that is shared or one that is not. */
export function wasmBytes(simd: "plain" | "relaxed", shared: boolean): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(simd === "relaxed" ? relaxedWasm : plainWasm);
  if (shared) bytes[memoryKindOffset[simd === "relaxed" ? 1 : 0]] = 3;
  return bytes;
}
