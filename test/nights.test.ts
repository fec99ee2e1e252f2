/** Thirty nights of one job with everything that happens to such a job: each truth once, and none missed. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ARCHIVE_FILE, addToArchive } from "../harness/reporting/archive/add-to-archive.ts";
import type { SessionFacts } from "../harness/reporting/archive/change.ts";
import { changeLines } from "../harness/reporting/formats/change-text.ts";
import { buildResults } from "../harness/reporting/model/build-results.ts";
import type { FailedRun, JudgedRun } from "../harness/reporting/model/results.ts";
import { days } from "../harness/core/time/duration.ts";
import { judgedRun } from "./support/report.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "brownout-nights-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A run of the orders service: a rule and what it says. */
const run = (
  scenario: string,
  verdict: "pass" | "fail" | "inconclusive" = "pass",
  message = "asked again 44 times",
): JudgedRun => {
  const { history, ...rest } = judgedRun(
    {},
    {
      scenario,
      mount: "direct",
      client: { name: "orders", version: "1.0.0" },
      asserts: ["backoff"],
    },
  );
  const evidence = verdict === "fail" ? [3] : [];
  const finding = { rule: "backoff", verdict, message, evidence, source: "RFC 9110" };
  return { ...rest, history, simulatedMs: scenario.length * 1_000, findings: [finding] };
};

interface Night {
  readonly runs: readonly JudgedRun[];
  readonly facts?: Partial<SessionFacts>;
  readonly failures?: readonly FailedRun[];
  readonly seed?: string;
  /** Channels that are away. */
  readonly away?: readonly string[];
}

const CHANNELS = ["chat", "issues"] as const;
const delivered: Record<(typeof CHANNELS)[number], string[]> = { chat: [], issues: [] };

/** Adds a night, delivers to each channel, and returns what the night itself changed. */
function play(night: number, { runs, facts, failures = [], seed = "1", away = [] }: Night) {
  const results = buildResults(runs, [], { seed, brownout: "0.1.0", failures: [...failures] });
  const { changes, channels, lines } = addToArchive(results, {
    folder,
    cwd: folder,
    recordedAt: new Date(Date.UTC(2026, 9, night, 3)).toISOString(),
    facts: {
      job: "nightly",
      branch: "main",
      command: "run",
      commit: `commit-${night}`,
      outcome: failures.length === 0 ? "finished" : "failed",
      clients: [{ name: "@azure/msal-node", version: night < 17 ? "6.0.1" : "7.2.3" }],
      ...facts,
    },
    heartbeatMs: days(3),
  });
  expect(lines.filter((line) => !line.includes("damaged"))).toEqual([]);
  for (const channel of CHANNELS) {
    const pending = channels?.pending(channel) ?? [];
    if (away.includes(channel)) {
      channels?.recordFailed(channel, pending, "503");
      continue;
    }
    for (const { detail, subject } of pending)
      delivered[channel].push([night, detail.kind, subject.scenario].join(" ").trim());
    channels?.recordDelivered(channel, pending);
  }
  return changes;
}

const both = [run("login"), run("refresh")] as const;
const broken = [run("login", "fail"), run("refresh")] as const;
const unloadable = { code: "bad-scenario", place: "b.scenario.ts", message: "it cannot be loaded" };

/** The night before which the archive is damaged. */
const DAMAGED = 30;

/** What happens in each night that is unlike the one before, and what is to be heard of it. */
const story: Readonly<
  Record<number, readonly [happens: string, night: Night, hears: readonly string[]]>
> = {
  1: [
    "the first run ever, one finding is there already",
    { runs: [...both, run("old", "fail")] },
    ["new old"],
  ],
  3: ["a regression", { runs: [...broken, run("old", "fail")] }, ["new login"]],
  4: ["its fix", { runs: [...both, run("old", "fail")] }, ["fixed login"]],
  5: ["the regression again", { runs: [...broken, run("old", "fail")] }, ["new login"]],
  6: [
    "a run of a branch that has the fix",
    { runs: [...both, run("old")], facts: { branch: "fix" } },
    [],
  ],
  7: ["main, which is broken still", { runs: [...broken, run("old", "fail")] }, []],
  8: ["its second fix", { runs: [...both, run("old", "fail")] }, ["fixed login"]],
  9: [
    "far more repeats",
    { runs: [...both, run("old", "fail", "asked again 5984 times")] },
    ["worse old"],
  ],
  10: [
    "a file that cannot be loaded, the others run",
    {
      runs: [run("login"), run("old", "fail", "asked again 5984 times")],
      facts: { outcome: "failed", problems: [unloadable] },
    },
    ["unknown"],
  ],
  11: [
    "the same",
    {
      runs: [run("login"), run("old", "fail", "asked again 5984 times")],
      facts: { outcome: "failed", problems: [unloadable] },
    },
    [],
  ],
  12: [
    "all is loaded",
    { runs: [...both, run("old", "fail", "asked again 5984 times")] },
    ["fixed"],
  ],
  13: [
    "one run hangs",
    {
      runs: [run("login"), run("old", "fail", "asked again 5984 times")],
      failures: [
        {
          scenario: "refresh",
          client: "orders",
          mount: "direct",
          code: "stuck",
          message: "It hangs.",
        },
      ],
    },
    ["unknown refresh"],
  ],
  14: [
    "it runs again",
    { runs: [...both, run("old", "fail", "asked again 5984 times")] },
    ["fixed refresh"],
  ],
  15: ["nothing to judge", { runs: [...both, run("old", "inconclusive")] }, ["inconclusive old"]],
  16: [
    "judged again, and failing as before",
    { runs: [...both, run("old", "fail", "asked again 5984 times")] },
    [],
  ],
  17: [
    "an upgrade of MSAL breaks another",
    { runs: [run("login"), run("refresh", "fail"), run("old", "fail")] },
    ["new refresh"],
  ],
  18: [
    "chat is away, the fix is missed there",
    { runs: [...both, run("old", "fail")], away: ["chat"] },
    ["fixed refresh"],
  ],
  19: ["still away", { runs: [...both, run("old", "fail")], away: ["chat"] }, []],
  20: ["for the third time", { runs: [...both, run("old", "fail")], away: ["chat"] }, []],
  21: ["chat is back", { runs: [...both, run("old", "fail")] }, ["heartbeat"]],
  22: [
    "a scenario is renamed",
    { runs: [run("login"), run("renewal"), run("old", "fail")] },
    ["gone refresh"],
  ],
  23: ["a scenario is deleted", { runs: [run("login"), run("old", "fail")] }, ["gone renewal"]],
  24: ["held", { runs: [run("login"), run("old")], facts: { commit: "same" } }, ["fixed old"]],
  25: [
    "the same commit fails",
    { runs: [run("login", "fail"), run("old")], facts: { commit: "same" } },
    ["flaky login"],
  ],
  26: ["it flickers", { runs: [run("login"), run("old")], facts: { commit: "same" } }, []],
  27: ["it fails", { runs: [run("login", "fail"), run("old")] }, []],
  28: ["and again", { runs: [run("login", "fail"), run("old")] }, ["heartbeat"]],
  30: ["the archive is damaged", { runs: [run("login", "fail"), run("old")] }, ["archive-lost"]],
  29: ["and stays", { runs: [run("login", "fail"), run("old")] }, ["new login"]],
};

it("are reported once each, to each channel, and none is missed", () => {
  let last: Night = { runs: both };
  const all: string[] = [];
  const texts = new Map<number, string>();
  for (let night = 1; night <= 30; night += 1) {
    const [happens, given, hears] = story[night] ?? ["nothing", last, []];
    if (night === DAMAGED) writeFileSync(join(folder, ARCHIVE_FILE), "no database ".repeat(400));
    const { away: _away, ...same } = given;
    last = same;
    const changes = play(night, given);
    texts.set(night, changeLines(changes).join("\n"));
    const heard = changes.map(({ detail, subject }) =>
      [detail.kind, subject.scenario].filter((part) => part !== undefined).join(" "),
    );
    expect([night, happens, ...heard]).toEqual([night, happens, ...hears]);
    all.push(...heard.map((one) => `${night} ${one}`));
  }
  expect(texts.get(17)).toMatch(
    /last good in run 16 .*; changed between them: @azure\/msal-node 6\.0\.1 → 7\.2\.3, commits commit-16\.\.commit-17\.$/,
  );
  expect(texts.get(22)).toMatch(
    /refresh, orders is now called renewal, which does exactly the same/,
  );
  expect(texts.get(DAMAGED)).toMatch(/is kept as runs\.db\.damaged-.*: login, orders: backoff\.$/);
  // That chat was down is for the others; what it missed it gets when it is back.
  expect(delivered.issues).toEqual(
    all.toSpliced(all.indexOf("21 heartbeat"), 0, "20 channel-down"),
  );
  expect(delivered.chat).toEqual(
    all.map((one) => (one === "18 fixed refresh" ? "21 fixed refresh" : one)),
  );
});
