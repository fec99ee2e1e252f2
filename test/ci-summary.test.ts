/** The end of `.ci/run`: the failed tests, and a closing line that is never green when anything broke. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../.ci/summary.mjs", import.meta.url));
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-summary-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Results {
  readonly vitest?: object | string;
  readonly walks?: object | string;
  readonly playwright?: object | string;
}

function output(results: Results, tests = "passed", browser = ""): string {
  // Walks without a test, unless a case gives others or leaves nothing at all.
  const all = Object.keys(results).length > 0 ? { walks: noWalks, ...results } : results;
  for (const [runner, left] of Object.entries(all)) {
    const text = typeof left === "string" ? left : JSON.stringify(left);
    writeFileSync(join(folder, `${runner}.json`), text);
  }
  return execFileSync(process.execPath, [script, folder, tests], {
    encoding: "utf8",
    env: { ...process.env, BROWNOUT_BROWSER: browser },
  });
}

const closingLine = (...args: Parameters<typeof output>): string | undefined =>
  output(...args)
    .trimEnd()
    .split("\n")
    .at(-1);

const noWalks = { numPassedTests: 0, testResults: [] };
const vitest = { numPassedTests: 7, numFailedTests: 0, success: true, testResults: [] };
const stats = { expected: 3, unexpected: 0, skipped: 0, flaky: 0 };
const playwright = { stats, errors: [] };
const unloaded = [
  { name: "a.test.ts", status: "failed", message: "No such export: b", assertionResults: [] },
];

it.each<[string, Results, string, string]>([
  ["all pass", { vitest, playwright }, "passed", "10 passed, 0 failed"],
  [
    "walks pass as well",
    { vitest, playwright, walks: { ...vitest, numPassedTests: 5 } },
    "passed",
    "15 passed, 0 failed",
  ],
  [
    "a walk fails",
    { vitest, playwright, walks: { ...vitest, numFailedTests: 1, success: false } },
    "failed",
    "17 passed, 1 failed",
  ],
  ["the walks left nothing", { vitest, playwright, walks: "" }, "failed", "10 passed, 1 failed"],
  [
    "some are skipped",
    {
      vitest: { ...vitest, numPendingTests: 2, numTodoTests: 1 },
      playwright: { stats: { ...stats, skipped: 4 } },
    },
    "passed",
    "10 passed, 0 failed, 7 skipped",
  ],
  [
    "some of Vitest's fail",
    { vitest: { ...vitest, numFailedTests: 2, success: false }, playwright },
    "failed",
    "10 passed, 2 failed",
  ],
  [
    "some of Playwright's fail",
    { vitest, playwright: { stats: { ...stats, unexpected: 2 }, errors: [] } },
    "failed",
    "10 passed, 2 failed",
  ],
  [
    "a file of Vitest's does not load",
    { vitest: { ...vitest, success: false, testResults: unloaded }, playwright },
    "failed",
    "10 passed, 1 failed",
  ],
  [
    "a file of Playwright's does not load",
    { vitest, playwright: { ...playwright, errors: [{ message: "SyntaxError: b\nat x" }] } },
    "failed",
    "10 passed, 1 failed",
  ],
  ["an error outside any test", { vitest, playwright }, "failed", "10 passed, 1 failed"],
  ["Vitest left nothing", { vitest: "", playwright }, "failed", "3 passed, 1 failed"],
  ["Playwright left nothing", { vitest }, "passed", "7 passed, 1 failed"],
  ["nothing was left", {}, "failed", "0 passed, 1 failed"],
  ["nothing was left by tests that passed", {}, "passed", "0 passed, 1 failed"],
])("%s", (_, results, tests, line) => {
  expect(closingLine(results, tests)).toBe(line);
});

const failedOf = (name: string, titles: readonly string[], message: string): object => ({
  ...vitest,
  numFailedTests: titles.length,
  testResults: [
    {
      name,
      status: "failed",
      assertionResults: [
        { fullName: "a test that passes", status: "passed", failureMessages: [] },
        ...titles.map((title) => ({
          fullName: title,
          status: "failed",
          failureMessages: [message],
        })),
      ],
    },
  ],
});

const pageTest = (title: string, status: string, message: string): object => ({
  title,
  file: "examples/page/a.spec.ts",
  line: 7,
  tests: [{ status, results: [{ errors: [{ message }] }, { errors: [] }] }],
});

describe("the list of failed tests", () => {
  it("has each runner's, with file and message, before the closing line", () => {
    const specs = [
      pageTest("loads", "unexpected", "\u001b[31mexpected\u001b[39m 1\n\n  received 2"),
      pageTest("loads again", "flaky", "only once"),
      pageTest("passes", "expected", ""),
    ];
    const inner = { title: "good", file: "examples/page/a.spec.ts", specs: [], suites: [] };
    const said = output(
      {
        vitest: failedOf(
          join(process.cwd(), "harness/a.test.ts"),
          ["group fails"],
          "Error: x\n  at y",
        ),
        walks: failedOf("/elsewhere/b.walk.test.ts", ["walk fails"], "AssertionError: z"),
        playwright: {
          stats: { ...stats, unexpected: 1, flaky: 1 },
          suites: [
            { title: "a.spec.ts", file: "a.spec.ts", specs: [], suites: [{ ...inner, specs }] },
          ],
        },
      },
      "failed",
    );
    expect(said).toBe(
      [
        "FAILED harness/a.test.ts > group fails",
        "    Error: x",
        "      at y",
        "FAILED /elsewhere/b.walk.test.ts > walk fails",
        "    AssertionError: z",
        "FAILED examples/page/a.spec.ts:7 > good > loads",
        "    expected 1",
        "      received 2",
        "FLAKY (passed when tried again) examples/page/a.spec.ts:7 > good > loads again",
        "    only once",
        "18 passed, 3 failed\n",
      ].join("\n"),
    );
  });

  it("shows how what a command printed ends, which an assertion quotes in one line", () => {
    const printed = Array.from({ length: 60 }, (_, index) => `printed line ${index}`).join("\\n");
    const message = `AssertionError: expected '${printed}' to match /3 passed/\n    at walk.test.ts:9`;
    const said = output({ walks: failedOf("a.walk.test.ts", ["fails"], message) }, "failed");
    expect(said).toContain("    AssertionError: expected 'printed line 0\n    printed line 1\n");
    expect(said).toContain("    printed line 2\n    … 36 lines …\n");
    expect(said).toContain("    printed line 59' to match /3 passed/\n        at walk.test.ts:9\n");
  });

  it("is short however much has failed", () => {
    const titles = Array.from({ length: 100 }, (_, index) => `fails ${index}`);
    const message = `${"x".repeat(10_000)}\n`.repeat(100);
    const said = output({ vitest: failedOf("a.test.ts", titles, message), playwright }, "failed");
    expect(said.match(/^FAILED /gm)).toHaveLength(30);
    expect(said).toMatch(/^ {4}… 88 more lines$/m);
    expect(said).toMatch(/^… 70 more: only the first 30 are listed\.\n10 passed, 100 failed\n$/m);
    expect(said.length).toBeLessThan(110_000);
  });
});

it("says when the command failed and no test did", () => {
  expect(output({ vitest, playwright }, "failed")).toMatch(
    /^The test command failed, but no test did/,
  );
});

it("says what broke", () => {
  const broken = output({
    vitest: { ...vitest, testResults: unloaded },
    playwright: { ...playwright, errors: [{ message: "SyntaxError: b\nat x" }] },
  });
  expect(broken).toContain(
    "Could not be run: a.test.ts\n    No such export: b\nPlaywright: SyntaxError: b\n    at x\n10 passed, 2 failed\n",
  );
});

it("says when nothing was left, and whose", () => {
  expect(output({}, "failed")).toMatch(/^The test command left no results\./);
  expect(output({ vitest })).toMatch(/^Playwright left no results\./);
});

it("demands nothing of Playwright where no browser is wanted, and says so", () => {
  const said = output({ vitest }, "passed", "none");
  expect(said).toBe(
    "BROWNOUT_BROWSER=none: Playwright's tests were not run.\n7 passed, 0 failed\n",
  );
});
