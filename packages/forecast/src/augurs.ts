type Ets = typeof import("@bsull/augurs/ets");

/** What is used of Node, where it is there; a browser's bundler has nothing to resolve. */
interface NodeProcess {
  getBuiltinModule?(name: "node:fs"): { readFileSync(path: string): Uint8Array<ArrayBuffer> };
  getBuiltinModule?(name: "node:module"): { createRequire(from: string): { resolve(name: string): string } };
}

let ready: Promise<Ets> | undefined;

/**
 * Exponential smoothing of `@bsull/augurs`, its WebAssembly loaded once: from the package's folder in Node, from the
 * script's own address in a browser.
 */
export function augursEts(): Promise<Ets> {
  ready ??= load().catch((error: unknown) => {
    ready = undefined;
    throw error;
  });
  return ready;
}

async function load(): Promise<Ets> {
  const ets = await import("@bsull/augurs/ets");
  const node = (globalThis as { process?: NodeProcess }).process;
  if (node?.getBuiltinModule) {
    const { createRequire } = node.getBuiltinModule("node:module");
    const script = createRequire(import.meta.url).resolve("@bsull/augurs/ets");
    const file = script.replace(/\.js$/, "_bg.wasm");
    ets.initSync({ module: node.getBuiltinModule("node:fs").readFileSync(file) });
  } else {
    await ets.default();
  }
  return ets;
}
