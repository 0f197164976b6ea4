import { ArgumentError, LookbackError } from "../errors.js";
import { type BlasLibrary, openBlas, type Sgemm } from "./blasLibrary.js";
import { builtin, node as host } from "./host.js";

/**
 * Multiplications m·n·k from which a product goes to the BLAS. Measured with OpenBLAS on an AVX-512 machine: a call
 * costs 0.2 µs, which is what 8 × 16 × 64 take in wasm.
 */
export const blasThreshold = 16384;

/** The BLAS in use, or why there is none. */
export type BlasState =
  | { readonly name: string; readonly found: BlasLibrary; readonly sgemm: Sgemm; readonly why: string }
  | { readonly name: null; readonly why: string };

/** The names under which systems' loaders know a fast BLAS. The plain reference BLAS is slower than the kernels here. */
const libraries: Record<string, readonly string[]> = {
  linux: [
    "libopenblas.so.0",
    "libopenblas.so",
    "libmkl_rt.so.2",
    "libmkl_rt.so",
    "libblis.so.4",
    "libblis.so",
  ],
  darwin: [
    "/System/Library/Frameworks/Accelerate.framework/Accelerate",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
  ],
  win32: ["libopenblas.dll", "openblas.dll", "mkl_rt.2.dll"],
};

export const noBlas = (why: string): BlasState => ({ name: null, why });

/**
 * Finds a BLAS among the system's own libraries, or opens the named one. `check` multiplies two small matrices with it
 * and says whether the result is right.
 *
 * @throws ArgumentError when one is named and cannot be used.
 */
export function findBlas(
  named: string | null,
  memory: WebAssembly.Memory,
  check: (sgemm: Sgemm) => boolean,
): BlasState {
  const koffi = findKoffi();
  if ("why" in koffi) {
    if (named !== null) throw new ArgumentError(`init: cannot use the BLAS ${named}: ${koffi.why}.`);
    return noBlas(koffi.why);
  }
  const candidates = named === null ? (libraries[host!.platform] ?? []) : [named];
  const refused: string[] = [];
  for (const library of candidates) {
    const found = { koffi: koffi.path, library };
    try {
      const { sgemm } = openBlas(found, memory);
      if (check(sgemm)) {
        const why = named === null ? "found among the system's libraries" : "named by init";
        return { name: nameOf(library), found, sgemm, why };
      }
      refused.push(`${library} multiplies wrongly`);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (named !== null) refused.push(reason);
      else if (!isAbsent(reason)) refused.push(`${library}: ${reason}`);
    }
  }
  if (named !== null) {
    throw new ArgumentError(
      `init: cannot use the BLAS ${named}: ${refused.join("; ")}. Name a library that has cblas_sgemm and was built for ${host!.arch}, or leave blas out.`,
    );
  }
  const none = "the system has no OpenBLAS, MKL, BLIS or Accelerate that its loader finds";
  return noBlas(refused.length > 0 ? refused.join("; ") : none);
}

function findKoffi(): { path: string } | { why: string } {
  const node = builtin("node:module");
  if (!node) return { why: "only Node can call a system's library" };
  try {
    return { path: node.createRequire(import.meta.url).resolve("koffi") };
  } catch {
    return { why: "the optional package koffi, which calls it, is not installed" };
  }
}

/** A missing file is what most systems have of most candidates; anything else is worth telling. */
function isAbsent(reason: string): boolean {
  return /cannot open shared object|no such file|not found|could not be found|image not found/i.test(reason);
}

/** `libopenblas.so.0` → `openblas` */
function nameOf(library: string): string {
  const file = library.split(/[\\/]/).at(-1)!;
  return file
    .replace(/^lib/, "")
    .replace(/\.(so|dylib|dll)(\.[\d.]+)?$/i, "")
    .toLowerCase();
}

/** The error when the kernels call a BLAS that is not there: a mistake in the engine. */
export function absentSgemm(): never {
  throw new LookbackError("The kernels called a BLAS that is not there.");
}
