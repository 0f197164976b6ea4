// Compiles assembly/ and writes it as text into src/engine/wasm.generated.ts, so that Node, browsers and bundlers need no
// file loading. It is compiled with relaxed SIMD (fused multiply-add); src/engine/wasmModule.ts makes the module for hosts
// with plain SIMD of the same text.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import asc from "assemblyscript/asc";
import { tilesModule } from "./tiles.mjs";
import { wasmText } from "./wasmText.mjs";

const core = fileURLToPath(new URL("..", import.meta.url));
const assembly = join(core, "assembly");
writeFileSync(join(assembly, "tiles.generated.ts"), tilesModule());

const options = [
  "--runtime stub --importMemory --noExportMemory --initialMemory 1 --maximumMemory 65536 -O3 --noAssert --enable simd --enable relaxed-simd",
  // constants lie below 1024, which the engine leaves alone; more of them than that is an error
  "--lowMemoryLimit 1024",
  // 201: sizes and addresses are both 32 bits here; 112: v128 functions are exported between files only
  "--disableWarning 201 --disableWarning 112",
];

async function compile() {
  let binary;
  const { error, stderr } = await asc.main(
    ["index.ts", "--baseDir", assembly, "--outFile", "kernels.wasm", ...options.join(" ").split(" ")],
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

const binary = await compile();
const { texts, codeStart, mostBytes } = wasmText(binary);
writeFileSync(
  join(core, "src/engine/wasm.generated.ts"),
  `// Written by scripts/buildKernels.mjs from assembly/.

/** The parts of the module; see wasmModule.ts. */
${Object.entries(texts)
  .map(([name, text]) => `export const ${name}: string = ${JSON.stringify(text)};`)
  .join("\n")}
/** How far before the end of \`before\` the size of the code begins. */
export const codeStart = ${codeStart};
/** No module is larger than this. */
export const mostBytes = ${mostBytes};
/** The byte of \`before\` to set to 3 so that the module imports a shared memory. */
export const memoryKindOffset = ${memoryKindOffset(binary)};
`,
);
console.error(
  `Kernels: ${binary.length} bytes, as text ${gzipSync(Object.values(texts).join("")).length} gzipped`,
);
