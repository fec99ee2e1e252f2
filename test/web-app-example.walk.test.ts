/** `examples/web-app`, whose servers Playwright starts: with sessions and tokens in a Redis that runs here. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { wantsNoBrowser } from "../harness/browser/launch/find-browser.ts";
import { root } from "./support/guides.ts";

/** Three servers, a browser and hours of virtual time, on a busy machine. */
const SLOW_MS = 900_000;

const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.error("redis-server is not installed: examples/web-app is not tried.");

it.skipIf(wantsNoBrowser() || !hasRedis)(
  "puts servers under the outage and the clock of each test",
  { timeout: SLOW_MS },
  () => {
    const { stdout, status } = spawnSync(
      join(root, "node_modules", ".bin", "playwright"),
      ["test", "--config=examples/web-app/playwright.config.ts", "--tsconfig=tsconfig.json"],
      { cwd: root, encoding: "utf8", env: { ...process.env, NO_COLOR: "1", PORT: "4310" } },
    );
    expect(stdout).toContain("3 passed");
    expect(status).toBe(0);
  },
);
