/** The unit tests that mutation testing plays: those that patch nothing in their process, so that one process serves all mutants. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["harness/{rules,faults,entra/backup}/**/*.test.ts"],
    isolate: false,
  },
});
