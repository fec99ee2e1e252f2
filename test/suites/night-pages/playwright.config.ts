/** A suite of pages as `test/page-nights.walk.test.ts` runs it every night: one of its tests can be made to fail. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testMatch: "*.suite.ts",
  outputDir: "../../../reports/out/night-pages",
  retries: 1,
  projects: [{ name: "small screen", use: { viewport: { width: 400, height: 800 } } }],
});
