/**
 * `node scripts/screenshot.ts`: makes `docs/report.png` anew, the picture of `report.html` in
 * README: a run in a real browser, the finding in it and its timeline.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "@playwright/test";
import { findBrowser } from "../harness/browser/launch/find-browser.ts";
import { launchArguments } from "../harness/browser/launch/launch-arguments.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const scenario = "browser-tabs-throttled-apart";
const finding = `#run/${scenario}--msal-browser/tabs`;

const out = mkdtempSync(join(tmpdir(), "brownout-screenshot-"));
spawnSync(
  process.execPath,
  [join(root, "bin/brownout.js"), "run", scenario, "--out", out, "--archive", "none"],
  {
    cwd: root,
    stdio: ["ignore", process.stderr, process.stderr],
  },
);

const { executablePath } = await findBrowser();
const browser = await chromium.launch({ executablePath, args: launchArguments() });
const page = await browser.newPage({ viewport: { width: 1120, height: 1220 } });
await page.goto(pathToFileURL(join(out, "report.html")).href + finding);
await page.locator(".flag").first().waitFor();
await page.evaluate(() => document.querySelector("#findings-title")?.scrollIntoView());
await page.screenshot({ path: join(root, "docs/report.png") });
await browser.close();
