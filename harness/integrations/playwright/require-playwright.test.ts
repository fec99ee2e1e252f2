/** What `brownout/playwright` says in a file of another test runner: Vitest's here, and those of real runners. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const entry = new URL("../playwright.ts", import.meta.url).href;

it("names the entry of Vitest", async () => {
  await expect(import("../playwright.ts")).rejects.toThrow(
    'brownout/playwright is for Playwright, and Vitest runs this file\n  Write: import { useEntra } from "brownout/vitest".',
  );
});

it("names the entry of node:test", () => {
  mkdirSync(join(root, "reports/out"), { recursive: true });
  const folder = mkdtempSync(join(root, "reports/out/playwright-misuse-"));
  try {
    const file = join(folder, "misuse.test.mjs");
    writeFileSync(
      file,
      `import { test } from ${JSON.stringify(entry)};\ntest("x", () => undefined);\n`,
    );
    const { stdout, stderr } = spawnSync(process.execPath, ["--test", file], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
    });
    expect(stdout + stderr).toContain(
      "brownout/playwright is for Playwright, and node:test runs this file",
    );
    expect(stdout + stderr).toContain('import { useEntra } from "brownout/node-test"');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
