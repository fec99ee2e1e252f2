/** The tests that `bench/playwright-fixture.ts` measures: one page opened, bare and with the fixture. */
import { defineConfig } from "@playwright/test";
import { findBrowser } from "../../harness/browser/launch/find-browser.ts";
import { launchArguments } from "../../harness/browser/launch/launch-arguments.ts";
import root from "../../playwright.config.ts";

const { executablePath } = await findBrowser("windowed");

export default defineConfig({
  testMatch: "*.bench.ts",
  outputDir: "../../reports/out/bench",
  workers: 1,
  reporter: "json",
  ...(root.webServer === undefined ? {} : { webServer: root.webServer }),
  use: { launchOptions: { executablePath, args: launchArguments() } },
});
