import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { build, type Rollup } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/index.js";
import { args, executablePath } from "./chromium.js";
import { program, type threaded } from "./program.js";

/** The program as one module, bundled the way an application would. */
async function bundle(): Promise<string> {
  const entry = fileURLToPath(new URL("./program.ts", import.meta.url));
  const output = (await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2022", lib: { entry, formats: ["es"], fileName: "program" } },
  })) as Rollup.RollupOutput[];
  return output[0]!.output[0].code;
}

// Without a Chromium (apt-get install chromium, or CHROMIUM=/path) there is no browser to run in.
describe.skipIf(executablePath === undefined)("in a browser", () => {
  let server: Server;
  let url: string;

  beforeAll(async () => {
    const code = await bundle();
    server = createServer((request, response) => {
      const script = request.url === "/program.js";
      response.setHeader("content-type", script ? "text/javascript" : "text/html");
      if (request.url !== "/alone") {
        response.setHeader("cross-origin-opener-policy", "same-origin");
        response.setHeader("cross-origin-embedder-policy", "require-corp");
      }
      response.end(script ? code : "<!doctype html><title>Lookback</title>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server?.close();
  });

  /** What a function of the program gives in a page. */
  async function inPage<T>(path: string, name: string): Promise<T> {
    const browser = await chromium.launch({ executablePath: executablePath!, args });
    try {
      const page = await browser.newPage();
      await page.goto(url + path);
      // As text, because the test runner rewrites import() in functions.
      return (await page.evaluate(`import("/program.js").then((module) => module.${name}())`)) as T;
    } finally {
      await browser.close();
    }
  }

  it("core trains to the very bits that it trains to in Node", async () => {
    const inBrowser = await inPage("/", "program");
    const inNode = await program();
    await init();
    expect(inBrowser).toEqual(inNode);
    expect(inNode).toMatchObject({ simd: "plain", deterministic: true });
    expect(inNode.losses.at(-1)!).toBeLessThan(inNode.losses[0]!);
  });

  it("worker threads give the bits of one thread in a page that is cross-origin isolated", async () => {
    const [two, one] = await inPage<Awaited<ReturnType<typeof threaded>>>("/", "threaded");
    expect([two.threads, one.threads]).toEqual([2, 1]);
    expect(two.gradient).toEqual(one.gradient);
  });

  it("one thread does everything in a page that is not", async () => {
    const [asked, one] = await inPage<Awaited<ReturnType<typeof threaded>>>("/alone", "threaded");
    expect([asked.threads, one.threads]).toEqual([1, 1]);
    expect(asked.gradient).toEqual(one.gradient);
  });
});
