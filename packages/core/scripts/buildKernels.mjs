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

async function compile(relaxed) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      "index.ts",
      "--baseDir",
      assembly,
      "--outFile",
      "kernels.wasm",
      "--runtime",
      "stub",
      "--importMemory",
      "--noExportMemory",
      "--initialMemory",
      "1",
      // constants lie below 1024, which the engine leaves alone; more of them than that is an error
      "--lowMemoryLimit",
      "1024",
      "--maximumMemory",
      "65536",
      "-O3",
      "--noAssert",
      "--enable",
      "simd",
      ...(relaxed ? ["--enable", "relaxed-simd"] : []),
      // 201: sizes and addresses are both 32 bits here; 112: v128 functions are exported between files only
      "--disableWarning",
      "201",
      "--disableWarning",
      "112",
    ],
    { writeFile: (name, contents) => void (name.endsWith(".wasm") && (binary = Buffer.from(contents))) },
  );
  if (error) {
    console.error(stderr.toString());
    throw error;
  }
  return binary;
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

const plain = await compile(false);
const relaxed = await compile(true);
const text = (name, doc, value) => `/** ${doc} */\nexport const ${name} = ${JSON.stringify(value)};\n`;
writeFileSync(
  join(core, "src/engine/wasm.generated.ts"),
  `// Written by scripts/buildKernels.mjs from assembly/.\n${text(
    "plainWasm",
    "Kernels with plain SIMD, base64.",
    plain.toString("base64"),
  )}${text("relaxedWasm", "Kernels with relaxed SIMD, base64.", relaxed.toString("base64"))}${text(
    "memoryKindOffset",
    "The byte of either module (plain, relaxed) to set to 3 so that it imports a shared memory; it is 1 for a plain one.",
    [memoryKindOffset(plain), memoryKindOffset(relaxed)],
  )}`,
);
console.error(`Kernels: plain ${plain.length} bytes, relaxed ${relaxed.length} bytes`);
