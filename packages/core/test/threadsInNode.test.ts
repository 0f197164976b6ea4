import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);

describe("a process with worker threads", () => {
  let folder: string;
  let url: string;

  beforeAll(async () => {
    // below the project, where a system's BLAS can be called
    const cache = fileURLToPath(new URL("../../../.cache", import.meta.url));
    await mkdir(cache, { recursive: true });
    folder = await mkdtemp(join(cache, "threads-"));
    const outfile = join(folder, "core.mjs");
    const entry = fileURLToPath(new URL("../src/index.ts", import.meta.url));
    await build({ entryPoints: [entry], outfile, bundle: true, format: "esm", target: "es2022" });
    url = pathToFileURL(outfile).href;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What a script prints, with everything of core in scope as `core` and a layer of work in `work()`. */
  async function output(script: string): Promise<string> {
    const source = `
      const core = await import(${JSON.stringify(url)});
      const layer = new core.nn.LSTM(8, 64);
      const x = core.rand([24, 64, 8]);
      const work = () => core.scope(() => layer.forward(x)[0].sum().item());
      ${script}`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", source], {
      timeout: 30_000,
    });
    return stdout.trim();
  }

  it("ends by itself, whether it asked for threads or work was large enough for them", async () => {
    expect(
      await output("await core.init({ threads: 4 }); work(); console.log(core.engineInfo().threads);"),
    ).toBe("4");
    expect(await output("for (let i = 0; i < 50; i++) work(); console.log('done');")).toBe("done");
  });

  it("ends well in the midst of its threads' start", async () => {
    const products = (count: number) =>
      output(
        `for (let i = 0; i < ${count}; i++) core.rand([500, 500]).matmul(core.rand([500, 500])); console.log("done");`,
      );
    for (const count of [1, 2, 3, 4]) expect(await products(count)).toBe("done");
  });

  it("uses no processor time while its threads have nothing to do", async () => {
    const idle = await output(`
      await core.init({ threads: 4 });
      for (let i = 0; i < 20; i++) work();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const before = process.cpuUsage();
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const { user, system } = process.cpuUsage(before);
      console.log((user + system) / 1000);`);
    // milliseconds within a second; one thread that looked for work all the time would use a thousand
    expect(Number(idle)).toBeLessThan(200);
  });

  it("goes on with one thread where workers cannot be started, and says why", async () => {
    const reason = await output(`
      const { Worker } = process.getBuiltinModule("node:worker_threads");
      process.getBuiltinModule("node:worker_threads").Worker = class extends Worker {
        constructor(_, options) { super("throw new Error('not here')", options); }
      };
      work();
      await new Promise((resolve) => setTimeout(resolve, 500));
      work();
      console.log(core.engineInfo().threads, core.engineInfo().threadsReason);
      await core.init({ threads: 2 }).catch((error) => console.log(error.message));`);
    expect(reason).toBe(
      "1 worker threads cannot be started: not here\n" +
        "init: worker threads cannot be started: not here. Use threads: 1.",
    );
  });
});
