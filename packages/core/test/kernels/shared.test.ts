import { expect, it } from "vitest";
import type { Kernels } from "../../src/engine/kernels.js";
import { memoryKindOffset, plainWasm, relaxedWasm } from "../../src/engine/wasm.generated.js";

it("either module runs on a shared memory when the byte at memoryKindOffset is set to 3", () => {
  [plainWasm, relaxedWasm].forEach((text, i) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    if (!WebAssembly.validate(bytes)) return;
    bytes[memoryKindOffset[i]!] = 3;
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 64, shared: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
    const kernels = instance.exports as unknown as Kernels;
    const floats = new Float32Array(memory.buffer, 4096, 6);
    floats.set([1, 2, 3, 4, 5, 6]);
    kernels.unary(5, 6, 4096, 0, 4096);
    expect([...floats]).toEqual([1, 4, 9, 16, 25, 36]);
  });
});
