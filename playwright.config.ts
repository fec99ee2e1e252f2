/** Tests in a real browser, those of the examples among them; `npm test` runs them after Vitest's. */
import { defineConfig } from "@playwright/test";
import { findBrowser } from "./harness/browser/launch/find-browser.ts";
import { launchArguments } from "./harness/browser/launch/launch-arguments.ts";

const { executablePath } = await findBrowser("windowed");

export default defineConfig({
  testMatch: "**/{harness,scenarios,examples}/**/*.spec.ts",
  // test/heavy-examples.walk.test.ts installs the packages of the first; the second has a server of its own.
  testIgnore: ["**/examples/angular/**", "**/examples/web-app/**"],
  outputDir: "reports/out/playwright",
  // More do not get more done: a browser keeps both cores of a small machine busy.
  workers: 2,
  retries: 0,
  // A test that hangs is to be seen; how fast this machine is today is not.
  timeout: 120_000,
  forbidOnly: (process.env["CI"] ?? "") !== "",
  reporter: "list",
  // The specs of the example apps are beside files that have a configuration of their own.
  tsconfig: "tsconfig.json",
  webServer: [
    serveExample("page", "http://localhost:5173/good/"),
    serveExample("react", "http://localhost:5174/"),
    serveExample("vue", "http://localhost:5175/"),
  ],
  use: { launchOptions: { executablePath, args: launchArguments() } },
});

/** An example app; only the specs beside it need it, and building takes a second. */
function serveExample(name: string, url: string) {
  const vite = (command: string) =>
    `vite ${command} --config examples/${name}/vite.config.ts --logLevel warn`;
  return {
    command: `${vite("build")} && ${vite("preview")}`,
    cwd: import.meta.dirname,
    url,
    // Somebody else's may serve another build.
    reuseExistingServer: false,
  };
}
