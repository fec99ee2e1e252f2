/** The closing line of `.ci/run`: never green when something broke, whatever broke. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const script = fileURLToPath(new URL("../.ci/summary.mjs", import.meta.url));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-summary-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function closingLine(results: object | string, status = "0"): string | undefined {
  const file = join(folder, "results.json");
  writeFileSync(file, typeof results === "string" ? results : JSON.stringify(results));
  const output = execFileSync(process.execPath, [script, file, status], { encoding: "utf8" });
  return output.trimEnd().split("\n").at(-1);
}

const passed = { numPassedTests: 7, numFailedTests: 0, success: true, testResults: [] };

it.each([
  ["all pass", passed, "0", "7 passed, 0 failed"],
  [
    "some are skipped",
    { ...passed, numPendingTests: 2, numTodoTests: 1 },
    "0",
    "7 passed, 0 failed, 3 skipped",
  ],
  ["some fail", { ...passed, numFailedTests: 2, success: false }, "1", "7 passed, 2 failed"],
  [
    "a file does not load",
    {
      ...passed,
      success: false,
      testResults: [{ name: "a.test.ts", status: "failed", assertionResults: [] }],
    },
    "1",
    "7 passed, 1 failed",
  ],
  ["an error outside any test", { ...passed, success: false }, "1", "7 passed, 1 failed"],
  ["the runner left nothing", "", "1", "0 passed, 1 failed"],
])("%s", (_, results, status, line) => {
  expect(closingLine(results, status)).toBe(line);
});
