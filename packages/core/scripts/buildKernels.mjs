// Compiles assembly/ twice, with plain SIMD and with relaxed SIMD (fused multiply-add), and writes both modules as base64
// into src/engine/wasm.generated.ts, so that Node, browsers and bundlers need no file loading.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { tilesModule } from "./tiles.mjs";

const core = fileURLToPath(new URL("..", import.meta.url));
const assembly = join(core, "assembly");
writeFileSync(join(assembly, "tiles.generated.ts"), tilesModule());

const options = [
  "--runtime stub --importMemory --noExportMemory --initialMemory 1 --maximumMemory 65536 -O3 --noAssert --enable simd",
  // constants lie below 1024, which the engine leaves alone; more of them than that is an error
  "--lowMemoryLimit 1024",
  // 201: sizes and addresses are both 32 bits here; 112: v128 functions are exported between files only
  "--disableWarning 201 --disableWarning 112",
];

async function compile(...more) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      "index.ts",
      "--baseDir",
      assembly,
      "--outFile",
      "kernels.wasm",
      ...[...options, ...more].join(" ").split(" "),
    ],
    { writeFile: (_, contents) => void (binary = Buffer.from(contents)) },
  );
  if (!error) return binary;
  console.error(`${stderr}`);
  process.exit(1);
}

/**
 * Where the byte stands that says what kind of memory is imported: 1 with a maximum, 3 shared. The code is the same for
 * both, so that setting it to 3 makes the module fit a shared memory.
 */
function memoryKindOffset(binary) {
  const at = binary.indexOf("\x03env\x06memory\x02", 0, "latin1") + 12;
  if (binary[at] !== 1) throw new Error("The compiled kernels do not import env.memory with a maximum");
  return at;
}

const plain = await compile();
const relaxed = await compile("--enable relaxed-simd");
writeFileSync(
  join(core, "src/engine/wasm.generated.ts"),
  `// Written by scripts/buildKernels.mjs from assembly/.

/** Kernels with plain SIMD, base64. */
export const plainWasm = "${plain.toString("base64")}";
/** Kernels with relaxed SIMD, base64. */
export const relaxedWasm = "${relaxed.toString("base64")}";
/** The byte of the one and the other module to set to 3 so that it imports a shared memory. */
export const memoryKindOffset = [${memoryKindOffset(plain)}, ${memoryKindOffset(relaxed)}] as const;
`,
);
console.error(`Kernels: plain ${plain.length} bytes, relaxed ${relaxed.length} bytes`);
