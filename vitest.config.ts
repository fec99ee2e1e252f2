/** Tests stand beside the code; `test/` has those of the finished package and of our own source. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const WALKS = "{harness,scenarios,scripts,test}/**/*.walk.test.ts";
const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // The examples import the package by its name; here its source is used instead.
  resolve: {
    alias: [
      { find: /^brownout\/(.+)$/, replacement: source("harness/integrations/$1.ts") },
      { find: /^brownout$/, replacement: source("harness/index.ts") },
    ],
  },
  test: {
    // Mounts and the clock patch the process: one process a file.
    pool: "forks",
    isolate: true,
    // Vitest would leave one core idle; tests wait for browsers and child processes as well.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // A hang is to be seen; how fast the machine is today is not.
    testTimeout: 60_000,
    // How long a test took is no news: in a log it would hide what failed.
    slowTestThreshold: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "quick",
          include: ["{harness,scenarios,examples,scripts,test}/**/*.test.ts"],
          exclude: ["**/node_modules/**", WALKS],
        },
      },
      {
        extends: true,
        test: {
          name: "walks",
          include: [WALKS],
          // What a command printed is the only sign of what went wrong on another machine.
          chaiConfig: { truncateThreshold: 0 },
        },
      },
    ],
  },
});
