// What Node offers beyond what browsers do, without importing it: core loads in both.

interface NodeWorker {
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

interface Builtins {
  "node:module": {
    createRequire(from: string): ((path: string) => unknown) & { resolve(name: string): string };
  };
  "node:os": { availableParallelism(): number };
  "node:worker_threads": {
    Worker: new (source: string, options: Record<string, unknown>) => NodeWorker;
    workerData: unknown;
  };
}

interface NodeProcess {
  platform: string;
  arch: string;
  env: Record<string, string | undefined>;
  versions?: { node?: string };
  getBuiltinModule?<N extends keyof Builtins>(name: N): Builtins[N];
}

/** Node's `process`; undefined in a browser. */
export const node = (globalThis as { process?: NodeProcess }).process;

/** One of Node's own modules; undefined in a browser. */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] | undefined {
  return node?.versions?.node ? node.getBuiltinModule?.(name) : undefined;
}

/** Whether memory can be shared between threads: always in Node, in a page when it is cross-origin isolated. */
export function canShareMemory(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  return builtin("node:worker_threads") !== undefined || globalThis.crossOriginIsolated === true;
}

/** Processors that this process may use. */
export function processors(): number {
  return builtin("node:os")?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
