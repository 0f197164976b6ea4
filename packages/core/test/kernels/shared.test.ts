import { expect, it } from "vitest";
import type { Kernels } from "../../src/engine/kernels.js";
import { wasmBytes } from "../../src/engine/wasmModule.js";

it("either module runs on a shared memory when asked for one that does", () => {
  for (const simd of ["plain", "relaxed"] as const) {
    const bytes = wasmBytes(simd, true);
    if (!WebAssembly.validate(bytes)) continue;
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory, sgemm() {} } });
    const kernels = instance.exports as unknown as Kernels;
    const floats = new Float32Array(memory.buffer, 4096, 6);
    floats.set([1, 2, 3, 4, 5, 6]);
    kernels.unary(5, 6, 4096, 0, 4096);
    expect([...floats]).toEqual([1, 4, 9, 16, 25, 36]);
  }
});
