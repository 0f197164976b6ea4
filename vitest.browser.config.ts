import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { args, executablePath } from "./packages/core/test/browser/chromium.js";
import { alias } from "./vitest.config.js";

if (executablePath === undefined) {
  throw new Error(
    "There is no Chromium to run the tests in: install one (apt-get install chromium) or name it, CHROMIUM=/path/to/it.",
  );
}

// The tests of the packages that run in browsers, in a browser. Node-only tests are left out by name, each for a reason.
export default defineConfig({
  resolve: {
    alias: { ...alias, "node:fs": fileURLToPath(new URL("./scripts/browserFiles.ts", import.meta.url)) },
  },
  test: {
    setupFiles: [fileURLToPath(new URL("./scripts/testSetup.ts", import.meta.url))],
    include: ["packages/{core,forecast}/test/**/*.test.ts", "examples/manySeries.test.ts"],
    exclude: [
      "packages/core/test/browser/**", // compares a browser with Node: it starts the browser itself
      "packages/core/test/*InNode.test.ts", // console.log of Node, processes
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath, args } }),
      instances: [{ browser: "chromium" }],
    },
  },
});
