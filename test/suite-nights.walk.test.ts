/** Nights of a job that is a test suite: archived, compared and reported like those of scenarios. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { Change } from "../harness/reporting/archive/change.ts";
import type { Results } from "../harness/reporting/model/results.ts";

vi.setConfig({ testTimeout: 900_000 });

const root = fileURLToPath(new URL("../", import.meta.url));
const environment = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(?:VITEST|FORCE_COLOR|NODE_OPTIONS)/.test(name),
  ),
);

let place = "";
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), "brownout-suite-nights-"));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

const brownout = (argv: readonly string[], more: Readonly<Record<string, string>> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["bin/brownout.js", ...argv], {
    cwd: root,
    encoding: "utf8",
    env: { ...environment, NO_COLOR: "1", ...more },
  });
  return { code: status, printed: stdout + stderr };
};

const SUITE = ["vitest", "run", "night.suite.ts", "--config=test/suites/vitest.config.ts"];
const WAITS = /^night-suite-ts-waits-as-it-should-[\da-f]{8}$/;

let nights = 0;

/** One night of a commit of its own, in which these tests fail, with what it changed. */
const night = (breaks: string, command: readonly string[] = SUITE) => {
  const [out, archive] = [join(place, "out"), join(place, "archive")];
  const options = ["--out", out, "--archive", archive, "--job", "nightly"];
  nights += 1;
  const ended = brownout(["suite", ...options, "--annotate", "none", "--", ...command], {
    BREAKS: breaks,
    GITHUB_ACTIONS: "true",
    GITHUB_SHA: `commit-${nights}`,
  });
  const news = ((): readonly Change[] => {
    try {
      return (JSON.parse(readFileSync(join(out, "news.json"), "utf8")) as { news: Change[] }).news;
    } catch {
      return [];
    }
  })();
  return {
    ...ended,
    news: news.map(({ detail, subject }) => [detail.kind, subject.scenario, subject.rule]),
    read: (file: string): string => readFileSync(join(out, file), "utf8"),
  };
};

it("reports what its tests expected of Entra once, and when it holds again", () => {
  const first = night("");
  expect(first.printed).toContain("3 passed");
  expect([first.code, first.news]).toEqual([0, []]);
  expect(JSON.parse(first.read("run.json"))).toMatchObject({
    job: "nightly",
    command: expect.stringMatching(/^brownout suite --out .* -- vitest run night\.suite\.ts /),
    outcome: "finished",
  });

  // What a test took is real time, and stands beside its virtual time.
  const took = [...first.read("junit.xml").matchAll(/name="completes" time="([\d.]+)"/g)];
  expect(took.map(([, seconds]) => Number(seconds) > 0)).toEqual([true, true, true]);
  expect(first.read("junit.xml")).toMatch(/mount msw, 2m of virtual time/);

  const second = night("waits,sum");
  expect(second.code).toBe(1);
  expect(second.news).toEqual([
    ["new", expect.stringMatching(/^night-suite-ts-adds-up-/), "test"],
    ["new", expect.stringMatching(WAITS), "retry-after"],
  ]);
  const { runs } = JSON.parse(second.read("results.json")) as Results;
  expect(runs.map(({ client, mount }) => [client.name, mount])).toEqual(
    Array.from({ length: 3 }, () => ["orders", "msw"]),
  );
  expect(second.read("news.txt")).toMatch(
    /npx vitest run test\/suites\/night\.suite\.ts -t 'waits as it should'/,
  );

  expect(night("waits,sum").news).toEqual([]);
  expect(night("sum").news).toEqual([["fixed", expect.stringMatching(WAITS), "retry-after"]]);
});

it("says that nothing is known when the runner fails for a reason of its own", () => {
  const { code, news, printed } = night("", [process.execPath, "--eval", "process.exitCode = 7"]);
  expect(code).toBe(2);
  expect(news).toEqual([["unknown", undefined, undefined]]);
  expect(printed).toMatch(/it ended with exit code 7, and no test that uses Brownout was run/);
  expect(night("sum").news).toEqual([["fixed", undefined, undefined]]);
});

it("keeps the journal of the first bad night, which is judged again by what the test expected", () => {
  const { read } = night("once,sum");
  const { runs } = JSON.parse(read("results.json")) as Results;
  const [scenario = ""] = runs.flatMap((run) =>
    run.scenario.includes("once") ? run.scenario : [],
  );
  const journal = join(place, "out", "journals", `${scenario}--orders.jsonl`);
  expect(brownout(["check", journal]).printed).toMatch(/requested/);
});

it("stands beside the scenarios of a night in one report", () => {
  night("once,sum");
  const [part, whole] = [join(place, "part"), join(place, "whole")];
  cpSync(join(place, "out"), join(part, "suite"), { recursive: true });
  const run = ["run", "token-throttled", "--mount", "direct", "--archive", "none", "--seed", "7"];
  expect(brownout([...run, "--shard", "1/1", "--out", part]).code).toBeLessThan(2);
  const merged = brownout(["merge", part, "--archive", "none", "--out", whole]);
  expect(merged.code).toBe(1);
  const { runs } = JSON.parse(readFileSync(join(whole, "results.json"), "utf8")) as Results;
  expect(runs.flatMap(({ findings }) => findings.map(({ rule }) => rule)).toSorted()).toContain(
    "requested",
  );
  expect(runs.map(({ scenario }) => scenario)).toContain("token-throttled");
});
