// The machine's limit: sgemm of the system's own BLAS, called directly, on one thread and on all.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { product, values } from "./data.mjs";

const libraries = {
  linux: ["libopenblas.so.0", "libmkl_rt.so.2", "libmkl_rt.so", "libblis.so.4"],
  darwin: ["/System/Library/Frameworks/Accelerate.framework/Accelerate"],
  win32: ["libopenblas.dll", "mkl_rt.2.dll"],
};
const threadSetters = ["openblas_set_num_threads", "MKL_Set_Num_Threads", "bli_thread_set_num_threads"];

export async function open() {
  // koffi is an optional dependency of core.
  const require = createRequire(new URL("../../packages/core/package.json", import.meta.url));
  let koffi;
  try {
    koffi = require("koffi");
  } catch {
    throw new Error("koffi, which calls a system's BLAS, is not installed");
  }
  const { library, name } = firstOf(koffi, libraries[process.platform] ?? []);
  const sgemm = library.func(
    "void cblas_sgemm(int, int, int, int, int, int, float, float*, int, float*, int, float, _Inout_ float*, int)",
  );
  const setThreads = threadSetter(library);
  const all = availableParallelism();
  return {
    name: "sgemm",
    version: name,
    detail: setThreads ? "threads are set" : "threads as it likes",
    variants: ({ kind }) =>
      kind !== "matmul" ? [] : setThreads ? [...new Set([1, all])].map(String) : [String(all)],
    prepare({ n }, variant) {
      const floats = (phase) => {
        const bytes = koffi.alloc("float", n * n);
        koffi.encode(bytes, koffi.array("float", n * n), values(product([n, n]), phase));
        return bytes;
      };
      const [a, b, c] = [floats(1), floats(2), floats(3)];
      return () => {
        setThreads?.(Number(variant));
        sgemm(101, 111, 111, n, n, n, 1, a, n, b, n, 0, c, n);
      };
    },
  };
}

function firstOf(koffi, names) {
  for (const name of names) {
    try {
      return { library: koffi.load(name), name };
    } catch {
      // the next one
    }
  }
  throw new Error("the system has no BLAS that its loader finds");
}

function threadSetter(library) {
  for (const name of threadSetters) {
    try {
      return library.func(`void ${name}(int)`);
    } catch {
      // another library's
    }
  }
  return null;
}
