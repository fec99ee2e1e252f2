/** Suites as users write them, run by `test/vitest-suites.test.ts`: some of their tests must fail. */
import { setTimeout as sleep } from "node:timers/promises";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [
    {
      name: "slow",
      // Longer than a clock without a wait for modules would have patience.
      load: async (id) => void (id.endsWith("late-module.ts") && (await sleep(1_000))),
    },
  ],
  // A program takes seconds to start on a busy machine.
  test: { include: ["test/suites/*.suite.ts"], isolate: true, testTimeout: 60_000 },
});
