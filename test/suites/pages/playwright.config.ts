/** Suites as users of `brownout/playwright` write them, run by `test/page-suites.walk.test.ts`: some of their tests must fail. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testMatch: "*.suite.ts",
  outputDir: "../../../reports/out/page-suites",
  workers: 1,
  fullyParallel: true,
  use: {
    ...(process.env["TRACE"] === "off" ? { trace: "off" as const } : {}),
    ...(process.env["BROWSER_NAME"] === undefined ? {} : { browserName: "firefox" as const }),
    launchOptions: { args: ["--window-name=mine"] },
  },
});
