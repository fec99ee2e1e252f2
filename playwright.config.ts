/** Tests in a real browser, as users of the fixtures write them; `npm test` runs them after Vitest's. */
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./harness/browser/find-browser.ts";
import { launchArguments } from "./harness/browser/launch-arguments.ts";

const { executablePath } = await findBrowser();

export default defineConfig({
  testMatch: "**/{harness,scenarios,fixtures/app}/**/*.spec.ts",
  outputDir: "reports/out/playwright",
  // More do not get more done: a browser keeps both cores of a small machine busy.
  workers: 2,
  retries: 0,
  forbidOnly: (process.env["CI"] ?? "") !== "",
  reporter: "list",
  use: { launchOptions: { executablePath, args: launchArguments() } },
});
