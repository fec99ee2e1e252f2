/** Tests stand beside the code; `test/` holds what walks through the finished package. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{harness,scenarios,scripts,test}/**/*.test.ts"],
    // Mounts and the clock patch the process: one process a file.
    pool: "forks",
    isolate: true,
    testTimeout: 60_000,
  },
});
