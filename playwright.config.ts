/** Tests in a real browser, those of the examples among them; `npm test` runs them after Vitest's. */
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./harness/browser/launch/find-browser.ts";
import { launchArguments } from "./harness/browser/launch/launch-arguments.ts";

const { executablePath } = await findBrowser("windowed");

export default defineConfig({
  testMatch: "**/{harness,scenarios,examples/page}/**/*.spec.ts",
  outputDir: "reports/out/playwright",
  // More do not get more done: a browser keeps both cores of a small machine busy.
  workers: 2,
  retries: 0,
  // A test that hangs is to be seen; how fast this machine is today is not.
  timeout: 120_000,
  forbidOnly: (process.env["CI"] ?? "") !== "",
  reporter: "list",
  // The example apps; only the specs beside them need them, and building takes a second.
  webServer: {
    command:
      "vite build --config examples/page/vite.config.ts --logLevel warn && vite preview --config examples/page/vite.config.ts",
    cwd: import.meta.dirname,
    url: "http://localhost:5173/good/",
    // Somebody else's may serve another build.
    reuseExistingServer: false,
  },
  use: { launchOptions: { executablePath, args: launchArguments() } },
});
