/** Tests stand beside the code; `test/` holds what walks through the finished package. */
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // The examples import the package by its name; here its source stands in.
  resolve: {
    alias: [
      { find: /^brownout\/(.+)$/, replacement: source("harness/integrations/$1.ts") },
      { find: /^brownout$/, replacement: source("harness/index.ts") },
    ],
  },
  test: {
    include: ["{harness,scenarios,examples,scripts,test}/**/*.test.ts"],
    // Mounts and the clock patch the process: one process a file.
    pool: "forks",
    isolate: true,
    testTimeout: 60_000,
  },
});
