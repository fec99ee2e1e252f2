/** Nights of a job that is a Playwright suite: `brownout suite` makes of its tests what it makes of Vitest's. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Change } from "../harness/reporting/archive/change.ts";
import { root } from "./ci-steps.ts";

vi.setConfig({ testTimeout: 900_000 });

let place = "";
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-page-nights-"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|FORCE_COLOR|NODE_OPTIONS)/.test(name),
  ),
);
const read = (file: string): string => readFileSync(join(place, "out", file), "utf8");

let nights = 0;

/** A night of a commit of its own in which that test fails. */
function night(breaks: string) {
  nights += 1;
  const folders = ["--out", join(place, "out"), "--archive", join(place, "archive")];
  const runner = ["playwright", "test", "--config=test/suites/night-pages/playwright.config.ts"];
  const argv = ["suite", ...folders, "--job", "nightly", "--annotate", "none", "--", ...runner];
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/brownout.js", ...argv], {
    cwd: root,
    encoding: "utf8",
    env: {
      ...environment,
      NO_COLOR: "1",
      BREAKS: breaks,
      GITHUB_ACTIONS: "true",
      GITHUB_SHA: `commit-${nights}`,
    },
  });
  // Without news there is no such file.
  const file = existsSync(join(place, "out", "news.json")) ? read("news.json") : '{ "news": [] }';
  const { news } = JSON.parse(file) as { readonly news: readonly Change[] };
  const changes = news.map(({ detail, subject }) => [detail.kind, subject.scenario, subject.rule]);
  return { code: status, printed: stdout + stderr, changes };
}

const ASKS = /^night-suite-ts-asks-seldom-small-screen-[\da-f]{8}$/;

it("reports what a test of a page found once, with the command that runs it again, and its fix", () => {
  const first = night("once");
  // Tried again, it passed.
  expect([first.code, first.changes, first.printed.match(/1 flaky/)?.[0]]).toEqual([
    0,
    [],
    "1 flaky",
  ]);

  const second = night("asks");
  expect([second.code, second.changes]).toEqual([
    1,
    [["new", expect.stringMatching(ASKS), "requested"]],
  ]);
  expect(read("news.txt")).toContain(
    "$ npx playwright test test/suites/night-pages/night.suite.ts -g 'asks seldom' --project='small screen'\n",
  );
  expect(read("junit.xml")).toMatch(/mount proxy, /);

  expect(night("asks").changes).toEqual([]);
  expect(night("").changes).toEqual([["fixed", expect.stringMatching(ASKS), "requested"]]);
});
