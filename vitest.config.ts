import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests run against the sources, so that a red test points at the line to mend. */
export const alias = {
  "@lookback/core": source("./packages/core/src/index.ts"),
  "@lookback/forecast": source("./packages/forecast/src/index.ts"),
};

export default defineConfig({
  resolve: { alias },
  test: {
    setupFiles: [source("./scripts/testSetup.ts")],
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "bench/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
