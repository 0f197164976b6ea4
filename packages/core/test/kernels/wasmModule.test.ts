import { describe, expect, it } from "vitest";
import type { Kernels } from "../../src/engine/kernels.js";
import { wasmBytes } from "../../src/engine/wasmModule.js";

const kinds = ["plain", "relaxed"] as const;
const runnable = kinds.filter((simd) => WebAssembly.validate(wasmBytes(simd, false)));

describe("wasmBytes", () => {
  it("makes a module that needs nothing but SIMD for plain", () => {
    expect(runnable).toContain("plain");
  });

  it("exports the same kernels for either kind of SIMD", () => {
    const names = runnable.map((simd) =>
      WebAssembly.Module.exports(new WebAssembly.Module(wasmBytes(simd, false))).map(({ name }) => name),
    );
    expect(names[0]).toContain("gemm");
    for (const others of names) expect(others).toEqual(names[0]);
  });

  it.each(kinds)("changes one byte of the %s module for a shared memory", (simd) => {
    const [alone, shared] = [wasmBytes(simd, false), wasmBytes(simd, true)];
    const changed = [...alone.keys()].filter((i) => alone[i] !== shared[i]);
    expect(shared.length).toBe(alone.length);
    expect(changed.map((i) => [alone[i], shared[i]])).toEqual([[1, 3]]);
  });

  it.each(runnable)("the %s module runs on a shared memory when asked for one that does", (simd) => {
    const memory = new WebAssembly.Memory({ initial: 32, maximum: 65536, shared: true });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasmBytes(simd, true)), {
      env: { memory, sgemm() {} },
    });
    const kernels = instance.exports as unknown as Kernels;
    const floats = new Float32Array(memory.buffer, 4096, 6);
    floats.set([1, 2, 3, 4, 5, 6]);
    kernels.unary(5, 6, 4096, 0, 4096);
    expect([...floats]).toEqual([1, 4, 9, 16, 25, 36]);
  });

  it("rounds a multiply-add twice with plain SIMD", () => {
    const memory = new WebAssembly.Memory({ initial: 64, maximum: 65536 });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(wasmBytes("plain", false)), {
      env: { memory, sgemm() {} },
    });
    const kernels = instance.exports as unknown as Kernels;
    kernels.setScratch(65536);
    const at = 2 ** 21;
    const floats = new Float32Array(memory.buffer, at, 5);
    // (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ in one rounding and 0 in two
    floats.set([-(1 + 2 ** -11), 1 + 2 ** -12, 1, 1 + 2 ** -12]);
    kernels.gemm(0, 0, 1, 1, 2, at, 2, at + 8, 1, 0, at + 16, 1);
    expect(floats[4]).toBe(0);
  });
});
