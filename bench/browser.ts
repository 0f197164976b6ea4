// npm run bench -- --browser: the same rows in Chromium, everyone in a page of its own that is cross-origin isolated,
// so that shared memory and threads are allowed.
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { args, executablePath } from "../packages/core/test/browser/chromium.js";
import { type Absent, type Contender, introduce } from "./contender.js";
import { type Setting, settings } from "./field.js";
import type { Peer } from "./rows.js";

const root = fileURLToPath(new URL("..", import.meta.url));

/** What a page may read. */
const served = ["/packages/core/dist/", "/bench/contenders/", "/bench/.peers/node_modules/"];

const types: Record<string, string> = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

const page = `<!doctype html><title>bench</title>
<script type="importmap">{ "imports": { "@lookback/core": "/packages/core/dist/lookback.js" } }</script>
<script type="module">import { start } from "/bench/contenders/page.mjs"; globalThis.start = start;</script>`;

function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const headers = {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
      "Cross-Origin-Resource-Policy": "same-origin",
    };
    if (path === "/") {
      response.writeHead(200, { ...headers, "Content-Type": "text/html" }).end(page);
      return;
    }
    try {
      if (!served.some((folder) => path.startsWith(folder))) throw new Error("not served");
      const content = await readFile(join(root, path));
      const type = types[extname(path)] ?? "application/octet-stream";
      response.writeHead(200, { ...headers, "Content-Type": type }).end(content);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Opens a page for one contender. */
async function openPage(
  browser: Browser,
  url: string,
  id: string,
  file: string,
  options: object,
): Promise<Contender | Absent> {
  const tab = await browser.newPage();
  try {
    await tab.goto(url);
    await tab.waitForFunction("globalThis.start !== undefined");
    const setUp = `start(${JSON.stringify(file)}, ${JSON.stringify(options)}).then((answer) => { globalThis.answer = answer; })`;
    await tab.evaluate(setUp);
    const ask = (question: unknown) => tab.evaluate(`answer(${JSON.stringify(question)})`);
    return await introduce(id, ask, () => tab.close());
  } catch (error) {
    await tab.close();
    const sentence = (error as Error).message.split("\n")[0]!.replace(/^page\.evaluate: (Error: )?/, "");
    return { id, absent: sentence };
  }
}

/** Chromium with a page for each setting of Lookback and each peer that a page can run. */
export async function startBrowser(wanted: readonly Peer[]) {
  if (executablePath === undefined) {
    throw new Error("there is no Chromium: install one, or name it with CHROMIUM=/path/to/it");
  }
  const server = await serve();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = await chromium.launch({ executablePath, args });
  const field: (Contender | Absent)[] = [];
  const inPage: Partial<Record<Peer, [file: string, options: object]>> = {
    tfjs: ["tfjs", {}],
    jaxjs: ["jaxjs", {}],
    brain: ["brain", {}],
    "onnxruntime-web": ["onnxruntime", { kind: "web" }],
  };
  // A page has no BLAS to leave out; one thread without it is what the limit is measured by.
  for (const setting of ["lookback", "lookback-1", "lookback-2", "lookback-wasm-1"] satisfies Setting[]) {
    field.push(await openPage(browser, url, setting, "lookback", settings[setting]));
  }
  for (const id of wanted) {
    const way = inPage[id];
    field.push(way ? await openPage(browser, url, id, ...way) : { id, absent: "it does not run in a page" });
  }
  return {
    field,
    runtime: `chromium ${browser.version()}`,
    async close() {
      await browser.close();
      server.close();
    },
  };
}
